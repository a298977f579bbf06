#include "jit/regalloc/scan.h"

#include <algorithm>
#include <queue>

#include "jit/regalloc/register_state.h"

namespace invar::jit::regalloc {
namespace {

constexpr u32 climbed_loops = 64;  // Deeper nests are hostile: time stays in bounds, not quality.
constexpr u32 looked_at = 128;     // Ranges of one piece, for each of which it is asked who else wants its register.
constexpr float frequency[] = {1, 8, 64, 512, 4096, 32768};

class Scan {
 public:
  Scan(const MachineCode& code, const Intervals& intervals, RegSet allocatable, bool takes_first, u32 seed)
      : code_(code),
        in_(intervals),
        allocatable_(allocatable),
        takes_first_(takes_first),
        random_(seed),
        registers_(intervals, out_.pieces) {
    const size_t count = in_.values.size();
    out_.first.assign(count, none);
    out_.spilled.assign(count, false);
    out_.pieces.reserve(count + count / 2);
    last_reg_.assign(count, no_reg);
    join_groups();
  }

  Pieces run() {
    size_t next = 0;
    while (next < in_.order.size() || !queue_.empty()) {
      u32 index;
      if (!queue_.empty() && (next == in_.order.size() || queue_.top().start <= in_.values[in_.order[next]].start)) {
        index = queue_.top().piece;
        queue_.pop();
      } else {
        const VReg value = in_.order[next++];
        index = static_cast<u32>(out_.pieces.size());
        out_.first[value] = index;
        out_.pieces.push_back(
            {value, in_.values[value].start, in_.end(value), in_.first_range[value], in_.first_use[value]});
      }
      registers_.advance(out_.pieces[index].start);
      place(index);
    }
    return std::move(out_);
  }

 private:
  struct Queued {
    Position start;
    u32 piece;
    bool operator<(const Queued& other) const {
      return start != other.start ? start > other.start : piece > other.piece;
    }
  };

  // How long a piece has to keep the register that it starts in, and whether it has to have one.
  struct Demand {
    Position until;
    bool strict;
  };

  // --- Groups of values that had best be in the same register: parameters and arguments, tied ones -----------------

  void join_groups() {
    group_.resize(in_.values.size());
    for (VReg i = 0; i < group_.size(); ++i) group_[i] = i;
    for (const auto& [value, other] : in_.related) join(value, other);
    group_reg_.assign(group_.size(), no_reg);
  }

  VReg group_of(VReg value) {
    while (group_[value] != value) value = group_[value] = group_[group_[value]];
    return value;
  }

  void join(VReg a, VReg b) {
    a = group_of(a), b = group_of(b);
    if (a != b) group_[std::max(a, b)] = std::min(a, b);
  }

  // --- Positions ---------------------------------------------------------------------------------------------------

  u32 block_at(Position position) const {
    return in_.block_of[std::min<size_t>(instruction_at(position), in_.block_of.size() - 1)];
  }
  float frequency_at(Position position) const {
    return frequency[std::min<size_t>(in_.depth_of[block_at(position)], std::size(frequency) - 1)];
  }

  // The start of the outermost loop around the position that starts behind `after`, or the position itself.
  Position before_loops(Position position, Position after) const {
    u32 loop = in_.loop_of[block_at(position)];
    for (u32 i = 0; i < climbed_loops && loop != none && in_.loops[loop].start > after; ++i) {
      position = in_.loops[loop].start;
      loop = in_.loops[loop].parent;
    }
    return position;
  }

  // Where a value has to be kept until if it is used at `last`: it is needed again when a loop around that starts over.
  Position behind_loops(const Piece& piece, const Use& last, Position limit) const {
    Position end = end_of(last);
    u32 loop = in_.loop_of[block_at(last.position)];
    for (u32 i = 0; i < climbed_loops && loop != none; ++i, loop = in_.loops[loop].parent) {
      if (in_.loops[loop].start <= in_.values[piece.value].start || in_.loops[loop].start < piece.start) break;
      if (in_.loops[loop].end > limit) break;
      end = in_.loops[loop].end;
    }
    return end;
  }

  bool starts_with_definition(const Piece& piece) const {
    const Value& value = in_.values[piece.value];
    return piece.start == value.start && !value.parameter;
  }

