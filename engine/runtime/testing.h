// For tests: modules from text.
#pragma once

#include <gtest/gtest.h>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "engine/runtime/call.h"
#include "engine/runtime/linker.h"

namespace invar {

inline std::shared_ptr<CompiledModule> compile_text(Engine& engine, std::string_view source) {
  auto bytes = text::parse_module(source, {.features = engine.config().features, .debug_names = true});
  if (!bytes) {
    ADD_FAILURE() << bytes.error().message();
    return nullptr;
  }
  auto module = decode_module(*std::move(bytes), engine.config().features);
  if (!module) {
    ADD_FAILURE() << module.error().message();
    return nullptr;
  }
  auto compiled = CompiledModule::create(engine, *std::move(module));
  if (!compiled) ADD_FAILURE() << compiled.error().message();
  return compiled.value_or(nullptr);
}

/// An engine, a store, a linker, and short ways to use them.
class RuntimeTest : public testing::Test {
 protected:
  /// Few guarded memories: emulators spend memory on reserved address space.
  explicit RuntimeTest(EngineConfig config = {}, const StoreLimits& limits = {.max_guarded_memories = 16})
      : engine(config), store(engine, limits), linker(store) {}

  Instantiation<Instance*> try_instantiate(std::string_view source) {
    return linker.instantiate(compile_text(engine, source));
  }
  /// Fails the test if it does not work.
  Instance* instantiate(std::string_view source) {
    auto made = try_instantiate(source);
    if (!made) ADD_FAILURE() << made.error().message();
    return made.value_or(nullptr);
  }
  /// The message of an instantiation that fails; empty if it does not.
  std::string failure(std::string_view source) {
    auto made = try_instantiate(source);
    return made ? std::string() : made.error().message();
  }
  template <class T>
  static T* exported(const Instance* instance, std::string_view name) {
    const auto found = find_export(*instance, name);
    return found && std::holds_alternative<T*>(*found) ? std::get<T*>(*found) : nullptr;
  }
  /// Calls an export and gives its only result.
  std::expected<Slot, Trap> call(const Instance* instance, std::string_view name, std::vector<Slot> arguments = {}) {
    const Func* func = exported<Func>(instance, name);
    if (func == nullptr) return std::unexpected(Trap{TrapKind::host_error, "no such function", 0, {}});
    auto results = invar::call(store, *func, arguments);
    if (!results) return std::unexpected(std::move(results).error());
    return results->empty() ? Slot{0} : results->front();
  }

  /// The only result; fails the test if it traps.
  u64 value(const Instance* instance, std::string_view name, std::vector<Slot> arguments = {}) {
    const auto result = call(instance, name, std::move(arguments));
    if (!result) ADD_FAILURE() << name << ": " << to_string(result.error());
    return result.value_or(~u64{0});
  }
  /// Why the call of an export ends, `none` if it returns.
  TrapKind trap(const Instance* instance, std::string_view name, std::vector<Slot> arguments = {}) {
    const auto result = call(instance, name, std::move(arguments));
    return result ? TrapKind::none : result.error().kind;
  }

  Engine engine;
  Store store;
  Linker linker;
};

}  // namespace invar
