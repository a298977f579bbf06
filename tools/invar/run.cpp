// invar run: run a program, or call one exported function.
#include <fmt/format.h>

#include <algorithm>
#include <expected>

#include "decoder/binary/module_decoder.h"
#include "engine/runtime/call.h"
#include "engine/runtime/linker.h"
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

 private:
  std::expected<Instance*, int> make_instance(const std::string& file) {
    const Result<std::shared_ptr<const Module>> module = load_module(file, options_.engine.features);
    if (!module) {
      const bool names_file = module.error().code == ErrorCode::io_error;
      return std::unexpected(names_file ? complain(module.error().message()) : report(file, module.error()));
    }
    if (wasi_ == nullptr && wants_wasi(**module)) {
      if (const int status = provide_wasi(); status != 0) return std::unexpected(status);
    }
    if (const int status = check_imports(linker_, **module, file); status != 0) return std::unexpected(status);
    const auto compiled = CompiledModule::create(engine_, *module);
    if (!compiled) return std::unexpected(report(file, compiled.error()));
    const Instantiation<Instance*> instance = linker_.instantiate(*compiled);
    if (!instance) return std::unexpected(report(file, instance.error()));
    // A library that wants to be initialised, before anyone calls it.
    if (const Func* initialize = find_function(**instance, "_initialize")) {
      const auto results = call(store_, *initialize, {});
      if (!results) return std::unexpected(report(results.error()));
    }
    return *instance;
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
  std::unique_ptr<wasi::Context> wasi_;  // outlives the store that refers to it
  Store store_;
  Linker linker_;
};

}  // namespace

int run_command(const Arguments& arguments) {
  const std::expected<RunOptions, int> options = parse_run_options(arguments);
  if (!options) return options.error();
  return Run{*options}.run();
}

}  // namespace invar::tool
