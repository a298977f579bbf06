#include "engine/runtime/call.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/interp/interpreter.h"
#include "engine/platform/fault.h"
#include "engine/runtime/exception.h"

namespace invar {

namespace {

/// Room for a callee's link, whatever its frame is.
constexpr u32 spare_slots = 8;

TrapKind run(Store& store, const Func& func, std::span<const Slot> arguments, std::span<Slot> results) {
  const size_t needed = std::max(arguments.size(), results.size());
  const size_t free = static_cast<size_t>(store.stack_limit - store.stack_top);
  if (store.host_depth >= store.limits().max_host_depth || free < needed + spare_slots) {
    return TrapKind::call_stack_exhausted;
  }
  Slot* const slots = store.stack_top;
  std::ranges::copy(arguments, slots);
  ++store.host_depth;
  TrapKind kind;
  if (func.host != nullptr) {
    store.stack_top = slots + needed;
    kind = func.host(func.environment, nullptr, slots);
    if (kind == TrapKind::none) store.forget_swallowed_trap();
  } else {
    kind = interpret(store, func, slots);
  }
  --store.host_depth;
  store.stack_top = slots;
  if (kind == TrapKind::none) std::copy_n(slots, results.size(), results.begin());
  return kind;
}

}  // namespace

u32 slots_of(std::span<const ValType> types) {
  u32 count = 0;
  for (const ValType type : types) count += slots_of(type);
  return count;
}

TrapKind call(Store& store, const Func& func, std::span<const Slot> arguments, std::span<Slot> results) {
  if (store.pending_trap.kind != TrapKind::none || !store.pending_trap.message.empty()) store.forget_trap();
  const TrapKind kind = run(store, func, arguments, results);
  if (kind == TrapKind::none) return kind;
  Trap& trap = store.pending_trap;
  trap.kind = kind;
  if (trap.message.empty()) trap.message = text_of(kind);
  if (kind == TrapKind::uncaught_exception && trap.message == text_of(kind) && store.pending_exception != 0) {
    trap.message += ": " + describe_exception(store.pending_exception);
  }
  return kind;
}

std::expected<std::vector<Slot>, Trap> call(Store& store, const Func& func, std::span<const Slot> arguments) {
  std::vector<Slot> results(slots_of(func.type->results));
  if (call(store, func, arguments, results) == TrapKind::none) return results;
  return std::unexpected(std::exchange(store.pending_trap, {}));
}

TrapKind call_host(const Func& func, Instance* caller, Slot* frame) {
  caller->store->stack_top = frame + func.code->frame.slots;
  const platform::LandingSuspension suspension;
  const TrapKind trap = func.host(func.environment, caller, frame);
  if (trap == TrapKind::none) caller->store->forget_swallowed_trap();
  return trap;
}

TrapKind fail_host_call(Store& store, std::string message, TrapKind kind) {
  store.pending_trap.kind = kind;
  store.pending_trap.message = std::move(message);
  return kind;
}

std::string to_string(const Trap& trap) {
  std::string out = trap.message;
  for (size_t i = 0; i < trap.backtrace.size(); ++i) {
    const TrapFrame& frame = trap.backtrace[i];
    out += fmt::format("\n  {:>2}: ", i);
    if (!frame.module.empty()) out += frame.module + '!';
    out += frame.function.empty() ? fmt::format("func {}", frame.function_index) : frame.function;
    out += fmt::format(" at 0x{:x}", frame.offset);
  }
  return out;
}

}  // namespace invar
