// Finding the handler of an instruction for given operand locations. A row is an array indexed by Dst (dst_count
// entries), so that the lowering can change its mind about a destination by picking another element.
#pragma once

#include <array>

#include "decoder/opcode.h"
#include "engine/interp/operands.h"
#include "engine/semantics/nan.h"

namespace invar::interp {

using Row = const Handler*;
/// Of a row, the handlers that write the register alone, and a slot as well.
constexpr Handler to_register(Row row, u32 reg) { return row[static_cast<u32>(Dst::reg0) + reg]; }
constexpr Handler to_slot_and_register(Row row, u32 reg) { return row[static_cast<u32>(Dst::slot_reg0) + reg]; }

/// The handlers of a numeric instruction. Found by the functions below.
struct NumericRows {
  const Handler* values = nullptr;
  const Handler* branches = nullptr;       ///< If has_branch_form(op).
  const Handler* wide_branches = nullptr;  ///< Comparisons of integers only.
  const Handler* wide_values = nullptr;    ///< Families Compare and Binary of i64 only.
  u8 b_locs = 1;
};
using NumericRowsByOp = std::array<NumericRows, op_count>;
/// Each has the instructions of one kind of operand, made in a file of its own.
extern const NumericRowsByOp integer_rows;
extern const NumericRowsByOp float_rows;
extern const NumericRowsByOp vector_rows;
inline const NumericRows& numeric_rows(Op op) {
  const auto i = static_cast<size_t>(op);
  if (integer_rows[i].values) return integer_rows[i];
  return float_rows[i].values ? float_rows[i] : vector_rows[i];
}

/// Families Test, Unary: `source` must not be imm.
inline Row unary_row(Op op, Loc source) { return numeric_rows(op).values + static_cast<u32>(source) * dst_count; }
/// Families Compare, Binary. First source never imm; vectors never reg1.
inline Row binary_row(Op op, Loc a, Loc b) {
  const NumericRows& rows = numeric_rows(op);
  return rows.values + (static_cast<u32>(a) * rows.b_locs + static_cast<u32>(b)) * dst_count;
}
/// The same with an i64 that does not fit in 32 bits as the second operand, in word 2.
inline Row wide_binary_row(Op op, Loc a) { return numeric_rows(op).wide_values + static_cast<u32>(a) * dst_count; }
/// Two numeric instructions in one (fusions.def), or nullptr. Fields 1 to 3 are a and b, the operands of the first, and
/// c, the second's other operand; b and c may be immediates of 16 bits.
Row fused_row(Op first, Loc a, Loc b, Op second, u32 position, Loc c);
/// A comparison and a branch in one: the distance is in the upper half of word 1, an immediate integer (16 bits) in
/// field 1, a float in word 2. Fields 0 and 1 are the sources. `taken_if` says which outcome branches. Families Test (b
/// unused) and Compare, and the masks, whose outcome is whether any bit is left.
constexpr bool is_mask(Op op) { return op == Op::i32_and || op == Op::i64_and; }
constexpr bool has_branch_form(Op op) {
  return info(op).family == Family::Test || info(op).family == Family::Compare || is_mask(op);
}
inline Handler branch_handler(Op op, Loc a, Loc b, bool taken_if) {
  const NumericRows& rows = numeric_rows(op);
  return rows.branches[(static_cast<u32>(a) * rows.b_locs + static_cast<u32>(b)) * 2 + (taken_if ? 1 : 0)];
}
/// The same for integers, with an immediate of 64 bits in word 2; branches if the comparison holds.
inline Handler wide_branch_handler(Op op, Loc a) {
  const Handler* handlers = numeric_rows(op).wide_branches;
  return handlers ? handlers[static_cast<u32>(a)] : nullptr;
}

/// Adds field 1 (16 bits, signed) to the i32 in the slot of field 0; fields 3 and 2 likewise. Register `reg` gets the
/// second sum, the other register the first.
Handler step_twice_handler(u32 reg);
/// Steps once, register `reg` getting the sum, then branches on i32 comparison `op` of the sum (as the first operand)
/// with field 2, or an immediate in the lower half of word 2. The distance is in the upper half. nullptr if there is
/// none.
Handler step_and_branch_handler(Op op, Loc b, bool taken_if, u32 reg);
inline constexpr u32 step_and_branch_words = 3;
/// Adds field 1 to the i32 in the slot of field 0 and jumps; the distance is in the upper half of word 1.
Handler step_and_jump_handler();

/// How an access to memory is checked.
enum class Access : u8 {
  guarded,     ///< Memory 0, 32-bit addresses, guard pages. The addressing mode says where the offset is.
  checked_32,  ///< Any memory with 32-bit addresses. Field 3 is the memory, word 2 the offset.
  checked_64,  ///< Any memory with 64-bit addresses, likewise.
};
inline constexpr u32 access_count = 3;
constexpr u32 words_of(Access access) { return access == Access::guarded ? 2 : 3; }

/// How a guarded access makes its address: arithmetic in front of the access that became part of it.
struct AddressMode {
  enum class Kind : u8 {
    plain,      ///< base. The offset is in the upper half of word 1.
    absolute,   ///< A constant, which is in the offset.
    displaced,  ///< base + constant. Word 2: the constant, and above it the offset.
    indexed,    ///< base + index. Field 2 is the index, field 3 the offset.
    scaled,     ///< base + index * (size of the access). Fields as for indexed.
    table,      ///< base * (size of the access) + constant. Fields and words as for displaced.
  };
  Kind kind;
  Loc base = Loc::slot;
  Loc index = Loc::slot;
  bool operator==(const AddressMode&) const = default;
};

/// The modes that handlers exist for. Checked accesses have the plain ones, which are the first.
inline constexpr AddressMode address_modes[] = {
    {AddressMode::Kind::plain, Loc::slot},
    {AddressMode::Kind::plain, Loc::reg0},
    {AddressMode::Kind::plain, Loc::reg1},
    {AddressMode::Kind::absolute},
    {AddressMode::Kind::displaced, Loc::slot},
    {AddressMode::Kind::displaced, Loc::reg0},
    {AddressMode::Kind::displaced, Loc::reg1},
    {AddressMode::Kind::indexed, Loc::slot, Loc::slot},
    {AddressMode::Kind::indexed, Loc::reg0, Loc::slot},
    {AddressMode::Kind::indexed, Loc::reg1, Loc::slot},
    {AddressMode::Kind::indexed, Loc::reg0, Loc::reg1},
    {AddressMode::Kind::scaled, Loc::slot, Loc::slot},
    {AddressMode::Kind::scaled, Loc::reg0, Loc::slot},
    {AddressMode::Kind::scaled, Loc::reg1, Loc::slot},
    {AddressMode::Kind::scaled, Loc::slot, Loc::reg0},
    {AddressMode::Kind::scaled, Loc::slot, Loc::reg1},
    {AddressMode::Kind::table, Loc::slot},
    {AddressMode::Kind::table, Loc::reg0},
    {AddressMode::Kind::table, Loc::reg1},
};
inline constexpr u32 address_mode_count = sizeof address_modes / sizeof address_modes[0];
inline constexpr u32 plain_modes = 3;

namespace detail {

constexpr size_t key_of(const AddressMode& mode) {
  return (static_cast<size_t>(mode.kind) * 4 + static_cast<size_t>(mode.base)) * 4 + static_cast<size_t>(mode.index);
}
inline constexpr auto mode_indices = [] {
  std::array<u8, 6 * 4 * 4> indices;
  indices.fill(static_cast<u8>(address_mode_count));
  for (u32 i = 0; i < address_mode_count; ++i) indices[key_of(address_modes[i])] = static_cast<u8>(i);
  return indices;
}();

}  // namespace detail

/// The mode's index in address_modes, or address_mode_count if there is no handler for it.
constexpr u32 index_of(const AddressMode& mode) { return detail::mode_indices[detail::key_of(mode)]; }

/// Family Load: field 1 is the base. `mode`: index of the addressing mode.
Row load_row(Op op, Access access, u32 mode);
/// A guarded load and a numeric instruction in one (load_fusions.def), or nullptr. Word 1 is the load's; the slot of c,
/// the second's other operand, is in the lower half of word 2, an immediate (32 bits) in the upper. c fits the second.
Row load_and_row(Op load, u32 mode, Op second, u32 position, Loc c);
/// A guarded load, an i32 comparison of its value and a branch if that holds, in one, or nullptr. Word 1 is the load's;
/// the other operand is in the lower half of word 2, the distance in the upper. `kept`: 0 if
/// only the comparison wants the value, 1 if it also goes to the slot of field 0 and to the first register, 2 the
/// second.
Handler load_and_branch_handler(Op load, u32 mode, Op compare, Loc b, u32 kept);
/// A guarded load and a br_table by its value in one, or nullptr. Word 1 is the load's; the number of targets is in the
/// lower half of word 2, then there is a word for each.
Handler load_and_table_handler(Op load, u32 mode, u32 kept);
inline constexpr u32 load_and_words = 3;
/// Family Store: field 0 is the base, field 1 the value (or a 16-bit immediate).
Handler store_handler(Op op, Access access, u32 mode, Loc value);
/// Family ExtractLane: field 1 the vector, field 2 the lane. Family ReplaceLane: field 3 is the lane.
Row extract_lane_row(Op op, Loc source);
Row replace_lane_row(Op op, Loc vector, Loc value);

// Atomic accesses; checked like others, and for alignment first.

/// Family AtomicLoad: like load_row, with plain addresses only.
Row atomic_load_row(Op op, Access access, Loc address);
/// Family AtomicStore: like store_handler.
Handler atomic_store_handler(Op op, Access access, Loc address, Loc value);
/// Families AtomicRmw, AtomicCmpxchg: all operands in slots. Field 1: the address; field 2: the operand, or what is
/// expected; field 3: the replacement. Word 2: the offset; checked: word 3: the memory.
Row atomic_rmw_row(Op op, Access access);
constexpr u32 atomic_rmw_words(Access access) { return access == Access::guarded ? 3 : 4; }
/// Operands, and then the result, in the slots from field 0 on. Upper half: the memory, word 2: the offset.
struct WaitHandlers {
  Handler wait32, wait64, notify;
  Handler fence;  // no operands
};
extern const WaitHandlers wait_handlers;

/// How values move: one row or handler for each width. References are integers.
enum class Width : u8 { int_64, float_32, float_64, vector_128 };
inline constexpr u32 width_count = 4;
constexpr Width width_of(ValType type) {
  switch (type.kind()) {
    case ValKind::f32:
      return Width::float_32;
    case ValKind::f64:
      return Width::float_64;
    case ValKind::v128:
      return Width::vector_128;
    default:
      return Width::int_64;
  }
}

/// Copies field 1 to field 0; the source may be a register.
Handler copy_handler(Width width, Loc source);
/// Copies the 64-bit slot of field 1 to field 0, then that of field 3 to field 2.
Handler copy2_handler();
/// The same as copy_handler, and then jumps; the distance is in the upper half of word 1. nullptr for vectors. From
/// slot to slot, all widths are int_64.
Handler copy_and_jump_handler(Width width, Loc source);
/// The same as copy2_handler; the distance is in the upper half of word 2.
Handler copy2_and_jump_handler();
/// An i32 of 16 bits (field 1, sign-extended) to the slot of field 0, and a jump; the distance is in the upper half.
Handler constant_and_jump_handler();
/// Copies the 64-bit slots of fields 1, 2 and 3 to the slots from field 0 on.
Handler copy3_handler();
/// A constant into a destination: 32 bits in the upper half of word 1 (sign-extended for int_64), or word 2.
Row const_row(Width width, bool wide);
/// The same into a slot only (no vectors).
Handler const_to_slot_handler(Width width, bool wide);

/// Field 3 is the condition: an i32 or an i64, which is not 0 for the first operand (field 1).
Row select_row(Width width, Loc condition, Loc a, Loc b);
Row global_get_row(Width width);
Handler global_set_handler(Width width, Loc source);

/// The positive canonical NaN for every NaN (deterministic mode); field 1 is the source.
Row canonical_nan_row(semantics::NanLanes lanes, Loc source);

/// Returns one value of the width; field 1 is the source's slot, field 0 the frame's link.
Handler return_handler(Width width, Loc source);

/// Branches, calls and returns.
struct ControlHandlers {
  Handler unreachable;
  Handler br;                          // distance in the upper half of word 1
  Handler br_if_null, br_if_not_null;  // field 0 the reference
  Handler br_table[3];                 // by Loc of the index (field 1); upper half: targets; then a word for each
  Handler call;                        // field 0: slot of the arguments; word 2: Code
  Handler call_from_machine;           // see machine_boundary.h
  Handler tail_call_from_machine;      // likewise
  // Field 0 as above, field 1: the function reference or table index, field 2: own link.
  Handler call_import;  // word 2: function index
  Handler call_ref;
  Handler call_indirect[3];  // by Loc of the index; word 2: engine-wide id of the type, table << 32
  // As above; field 3: slots of the arguments.
  Handler return_call, return_call_import, return_call_ref, return_call_indirect[3];
  Handler restore_instance;  // field 0: own link; stands behind every call that may change the instance
  Handler return_nothing;    // field 0: own link
  Handler call_host;         // word 1: Func
  Handler warm_up;           // field 0: how much; word 2: Code
  Handler warm_up_loop;      // likewise; upper half: the loop's number among the blocks; further words: WarmUpLoop
  Handler tick;              // upper half: fuel
  Handler trace_call;        // field 0: slot of the arguments; upper half: function index
};
extern const ControlHandlers control_handlers;

/// The instruction warm_up_loop, which stands at the beginning of each loop.
struct WarmUpLoop {
  static constexpr u32 entry = 3;  ///< This word: the threaded code that goes on in compiled code, once there is any,
  static constexpr u64 asked_for = 1;  ///< or this, if it has been asked for, or 0.
  static constexpr u32 to_outer = 4;   ///< How many words further down the loop around it begins; 0 if there is none.
  static constexpr u32 words = 5;
};

struct ExceptionHandlers {
  Handler throw_;     // field 0: slot of the arguments; upper half: tag
  Handler throw_ref;  // field 0 the reference
};
extern const ExceptionHandlers exception_handlers;
inline constexpr u32 call_words = 3;

/// See continuation.h for the operands.
struct ContinuationHandlers {
  Handler cont_new;   // field 0: slot of the function reference and of the result
  Handler cont_bind;  // field 0: slot of the operands and of the result; upper half: slots of the values
  Handler suspend;
  Handler resume, resume_throw, resume_throw_ref;
  Handler switch_;
  // Field 0: own link; upper half: first clause in the function's handler table. Stands behind every resume: what a
  // continuation returns to.
  Handler resume_return;
};
extern const ContinuationHandlers continuation_handlers;
inline constexpr u32 suspend_words = 2, resume_words = 3, switch_words = 3;

/// Is this an instruction behind a call, with the frame's instance in the link that field 0 names?
inline bool restores_instance(const u64* ip) {
  const auto handler = reinterpret_cast<Handler>(*ip);
  return handler == control_handlers.restore_instance || handler == continuation_handlers.resume_return;
}

/// Instructions with operands, and then results, in the slots from field 0 on; immediates in the upper half of word 1
/// and in word 2.
struct BulkHandlers {
  Handler memory_size, memory_grow, memory_fill, memory_init, data_drop;  // upper: memory or segment; init: word 2
  Handler memory_copy;                                                    // upper: destination memory, word 2: source
  Handler table_get, table_set, table_size, table_grow, table_fill, table_init, elem_drop;
  Handler table_copy;
  Handler ref_func;  // upper: function
  Handler shuffle;   // words 2 and 3: lanes
};
extern const BulkHandlers bulk_handlers;

/// Families Ternary, Wide: operands and results in the slots from field 0 on.
/// Families LoadLane, StoreLane: field 0 the slots, field 2 the lane, field 3 the memory, word 2 the offset.
Handler slots_handler(Op op, bool address_64);

/// Threaded code that belongs to no function.
const u64* exit_code();  ///< Return address of calls from the host.
/// Throws Store::pending_exception; the first register has the address where a host function would return to.
const u64* throw_pending_code();
const u64* tail_return_code();  ///< Return address under a tail call into another instance; see TailLink.

}  // namespace invar::interp
