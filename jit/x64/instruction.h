// What the lowering tells the emission about a machine instruction, beside its operands (regalloc/machine_code.h).
#pragma once

#include <asmjit/x86.h>

#include "engine/runtime/trap.h"
#include "jit/ir/function.h"
#include "jit/machine/instruction.h"
#include "jit/regalloc/machine_code.h"

namespace invar::jit::x64 {

/// How an instruction is put together. `def` stands for the definition, `a` and `b` for uses; b may be an operand, an
/// immediate or in memory.
enum class Form : u8 {
  entry,          ///< Defines the parameters in registers.
  load_argument,  ///< def = stack argument number imm
  constant,       ///< def = imm, of the width; 16 and more are vector registers (see Instruction::width)
  alias,          ///< Nothing: def is tied to a.
  two,            ///< id def, b: a tied
  move,           ///< id def, b
  three,          ///< id def, a, b
  multiply_by,    ///< id def, b, imm
  shift,          ///< id def, cl: a tied, b in rcx
  shift_by,       ///< id def, imm: a tied
  store,          ///< id memory, a (or imm)
  compare,        ///< id a, b
  set,            ///< def = condition
  select,         ///< def = condition ? b : a (tied)
  jump,
  branch,   ///< to the first successor if the condition holds, else to the second
  switch_,  ///< a: index, two temporaries; imm as the node's
  return_,
  resume,  ///< imm: the address of threaded code
  trap,
  call,           ///< imm: function
  call_import,    ///< likewise
  call_indirect,  ///< imm as the node's
  call_builtin,   ///< imm: Builtin
  global_get,     ///< imm: global
  global_set,
  memory_size,  ///< index: memory; imm: log2 of the page size
  table_get,    ///< def, a: the number, which is the result's register too; index: table
  table_set,    ///< a, b
  table_size,
  check_null,        ///< a; trap
  trap_if,           ///< condition; trap
  value_frame,       ///< def
  instance_pointer,  ///< def; imm: where in the instance
  type_header,       ///< def; imm: type index
  canonical_nan,     ///< def: a tied
  tick,              ///< imm: fuel
  locate,            ///< def, a: the address; imm: offset + bytes of the access; index: memory
  call_ref,
  throw_,         ///< a: tag or exception, b: arguments or 0
  multiply_high,  ///< id: mul or imul; a in rax, b; def rdx, rax a clobber
  divide,         ///< id: div or idiv; a in rax, b; defs rax and rdx are `def` and a clobber
  zero_and_move,  ///< id def, b; clears def first: conversions that leave the upper part
  convert_u64,    ///< i64 (unsigned) -> float; one integer temporary
  truncate,       ///< float -> integer, trapping; see emit_conversions.cpp
  truncate_saturated,
  min_max,           ///< id: min or max; a tied, b
  sign_bits,         ///< id: and/xor; a tied, with a constant of the width: abs, neg
  copysign,          ///< a (tied), b; one vector temporary
  vector,            ///< id def, a, b, number: those that there are; a tied without AVX
  vector_constant,   ///< def = literal
  vector_store,      ///< id memory, a, number
  exchange,          ///< id: xchg or xadd; memory, a tied
  update,            ///< id: and, or, xor; memory, a; def in rax, one temporary in b
  compare_exchange,  ///< memory, a; in and out: rax
  fence,
  count_zeros,  ///< id: bsr or bsf, where lzcnt and tzcnt are missing
};

/// x86's conditions, and the two that floats need two flags for.
enum class Condition : u8 {
  overflow = 0x0,
  below = 0x2,
  above_or_equal = 0x3,
  equal = 0x4,
  not_equal = 0x5,
  below_or_equal = 0x6,
  above = 0x7,
  sign = 0x8,
  not_sign = 0x9,
  parity = 0xa,
  not_parity = 0xb,
  less = 0xc,
  greater_or_equal = 0xd,
  less_or_equal = 0xe,
  greater = 0xf,
  ordered_equal = 0x10,
  unordered_not_equal = 0x11,
};

constexpr u32 condition_bits(Condition condition) { return static_cast<u32>(condition) & 0xf; }
constexpr Condition negated(Condition condition) { return static_cast<Condition>(static_cast<u32>(condition) ^ 1); }

struct Memory {
  enum class Base : u8 { none, heap };
  Base base = Base::none;
  u8 operand = no_operand, index = no_operand;  ///< Operands of the instruction.
  u8 scale = 0;                                 ///< Log2.
  s32 displacement = 0;
  u64 big_offset = 0;  ///< An offset that does not fit in `displacement`; that is then 0.
};

struct Instruction {
  Form form = Form::trap;
  Condition condition = Condition::equal;
  Width width = Width::w32;    ///< Of def and a.
  Width width_b = Width::w32;  ///< Of b.
  u16 id = 0;                  ///< asmjit's.
  u8 def = no_operand, a = no_operand, b = no_operand;
  bool b_in_memory = false, b_is_immediate = false, b_is_literal = false;
  bool has_number = false;                 ///< imm is one more operand.
  bool is_tail = false;                    ///< Of a call.
  u32 scope = interp::HandlerTable::none;  ///< Of a call or throw in a try block: Site::scope.
  TrapKind trap = TrapKind::none;
  Memory memory;
  Op op = Op::unreachable;
  u32 offset = 0;   ///< In the wasm module.
  u32 index = 0;    ///< Of a memory or table.
  u32 literal = 0;  ///< In LoweredFunction::literals.
  s64 imm = 0;
};

}  // namespace invar::jit::x64
