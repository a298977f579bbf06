// A module as an engine runs it: shared by all its instances, in all stores.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "decoder/module.h"
#include "engine/interp/continuation_functions.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/objects.h"

namespace invar {

namespace interp {
struct HandlerTable;
struct Lowerer;
}  // namespace interp

class CompiledModule {
 public:
  /// Takes a valid module. Nothing is lowered yet. Error: host_limit.
  static Result<std::shared_ptr<CompiledModule>> create(Engine& engine, std::shared_ptr<const Module> module);

  ~CompiledModule();

  Engine& engine() const { return engine_; }
  const Module& module() const { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const { return module_; }

  /// Is the code made for a guarded memory 0? It runs only in instances that have one.
  bool guard_pages() const { return guard_pages_; }
  /// The same module for instances whose memory 0 could not be guarded. Made at the first request.
  std::shared_ptr<CompiledModule> with_explicit_checks();

  /// Has all functions compiled, on all cores, if the engine's configuration says so: before anything of the module
  /// runs.
  void compile_ahead();
  /// The same whatever it says.
  void compile_all();

  /// Engine-wide id of each type index.
  const std::vector<u32>& type_ids() const { return type_ids_; }

  /// What tells objects and functions of a type: how objects begin, or a function's type id. By type index.
  const std::vector<u32>& type_headers() const { return type_headers_; }
  /// By type index.
  const std::vector<const gc::Layout*>& layouts() const { return layouts_; }

  /// By function index; the entries of imported functions are not used. Behind the module's functions are those of
  /// continuation_functions(). Handlers read them without a lock: the lowering publishes `entry` last.
  std::vector<Code> codes;
  /// None without a compiler.
  const interp::ContinuationFunctions& continuation_functions() const { return continuation_functions_; }
  /// Is it one of the module's own?
  bool is_own(u32 function) const { return function < module_->functions.size(); }
  /// By index in `codes`.
  const FuncType& func_type(u32 function) const {
    return is_own(function) ? module_->func_type(function)
                            : continuation_functions_.type(function - static_cast<u32>(module_->functions.size()));
  }

  /// Held while a function is lowered; guards what follows.
  std::mutex mutex;
  /// Threaded code of the functions lowered so far.
  std::vector<std::unique_ptr<u64[]>> code_storage;
  std::vector<std::unique_ptr<const interp::HandlerTable>> handler_tables;
  /// The lowering's working memory, kept from function to function.
  std::shared_ptr<interp::Lowerer> lowerer;

  /// The function's name for people: from the name section, else an export's, else empty.
  std::string function_name(u32 function) const;
  std::string module_name() const;
  /// A tag's name, likewise.
  std::string tag_name(u32 tag) const;

 private:
  CompiledModule(Engine& engine, std::shared_ptr<const Module> module, std::vector<u32> type_ids, bool guard_pages);
  struct Names;
  const Names& names() const;

  Engine& engine_;
  std::shared_ptr<const Module> module_;
  interp::ContinuationFunctions continuation_functions_;
  std::vector<u32> type_ids_;
  std::vector<u32> type_headers_;
  std::vector<const gc::Layout*> layouts_;
  const bool guard_pages_;
  std::once_flag ahead_once_;
  std::once_flag explicit_once_;
  std::shared_ptr<CompiledModule> explicit_;
  mutable std::once_flag names_once_;
  mutable std::shared_ptr<const Names> names_;  // read at first use: only people need names
};

}  // namespace invar
