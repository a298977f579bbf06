#include "jit/regalloc/liveness.h"

#include <algorithm>

namespace invar::jit::regalloc {
namespace {

// For each value of its own: walks from its uses against the control flow to its definition (SSA: every way leads
// there) and marks the blocks on the way.
class Liveness {
 public:
  Liveness(const MachineCode& code, Intervals& out, bool coarse)
      : code_(code),
        out_(out),
        live_in_(code.blocks.size(), no_vreg),
        live_out_(code.blocks.size(), no_vreg),
        budget_(coarse ? 0 : 64 * (code.blocks.size() + code.instructions.size()) + 1'000'000) {
    ends_.reserve(code.blocks.size());
    for (const MachineBlock& block : code.blocks) ends_.push_back(position_of(block.end_instruction, before_moves));
  }

  void run() {
    const size_t count = out_.values.size();
    out_.first_range.reserve(count + 1);
    out_.ranges.reserve(count + count / 2);
    for (VReg value = 0; value < count; ++value) {
      out_.first_range.push_back(static_cast<u32>(out_.ranges.size()));
      add(value);
    }
    out_.first_range.push_back(static_cast<u32>(out_.ranges.size()));
  }

 private:
  Position start_of(u32 block) const { return block == 0 ? 0 : ends_[block - 1]; }
  Position end_of_block(u32 block) const { return ends_[block]; }
  u32 block_at(Position position) const { return out_.block_of[instruction_at(position)]; }

  void add(VReg index) {
    const Value& value = out_.values[index];
    if (value.start == never) return;
    const u32 first = out_.first_use[index], last = out_.first_use[index + 1];
    if (first == last) {
      // Written all the same; a parameter is not.
      if (!value.parameter) push(value.start, position_of(instruction_at(value.start), writing) + 1);
      return;
    }
    const u32 home = block_at(value.start);
    if (out_.uses[last - 1].position < end_of_block(home)) {
      return push(value.start, end_of(out_.uses[last - 1]));
    }
    if (budget_ == 0) return without_holes(value.start, first, last);
    walk(index, home, first, last);
    emit(index, home, first, last);
  }

  void walk(VReg index, u32 home, u32 first, u32 last) {
    blocks_.clear();
    u32 previous = home;
    for (u32 i = first; i < last; ++i) {
      const u32 block = block_at(out_.uses[i].position);
      if (block == previous) continue;
      previous = block;
      if (block != home) reach(index, block);
    }
    for (size_t done = 0; done < blocks_.size(); ++done) {
      const MachineBlock& block = code_.blocks[blocks_[done]];
      for (u32 i = 0; i < block.predecessor_count; ++i) {
        const u32 predecessor = code_.edges[block.first_predecessor + i];
        live_out_[predecessor] = index;
        if (predecessor != home) reach(index, predecessor);
      }
    }
    budget_ -= std::min<u64>(budget_, blocks_.size());
  }

  void reach(VReg index, u32 block) {
    if (live_in_[block] == index) return;
    live_in_[block] = index;
    blocks_.push_back(block);
  }

  void emit(VReg index, u32 home, u32 first, u32 last) {
    u32 use = first;
    sort_blocks(index, home);
    Range range{out_.values[index].start, end_of_block(home)};
    for (const u32 block : blocks_) {
      if (start_of(block) != range.end) {
        out_.ranges.push_back(range);
        range.start = start_of(block);
      }
      range.end = end_of_block(block);
      if (live_out_[block] == index) continue;
      while (use < last && out_.uses[use].position < range.end) ++use;
      range.end = end_of(out_.uses[use - 1]);
    }
    out_.ranges.push_back(range);
  }

  void sort_blocks(VReg index, u32 home) {
    const u32 highest = *std::max_element(blocks_.begin(), blocks_.end());
    if (highest - home > 4 * blocks_.size()) {
      std::sort(blocks_.begin(), blocks_.end());
      return;
    }
    blocks_.clear();
    for (u32 block = home + 1; block <= highest; ++block) {
      if (live_in_[block] == index) blocks_.push_back(block);
    }
  }

  // Blocks are ordered such that nothing is live in front of its definition, or behind both its last use and the loops
  // around that use which do not hold the definition.
  void without_holes(Position start, u32 first, u32 last) {
    Position end = 0;
    u32 previous = none;
    for (u32 i = first; i < last; ++i) {
      end = std::max(end, end_of(out_.uses[i]));
      const u32 loop = out_.loop_of[block_at(out_.uses[i].position)];
      if (loop == previous) continue;
      previous = loop;
      // The outermost loops contain the others; deep nests are climbed only so far before all is taken.
      u32 steps = 0;
      for (u32 at = loop; at != none && out_.loops[at].start > start; at = out_.loops[at].parent) {
        end = std::max(end, out_.loops[at].end);
        if (++steps == 64) {
          end = end_of_block(static_cast<u32>(code_.blocks.size() - 1));
          break;
        }
      }
    }
    push(start, end);
  }

  void push(Position start, Position end) { out_.ranges.push_back({start, end}); }

  const MachineCode& code_;
  Intervals& out_;
  std::vector<VReg> live_in_, live_out_;
  std::vector<Position> ends_;  // Of blocks.
  std::vector<u32> blocks_;
  u64 budget_;
};

}  // namespace

void build_ranges(const MachineCode& code, Intervals& intervals, bool coarse) {
  Liveness(code, intervals, coarse).run();
}

}  // namespace invar::jit::regalloc
