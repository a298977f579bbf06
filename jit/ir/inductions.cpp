#include "jit/ir/inductions.h"

#include <algorithm>
#include <optional>

#include "jit/ir/bounds.h"
#include "jit/ir/loop_parts.h"

namespace invar::jit {

namespace {

constexpr u32 climbed_blocks = 16;  // from a loop's end, in search of what ends it
constexpr u32 joined_inputs = 8;
constexpr u32 moved_values = 16;

u64 wrapped(u64 value) { return value & (modulus - 1); }

class Inductions {
 public:
  explicit Inductions(Function& function) : function_(function) {}

  void run() {
    for (u32 block = 0; block < function_.blocks.size(); ++block) {
      if (function_.blocks[block].loop_end != 0) {
        bound_loop(block);
      } else {
        bound_join(block);
      }
    }
    if (!nothing_added_.empty()) replace_sums();
  }

 private:
  struct Step {
    Value start, next;
    u64 by;  ///< Modulo 2^32.
  };

  Node& node(Value value) { return function_.nodes[value]; }
  bool is_constant(Value value) const { return function_.nodes[value].kind == Kind::constant; }
  u64 bound(Value value) const { return upper_bound(function_, value); }
  bool is_add(Value value) { return node(value).kind == Kind::numeric && node(value).op == Op::i32_add; }

  void bound_join(u32 block) {
    for (const Value phi : function_.blocks[block].phis) {
      if (node(phi).type != Type::i32) continue;
      const std::span<const Value> inputs = function_.list(node(phi));
      if (inputs.size() > joined_inputs) continue;
      u64 most = 0;
      for (const Value input : inputs) most = std::max(most, bound(input));
      note(phi, most);
    }
  }

  void note(Value phi, u64 most) {
    if (most < modulus - 1) node(phi).imm = most;
  }

  // Loops with one way in and one way back.

  void bound_loop(u32 header) {
    const Block& block = function_.blocks[header];
    if (block.predecessors.size() != 2 || (block.predecessors[0] >= header) == (block.predecessors[1] >= header))
      return;
    way_back_ = block.predecessors[0] >= header ? 0 : 1;
    header_ = header;
    const std::optional<u64> turns = most_turns();
    for (size_t i = 0; i < block.phis.size(); ++i) {
      const Value phi = block.phis[i];
      if (node(phi).type != Type::i32) continue;
      const std::optional<Step> step = step_of(phi);
      if (!step) {
        const std::span<const Value> inputs = function_.list(node(phi));
        note(phi, std::max(bound(inputs[0]), bound(inputs[1])));
      } else if (turns && step->by < modulus / 2) {
        const u64 path = step->by * *turns;
        const bool is_negative = is_constant(step->start) && node(step->start).imm >= modulus / 2;
        if (is_negative && path < modulus / 2 && begin_with_zero(phi, *step)) {
          note(phi, path);
        } else {
          note(phi, bound(step->start) + path);
        }
      } else if (turns && is_constant(step->start) && (modulus - step->by) * *turns <= node(step->start).imm) {
        note(phi, node(step->start).imm);
      }
    }
  }

  /// Of a phi of the header that is added to in each turn.
  std::optional<Step> step_of(Value phi) {
    const std::span<const Value> inputs = function_.list(node(phi));
    const Value next = inputs[way_back_];
    if (!is_add(next) || node(next).inputs[0] != phi || !is_constant(node(next).inputs[1])) return std::nullopt;
    return Step{inputs[1 - way_back_], next, node(node(next).inputs[1]).imm};
  }

  /// How often the loop's end goes back to its begin, at most.
  std::optional<u64> most_turns() {
    std::optional<u64> fewest;
    const auto is_outside = [&](u32 block) { return block < header_ || block >= function_.blocks[header_].loop_end; };
    // Ways out often begin with a block of their own.
    const auto leaves = [&](u32 block) {
      const auto& successors = function_.blocks[block].successors;
      return is_outside(block) || (successors.size() == 1 && is_outside(successors[0]));
    };
    u32 block = function_.blocks[header_].predecessors[way_back_];
    for (u32 i = 0; i < climbed_blocks; ++i, block = function_.blocks[block].dominator) {
      const Block& at = function_.blocks[block];
      const Node& last = node(at.nodes.back());
      if (last.kind == Kind::branch && leaves(at.successors[0]) != leaves(at.successors[1])) {
        const std::optional<u64> turns = turns_while(last.inputs[0], leaves(at.successors[1]));
        if (turns) fewest = std::min(*turns, fewest.value_or(*turns));
      }
      if (block == header_) break;
    }
    return fewest;
  }