  Demand demand_of(const Piece& piece) const {
    if (starts_with_definition(piece)) {
      return {std::min(in_.values[piece.value].held_until, piece.end), true};
    }
    Demand demand{piece.start + 1, false};
    const u32 end = in_.first_use[piece.value + 1];
    for (u32 i = piece.use; i < end && in_.uses[i].position == piece.start; ++i) {
      demand.until = std::max(demand.until, end_of(in_.uses[i]));
      demand.strict |= needs_register(in_.uses[i]);
    }
    return demand;
  }

  // --- Cutting -----------------------------------------------------------------------------------------------------

  // The piece ends at the position, which is within it; the new one starts there or behind a hole.
  u32 split(u32 index, Position position) {
    const u32 added = static_cast<u32>(out_.pieces.size());
    out_.pieces.push_back(out_.pieces[index]);
    Piece& before = out_.pieces[index];
    Piece& behind = out_.pieces[added];
    while (in_.ranges[behind.range].end <= position) ++behind.range;
    behind.start = std::max(position, in_.ranges[behind.range].start);
    before.end = position;
    if (behind.start > position || in_.ranges[behind.range].start == position) {
      before.end = in_.ranges[behind.range - 1].end;
    }
    const u32 end = in_.first_use[behind.value + 1];
    while (behind.use < end && in_.uses[behind.use].position < behind.start) ++behind.use;
    behind.reg = no_reg;
    behind.optional = false;
    before.next = added;
    return added;
  }

  void enqueue(u32 index) { queue_.push({out_.pieces[index].start, index}); }

  // From `position` on the piece is in its slot, until a use behind `from` makes it worth a register.
  void spill(u32 index, Position position, Position from) {
    if (position >= out_.pieces[index].end) return;
    const u32 tail = position > out_.pieces[index].start ? split(index, position) : index;
    out_.pieces[tail].reg = no_reg;
    bool optional = false;
    const Position target = reload_position(out_.pieces[tail], from, optional);
    if (target > out_.pieces[tail].start) out_.spilled[out_.pieces[tail].value] = true;
    if (target >= out_.pieces[tail].end) return;
    const u32 reload = target > out_.pieces[tail].start ? split(tail, target) : tail;
    out_.pieces[reload].optional = optional;
    enqueue(reload);
  }

  Position reload_position(const Piece& piece, Position from, bool& optional) {
    const u32 end = in_.first_use[piece.value + 1];
    const RegClass reg_class = in_.values[piece.value].reg_class;
    for (u32 i = piece.use; i < end && in_.uses[i].position < piece.end; ++i) {
      const Use& use = in_.uses[i];
      // In front of the loops around the use, unless they would take it from its register.
      Position position = use.position;
      u32 loop = in_.loop_of[block_at(use.position)];
      for (u32 n = 0; n < climbed_loops && loop != none && in_.loops[loop].start > from; ++n) {
        if (in_.loops[loop].clobbered[static_cast<u32>(reg_class)]) break;
        position = in_.loops[loop].start;
        loop = in_.loops[loop].parent;
      }
      if (needs_register(use)) return position;
      optional = true;
      if (position < use.position) return position;
      if (use.position > from && use.kind == UseKind::any && step_of(use.position) == reading && shared(piece, i))
        return position;
    }
    return never;
  }

  // Whether the use is followed by another that could have its register.
  bool shared(const Piece& piece, u32 use) {
    if (use + 1 >= in_.first_use[piece.value + 1]) return false;
    const Use& next = in_.uses[use + 1];
    if (next.position >= piece.end) return false;
    const ScratchVector<Position>& clobbers = in_.full_clobbers[static_cast<u32>(in_.values[piece.value].reg_class)];
    const auto clobber = std::lower_bound(clobbers.begin(), clobbers.end(), in_.uses[use].position);
    return clobber == clobbers.end() || *clobber > next.position;
  }

  // --- Full clobbers -----------------------------------------------------------------------------------------------

  Position full_clobber_in(const Piece& piece) {
    const u32 reg_class = static_cast<u32>(in_.values[piece.value].reg_class);
    const ScratchVector<Position>& clobbers = in_.full_clobbers[reg_class];
    u32& next = next_clobber_[reg_class];
    while (next < clobbers.size() && clobbers[next] < piece.start) ++next;
    u32 at = next;
    // Of the instruction that writes it, too.
    if (at < clobbers.size() && starts_with_definition(piece) && clobbers[at] == piece.start + 1) ++at;
    for (u32 range = piece.range; at < clobbers.size() && clobbers[at] < piece.end; ++range) {
      if (clobbers[at] < in_.ranges[range].start) {
        at = static_cast<u32>(std::lower_bound(clobbers.begin() + at, clobbers.end(), in_.ranges[range].start) -
                              clobbers.begin());
        if (at == clobbers.size()) return never;
      }
      if (clobbers[at] < std::min(in_.ranges[range].end, piece.end)) return clobbers[at];
      if (in_.ranges[range].end >= piece.end) return never;
    }
    return never;
  }

