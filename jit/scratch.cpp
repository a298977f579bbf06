#include "jit/scratch.h"

#include <algorithm>

namespace invar::jit {

namespace {
constexpr size_t first_chunk = size_t{64} << 10, largest_chunk = size_t{1} << 20;
/// Of what is used again, in bytes: enough for 99 of 100 functions.
constexpr size_t most_kept = size_t{3} << 20;
}  // namespace

void Arena::next_chunk(size_t least) {
  const auto fits = [&](const Chunk& chunk) { return chunk.size >= least; };
  const auto next = chunks_.begin() + static_cast<std::ptrdiff_t>(used_);
  const auto found = std::find_if(next, chunks_.end(), fits);
  if (found != chunks_.end()) {
    std::iter_swap(next, found);
  } else {
    const size_t usual = used_ < 4 ? first_chunk << used_ : largest_chunk;
    const size_t size = std::max(least, usual);
    chunks_.insert(next, {std::make_unique_for_overwrite<std::byte[]>(size), size});
    platform::forbid(chunks_[used_].bytes.get(), size);
  }
  next_ = chunks_[used_].bytes.get();
  left_ = chunks_[used_].size;
  ++used_;
}

void Arena::clear() {
  size_t kept = 0;
  std::erase_if(chunks_, [&](const Chunk& chunk) {
    if (chunk.size > largest_chunk || kept + chunk.size > most_kept) return true;
    kept += chunk.size;
    platform::forbid(chunk.bytes.get(), chunk.size);
    return false;
  });
  used_ = 0;
  next_ = nullptr;
  left_ = 0;
  std::ranges::fill(free_, nullptr);
}

}  // namespace invar::jit
