#include <fmt/format.h>

#include "engine/api/convert.h"
#include "engine/runtime/call.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::api {

// The public enumerations mirror the engine's own, so that values can be converted by their bits.
#define TRAP(name, category, text) \
  static_assert(static_cast<int>(TrapKind::name) == static_cast<int>(invar::TrapKind::name));
#include "engine/runtime/traps.def"
#undef TRAP
static_assert(static_cast<int>(TrapKind::exit) == 0
#define TRAP(name, category, text) +1
#include "engine/runtime/traps.def"
#undef TRAP
);
static_assert(static_cast<int>(ErrorKind::host) == static_cast<int>(ErrorCategory::host));
static_assert(static_cast<int>(ErrorKind::trap) == static_cast<int>(ErrorCategory::trap));
static_assert(static_cast<int>(HeapKind::defined) == static_cast<int>(Heap::index));
static_assert(static_cast<int>(HeapKind::extern_) == static_cast<int>(Heap::extern_));
static_assert(ValType(ValKind::v128).bits() == type_v128.bits());
static_assert(funcref.bits() == type_funcref.bits() && externref.bits() == type_externref.bits());
static_assert(ValType::reference(HeapKind::i31, false).bits() ==
              invar::ValType::reference({Heap::i31, 0}, false).bits());
static_assert(static_cast<int>(ExternKind::tag) == static_cast<int>(invar::ExternKind::tag));

std::string ValType::to_string() const { return invar::to_string(to_internal(*this)); }

std::string FuncType::to_string() const { return invar::to_string(to_internal(*this)); }

std::string Trap::to_string() const {
  invar::Trap trap;
  trap.message = message;
  for (const Frame& frame : backtrace) {
    trap.backtrace.push_back({frame.module, frame.function, frame.function_index, frame.offset});
  }
  return invar::to_string(trap);
}

invar::FuncType to_internal(const FuncType& type) {
  invar::FuncType out;
  for (const ValType param : type.params) out.params.push_back(to_internal(param));
  for (const ValType result : type.results) out.results.push_back(to_internal(result));
  return out;
}

FuncType to_public(const invar::FuncType& type) {
  FuncType out;
  for (const invar::ValType param : type.params) out.params.push_back(to_public(param));
  for (const invar::ValType result : type.results) out.results.push_back(to_public(result));
  return out;
}

invar::Limits to_internal(const Limits& limits) { return {limits.min, limits.max.value_or(0), limits.max.has_value()}; }

Limits to_public(const invar::Limits& limits) {
  return {limits.min, limits.has_max ? std::optional(limits.max) : std::nullopt};
}

Error to_public(invar::Error error) {
  return {static_cast<ErrorKind>(error.category()), error.message(), std::nullopt};
}

Trap to_public(invar::Trap trap) {
  Trap out{static_cast<TrapKind>(trap.kind), std::move(trap.message), trap.exit_code, {}, nullptr};
  for (TrapFrame& frame : trap.backtrace) {
    out.backtrace.push_back({std::move(frame.module), std::move(frame.function), frame.function_index, frame.offset});
  }
  return out;
}

Error to_public(InstantiationFailure failure, invar::Store& store) {
  if (auto* const error = std::get_if<invar::Error>(&failure.reason)) return to_public(std::move(*error));
  return take_error(store, std::get<invar::Trap>(std::move(failure.reason)));
}

invar::Extern to_internal(const Extern& value) {
  return std::visit([](const auto& handle) -> invar::Extern { return handle.internal(); }, value);
}

Extern to_public(const invar::Extern& value) {
  switch (kind_of(value)) {
    case invar::ExternKind::func:
      return Func(std::get<invar::Func*>(value));
    case invar::ExternKind::table:
      return Table(std::get<invar::Table*>(value));
    case invar::ExternKind::memory:
      return Memory(std::get<invar::Memory*>(value));
    case invar::ExternKind::global:
      return Global(std::get<invar::Global*>(value));
    case invar::ExternKind::tag:
      return Tag(std::get<invar::Tag*>(value));
  }
  return Func();
}

bool fits(const invar::Engine& engine, const Val& value, invar::ValType wanted) {
  if (value.is_null() && wanted.is_ref() && !wanted.nullable()) return false;
  return engine.types().matches(to_internal(value.type()), wanted);
}

Val read_value(invar::Store& store, ValType type, const Slot*& slots) {
  const Slot first = *slots++;
  if (!type.is_ref()) return Val::from_words(type, first, type.kind() == ValKind::v128 ? *slots++ : 0);
  const bool is_function = store.engine().types().matches(to_internal(type).heap(), {Heap::func, 0});
  detail::Root root;
  if (!is_function && is_object(first)) root = detail::Root(store.heap().hold(first));
  return Val::from_words(type, first, 0, std::move(root));
}

}  // namespace invar::api
