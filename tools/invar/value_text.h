// Values on the command line and on the terminal.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/types.h"
#include "engine/runtime/objects.h"

namespace invar::tool {

/// Appends the slots of a value of type `type` that the text denotes: numbers as in the text format ("-1", "0x1p3",
/// "nan:0x4"), a v128 as 32 hexadecimal digits behind 0x (the most significant first), a reference as "null" or, for
/// externref, a number. False if it denotes none.
bool append_value(std::vector<Slot>& slots, std::string_view text, ValType type);

/// The value in a form that append_value reads, where there is one: functions are "func", objects "object".
std::string value_text(const Slot* slots, ValType type);

}  // namespace invar::tool
