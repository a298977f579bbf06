#include "jit/ir/verify.h"

#include <fmt/format.h>

#include <algorithm>

namespace invar::jit {

namespace {

class Verifier {
 public:
  explicit Verifier(const Function& function)
      : function_(function), block_of_(function.nodes.size(), none), place_(function.nodes.size(), 0) {}

  std::string run() {
    for (u32 block = 0; block < function_.blocks.size() && error_.empty(); ++block) place(block);
    for (u32 block = 0; block < function_.blocks.size() && error_.empty(); ++block) check(block);
    return error_;
  }

 private:
  static constexpr u32 none = ~u32{0};

  void place(u32 index) {
    const Block& block = function_.blocks[index];
    u32 at = 0;
    for (const Value phi : block.phis) block_of_[phi] = index;
    for (const Value node : block.nodes) {
      if (block_of_[node] != none) fail(node, "stands in two places");
      block_of_[node] = index;
      place_[node] = ++at;
    }
  }

  void check(u32 index) {
    const Block& block = function_.blocks[index];
    if (block.nodes.empty() || !is_terminator(function_.nodes[block.nodes.back()].kind)) {
      error_ = fmt::format("block {} has no end", index);
      return;
    }
    if (index != 0 && block.predecessors.empty()) error_ = fmt::format("block {} is not reached", index);
    for (const u32 predecessor : block.predecessors) {
      const bool is_back = predecessor >= index;
      if (is_back && (block.loop_end == 0 || predecessor >= block.loop_end)) {
        error_ = fmt::format("the edge from block {} to block {} is no loop's", predecessor, index);
      }
      if (block.predecessors.size() > 1 && function_.blocks[predecessor].successors.size() > 1) {
        error_ = fmt::format("the edge from block {} to block {} is critical", predecessor, index);
      }
    }
    for (const Value value : block.phis) {
      const std::span<const Value> list = function_.list(function_.nodes[value]);
      if (list.size() != block.predecessors.size()) return fail(value, "does not have an input for each way to it");
      for (size_t i = 0; i < list.size(); ++i) use(value, list[i], block.predecessors[i], none);
    }
    if (!is_unwinding_right(block)) return fail(block.nodes.back(), "is not behind a call");
    for (const Value value : block.nodes) {
      const Node& node = function_.nodes[value];
      if (is_terminator(node.kind) != (value == block.nodes.back())) fail(value, "is no end, or stands behind it");
      if (has_list(node.kind)) {
        for (const Value input : function_.list(node)) use(value, input, index, place_[value]);
        continue;
      }
      for (const Value input : node.inputs) {
        if (input != no_value) use(value, input, index, place_[value]);
      }
    }
  }

  bool is_unwinding_right(const Block& block) const {
    const Node& last = function_.nodes[block.nodes.back()];
    if (last.kind != Kind::unwind || last.imm != 0) return true;
    size_t at = block.nodes.size() - 1;
    while (at > 0 && function_.nodes[block.nodes[at - 1]].kind == Kind::result) --at;
    if (at == 0) return false;
    const Kind kind = function_.nodes[block.nodes[at - 1]].kind;
    return kind == Kind::call || kind == Kind::call_indirect || kind == Kind::call_ref;
  }

  void use(Value user, Value input, u32 block, u32 place) {
    if (input >= function_.nodes.size()) return fail(user, "has an input that is none");
    if (function_.is_constant(input)) return;
    const u32 from = block_of_[input];
    if (from == none) return fail(user, fmt::format("reads v{}, which is nowhere", input));
    if (from == block ? place_[input] >= place : !dominates(from, block)) {
      fail(user, fmt::format("reads v{}, which need not have been made", input));
    }
  }

  bool dominates(u32 above, u32 block) const {
    while (function_.blocks[block].depth > function_.blocks[above].depth) block = function_.blocks[block].dominator;
    return block == above;
  }

  void fail(Value value, std::string_view what) {
    if (error_.empty()) error_ = fmt::format("v{} {}", value, what);
  }

  const Function& function_;
  std::vector<u32> block_of_;
  std::vector<u32> place_;  ///< In its block, from 1 on; phis: 0.
  std::string error_;
};

}  // namespace

std::string verify(const Function& function) { return Verifier(function).run(); }

}  // namespace invar::jit
