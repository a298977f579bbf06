#include "jit/ir/block_order.h"

#include <numeric>
#include <utility>

namespace invar::jit {

namespace {

class BlockOrder {
 public:
  explicit BlockOrder(Function& function)
      : function_(function), blocks_(function.blocks), loop_of_(blocks_.size(), none), outermost_(blocks_.size()) {
    std::iota(outermost_.begin(), outermost_.end(), 0);
  }

  void run() {
    bool has_loops = false;
    for (u32 block = static_cast<u32>(blocks_.size()); block-- > 0;) {
      if (blocks_[block].loop_end == 0) continue;
      has_loops = true;
      find_members(block);
    }
    if (!has_loops) return;
    arrange();
    order_blocks(function_, order_);
  }

 private:
  static constexpr u32 none = ~u32{0};

  /// The header of the outermost loop found so far that the block is in, or itself.
  u32 outermost(u32 block) {
    while (outermost_[block] != block) block = outermost_[block] = outermost_[outermost_[block]];
    return block;
  }

  /// Backwards from the loop's ends; loops in it were found before.
  void find_members(u32 header) {
    const auto reach = [&](u32 block) {
      const u32 member = outermost(block);
      if (member != header) work_.push_back(member);
    };
    for (const u32 predecessor : blocks_[header].predecessors) {
      if (predecessor >= header) reach(predecessor);
    }
    while (!work_.empty()) {
      const u32 member = work_.back();
      work_.pop_back();
      if (loop_of_[member] != none) continue;
      loop_of_[member] = header;
      outermost_[member] = header;
      for (const u32 predecessor : blocks_[member].predecessors) reach(predecessor);
    }
  }

  void arrange() {
    const u32 count = static_cast<u32>(blocks_.size());
    // By header, and behind them for what is in no loop: the members that are in no inner loop, and those loops'
    // headers.
    const auto list_of = [&](u32 block) { return loop_of_[block] == none ? count : loop_of_[block]; };
    ScratchVector<u32> first(count + 2, 0), members(count);
    for (u32 block = 0; block < count; ++block) ++first[list_of(block) + 1];
    for (u32 i = 0; i <= count; ++i) first[i + 1] += first[i];
    ScratchVector<u32> next(first.begin(), first.end() - 1);
    for (u32 block = 0; block < count; ++block) members[next[list_of(block)]++] = block;

    next.assign(first.begin(), first.end() - 1);
    ScratchVector<u32> open = {count};
    while (!open.empty()) {
      const u32 list = open.back();
      if (next[list] == first[list + 1]) {
        if (list != count) blocks_[list].loop_end = order_.back() + 1;
        open.pop_back();
        continue;
      }
      const u32 block = members[next[list]++];
      order_.push_back(block);
      blocks_[block].loop_depth = static_cast<u32>(open.size()) - 1;
      if (blocks_[block].loop_end == 0) continue;
      ++blocks_[block].loop_depth;
      open.push_back(block);
    }
  }

  Function& function_;
  ScratchVector<Block>& blocks_;
  ScratchVector<u32> loop_of_;    ///< The innermost loop's header; of a header, the next one's.
  ScratchVector<u32> outermost_;  ///< See outermost().
  ScratchVector<u32> work_, order_;
};

}  // namespace

void order_blocks(Function& function, std::span<const u32> order) {
  ScratchVector<Block>& blocks = function.blocks;
  ScratchVector<u32> number(blocks.size());
  for (u32 i = 0; i < order.size(); ++i) number[order[i]] = i;
  ScratchVector<Block> ordered;
  ordered.reserve(blocks.size());
  for (const u32 block : order) {
    Block& moved = ordered.emplace_back(std::move(blocks[block]));
    moved.dominator = number[moved.dominator];
    if (moved.loop_end != 0) moved.loop_end = number[moved.loop_end - 1] + 1;
    for (u32& predecessor : moved.predecessors) predecessor = number[predecessor];
    for (u32& successor : moved.successors) successor = number[successor];
  }
  blocks = std::move(ordered);
}

void tighten_loops(Function& function) { BlockOrder(function).run(); }

}  // namespace invar::jit
