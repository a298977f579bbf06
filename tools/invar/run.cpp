// invar run: run a program, or call one exported function.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <expected>

#include "decoder/binary/module_decoder.h"
#include "engine/runtime/call.h"
#include "engine/runtime/linker.h"
#include "engine/tiering/background_compiler.h"
#include "engine/tiering/compiled_file.h"
#include "tools/invar/code_cache.h"
#include "tools/invar/command.h"
#include "tools/invar/run_options.h"
#include "tools/invar/value_text.h"
#include "tools/invar/watchdog.h"
#include "wasi/context.h"
#include "wasi/wasi.h"

namespace invar::tool {

namespace {

int report(const Trap& trap) {
  if (trap.kind == TrapKind::exit) return trap.exit_code;
  const bool is_trap = category_of(trap.kind) != ErrorCategory::exception;
  return complain((is_trap ? "trap: " : "") + to_string(trap), exit_trap);
}

int report(const std::string& file, const Error& error) {
  return complain(fmt::format("{}: {}", file, error.message()));
}

int report(const std::string& file, const InstantiationFailure& failure) {
  return failure.trap() != nullptr ? report(*failure.trap()) : report(file, *failure.error());
}

bool wants_wasi(const Module& module) {
  return std::ranges::any_of(module.imports, [](const Import& import) { return import.module.starts_with("wasi_"); });
}

/// Names every import that nothing defines; 0 if there is none.
int check_imports(const Linker& linker, const Module& module, const std::string& file) {
  std::string missing;
  for (const Import& import : module.imports) {
    if (linker.find(import.module, import.name) != nullptr) continue;
    missing += fmt::format("{}invar: {}: unknown import \"{}\" \"{}\": {} {}", missing.empty() ? "" : "\n", file,
                           import.module, import.name, to_string(import.kind),
                           describe_item(module, import.kind, import.index));
  }
  return missing.empty() ? 0 : complain(std::string_view{missing}.substr(sizeof "invar: " - 1));
}

/// One run of the command: an engine, a store, and the modules in it.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options), engine_(options.engine), store_(engine_, options.limits), linker_(store_) {
    if (options.fuel) store_.fuel = *options.fuel;
    if (options.cache) open_cache();
  }

  int run() {
    std::optional<Watchdog> watchdog;
    if (options_.timeout_seconds) watchdog.emplace(store_, std::chrono::duration<double>{*options_.timeout_seconds});
    for (const Preload& preload : options_.preloads) {
      const std::expected<Instance*, int> instance = make_instance(preload.file);
      if (!instance) return instance.error();
      linker_.define_instance(preload.name, **instance);
    }
    const std::expected<Instance*, int> instance = make_instance(options_.file);
    if (!instance) return instance.error();
    return options_.invoke ? invoke(**instance, *options_.invoke) : run_program(**instance);
  }
  /// Is a function being compiled beside?
  bool is_compiling() const {
    BackgroundCompiler* const background = engine_.known_background_compiler();
    return background != nullptr && background->is_busy();
  }

 private:
  /// A module's bytes, and its machine code if there is any already.
  struct Loaded {
    ModuleBytes module;
    std::optional<ModuleBytes> code;
  };

  std::expected<Loaded, int> load(const std::string& file) {
    Result<ModuleBytes> bytes = load_binary(file, options_.engine.features);
    if (!bytes) {
      const bool names_file = bytes.error().code == ErrorCode::io_error;
      return std::unexpected(names_file ? complain(bytes.error().message()) : report(file, bytes.error()));
    }
    if (is_compiled_file(bytes->bytes)) {
      const Result<CompiledFile> compiled = read_compiled_file(*std::move(bytes));
      if (!compiled) return std::unexpected(report(file, compiled.error()));
      Loaded loaded{{compiled->module, compiled->owner}, {}};
      if (options_.compiler == nullptr) return loaded;
      if (const std::string why = explain_mismatch(compiled->key, code_key()); !why.empty()) {
        if (!options_.wants_compiled) return loaded;
        return std::unexpected(complain(fmt::format("{}: {}", file, why)));
      }
      loaded.code = ModuleBytes{compiled->code, compiled->owner};
      return loaded;
    }
    Loaded loaded{*std::move(bytes), {}};
    if (!cache_) return loaded;
    Result<std::optional<CompiledFile>> known = cache_->find(loaded.module.bytes, code_key());
    if (!known) {
      complain(fmt::format("--cache: not used:{}", known.error().detail));
    } else if (*known) {
      loaded.code = ModuleBytes{(*known)->code, (*known)->owner};
    }
    return loaded;
  }

  /// Made once.
  const std::string& code_key() {
    if (code_key_.empty()) code_key_ = options_.compiler->code_key(engine_);
    return code_key_;
  }

  /// Compiles the module and keeps the code for the next time.
  void compile_for_cache(CompiledModule& module) {
    module.compile_all();
    const std::span<const u8> bytes = module.module().source.bytes;
    const Result<void> stored =
        cache_->store(bytes, code_key(), write_compiled_file(code_key(), bytes, options_.compiler->save(module)));
    if (!stored) complain(fmt::format("--cache: not written:{}", stored.error().detail));
  }

