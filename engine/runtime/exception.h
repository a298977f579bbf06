// Exceptions: a tag and arguments of its type, an object of the collected heap once somebody holds it.
// spec: exec/runtime#exception-instances
#pragma once

#include <span>
#include <string>

#include "engine/runtime/objects.h"

namespace invar {

/// Makes an exception with the tag's arguments as slots. Null: there is no memory for it.
Ref new_exception(Store& store, const Tag& tag, const Slot* arguments);
const Tag& exception_tag(Ref exception);
/// The slots that new_exception was given.
const Slot* exception_arguments(Ref exception);

/// "error(5, 2.5)": the tag as people know it, and the arguments.
std::string describe_exception(Ref exception);

/// For a host function that throws: makes the exception, leaves it in the store and returns what the function must
/// return, uncaught_exception. The span's size must be the tag's argument_slots. allocation_failure: see new_exception.
TrapKind throw_from_host(Store& store, const Tag& tag, std::span<const Slot> arguments);

}  // namespace invar
