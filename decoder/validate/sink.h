// What a FunctionWalker tells its sink: the contract, and NullSink, which does nothing (validation only).
//
// A sink sees live code only, family by family, in program order. The walker has already checked everything, so a
// sink keeps no types beyond what it needs: it mirrors the operand stack (each call below says what it pops and
// pushes) and the label stack. Depths are relative label depths as in the binary: 0 is the innermost block; the
// function's own block is the outermost label. A block that begins in dead code, with all in it, is not seen at all.
// Dead is also what stands behind the `end` of a block that no live code leaves, neither through its end nor by a
// branch.
#pragma once

#include <span>

#include "decoder/base/int.h"
#include "decoder/opcode.h"
#include "decoder/types.h"

namespace invar {

/// The types stay where they are until the function's end.
struct BlockType {
  std::span<const ValType> params;
  std::span<const ValType> results;
};

/// spec: syntax/instructions#memarg
struct Memarg {
  u64 offset = 0;
  u32 memory = 0;
  u32 align_log2 = 0;
};

enum class CatchKind : u8 { catch_ = 0, catch_ref = 1, catch_all = 2, catch_all_ref = 3 };
struct CatchClause {
  CatchKind kind;
  u32 tag;    ///< If kind is catch_ or catch_ref.
  u32 depth;  ///< Label depth, counted from outside the try_table.
};

/// A handler of resume and its like.
struct OnClause {
  u32 tag;
  u32 depth;  ///< Label depth, unless is_switch.
  bool is_switch;
};

/// A function body before its first instruction.
struct BodyInfo {
  u32 function;  ///< Function index.
  const FuncType* type;
  std::span<const ValType> locals;  ///< Parameters first, then the declared locals.
};

/// Derive from it (statically; the walker is a template) and hide what you need.
struct NullSink {
  void begin(const BodyInfo&) {}
  /// The function's final `end`; `reachable` says whether control falls through it. Acts as `return` if so.
  void finish(bool /*reachable*/) {}
  /// Comes before each live instruction, the ones without a call of their own (nop) included.
  void instruction(Op, u32 /*offset in the module*/) {}

  // Control. `reachable`: does control fall through to here from above?
  void unreachable() {}
  void block(const BlockType&) {}
  void loop(const BlockType&) {}
  void if_(const BlockType&) {}      // pops the i32 condition first
  void else_(bool /*reachable*/) {}  // operand stack: back to the parameters of the `if`
  void end(bool /*reachable*/) {}    // of block, loop, if (with or without else), try_table, try
  void br(u32 /*depth*/) {}
  void br_if(u32 /*depth*/) {}                                         // pops i32
  void br_table(std::span<const u32> /*depths, the default last*/) {}  // pops i32; the span dies with the call
  void return_() {}
  void br_on_null(u32 /*depth*/) {}      // pops a reference; pushes it back, non-null, if not taken
  void br_on_non_null(u32 /*depth*/) {}  // pops a reference; branches with it if it is not null
  // br_on_cast, br_on_cast_fail; br_on_cast_desc_eq and br_on_cast_desc_eq_fail pop the wanted descriptor first
  void br_on_cast(Op, u32 /*depth*/, ValType /*from*/, ValType /*to*/) {}
  void try_table(const BlockType&, std::span<const CatchClause>) {}
  void throw_(u32 /*tag*/) {}
  void throw_ref() {}
  // Legacy exceptions; `end` closes a try without delegate.
  void try_(const BlockType&) {}
  void catch_(u32 /*tag*/, bool /*reachable*/) {}  // operand stack: the tag's parameters
  void catch_all(bool /*reachable*/) {}
  void delegate(u32 /*depth, from outside the try*/, bool /*reachable*/) {}
  void rethrow(u32 /*depth*/) {}

  // Calls pop the parameters (below the callee operand, if there is one) and push the results.
  void call(u32 /*function*/) {}
  void call_indirect(u32 /*type*/, u32 /*table*/) {}
  void call_ref(u32 /*type*/) {}
  void return_call(u32 /*function*/) {}
  void return_call_indirect(u32 /*type*/, u32 /*table*/) {}
  void return_call_ref(u32 /*type*/) {}