  // Cuts off what lies behind the first instruction that takes away all registers. False: nothing is left.
  bool cut_at_clobber(u32 index, const Demand& demand) {
    const Piece& piece = out_.pieces[index];
    Position cut = full_clobber_in(piece);
    if (cut == never) return true;
    // In a loop it would have to be in the same place at the start and the end.
    cut = before_loops(cut, std::max(piece.start, demand.until - 1));
    const u32 end = in_.first_use[piece.value + 1];
    u32 last = piece.use;
    while (last < end && in_.uses[last].position < cut) ++last;
    Position keep = demand.strict ? demand.until : piece.start;
    if (last > piece.use) keep = std::max(keep, std::min(cut, behind_loops(piece, in_.uses[last - 1], cut)));
    const bool left = keep > piece.start;
    spill(index, keep, cut);
    return left;
  }

  // A value that is cut into many pieces and has many holes would have all of the holes looked at for each piece.
  void limit(u32 index) {
    const Piece& piece = out_.pieces[index];
    if (in_.first_range[piece.value + 1] - piece.range <= looked_at) return;
    const Position rest = in_.ranges[piece.range + looked_at].start;
    if (rest < piece.end) enqueue(split(index, rest));
  }

  // --- Choice of a register ----------------------------------------------------------------------------------------

  void place(u32 index) {
    limit(index);
    if (random_ != 0 && place_at_random(index)) return;
    const Demand demand = demand_of(out_.pieces[index]);
    if (!cut_at_clobber(index, demand)) return;
    const Piece& piece = out_.pieces[index];
    const Value& value = in_.values[piece.value];
    if (value.fixed != no_reg && piece.start == value.start && !(set_of(value.fixed) & allocatable_)) {
      out_.pieces[index].reg = value.fixed;
      if (demand.until < piece.end) enqueue(split(index, demand.until));
      return;
    }
    candidates_ = allocatable_ & all_of_class[static_cast<u32>(value.reg_class)];
    if (value.fixed != no_reg && piece.start == value.start) {
      candidates_ = set_of(value.fixed);
    }
    const Reg hinted = hinted_register(piece);
    if (hinted != no_reg) return assign(index, hinted, never);

    Reg best = no_reg;
    Position best_end = 0;
    for (RegSet left = candidates_ & ~registers_.occupied(); left != 0; left &= left - 1) {
      const Reg reg = static_cast<Reg>(__builtin_ctzll(left));
      const Position end = registers_.blocked_from(reg, piece);
      const bool whole = end >= piece.end, best_whole = best_end >= piece.end;
      bool better = whole != best_whole ? whole : whole ? end < best_end : end > best_end;
      if (random_ != 0 && end >= demand.until) better = best_end < demand.until || random(2) == 0;
      if (best == no_reg || better) best = reg, best_end = end;
      if (whole && takes_first_ && random_ == 0) break;
    }
    if (best != no_reg && (best_end >= piece.end || (best_end >= demand.until && best_end > next_need(piece)))) {
      return assign(index, best, best_end);
    }
    if (piece.optional && !demand.strict) return spill(index, piece.start, piece.start);
    take_from_another(index, demand, best, best_end);
  }

  // The next position at which a register is of use.
  Position next_need(const Piece& piece) const {
    if (starts_with_definition(piece) && in_.values[piece.value].fixed != no_reg) return piece.start;
    const u32 end = in_.first_use[piece.value + 1];
    return piece.use < end ? std::min(in_.uses[piece.use].position, piece.end) : piece.end;
  }

