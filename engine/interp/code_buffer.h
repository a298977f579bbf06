// Threaded code under construction.
#pragma once

#include <span>

#include "engine/interp/handlers.h"
#include "engine/interp/scratch_stack.h"

namespace invar::interp {

/// Slots are addressed by 16 bits.
inline constexpr u32 max_frame_slots = 0xffff;

/// Word 1 of an instruction.
constexpr u64 fields(u32 f0, u32 f1, u32 f2, u32 f3) {
  return u64{f0 & 0xffff} | u64{f1 & 0xffff} << 16 | u64{f2 & 0xffff} << 32 | u64{f3 & 0xffff} << 48;
}
constexpr u64 fields_and_upper(u32 f0, u32 f1, u32 upper) {
  return u64{f0 & 0xffff} | u64{f1 & 0xffff} << 16 | u64{upper} << 32;
}

/// Appends instructions. Positions are word indices.
class CodeBuffer {
 public:
  u32 position() const { return words_.size(); }
  std::span<const u64> words() const { return {words_.data(), words_.size()}; }
  void clear() { words_.clear(); }
  void truncate(u32 position) { words_.truncate(position); }

  /// An instruction of two words. Returns its position.
  u32 emit_words(Handler handler, u64 word1) {
    const u32 at = position();
    u64* const words = words_.extend(2);
    words[0] = reinterpret_cast<u64>(handler);
    words[1] = word1;
    return at;
  }
  /// The same with four fields.
  u32 emit(Handler handler, u32 f0 = 0, u32 f1 = 0, u32 f2 = 0, u32 f3 = 0) {
    return emit_words(handler, fields(f0, f1, f2, f3));
  }
  /// The same with two fields and the upper half of word 1.
  u32 emit_wide(Handler handler, u32 f0, u32 f1, u32 upper) {
    return emit_words(handler, fields_and_upper(f0, f1, upper));
  }
  void append(u64 word) { words_.push() = word; }

  Handler handler(u32 at) const { return reinterpret_cast<Handler>(words_[at]); }
  void set_handler(u32 at, Handler handler) { words_[at] = reinterpret_cast<u64>(handler); }
  u16 field(u32 at, u32 i) const { return static_cast<u16>(words_[at + 1] >> (16 * i)); }
  void set_field(u32 at, u32 i, u32 value) {
    u64& word = words_[at + 1];
    word = (word & ~(u64{0xffff} << (16 * i))) | u64{value & 0xffff} << (16 * i);
  }
  u32 upper(u32 at) const { return static_cast<u32>(words_[at + 1] >> 32); }
  /// The upper half of any word: where branch distances stand.
  void set_upper(u32 word, u32 value) { words_[word] = (words_[word] & 0xffffffff) | u64{value} << 32; }

 private:
  ScratchStack<u64> words_;
};

}  // namespace invar::interp
