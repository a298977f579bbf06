// What the lowering tells the emission about a machine instruction, beside its operands (regalloc/machine_code.h).
#pragma once

#include "engine/runtime/trap.h"
#include "jit/ir/function.h"
#include "jit/machine/instruction.h"
#include "jit/regalloc/machine_code.h"

namespace invar::jit::arm64 {

/// How an instruction is put together. `def` stands for the definition, `a` to `c` for uses. An integer that is used
/// but is no operand is zero.
enum class Form : u8 {
  entry,            ///< Defines the parameters in registers.
  load_argument,    ///< def = stack argument number imm
  constant,         ///< def = imm, of the width
  vector_constant,  ///< def = literal
  plain,            ///< id def, a, b, c, imm: those that have a shape, a only if it is not def's register (is_tied)
  load,             ///< id def, memory
  store,            ///< id a, memory
  load_lane,        ///< id def's lane, memory: a tied
  store_lane,       ///< id a's lane, memory
  compare,          ///< id a, b (or imm)
  set,              ///< def = condition
  select,           ///< def = condition ? a : b
  jump,
  branch,       ///< to the first successor if the condition holds, else to the second
  branch_zero,  ///< likewise: equal (or not_equal): a is 0 (or not)
  branch_bit,   ///< likewise: bit imm of a is 0 (or not)
  switch_,      ///< a: index, two temporaries; imm as the node's
  return_,
  resume,  ///< imm: the address of threaded code
  trap,
  call,           ///< imm: function
  call_import,    ///< likewise
  call_indirect,  ///< imm as the node's
  call_ref,
  throw_,        ///< a: tag or exception, b: arguments or 0
  call_builtin,  ///< imm: Builtin
  global_get,    ///< imm: global
  global_set,
  memory_size,  ///< index: memory; imm: log2 of the page size
  table_get,    ///< def, a: the number; index: table
  table_set,    ///< a, b
  table_size,
  check_null,        ///< a; trap
  trap_if,           ///< condition; trap
  value_frame,       ///< def
  instance_pointer,  ///< def; imm: where in the instance
  type_header,       ///< def; imm: type index
  canonical_nan,     ///< def, a
  tick,              ///< imm: fuel
  locate,            ///< def, a: the address; imm: offset + bytes of the access; index: memory
  divide,            ///< id def, a, b; remainders too
  rotate_left,       ///< def, a, b
  count_trailing,
  count_bits,
  copysign,                 ///< a tied, b
  truncate,                 ///< float a -> integer, trapping
  atomic_load,              ///< id def, memory
  atomic_store,             ///< a, memory
  atomic_rmw,               ///< id: what makes the new value of the old one and a, in a temporary, b; none: a itself
  atomic_at_once,           ///< id a, def, memory; inverts a first, in the temporary b if there is one
  atomic_compare_exchange,  ///< a: what is expected, b: the replacement
  fence,
};

/// As they are encoded. Behind a comparison of floats: mi, ls, gt, ge and eq are false if they are unordered.
enum class Condition : u8 { eq, ne, hs, lo, mi, pl, vs, vc, hi, ls, ge, lt, gt, le };
constexpr Condition negated(Condition condition) { return static_cast<Condition>(static_cast<u32>(condition) ^ 1); }

/// How an instruction sees an operand: a general register, a vector register as a number, as lanes, or one of its
/// lanes.
enum class Shape : u8 { none, w, x, b, h, s, d, q, b8, b16, h4, h8, s2, s4, d2, lane_b, lane_h, lane_s, lane_d };

/// What happens to the last register operand first.
enum class Shift : u8 { none, lsl, lsr, asr, ror, sxtw };

struct Memory {
  u8 operand = no_operand;  ///< The address, if it is no constant.
  bool is_checked = false;  ///< The operand is an address of the host, else relative to memory 0.
  s64 offset = 0;
};

struct Instruction {
  Form form = Form::trap;
  Condition condition = Condition::eq;
  Width width = Width::w32;    ///< Of def and a.
  Width width_b = Width::w32;  ///< In memory.
  u16 id = 0;                  ///< asmjit's.
  u8 def = no_operand, a = no_operand, b = no_operand, c = no_operand;
  Shape shape = Shape::none, shape_a = Shape::none, shape_b = Shape::none, shape_c = Shape::none;  ///< Of those.
  u8 lane = 0, from_lane = 0;  ///< Of def, if that is one; else of what is.
  Shift shift = Shift::none;
  u8 shift_by = 0;
  bool is_tied = false;
  bool has_imm = false;
  bool may_be_zero = false, may_overflow = false;  ///< Of a division: what is to be checked.
  bool is_tail = false;                            ///< Of a call.
  u32 scope = interp::HandlerTable::none;          ///< Of a call or throw in a try block: Site::scope.
  TrapKind trap = TrapKind::none;
  Memory memory = {};
  Op op = Op::unreachable;
  u32 offset = 0;   ///< In the wasm module.
  u32 index = 0;    ///< Of a memory or table.
  u32 literal = 0;  ///< In LoweredFunction::literals.
  s64 imm = 0;
  s64 second_imm = 0;  ///< Behind it, if it is not 0: a width in bits.
};

}  // namespace invar::jit::arm64
