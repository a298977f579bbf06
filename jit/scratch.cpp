#include "jit/scratch.h"

#include <algorithm>

namespace invar::jit {

namespace {
constexpr size_t first_chunk = size_t{64} << 10, largest_chunk = size_t{1} << 20;
/// How many chunks, each twice the one before, are kept: of three megabytes in all.
constexpr size_t kept_chunks = 6;
}  // namespace

void Arena::next_chunk(size_t least) {
  // One that is too small is as good as used.
  while (used_ < chunks_.size() && chunks_[used_].size < least) ++used_;
  if (used_ == chunks_.size()) {
    const size_t usual = std::min(first_chunk << std::min(used_, kept_chunks), largest_chunk);
    const size_t size = std::max(least, usual);
    chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
  }
  next_ = chunks_[used_].bytes.get();
  left_ = chunks_[used_].size;
  ++used_;
}

void Arena::clear() {
  std::erase_if(chunks_, [](const Chunk& chunk) { return chunk.size > largest_chunk; });
  if (chunks_.size() > kept_chunks) chunks_.resize(kept_chunks);
  used_ = 0;
  next_ = nullptr;
  left_ = 0;
  std::ranges::fill(free_, nullptr);
}

}  // namespace invar::jit
