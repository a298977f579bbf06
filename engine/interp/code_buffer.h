// Threaded code under construction.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/interp/handlers.h"

namespace invar::interp {

/// Slots are addressed by 16 bits.
inline constexpr u32 max_frame_slots = 0xffff;

/// Appends instructions. Positions are word indices.
class CodeBuffer {
 public:
  u32 position() const { return position_; }
  std::span<const u64> words() const { return {words_.data(), position_}; }
  void clear() { position_ = 0; }
  void truncate(u32 position) { position_ = position; }

  /// An instruction with four fields. Returns its position.
  u32 emit(Handler handler, u32 f0 = 0, u32 f1 = 0, u32 f2 = 0, u32 f3 = 0) {
    const u32 at = extend(2);
    words_[at] = reinterpret_cast<u64>(handler);
    words_[at + 1] = u64{f0 & 0xffff} | u64{f1 & 0xffff} << 16 | u64{f2 & 0xffff} << 32 | u64{f3 & 0xffff} << 48;
    return at;
  }
  /// An instruction with two fields and the upper half of word 1.
  u32 emit_wide(Handler handler, u32 f0, u32 f1, u32 upper) {
    const u32 at = extend(2);
    words_[at] = reinterpret_cast<u64>(handler);
    words_[at + 1] = u64{f0 & 0xffff} | u64{f1 & 0xffff} << 16 | u64{upper} << 32;
    return at;
  }
  void append(u64 word) { words_[extend(1)] = word; }

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
  u32 extend(u32 count) {
    const u32 at = position_;
    position_ += count;
    if (position_ > words_.size()) [[unlikely]]
      words_.resize(std::max<size_t>(position_, words_.size() * 2 + 64));
    return at;
  }

  std::vector<u64> words_;  ///< More than are in use.
  u32 position_ = 0;
};

}  // namespace invar::interp
