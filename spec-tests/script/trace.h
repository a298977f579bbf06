// The trace of a script's run: one digest over all that its commands were seen to do, with a mark for each command.
#pragma once

#include <vector>

#include "spec-tests/adapters/adapter.h"
#include "spec-tests/script/digest.h"
#include "spec-tests/script/value.h"

namespace invar::spec {

/// References count as their kind (and the script's own number), not as an address. NaNs count as one canonical NaN,
/// since the spec leaves their bits to the processor, unless the expected result asks for just these bits or `exact`
/// says that the engine leaves nothing to the processor.
class Trace {
 public:
  /// Bits of the digest that a mark keeps.
  static constexpr u32 mark_bits = 24;

  /// With `racing`, results for which a script allows more than one value count as "allowed": threads may race.
  Trace(bool exact, bool racing) : exact_(exact), racing_(racing) {}

  void add_success() { digest_.add(u64{1}); }
  void add(const Failure& failure);
  /// `patterns` are the results that the script expects, if it says so; else empty.
  void add(const std::vector<Value>& values, const std::vector<Pattern>& patterns);
  void add(const InstanceState& state);
  /// The digest of another thread's trace.
  void add(u64 digest) { digest_.add(digest); }

  /// Ends a command: its mark says what happened up to here.
  void mark() { marks_.push_back(static_cast<u32>(digest_.value() >> (64 - mark_bits))); }

  u64 digest() const { return digest_.value(); }
  const std::vector<u32>& marks() const { return marks_; }

 private:
  void add(const Value& value, const Pattern* pattern);

  bool exact_;
  bool racing_;
  Digest digest_;
  std::vector<u32> marks_;
};

/// Marks as text, four characters each, and back; nothing if the text is not of that form.
std::string encode_marks(const std::vector<u32>& marks);
std::optional<std::vector<u32>> decode_marks(std::string_view text);

}  // namespace invar::spec