  /// If it only goes on while the condition is `holds`.
  std::optional<u64> turns_while(Value condition, bool holds) {
    const Comparison comparison = comparison_of(function_, condition, !holds);
    Value counted = comparison.left;
    if (node(counted).type != Type::i32) return std::nullopt;
    if (comparison.right != no_value && !is_constant(comparison.right)) return std::nullopt;
    const u64 limit = comparison.right == no_value ? 0 : node(comparison.right).imm;
    // It is the phi, or that and something.
    u64 more = 0;
    if (is_add(counted) && is_constant(node(counted).inputs[1])) {
      more = node(node(counted).inputs[1]).imm;
      counted = node(counted).inputs[0];
    }
    const auto& phis = function_.blocks[header_].phis;
    if (!std::ranges::binary_search(phis, counted) || node(counted).kind != Kind::phi) return std::nullopt;
    const std::optional<Step> step = step_of(counted);
    if (!step || step->by == 0 || !is_constant(step->start)) return std::nullopt;
    return turns_of(comparison.relation, wrapped(node(step->start).imm + more), step->by, limit);
  }

  /// Counts from `first` on by `by`, modulo 2^32, while that is `relation` the limit.
  static std::optional<u64> turns_of(Op relation, u64 first, u64 by, u64 limit) {
    const bool is_up = by < modulus / 2;
    const u64 step = is_up ? by : modulus - by;
    const auto rounded_up = [&](u64 way) { return (way + step - 1) / step; };
    const bool is_positive = first < modulus / 2 && limit < modulus / 2;
    switch (relation) {
      case Op::i32_ne: {
        const u64 way = wrapped(is_up ? limit - first : first - limit);
        if (way % step != 0) return std::nullopt;
        return way / step;
      }
      case Op::i32_le_s:
      case Op::i32_le_u:
        if (limit == modulus - 1 || (relation == Op::i32_le_s && !is_positive)) return std::nullopt;
        return turns_of(relation == Op::i32_le_s ? Op::i32_lt_s : Op::i32_lt_u, first, by, limit + 1);
      case Op::i32_lt_s:
        if (!is_positive || limit + step > modulus / 2) return std::nullopt;
        [[fallthrough]];
      case Op::i32_lt_u:
        if (!is_up || limit + step > modulus) return std::nullopt;
        return first < limit ? rounded_up(limit - first) : 0;
      case Op::i32_ge_s:
      case Op::i32_ge_u:
        if (limit == 0 || (relation == Op::i32_ge_s && !is_positive)) return std::nullopt;
        return turns_of(relation == Op::i32_ge_s ? Op::i32_gt_s : Op::i32_gt_u, first, by, limit - 1);
      case Op::i32_gt_s:
        if (!is_positive) return std::nullopt;
        [[fallthrough]];
      case Op::i32_gt_u:
        if (is_up || limit + 1 < step) return std::nullopt;
        return first > limit ? rounded_up(first - limit) : 0;
      default:
        return std::nullopt;
    }
  }

  // Counters from a negative number on: the phi, and what it is part of as a sum, become less by what it begins with.
  // Sums with constants, and comparisons with them, make up for that. False if it has other users.

