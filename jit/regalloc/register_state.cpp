#include "jit/regalloc/register_state.h"

namespace invar::jit::regalloc {

void RegisterState::enter(Reg reg, u32 index, u32 range) {
  State& state = state_[reg];
  state.piece = index;
  state.range = range;
  state.until = std::min(intervals_.ranges[range].end, pieces_[index].end);
  occupied_ |= set_of(reg);
  next_event_ = std::min(next_event_, state.until);
}

void RegisterState::update(Position now) {
  next_event_ = never;
  for (RegSet left = occupied_; left != 0; left &= left - 1) {
    const Reg reg = static_cast<Reg>(__builtin_ctzll(left));
    State& state = state_[reg];
    if (state.until > now) {
      next_event_ = std::min(next_event_, state.until);
      continue;
    }
    release(reg);
    const Piece& piece = pieces_[state.piece];
    if (state.until == piece.end) continue;
    const u32 range = state.range + 1;
    state.waiting.push_back({intervals_.ranges[range].start, state.piece, range});
    std::push_heap(state.waiting.begin(), state.waiting.end());
    waiting_ |= set_of(reg);
  }
  for (RegSet left = waiting_; left != 0; left &= left - 1) {
    const Reg reg = static_cast<Reg>(__builtin_ctzll(left));
    State& state = state_[reg];
    while (!state.waiting.empty() && state.waiting.front().start <= now) {
      std::pop_heap(state.waiting.begin(), state.waiting.end());
      const Waiting waiting = state.waiting.back();
      state.waiting.pop_back();
      const Piece& piece = pieces_[waiting.piece];
      const Position end = intervals_.ranges[waiting.range].end;
      if (std::min(end, piece.end) > now) {
        enter(reg, waiting.piece, waiting.range);
      } else if (end < piece.end) {
        state.waiting.push_back({intervals_.ranges[waiting.range + 1].start, waiting.piece, waiting.range + 1});
        std::push_heap(state.waiting.begin(), state.waiting.end());
      }
    }
    if (state.waiting.empty()) {
      waiting_ &= ~set_of(reg);
    } else {
      next_event_ = std::min(next_event_, state.waiting.front().start);
    }
  }
}

Position RegisterState::find_block(Reg reg, const Piece& piece) {
  State& state = state_[reg];
  const Position back = state.waiting.empty() ? never : state.waiting.front().start;
  const ScratchVector<FixedRange>& fixed = intervals_.fixed[reg];
  u32& next = state.fixed;
  while (next < fixed.size() && fixed[next].end <= piece.start) ++next;
  state.fixed_start = next < fixed.size() ? fixed[next].start : never;
  const bool survives =
      intervals_.values[piece.value].survives_clobbers && piece.start == intervals_.values[piece.value].start;
  const Position end = std::min(piece.end, back);
  u32 range = piece.range, passed = 0;
  for (u32 i = next; i < fixed.size() && fixed[i].start < end; ++i) {
    if (fixed[i].owner == piece.value && ++passed <= 16) continue;
    if (survives && fixed[i].end == piece.start + 2 && step_of(fixed[i].start) == clobbering) continue;
    if (fixed[i].end <= piece.start) continue;
    while (intervals_.ranges[range].end <= fixed[i].start && intervals_.ranges[range].end < piece.end) ++range;
    const Position start = std::max(intervals_.ranges[range].start, piece.start);
    // Not every hole is worth a search of all that happens in it.
    if (start < fixed[i].end || ++passed > 16) return std::min(back, std::max(start, fixed[i].start));
  }
  return back;
}

}  // namespace invar::jit::regalloc
