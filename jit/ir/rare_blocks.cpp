#include "jit/ir/rare_blocks.h"

namespace invar::jit {

namespace {

class RareBlocks {
 public:
  explicit RareBlocks(Function& function)
      : function_(function), blocks_(function.blocks), budget_(32 * blocks_.size() + 1000) {}

  void run() {
    find_loops();
    for (Block& block : blocks_) block.is_rare = true;
    for (u32 block = 0; block < blocks_.size(); ++block) {
      const Block& header = blocks_[block];
      if (header.loop_end != 0) {
        u32 end = none;
        for (const u32 predecessor : header.predecessors) {
          if (predecessor >= block) end = end == none ? predecessor : common_dominator(end, predecessor);
        }
        mark(end, block);
      }
      const Kind last = function_.nodes[header.nodes.back()].kind;
      if (last == Kind::return_ || is_tail_call(last)) {
        exit_ = exit_ == none ? block : common_dominator(exit_, block);
      }
    }
    mark(exit_, none);
    if (budget_ != 0) return;
    for (Block& block : blocks_) block.is_rare = false;
  }

 private:
  static constexpr u32 none = ~u32{0};

  void find_loops() {
    loop_of_.reserve(blocks_.size());
    ScratchVector<u32> open;
    for (u32 block = 0; block < blocks_.size(); ++block) {
      while (!open.empty() && blocks_[open.back()].loop_end <= block) open.pop_back();
      if (blocks_[block].loop_end != 0) open.push_back(block);
      loop_of_.push_back(open.empty() ? none : open.back());
    }
  }

  bool spend() {
    if (budget_ != 0) --budget_;
    return budget_ != 0;
  }

  u32 common_dominator(u32 a, u32 b) {
    while (a != b && spend()) {
      u32& deeper = blocks_[a].depth >= blocks_[b].depth ? a : b;
      deeper = blocks_[deeper].dominator;
    }
    return a;
  }

  /// Those on all ways to `end` through the loop are not rare in it.
  void mark(u32 end, u32 loop) {
    if (end == none) return;
    for (u32 block = end; spend(); block = blocks_[block].dominator) {
      if (loop_of_[block] == loop) blocks_[block].is_rare = false;
      if (block == loop || block == 0) return;
    }
  }

  const Function& function_;
  ScratchVector<Block>& blocks_;
  u64 budget_;                  ///< Deep nests are hostile; then nothing is rare.
  ScratchVector<u32> loop_of_;  ///< By block: the innermost loop's header, or `none`.
  u32 exit_ = none;             ///< Dominates all ends.
};

}  // namespace

void find_rare_blocks(Function& function) { RareBlocks(function).run(); }

}  // namespace invar::jit