  Reg hinted_register(const Piece& piece) {
    const Value& value = in_.values[piece.value];
    const bool whole_life = piece.start == value.start;
    if (random_ != 0 && random(2) == 0) return no_reg;
    if (whole_life && value.fixed != no_reg) return suits(piece, value.fixed) ? value.fixed : no_reg;
    if (whole_life && value.tied_to != no_vreg && suits(piece, last_reg_[value.tied_to])) {
      return last_reg_[value.tied_to];
    }
    const u32 end = std::min(in_.first_use[piece.value + 1], piece.use + 8);
    for (u32 i = piece.use; i < end && in_.uses[i].position < piece.end; ++i) {
      const Use& use = in_.uses[i];
      const Reg reg = use.kind == UseKind::fixed ? use.reg : use.related != no_vreg ? last_reg_[use.related] : no_reg;
      if (suits(piece, reg)) return reg;
    }
    if (value.parameter && whole_life) {
      const MachineBlock& block = code_.blocks[block_at(piece.start)];
      const u32 number = parameter_number(block, piece.value);
      for (u32 i = 0; i < std::min(block.predecessor_count, 4u); ++i) {
        const MachineBlock& predecessor = code_.blocks[code_.edges[block.first_predecessor + i]];
        const Reg reg = last_reg_[code_.arguments[predecessor.first_argument + number]];
        if (suits(piece, reg)) return reg;
      }
    }
    for (const Reg reg : {last_reg_[piece.value], group_reg_[group_of(piece.value)], value.hint}) {
      if (suits(piece, reg)) return reg;
    }
    return no_reg;
  }

  // Parameters of one block come one after the other.
  u32 parameter_number(const MachineBlock& block, VReg parameter) {
    const VReg* list = code_.parameters.data() + block.first_parameter;
    if (parameters_of_ != block.first_instruction) parameters_of_ = block.first_instruction, parameter_ = 0;
    while (list[parameter_ % block.parameter_count] != parameter) ++parameter_;
    return parameter_ % block.parameter_count;
  }

  bool suits(const Piece& piece, Reg reg) {
    return reg != no_reg && (set_of(reg) & candidates_ & ~registers_.occupied()) != 0 &&
           registers_.blocked_from(reg, piece) >= piece.end;
  }

  void assign(u32 index, Reg reg, Position blocked) {
    if (blocked < out_.pieces[index].end) {
      const Piece& piece = out_.pieces[index];
      const Demand demand = demand_of(piece);
      const Position after = std::max(piece.start, demand.until - 1);
      Position cut = blocked;
      // Another register is possible only with a move, which is made between instructions.
      const Position gap = position_of(instruction_at(cut), reading);
      if (step_of(cut) > reading && gap > after) cut = gap;
      cut = before_loops(cut, after);
      if (step_of(cut) > reading) {
        spill(index, cut, cut);
      } else {
        enqueue(split(index, cut));
      }
    }
    Piece& piece = out_.pieces[index];
    piece.reg = reg;
    last_reg_[piece.value] = reg;
    group_reg_[group_of(piece.value)] = reg;
    registers_.occupy(reg, index);
  }

  // --- Taking a register from another value ------------------------------------------------------------------------

  // The most that is gained by freeing a register, in instructions per reload.
  float gain(Piece& piece, Position now) {
    const u32 first = in_.first_use[piece.value], end = in_.first_use[piece.value + 1];
    while (piece.use < end && in_.uses[piece.use].position < now) ++piece.use;
    Position next = piece.use < end ? in_.uses[piece.use].position : piece.end;
    // What a loop has used and has been defined in front of it, it uses again.
    u32 loop = in_.loop_of[block_at(now)];
    for (u32 i = 0; i < climbed_loops && loop != none; ++i, loop = in_.loops[loop].parent) {
      const Loop& at = in_.loops[loop];
      if (next < at.end || at.start <= in_.values[piece.value].start) break;
      if (piece.use > first && in_.uses[piece.use - 1].position >= at.start) {
        next = std::min(next, at.end - 1);
        break;
      }
    }
    float cost = frequency_at(before_loops(next, now));
    if (!out_.spilled[piece.value]) cost += frequency_at(in_.values[piece.value].start);
    return static_cast<float>(next - now + 1) / cost;
  }

  // Until when the piece cannot leave its register, if it has to keep it now.
  Position locked_until(const Piece& piece, Position now) const {
    if (starts_with_definition(piece) && now < in_.values[piece.value].held_until) {
      return std::min(in_.values[piece.value].held_until, piece.end);
    }
    const u32 first = in_.first_use[piece.value], end = in_.first_use[piece.value + 1];
    const u32 instruction = instruction_at(now);
    u32 i = piece.use;
    while (i > first && instruction_at(in_.uses[i - 1].position) >= instruction) --i;
    Position until = 0;
    for (; i < end && instruction_at(in_.uses[i].position) <= instruction; ++i) {
      const Use& use = in_.uses[i];
      if (use.position <= now && needs_register(use)) until = std::max(until, end_of(use));
    }
    return until;
  }

