#include <fmt/format.h>

#include "engine/api/convert.h"
#include "engine/runtime/call.h"
#include "engine/runtime/linker.h"
#include "engine/runtime/store.h"

namespace invar::api {

namespace {

using detail::HostClosure;  // the environment of a HostCallback

/// Leaves the host's error as the pending trap. What was a trap stays that trap, backtrace and all.
invar::TrapKind record(invar::Store& store, Error error) {
  if (!error.trap) return fail_host_call(store, std::move(error.message));
  auto kind = static_cast<invar::TrapKind>(error.trap->kind);
  invar::Trap& pending = store.pending_trap;
  pending = {.kind = kind, .message = {}, .exit_code = error.trap->exit_code, .backtrace = {}};
  if (kind == invar::TrapKind::uncaught_exception) {
    if (!error.trap->exception) return fail_host_call(store, std::move(error.trap->message));
    kind = throw_again(store, *error.trap->exception);
    if (kind != invar::TrapKind::uncaught_exception) return kind;
  }
  pending.message = std::move(error.trap->message);
  for (Frame& frame : error.trap->backtrace) {
    pending.backtrace.push_back(
        {std::move(frame.module), std::move(frame.function), frame.function_index, frame.offset});
  }
  return kind == invar::TrapKind::none ? invar::TrapKind::host_error : kind;
}

invar::TrapKind run_closure(void* environment, invar::Instance* caller, Slot* slots) noexcept {
  auto& closure = *static_cast<HostClosure*>(environment);
  Caller who(closure.store, caller);
  auto done = closure.run(closure.callable.get(), who, slots);
  if (done) [[likely]]
    return invar::TrapKind::none;
  return record(*closure.store, std::move(done).error());
}

struct DynamicClosure {
  FuncType type;
  invar::FuncType internal_type;
  DynamicHostFunction function;
};

Result<void> run_dynamic(void* environment, Caller& caller, std::uint64_t* words) {
  auto& closure = *static_cast<DynamicClosure*>(environment);
  std::vector<Val> arguments, results;
  const Slot* next = words;
  for (const ValType param : closure.type.params) arguments.push_back(read_value(caller.internal_store(), param, next));
  for (const ValType result : closure.type.results) results.push_back(Val::from_words(result, 0, 0));
  if (auto done = closure.function(caller, arguments, results); !done) return done;
  Slot* out = words;
  for (size_t i = 0; i < results.size(); ++i) {
    const invar::ValType wanted = closure.internal_type.results[i];
    if (!fits(caller.internal_store().engine(), results[i], wanted)) {
      return host_failure(fmt::format("host function: result {}: expected {}, got {}", i + 1,
                                      closure.type.results[i].to_string(), results[i].type().to_string()));
    }
    for (u32 word = 0; word < slots_of(wanted); ++word) *out++ = results[i].words()[word];
  }
  return {};
}

}  // namespace

Result<Func> detail::make_host_function(Store& store, const FuncType& type, RawHostFunction run,
                                        DirectHostFunction direct, std::shared_ptr<void> callable) {
  auto kept = std::make_shared<HostClosure>(HostClosure{run, std::move(callable), &store.internal()});
  const HostCallback callback = direct != nullptr ? direct : run_closure;
  auto made = store.internal().new_host_function(to_internal(type), callback, kept.get());
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  store.internal().keep(std::move(kept));
  return Func(*made);
}

Result<Func> host_function(Store& store, const FuncType& type, DynamicHostFunction function) {
  auto closure = std::make_shared<DynamicClosure>(DynamicClosure{type, to_internal(type), std::move(function)});
  return detail::make_host_function(store, type, run_dynamic, nullptr, std::move(closure));
}

Result<Instance> instantiate(Store& store, const Module& module, std::span<const Extern> imports) {
  std::vector<invar::Extern> values;
  for (const Extern& value : imports) values.push_back(to_internal(value));
  auto made = invar::instantiate(store.internal(), module.internal(), values);
  if (!made) return std::unexpected(to_public(std::move(made).error(), store.internal()));
  return Instance(*made);
}

Linker::Linker(Store& store) : store_(&store), impl_(std::make_unique<invar::Linker>(store.internal())) {}
Linker::~Linker() = default;
Linker::Linker(Linker&&) noexcept = default;
Linker& Linker::operator=(Linker&&) noexcept = default;

void Linker::define(std::string_view module, std::string_view name, const Extern& value) {
  impl_->define(module, name, to_internal(value));
}

void Linker::define_instance(std::string_view module, const Instance& instance) {
  impl_->define_instance(module, *instance.internal());
}

Result<Instance> Linker::instantiate(const Module& module) {
  auto made = impl_->instantiate(module.internal());
  if (!made) return std::unexpected(to_public(std::move(made).error(), impl_->store()));
  return Instance(*made);
}

}  // namespace invar::api
