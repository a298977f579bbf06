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
        marks_(code.blocks.size()),
        reached_(code.blocks.size()),
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
  // Of a block: the last value that was found to be live there.
  struct Marks {
    VReg live_in = no_vreg, live_out = no_vreg;
  };

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
    u32* const reached = reached_.data();
    u32 count = 0, highest = 0;
    const auto reach = [&](u32 block) {
      if (marks_[block].live_in == index) return;
      marks_[block].live_in = index;
      highest = std::max(highest, block);
      reached[count++] = block;
    };
    marks_[home].live_in = index;  // not to go on from there
    for (u32 i = first; i < last; ++i) reach(block_at(out_.uses[i].position));
    for (u32 done = 0; done < count; ++done) {
      const MachineBlock& block = code_.blocks[reached[done]];
      const u32* const predecessors = code_.edges.data() + block.first_predecessor;
      for (u32 i = 0; i < block.predecessor_count; ++i) {
        marks_[predecessors[i]].live_out = index;
        reach(predecessors[i]);
      }
    }
    reached_count_ = count;
    highest_ = highest;
    budget_ -= std::min<u64>(budget_, count);
  }

  void emit(VReg index, u32 home, u32 first, u32 last) {
    u32 use = first;
    Range range{out_.values[index].start, end_of_block(home)};
    const auto lives_in = [&](u32 block) __attribute__((always_inline)) {
      const Position start = ends_[block - 1];
      if (start != range.end) {
        out_.ranges.push_back(range);
        range.start = start;
      }
      range.end = ends_[block];
      if (marks_[block].live_out == index) return;
      while (use < last && out_.uses[use].position < range.end) ++use;
      range.end = end_of(out_.uses[use - 1]);
    };
    if (highest_ - home > 4 * reached_count_) {
      std::sort(reached_.begin(), reached_.begin() + reached_count_);
      for (u32 i = 0; i < reached_count_; ++i) lives_in(reached_[i]);
    } else {
      for (u32 block = home + 1; block <= highest_; ++block) {
        if (marks_[block].live_in == index) lives_in(block);
      }
    }
    out_.ranges.push_back(range);
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
  ScratchVector<Position> ends_;  // By block, like
  ScratchVector<Marks> marks_;
  // Of the value in hand: where it is live at the start, in no order, and the last of those.
  ScratchVector<u32> reached_;
  u32 reached_count_ = 0, highest_ = 0;
  u64 budget_;
};

}  // namespace

void build_ranges(const MachineCode& code, Intervals& intervals, bool coarse) {
  Liveness(code, intervals, coarse).run();
}

}  // namespace invar::jit::regalloc