  bool begin_with_zero(Value phi, const Step& step) {
    const u64 start = node(step.start).imm;
    ScratchVector<Value> moved = {phi};
    ScratchVector<Value> corrected;
    const auto is_moved = [&](Value value) { return std::ranges::find(moved, value) != moved.end(); };
    find_users();
    for (size_t i = 0; i < moved.size(); ++i) {
      const Value value = moved[i];
      for (u32 k = first_user_[value]; k < first_user_[value + 1]; ++k) {
        const Value user = users_[k];
        if (user == step.next || user == phi) {
          // Moves with the phi.
          if (!is_moved(user)) moved.push_back(user);
          continue;
        }
        const Node& n = node(user);
        if (n.kind == Kind::branch && n.inputs[0] == value) {
          corrected.push_back(user);
          continue;
        }
        if (n.kind != Kind::numeric) return false;
        const bool has_constant = n.inputs[1] != no_value && is_constant(n.inputs[1]);
        if (n.op == Op::i32_eqz ||
            (has_constant && (n.op == Op::i32_eq || n.op == Op::i32_ne || n.op == Op::i32_add))) {
          corrected.push_back(user);
        } else if (n.op == Op::i32_add && !is_moved(user) && moved.size() < moved_values) {
          moved.push_back(user);
        } else {
          return false;
        }
      }
    }
    // None has two that move.
    for (const Value value : moved) {
      if (value != phi && is_moved(node(value).inputs[0]) == is_moved(node(value).inputs[1])) return false;
    }
    function_.list(node(phi))[1 - way_back_] = constant(0);
    for (const Value user : corrected) correct(user, start);
    return true;
  }

  void correct(Value user, u64 start) {
    const Node n = node(user);
    switch (n.op) {
      case Op::i32_add: {
        const u64 sum = wrapped(node(n.inputs[1]).imm + start);
        node(user).inputs[1] = constant(sum);
        if (sum == 0) nothing_added_.push_back(user);
        return;
      }
      case Op::i32_eqz:
        node(user).op = Op::i32_eq;
        node(user).inputs[1] = constant(wrapped(0 - start));
        return;
      case Op::i32_eq:
      case Op::i32_ne:
        node(user).inputs[1] = constant(wrapped(node(n.inputs[1]).imm - start));
        return;
      default:
        break;
    }
    // A branch: now it needs a comparison.
    const Value limit = constant(wrapped(0 - start));
    const Value condition = add({.kind = Kind::numeric,
                                 .type = Type::i32,
                                 .op = Op::i32_ne,
                                 .inputs = {n.inputs[0], limit, no_value},
                                 .offset = n.offset});
    node(user).inputs[0] = condition;
    function_.blocks[block_of_[user]].nodes.insert_before_last(condition);
  }

  /// By what a sum with zero is.
  void replace_sums() {
    ScratchVector<Value> replaced(function_.nodes.size(), no_value);
    for (const Value sum : nothing_added_) replaced[sum] = node(sum).inputs[0];
    for (Node& user : function_.nodes) {
      for (Value& input : function_.inputs(user)) {
        while (replaced[input] != no_value) input = replaced[input];
      }
    }
  }

  Value add(const Node& made) {
    function_.nodes.push_back(made);
    return static_cast<Value>(function_.nodes.size() - 1);
  }
  Value constant(u64 bits) { return add({.kind = Kind::constant, .type = Type::i32, .imm = bits}); }

  /// As they are at the first time: those of a branch may then be its comparison's.
  void find_users() {
    if (!first_user_.empty()) return;
    const size_t count = function_.nodes.size();
    first_user_.assign(count + 1, 0);
    block_of_.resize(count);
    const ScratchVector<bool> live = live_nodes(function_);
    const auto each = [&](auto see) {
      for (u32 i = 0; i < function_.blocks.size(); ++i) {
        const Block& block = function_.blocks[i];
        for (const std::span<const Value> values : {std::span(block.phis), std::span(block.nodes)}) {
          for (const Value user : values) {
            if (!live[user]) continue;
            block_of_[user] = i;
            for (const Value input : function_.inputs(node(user))) see(input, user);
          }
        }
      }
    };
    each([&](Value input, Value /*user*/) { ++first_user_[input + 1]; });
    for (size_t i = 0; i < count; ++i) first_user_[i + 1] += first_user_[i];
    users_.resize(first_user_[count]);
    ScratchVector<u32> next(first_user_.begin(), first_user_.end() - 1);
    each([&](Value input, Value user) { users_[next[input]++] = user; });
  }

  Function& function_;
  u32 header_ = 0;
  u32 way_back_ = 0;  ///< Which of the header's predecessors is the loop's end.
  ScratchVector<u32> first_user_;
  ScratchVector<Value> users_;
  ScratchVector<u32> block_of_;
  ScratchVector<Value> nothing_added_;  ///< Sums with zero.
};

}  // namespace

void bound_inductions(Function& function) { Inductions(function).run(); }

}  // namespace invar::jit
