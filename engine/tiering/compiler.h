// The seam between the engine and the compiler: the engine knows only this.
#pragma once

#include "decoder/base/int.h"
#include "engine/tiering/machine_context.h"

namespace invar {

class CompiledModule;
struct Code;
struct FuncType;
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

/// Makes machine code. Thread-safe; must outlive the engine whose configuration names it.
class Compiler {
 public:
  virtual ~Compiler() = default;

  /// Compiles the function and publishes it through `code`, whose module is locked. False: it stays with the
  /// interpreter.
  virtual bool compile(Code& code) = 0;
  /// Compiles the function from a loop on, given by its number among the function's blocks (of any kind, in the order
  /// in which they begin), which must not lie in another loop. The threaded code to go on with in the interpreter's
  /// frame, or nullptr. The module is locked.
  virtual const u64* compile_loop(Code& code, u32 block) = 0;
  /// What compiled code calls while a function of the type is not compiled: leads to the interpreter.
  virtual const void* interpreter_entry(const FuncType& type) = 0;
  /// Fills in what an instance needs of the compiler.
  virtual void prepare(MachineContext& context) = 0;
  /// `pc`: of an instruction that stopped, or behind a call. `level`: 0 for the innermost of the functions there, which
  /// are more than one where some became part of others.
  virtual MachineSite find(const u8* pc, u32 level) const = 0;
  /// Forgets the code of a module that is about to go.
  virtual void forget(const CompiledModule& module) = 0;
};

}  // namespace invar
