#include "jit/regalloc/parallel_moves.h"

namespace invar::jit::regalloc {

constexpr u32 no_move = ~u32{0};

ParallelMoves::Node& ParallelMoves::node(Place place) {
  const u32 index = place.is_register() ? place.reg() : register_count + place.slot_index();
  if (index >= nodes_.size()) nodes_.resize(index + index / 2 + 1);
  return nodes_[index];
}

void ParallelMoves::add(Place from, Place to, RegClass reg_class, bool wide) {
  if (from == to || node(to).writer != no_move) return;  // The same twice.
  node(to).writer = static_cast<u32>(pending_.size());
  ++node(from).readers;
  pending_.push_back({from, to, reg_class, wide});
}

void ParallelMoves::finish(u32 instruction, ScratchVector<Move>& out) {
  for (u32 i = 0; i < pending_.size(); ++i) {
    if (node(pending_[i].to).readers == 0) follow(i, instruction, out);
  }
  // What is left are cycles, each place of which is read once.
  for (u32 i = 0; i < pending_.size(); ++i) {
    if (node(pending_[i].to).writer == i) break_cycle(i, instruction, out);
  }
  pending_.clear();
}

// Makes the move, and those that become possible when nobody reads its source any more.
void ParallelMoves::follow(u32 index, u32 instruction, ScratchVector<Move>& out) {
  while (index != no_move && node(pending_[index].to).writer == index) {
    const Pending& move = pending_[index];
    emit(move, instruction, out);
    node(move.to).writer = no_move;
    index = --node(move.from).readers == 0 ? node(move.from).writer : no_move;
  }
}

void ParallelMoves::break_cycle(u32 index, u32 instruction, ScratchVector<Move>& out) {
  // The scratch register keeps the value that is overwritten first, unless moves of the cycle need it themselves.
  bool slots = false;
  u32 at = index;
  do {
    slots |= pending_[at].from.is_slot() && pending_[at].to.is_slot();
    at = node(pending_[at].from).writer;
  } while (at != index);
  Place kept = scratch(pending_[index].reg_class);
  if (slots) {
    if (cycle_slot_ == no_move) {
      cycle_slot_ = (slots_ + 1) / 2 * 2;
      slots_ = cycle_slot_ + 2;
    }
    kept = Place::slot(cycle_slot_);
  }
  // The last to be made is the one that reads what the first would have read.
  Pending last = pending_[index];
  emit({last.from, kept, last.reg_class, last.wide}, instruction, out);
  last.from = kept;
  at = node(pending_[index].from).writer;
  node(pending_[index].from).readers = 0;
  while (at != index) {
    const Pending& move = pending_[at];
    emit(move, instruction, out);
    node(move.to).writer = no_move;
    node(move.from).readers = 0;
    at = node(move.from).writer;
  }
  emit(last, instruction, out);
  node(last.to).writer = no_move;
}

void ParallelMoves::emit(const Pending& move, u32 instruction, ScratchVector<Move>& out) {
  if (move.from.is_slot() && move.to.is_slot()) {
    const Place through = scratch(move.reg_class);
    out.push_back({instruction, move.from, through, move.reg_class, move.wide});
    out.push_back({instruction, through, move.to, move.reg_class, move.wide});
  } else {
    out.push_back({instruction, move.from, move.to, move.reg_class, move.wide});
  }
}

}  // namespace invar::jit::regalloc
