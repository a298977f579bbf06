// The compiler's view of a function: a control flow graph of nodes in SSA form, in dense arrays.
#pragma once

#include <span>
#include <vector>

#include "decoder/opcode.h"
#include "decoder/types.h"
#include "engine/interp/handler_table.h"
#include "jit/ir/short_list.h"
#include "jit/scratch.h"

namespace invar::jit {

/// Types of values. References are i64. An i32 in a register has zeros above.
enum class Type : u8 { none, i32, i64, f32, f64, v128 };

constexpr Type type_of(ValType type) {
  switch (type.kind()) {
    case ValKind::i32:
      return Type::i32;
    case ValKind::f32:
      return Type::f32;
    case ValKind::f64:
      return Type::f64;
    case ValKind::v128:
      return Type::v128;
    default:
      return Type::i64;
  }
}
constexpr bool is_integer(Type type) { return type == Type::i32 || type == Type::i64; }

enum class Kind : u8 {
#define NODE(name, is_pure) name,
#include "jit/ir/nodes.def"
#undef NODE
};

constexpr bool is_pure(Kind kind) {
  constexpr bool pure[] = {
#define NODE(name, is_pure) is_pure,
#include "jit/ir/nodes.def"
#undef NODE
  };
  return pure[static_cast<size_t>(kind)];
}
constexpr bool is_terminator(Kind kind) { return kind >= Kind::jump; }
constexpr bool is_tail_call(Kind kind) {
  return kind == Kind::return_call || kind == Kind::return_call_indirect || kind == Kind::return_call_ref;
}

/// A function's results come in so many registers of each class; the others are left in MachineState::results, in words
/// one behind the other.
inline constexpr u32 result_registers = 4;

/// Where the values of a list are, one after the other: in registers of their class as far as those go, the others in
/// words one behind the other.
class Places {
 public:
  Places(u32 integer_registers, u32 vector_registers) : free_{integer_registers, vector_registers} {}

  /// Of the next value: is it in a register? Else word() is its first.
  bool in_register(Type type) {
    u32& left = free_[is_integer(type) ? 0 : 1];
    if (left != 0) return --left, true;
    word_ = words_;
    words_ += type == Type::v128 ? 2 : 1;
    return false;
  }
  u32 word() const { return word_; }
  u32 words() const { return words_; }  ///< That were taken so far.

 private:
  u32 free_[2], word_ = 0, words_ = 0;
};

/// Runtime functions that compiled code calls (jit/runtime/builtins.h has them).
enum class Builtin : u8 {
  memory_grow,
  copy_run,
  fill_run,
  memory_fill,
  memory_copy,
  memory_init,
  data_drop,
  table_grow,
  table_fill,
  table_copy,
  table_init,
  elem_drop,
  struct_allocate,
  struct_new_default,
  array_allocate,
  array_new,
  array_new_default,
  array_new_data,
  array_new_elem,
  array_fill,
  array_copy,
  array_init_data,
  array_init_elem,
  ref_matches,
  atomic_wait,
  atomic_notify,
};

/// Does it write to memories or to objects that were there before?
constexpr bool writes_contents(Builtin builtin) {
  switch (builtin) {
    case Builtin::memory_grow:
    case Builtin::data_drop:
    case Builtin::table_grow:
    case Builtin::table_fill:
    case Builtin::table_copy:
    case Builtin::table_init:
    case Builtin::elem_drop:
    case Builtin::struct_allocate:
    case Builtin::struct_new_default:
    case Builtin::array_allocate:
    case Builtin::array_new:
    case Builtin::array_new_default:
    case Builtin::array_new_data:
    case Builtin::array_new_elem:
    case Builtin::ref_matches:
      return false;
    default:
      return true;
  }
}

/// A node, and the value that it makes.
using Value = u32;
inline constexpr Value no_value = ~u32{0};

struct Node {
  Kind kind;
  Type type = Type::none;
  Op op = Op::unreachable;
  /// Values. Of a kind with a list: its first element in Function::lists and its length.
  u32 inputs[3] = {no_value, no_value, no_value};
  u32 offset = 0;  ///< In the module, of the instruction that made it; or see InlinedCode.
  u32 index = 0;   ///< Of a memory, table, lane or scope.
  u64 imm = 0;
};

constexpr bool has_list(Kind kind) {
  return kind == Kind::phi || kind == Kind::call || kind == Kind::call_indirect || kind == Kind::call_ref ||
         kind == Kind::call_builtin || kind == Kind::return_ || is_tail_call(kind);
}

/// Of a node without a list.
constexpr u32 own_inputs(const Node& node) {
  u32 count = 0;
  while (count < 3 && node.inputs[count] != no_value) ++count;
  return count;
}

struct Block {
  ShortList<6> nodes;  ///< In order; the last is the terminator. Constants and phis are not among them.
  ShortList<2> phis;
  ShortList<2> predecessors;
  ShortList<2> successors;  ///< Of a branch: where it goes if it is taken, then the other.
  u32 dominator = 0;        ///< Of block 0 itself.
  u32 depth = 0;            ///< In the tree of dominators.
  u32 loop_depth = 0;
  u32 loop_end = 0;      ///< Of a loop's header: one behind the last block of the loop. Else 0.
  bool is_rare = false;  ///< It is known to be run less often than the loop, or the function, that it is in.
};

/// Where the nodes come from that are of functions that became part of this one.
struct InlinedCode {
  /// Node::offset from here on is a number of `positions`.
  static constexpr u32 first_position = 0x8000'0000;
  struct Call {
    u32 callee;    ///< Function index.
    u32 position;  ///< As Node::offset: of the call.
  };
  struct Position {
    u32 call;    ///< In `calls`: whose callee has the instruction,
    u32 offset;  ///< in the module.
  };
  std::vector<Call> calls;
  std::vector<Position> positions;
};

/// Blocks are in an order in which every block but a loop's header stands behind its predecessors, and the blocks of
/// a loop stand together. A block with several successors has none with several predecessors.
struct Function {
  u32 index = 0;
  u32 entry_offset = 0;  ///< Of the body in the module.
  const FuncType* type = nullptr;
  /// Of a function that begins in a loop: its parameter, the interpreter's frame at that time. Else no_value.
  Value frame = no_value;
  ScratchVector<Node> nodes;
  ScratchVector<Value> lists;
  std::vector<V128> vectors;  ///< Constants.
  ScratchVector<Block> blocks;
  InlinedCode inlined;
  /// Try blocks. Of a clause only the tag counts, and whether it has a slot for the exception.
  interp::HandlerTable handlers;

  std::span<Value> list(const Node& node) { return {lists.data() + node.inputs[0], node.inputs[1]}; }
  std::span<const Value> list(const Node& node) const { return {lists.data() + node.inputs[0], node.inputs[1]}; }
  /// The values that a node reads.
  std::span<Value> inputs(Node& node) {
    return has_list(node.kind) ? list(node) : std::span(node.inputs, own_inputs(node));
  }
  std::span<const Value> inputs(const Node& node) const {
    return has_list(node.kind) ? list(node) : std::span(node.inputs, own_inputs(node));
  }
  /// A constant stands in no block. Of vectors `imm` is not the bits.
  bool is_constant(Value value) const {
    return nodes[value].kind == Kind::constant || nodes[value].kind == Kind::vector_constant;
  }
  const V128& vector(Value value) const { return vectors[nodes[value].imm]; }
};

}  // namespace invar::jit
