// Engine and Module: what can be shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "invar/compiler.h"
#include "invar/error.h"
#include "invar/types.h"

namespace invar {
class Engine;
class CompiledModule;
}  // namespace invar

namespace invar::api {

struct Config {
  /// Proposals to switch on or off, by name ("threads", "gc"). By default WebAssembly 3.0 is on.
  std::vector<std::pair<std::string, bool>> features = {};
  /// Find out-of-bounds accesses by memory protection where the system allows it; otherwise, and if false, by checks.
  bool guard_pages = true;
  /// Count instructions and stop when Store::set_fuel's units are used up. Deterministic.
  bool fuel = false;
  /// Let Store::interrupt stop running code.
  bool interruptible = false;
  /// The spec's deterministic profile: one result for every operation. spec: appendix/profiles#deterministic
  bool deterministic = false;
  /// Threads that validate a module's functions.
  std::uint32_t validation_threads = 1;
  /// From make_compiler. Null: modules are interpreted.
  std::shared_ptr<invar::Compiler> compiler = nullptr;
  Tiering tiering = Tiering::automatic;
  /// Threads that compile a module, if that is eager; 0: as many as can run at the same time.
  std::uint32_t compilation_threads = 0;
};

/// Owns what modules and stores share. Copies are the same engine. Thread-safe.
class Engine {
 public:
  Engine();
  /// Fails if a feature's name is unknown.
  static Result<Engine> create(const Config& config);

  invar::Engine& internal() const { return *impl_; }
  const std::shared_ptr<invar::Engine>& shared() const { return impl_; }

 private:
  explicit Engine(std::shared_ptr<invar::Engine> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<invar::Engine> impl_;
};

struct ImportInfo {
  std::string_view module;
  std::string_view name;
  ExternKind kind;
  std::optional<FuncType> func;  ///< If kind is func.
};

struct ExportInfo {
  std::string_view name;
  ExternKind kind;
  std::optional<FuncType> func;  ///< If kind is func.
};

/// A valid module. Copies are the same module. Immutable and thread-safe. spec: embed#modules
class Module {
 public:
  /// From the binary format; the bytes are copied ...
  static Result<Module> from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes);
  /// ... or moved.
  static Result<Module> from_bytes(const Engine& engine, std::vector<std::uint8_t>&& bytes);
  Module(const Module&) = default;
  Module(Module&&) noexcept = default;
  /// What it was goes in the right order, the module before its engine.
  Module& operator=(Module other) noexcept {
    std::swap(engine_, other.engine_);
    std::swap(impl_, other.impl_);
    return *this;
  }

  /// From the text format.
  static Result<Module> from_text(const Engine& engine, std::string_view text);
  /// From a file in either format. A large binary is mapped, not copied; the file must not change meanwhile.
  static Result<Module> from_file(const Engine& engine, const std::string& path);

  /// The views live as long as the module.
  std::vector<ImportInfo> imports() const;
  std::vector<ExportInfo> exports() const;
  /// The contents of the first custom section of that name. spec: binary/modules#custom-section
  std::optional<std::span<const std::uint8_t>> custom_section(std::string_view name) const;

  const std::shared_ptr<CompiledModule>& internal() const { return impl_; }

 private:
  Module(std::shared_ptr<invar::Engine> engine, std::shared_ptr<CompiledModule> impl)
      : engine_(std::move(engine)), impl_(std::move(impl)) {}
  std::shared_ptr<invar::Engine> engine_;  // outlives the module
  std::shared_ptr<CompiledModule> impl_;
};

}  // namespace invar::api