  void drop(ValType) {}
  void select(ValType) {}  // pops i32, b, a; pushes a or b
  void local_get(u32) {}
  void local_set(u32) {}
  void local_tee(u32) {}
  void global_get(u32) {}
  void global_set(u32) {}

  void i32_const(u32) {}
  void i64_const(u64) {}
  void f32_const(u32 /*bits*/) {}
  void f64_const(u64 /*bits*/) {}
  void v128_const(const V128&) {}

  void test(Op) {}
  void compare(Op) {}
  void unary(Op) {}
  void binary(Op) {}
  void ternary(Op) {}
  void wide(Op) {}  // see the signature in opcodes.def
  void shuffle(const V128& /*lanes*/) {}
  void extract_lane(Op, u8 /*lane*/) {}
  void replace_lane(Op, u8 /*lane*/) {}

  void load(Op, const Memarg&) {}
  void store(Op, const Memarg&) {}
  void load_lane(Op, const Memarg&, u8 /*lane*/) {}
  void store_lane(Op, const Memarg&, u8 /*lane*/) {}
  void memory_size(u32 /*memory*/) {}
  void memory_grow(u32 /*memory*/) {}
  void memory_fill(u32 /*memory*/) {}
  void memory_copy(u32 /*destination*/, u32 /*source*/) {}
  void memory_init(u32 /*data*/, u32 /*memory*/) {}
  void data_drop(u32 /*data*/) {}

  void table_get(u32 /*table*/) {}
  void table_set(u32 /*table*/) {}
  void table_size(u32 /*table*/) {}
  void table_grow(u32 /*table*/) {}
  void table_fill(u32 /*table*/) {}
  void table_copy(u32 /*destination*/, u32 /*source*/) {}
  void table_init(u32 /*elem*/, u32 /*table*/) {}
  void elem_drop(u32 /*elem*/) {}

  void ref_null(HeapType) {}
  void ref_is_null() {}
  void ref_func(u32 /*function*/) {}
  void ref_as_non_null() {}
  void ref_eq() {}

  // Garbage collection. `type` is a type index; `index` the field, element count, segment or source type.
  void struct_new(Op, u32 /*type*/) {}  // with and without fields; the ones with a descriptor pop it first
  void struct_get(Op, u32 /*type*/, u32 /*field*/) {}
  void struct_set(u32 /*type*/, u32 /*field*/) {}
  void array_new(Op, u32 /*type*/) {}  // array_new, array_new_default
  void array_new_fixed(u32 /*type*/, u32 /*count*/) {}
  void array_new_data(u32 /*type*/, u32 /*data*/) {}
  void array_new_elem(u32 /*type*/, u32 /*elem*/) {}
  void array_get(Op, u32 /*type*/) {}
  void array_set(u32 /*type*/) {}
  void array_len() {}
  void array_fill(u32 /*type*/) {}
  void array_copy(u32 /*destination type*/, u32 /*source type*/) {}
  void array_init_data(u32 /*type*/, u32 /*data*/) {}
  void array_init_elem(u32 /*type*/, u32 /*elem*/) {}
  void ref_test(ValType) {}  // target type, nullable or not
  void ref_cast(ValType) {}
  void ref_get_desc(u32 /*type*/) {}
  void ref_cast_desc(ValType) {}  // pops the wanted descriptor, then the reference
  void convert_extern(Op) {}      // any_convert_extern, extern_convert_any
  void ref_i31() {}
  void i31_get(Op) {}

  // Continuations. Operands and results are those of the function types: a reference to the continuation is on top.
  void cont_new(u32 /*type*/) {}  // pops a function reference
  void cont_bind(u32 /*from type*/, u32 /*to type*/) {}
  void suspend(u32 /*tag*/) {}
  // resume, resume_throw (pops the tag's parameters), resume_throw_ref (pops an exnref)
  void resume(Op, u32 /*type*/, u32 /*tag, of resume_throw*/, std::span<const OnClause>) {}
  void switch_(u32 /*type*/, u32 /*tag*/) {}

  void atomic_load(Op, const Memarg&) {}
  void atomic_store(Op, const Memarg&) {}
  void atomic_rmw(Op, const Memarg&) {}
  void atomic_cmpxchg(Op, const Memarg&) {}
  void atomic_wait(Op, const Memarg&) {}
  void atomic_notify(const Memarg&) {}
  void atomic_fence() {}
};

}  // namespace invar
