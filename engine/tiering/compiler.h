// The seam between the engine and the compiler: the engine knows only this.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decoder/base/int.h"
#include "engine/tiering/machine_context.h"

namespace invar {

class CompiledModule;
class Engine;
struct Code;
struct FuncType;
struct ModuleBytes;
namespace interp {
struct HandlerTable;
}

/// What a position in compiled code belongs to.
struct MachineSite {
  const Code* code = nullptr;  ///< Null: none of a function.
  u32 offset = 0;              ///< Of the wasm instruction in its module.
  bool is_entry = false;       ///< In the code that enters from the interpreter.
  bool is_inlined = false;     ///< In a function that became part of its caller, which is one level up.
  // Behind a call in a try block:
  const interp::HandlerTable* handlers = nullptr;  ///< The function's, else null.
  u32 scope = 0;                                   ///< The innermost, in the table.
  const u8* landing = nullptr;                     ///< Where what is caught arrives,
  u32 frame_bytes = 0;                             ///< with the stack pointer so far below the frame.
};

/// Set while a compilation under way is not wanted any more: it ends soon, without a result.
using StopFlag = std::atomic<bool>;

/// A loop of a function in threaded code, for compiled code that begins there.
struct LoopPlace {
  /// Its number among the function's blocks (of any kind, in the order in which they begin).
  u32 block = 0;
  /// The threaded code of the loops around it, innermost first. When control leaves for one of them, the interpreter
  /// goes on there.
  std::span<const u64* const> around;
};

/// Machine code on its way to a file.
struct SavedCode {
  u64 size = 0;
  std::function<void(u8*)> write;  ///< Where `size` zeros are, while the module and its compiler live.
};

/// Makes machine code. Thread-safe; must outlive the engine whose configuration names it.
class Compiler {
 public:
  virtual ~Compiler() = default;

  /// Compiles the function and publishes it through `code`: to be called once for each. False: it stays with the
  /// interpreter.
  virtual bool compile(Code& code, const StopFlag* stop = nullptr) = 0;
  /// Compiles the function from a loop on. The threaded code to go on with in the interpreter's frame, or nullptr.
  virtual const u64* compile_loop(Code& code, const LoopPlace& loop, const StopFlag* stop = nullptr) = 0;
  /// Code::machine_entry of a function that compiled code has not called yet: calls bind(), then what that has found.
  virtual const void* unbound_entry() const = 0;
  /// Makes compiled code's calls of the function, if they come here still, lead to the interpreter or the host. False:
  /// there is no memory for that.
  virtual bool bind(Code& code) = 0;
  /// Fills in what an instance needs of the compiler.
  virtual void prepare(MachineContext& context) = 0;
  /// `pc`: of an instruction that stopped, or behind a call. `level`: 0 for the innermost of the functions there, which
  /// are more than one where some became part of others.
  virtual MachineSite find(const u8* pc, u32 level) const = 0;
  /// What machine code depends on, beside the module: words NAME=VALUE. Empty: it cannot be kept.
  virtual std::string code_key(const Engine& engine) const = 0;
  /// The machine code of the module's functions as far as they have been compiled, for restore().
  virtual SavedCode save(const CompiledModule& module) = 0;
  /// Publishes all functions that the saved code has, and leaves the others to the interpreter. Nothing of the module
  /// is compiled or running. `saved` comes from a compiler of the same key, or one that explain_mismatch() has no
  /// objections to; that is for the caller to make sure of. False, and nothing has changed: it is not saved code of the
  /// module.
  virtual bool restore(CompiledModule& module, const ModuleBytes& saved) = 0;
  /// Forgets the code of a module that is about to go. None of its functions is being compiled.
  virtual void forget(const CompiledModule& module) = 0;
};

}  // namespace invar
