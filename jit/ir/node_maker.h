// Makes nodes: folds constants, simplifies, and finds equal ones among those that were made last (global value
// numbering).
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "jit/ir/function.h"
#include "jit/scratch.h"

namespace invar::jit {

class NodeMaker {
 public:
  explicit NodeMaker(Function& function) : function_(function) {}
  /// So many nodes are likely to come.
  void begin(size_t likely);
  /// What was made so far is not to be found again: it need not be there on every way to what follows.
  void forget() { std::ranges::fill(table_, no_value); }

  /// Where nodes go.
  void set_block(u32 block) { block_ = block; }
  u32 block() const { return block_; }
  /// The instruction that nodes are made for.
  void set_offset(u32 offset) { offset_ = offset; }
  u32 offset() const { return offset_; }

  Value constant(Type type, u64 bits);
  Value constant(const V128& value);
  /// Where it is in Function::vectors.
  u64 vector_index(const V128& value);
  Value i32(u32 value) { return constant(Type::i32, value); }
  Value i64(u64 value) { return constant(Type::i64, value); }
  /// An instruction of the families Test, Compare, Unary, Binary.
  Value numeric(Op op, Value a, Value b = no_value);
  Value select(Value condition, Value if_true, Value if_false);
  Value canonical_nan(Value value);
  Value canonical_nan(Value value, u32 lane_bytes);
  /// A pure node, or one equal to it.
  Value pure(const Node& node);
  /// A node as it is, behind the block's others.
  Value append(Node node);
  /// The same, with a list of inputs.
  Value append(Node node, std::span<const Value> list);
  Value phi(Type type, u32 block);

  /// Whatever a value was replaced by.
  Value resolve(Value value) { return replaces() ? replacement_of(value) : value; }
  void replace(Value value, Value by);
  /// Has any value been replaced?
  bool replaces() const { return !replaced_.empty(); }
  bool dominates(u32 above, u32 block) const;

 private:
  static constexpr size_t most_remembered = 16384;

  Value add(const Node& node, u32 block);
  Value replacement_of(Value value);
  Value simplified(Op op, Value a, Value b);
  Value simplified_with_constant(Op op, Value a, u64 constant, Type type);
  bool is_constant(Value value) const { return value != no_value && function_.is_constant(value); }
  u64 bits(Value value) const { return function_.nodes[value].imm; }
  Node& node(Value value) { return function_.nodes[value]; }

  Function& function_;
  u32 block_ = 0;
  u32 offset_ = 0;
  ScratchVector<u32> block_of_;    ///< By value.
  ScratchVector<Value> replaced_;  ///< By value: itself, or what stands for it. Empty if all are themselves.
  ScratchVector<Value> table_;     ///< In pairs, by hash: the value that was made last, and the one before.
  std::map<std::pair<u64, u64>, u64> vectors_;  ///< Indices by bits.
};

}  // namespace invar::jit
