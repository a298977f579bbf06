#include "engine/platform/virtual_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <limits>

namespace invar::platform {

namespace {

#ifdef MAP_NORESERVE
constexpr int lazily = MAP_NORESERVE;
#else
constexpr int lazily = 0;
#endif

u8* map(u64 size, int protection) {
  if (size == 0 || size > std::numeric_limits<size_t>::max() / 2) return nullptr;
  void* const address = mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | lazily, -1, 0);
  return address == MAP_FAILED ? nullptr : static_cast<u8*>(address);
}

int to_native(Protection protection) {
  switch (protection) {
    case Protection::none:
      return PROT_NONE;
    case Protection::read:
      return PROT_READ;
    case Protection::read_write:
      return PROT_READ | PROT_WRITE;
    case Protection::read_execute:
      return PROT_READ | PROT_EXEC;
  }
  return PROT_NONE;
}

}  // namespace

size_t page_size() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

u64 round_to_pages(u64 size) {
  const u64 mask = page_size() - 1;
  return size > ~mask ? 0 : (size + mask) & ~mask;
}

u8* reserve(u64 size) { return map(size, PROT_NONE); }

u8* reserve_zeroed(u64 size) { return map(size, PROT_READ | PROT_WRITE); }

bool commit(u8* address, u64 size) { return size == 0 || mprotect(address, size, PROT_READ | PROT_WRITE) == 0; }

bool decommit(u8* address, u64 size) {
  if (size == 0) return true;
  // A fresh mapping on top: drops the contents for good, and works the same on every system.
  return mmap(address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | lazily, -1, 0) != MAP_FAILED;
}

void discard(u8* address, u64 size) {
#ifdef __linux__
  if (madvise(address, size, MADV_DONTNEED) == 0) return;
#endif
  std::memset(address, 0, size);
}

bool protect(u8* address, u64 size, Protection protection) {
  return size == 0 || mprotect(address, size, to_native(protection)) == 0;
}

void release(u8* address, u64 size) {
  if (address != nullptr) munmap(address, size);
}

u8* enlarge_zeroed(u8* address, u64 old_size, u64 new_size) {
#ifdef __linux__
  if (new_size > std::numeric_limits<size_t>::max() / 2) return nullptr;
  void* const moved = mremap(address, old_size, new_size, MREMAP_MAYMOVE);
  return moved == MAP_FAILED ? nullptr : static_cast<u8*>(moved);
#else
  u8* const moved = reserve_zeroed(new_size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, address, old_size);
  release(address, old_size);
  return moved;
#endif
}

void flush_instruction_cache(u8* address, u64 size) {
  __builtin___clear_cache(reinterpret_cast<char*>(address), reinterpret_cast<char*>(address + size));
}

}  // namespace invar::platform