  Result<std::shared_ptr<CompiledModule>> make_module(const Loaded& loaded) {
    // What has been compiled has been validated.
    const DecodeOptions decoding{.bodies_are_valid = loaded.code.has_value()};
    INVAR_TRY_ASSIGN(auto module, decode_module(loaded.module, options_.engine.features, decoding));
    return CompiledModule::create(engine_, std::move(module));
  }

  std::expected<Instance*, int> make_instance(const std::string& file) {
    std::expected<Loaded, int> loaded = load(file);
    if (!loaded) return std::unexpected(loaded.error());
    auto compiled = make_module(*loaded);
    if (compiled && loaded->code && !options_.compiler->restore(**compiled, *loaded->code)) {
      if (options_.wants_compiled) {
        const int status = complain(fmt::format("{}: its machine code is not for it", file));
        if (!cache_) return std::unexpected(status);
      }
      loaded->code.reset();
      compiled = make_module(*loaded);
    }
    if (!compiled) return std::unexpected(report(file, compiled.error()));
    const Module& module = (*compiled)->module();
    if (wasi_ == nullptr && wants_wasi(module)) {
      if (const int status = provide_wasi(); status != 0) return std::unexpected(status);
    }
    if (const int status = check_imports(linker_, module, file); status != 0) return std::unexpected(status);
    if (cache_ && !loaded->code) compile_for_cache(**compiled);
    const Instantiation<Instance*> instance = linker_.instantiate(*compiled);
    if (!instance) return std::unexpected(report(file, instance.error()));
    // A library that wants to be initialised, before anyone calls it.
    if (const Func* initialize = find_function(**instance, "_initialize")) {
      const auto results = call(store_, *initialize, {});
      if (!results) return std::unexpected(report(results.error()));
    }
    return *instance;
  }

  /// Without the cache it runs all the same.
  void open_cache() {
    if (code_key().empty()) {
      complain("--cache: not used: this build of invar has no id, by which others could be told from it");
      return;
    }
    Result<CodeCache> cache = CodeCache::open(*options_.cache);
    if (!cache) {
      complain(fmt::format("--cache: not used:{}", cache.error().detail));
      return;
    }
    cache_.emplace(*std::move(cache));
  }

  int provide_wasi() {
    Result<std::unique_ptr<wasi::Context>> context = wasi::create(options_.wasi);
    if (!context) return complain(context.error().message());
    wasi_ = *std::move(context);
    const Result<void> added = wasi::add_to_linker(linker_, *wasi_);
    return added ? 0 : complain(added.error().message());
  }

  static const Func* find_function(const Instance& instance, std::string_view name) {
    const std::optional<Extern> item = find_export(instance, name);
    if (!item || !std::holds_alternative<Func*>(*item)) return nullptr;
    return std::get<Func*>(*item);
  }

  int run_program(const Instance& instance) {
    const Func* const start = find_function(instance, "_start");
    if (start == nullptr) {
      // What there is to do, the start function or _initialize has done.
      if (instance.module->start || find_function(instance, "_initialize") != nullptr) return 0;
      return complain(fmt::format("{}: exports no function _start (call another with --invoke)", options_.file));
    }
    if (!start->type->params.empty() || !start->type->results.empty()) {
      return complain(fmt::format("{}: _start has the type {}, not (func)", options_.file, to_string(*start->type)));
    }
    const auto results = call(store_, *start, {});
    return results ? 0 : report(results.error());
  }

  int invoke(const Instance& instance, const std::string& name) {
    const Func* const func = find_function(instance, name);
    if (func == nullptr) return complain(fmt::format("{}: exports no function \"{}\"", options_.file, name));
    const FuncType& type = engine_.types()[func->type_id].func;
    if (options_.arguments.size() != type.params.size()) {
      return complain(fmt::format("{} takes {} arguments, not {}: {}", name, type.params.size(),
                                  options_.arguments.size(), to_string(*func->type)),
                      exit_usage);
    }
    std::vector<Slot> slots;
    for (size_t i = 0; i < type.params.size(); ++i) {
      if (!append_value(slots, options_.arguments[i], type.params[i])) {
        return complain(fmt::format("\"{}\" is no {}", options_.arguments[i], to_string(type.params[i])), exit_usage);
      }
    }
    const auto results = call(store_, *func, slots);
    if (!results) return report(results.error());
    std::string out;
    const Slot* at = results->data();
    for (const ValType result : type.results) {
      out += value_text(at, result) + "\n";
      at += slots_of(result);
    }
    return print(out) ? 0 : exit_failure;
  }

  const RunOptions& options_;
  Engine engine_;
  std::optional<CodeCache> cache_;
  std::string code_key_;
  std::unique_ptr<wasi::Context> wasi_;  // outlives the store that refers to it
  Store store_;
  Linker linker_;
};

}  // namespace

int run_command(const Arguments& arguments) {
  const std::expected<RunOptions, int> options = parse_run_options(arguments);
  if (!options) return options.error();
  Run run{*options};
  const int status = run.run();
  if (run.is_compiling()) {
    // Nobody will want it: the process ends without waiting.
    std::fflush(nullptr);
    _exit(status);
  }
  return status;
}

}  // namespace invar::tool
