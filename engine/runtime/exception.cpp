#include "engine/runtime/exception.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "engine/runtime/compiled_module.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar {

namespace {

std::string argument_text(const Slot* slots, ValType type) {
  switch (type.kind()) {
    case ValKind::i32:
      return fmt::format("{}", static_cast<s32>(slots[0]));
    case ValKind::i64:
      return fmt::format("{}", static_cast<s64>(slots[0]));
    case ValKind::f32:
      return fmt::format("{}", std::bit_cast<f32>(static_cast<u32>(slots[0])));
    case ValKind::f64:
      return fmt::format("{}", std::bit_cast<f64>(slots[0]));
    case ValKind::v128:
      return fmt::format("0x{:016x}{:016x}", slots[1], slots[0]);
    default:
      if (slots[0] == null_ref) return "null";
      return is_host(slots[0]) ? fmt::format("extern {}", host_value(slots[0])) : to_string(type);
  }
}

std::string tag_text(const Tag& tag) {
  if (tag.module == nullptr) return "a tag of the host";
  const std::string name = tag.module->tag_name(tag.index);
  return name.empty() ? fmt::format("tag {}", tag.index) : name;
}

}  // namespace

Ref new_exception(Store& store, const Tag& tag, const Slot* arguments) {
  const gc::ExceptionObject* const made = store.heap().new_exception(tag, arguments, store.stack_top);
  return made == nullptr ? null_ref : ref_of(made);
}

const Tag& exception_tag(Ref exception) { return *static_cast<const gc::ExceptionObject*>(object_of(exception))->tag; }

const Slot* exception_arguments(Ref exception) {
  return static_cast<const gc::ExceptionObject*>(object_of(exception))->payload();
}

std::string describe_exception(Ref exception) {
  const Tag& tag = exception_tag(exception);
  const Slot* at = exception_arguments(exception);
  std::string arguments;
  for (const ValType type : tag.type->params) {
    arguments += (arguments.empty() ? "" : ", ") + argument_text(at, type);
    at += slots_of(type);
  }
  return fmt::format("{}({})", tag_text(tag), arguments);
}

TrapKind throw_from_host(Store& store, const Tag& tag, std::span<const Slot> arguments) {
  const Ref exception = new_exception(store, tag, arguments.data());
  if (exception == null_ref) return TrapKind::allocation_failure;
  store.pending_trap = {};
  store.pending_trap.kind = TrapKind::uncaught_exception;
  store.pending_exception = exception;
  return TrapKind::uncaught_exception;
}

}  // namespace invar