  void take_from_another(u32 index, const Demand& demand, Reg free, Position free_until) {
    const Position now = out_.pieces[index].start;
    Reg best = no_reg;
    float best_gain = -1;
    Position best_end = 0;
    const Position needed = demand.strict ? demand.until : std::max(demand.until, next_need(out_.pieces[index]) + 1);
    for (RegSet left = candidates_ & registers_.occupied(); left != 0; left &= left - 1) {
      const Reg reg = static_cast<Reg>(__builtin_ctzll(left));
      Piece& piece = out_.pieces[registers_.occupant(reg)];
      if (locked_until(piece, now) > now) continue;
      const Position end = registers_.blocked_from(reg, out_.pieces[index]);
      if (end < needed) continue;
      float value = gain(piece, now);
      if (random_ != 0) value = static_cast<float>(random(100));
      if (value > best_gain) best = reg, best_gain = value, best_end = end;
    }
    const bool worth = best != no_reg && best_gain > gain(out_.pieces[index], now);
    if (!worth && free != no_reg && free_until >= demand.until) return assign(index, free, free_until);
    if (!worth && !demand.strict) return spill(index, now, now);
    if (best != no_reg) {
      evict(best, now);
      return assign(index, best, best_end);
    }
    // Somebody reads a register that is free for the instruction as a whole, and could do with another.
    const bool movable = step_of(now) == reading;
    for (RegSet left = candidates_ & registers_.occupied(); movable && left != 0; left &= left - 1) {
      const Reg reg = static_cast<Reg>(__builtin_ctzll(left));
      const u32 other = registers_.occupant(reg);
      const Position end = registers_.blocked_from(reg, out_.pieces[index]);
      if (end < demand.until || locked_until(out_.pieces[other], now) >= demand.until) continue;
      registers_.release(reg);
      if (out_.pieces[other].start == now) {
        enqueue(other);
      } else {
        enqueue(split(other, now));
      }
      return assign(index, reg, end);
    }
    __builtin_trap();  // The instruction asks for more registers than there are.
  }

  void evict(Reg reg, Position now) {
    const u32 index = registers_.occupant(reg);
    const Piece& piece = out_.pieces[index];
    registers_.release(reg);
    const u32 first = in_.first_use[piece.value], end = in_.first_use[piece.value + 1];
    u32 use = piece.use;
    while (use < end && in_.uses[use].position < now) ++use;
    Position kept = piece.start;
    if (starts_with_definition(piece)) kept = in_.values[piece.value].held_until;
    if (use > first && in_.uses[use - 1].position >= piece.start) kept = std::max(kept, end_of(in_.uses[use - 1]));
    // It is in its slot from the start if it was not used, and else from in front of the loop if it was not used there.
    const Position cut = kept == piece.start ? kept : before_loops(now, kept - 1);
    spill(index, cut, now);
  }

  // --- Tests -------------------------------------------------------------------------------------------------------

  u32 random(u32 limit) {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return random_ % limit;
  }

  // Cuts the piece somewhere, or leaves it in its slot.
  bool place_at_random(u32 index) {
    const Piece& piece = out_.pieces[index];
    const Demand demand = demand_of(piece);
    if (random(3) == 0 && piece.end > demand.until + 1) {
      const Position position = demand.until + random(piece.end - demand.until);
      const Position gap = position_of(instruction_at(position), reading);
      const u32 block = block_at(position);
      const Position start = position_of(code_.blocks[block].first_instruction, before_moves);
      const Position cut = start > demand.until && random(2) == 0 ? start : gap;
      if (cut >= demand.until && cut > piece.start && cut < piece.end) enqueue(split(index, cut));
    }
    if (!demand.strict && random(4) == 0) {
      const Position start_of_piece = out_.pieces[index].start;
      spill(index, start_of_piece, start_of_piece);
      return true;
    }
    return false;
  }

  const MachineCode& code_;
  const Intervals& in_;
  const RegSet allocatable_;
  const bool takes_first_;
  u32 random_;
  Pieces out_;
  RegisterState registers_;
  std::priority_queue<Queued, ScratchVector<Queued>> queue_;
  ScratchVector<VReg> group_;
  ScratchVector<Reg> group_reg_, last_reg_;
  u32 next_clobber_[2] = {0, 0};
  RegSet candidates_ = 0;
  u32 parameters_of_ = none, parameter_ = 0;
};

}  // namespace

Pieces scan(const MachineCode& code, const Intervals& intervals, RegSet allocatable, bool takes_first,
            u32 random_seed) {
  return Scan(code, intervals, allocatable, takes_first, random_seed).run();
}

}  // namespace invar::jit::regalloc
