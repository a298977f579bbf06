#include "engine/platform/executable_memory.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "engine/platform/virtual_memory.h"

namespace invar::platform {

namespace {
constexpr u64 first_region = u64{256} << 10, largest_region = u64{16} << 20;
constexpr u64 alignment = 32;  // of loops in the code, too
}  // namespace

/// The same pages twice: once to write, once to run.
bool ExecutableMemory::map(u64 size, Region& region) {
  const int file = memfd_create("invar-code", MFD_CLOEXEC);
  if (file < 0) return false;
  void* code = MAP_FAILED;
  void* writable = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(size)) == 0) {
    code = mmap(nullptr, size, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
    writable = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  close(file);
  if (code == MAP_FAILED || writable == MAP_FAILED) {
    if (code != MAP_FAILED) munmap(code, size);
    if (writable != MAP_FAILED) munmap(writable, size);
    return false;
  }
  region = {static_cast<u8*>(code), static_cast<u8*>(writable), size, 0, getpid()};
  return true;
}

ExecutableMemory::~ExecutableMemory() {
  for (const Region& region : regions_) {
    munmap(region.code, region.size);
    munmap(region.writable, region.size);
  }
}

CodeBlock ExecutableMemory::take(u64 size) {
  size = (size + alignment - 1) / alignment * alignment;
  const bool is_usable = !regions_.empty() && regions_.back().process == getpid();
  if (!is_usable || regions_.back().size - regions_.back().used < size) {
    u64 wanted = regions_.empty() ? first_region : std::min(regions_.back().size * 2, largest_region);
    wanted = round_to_pages(std::max(wanted, size));
    Region region;
    if (wanted == 0 || !map(wanted, region)) return {};
    // What was written shall not count twice; the pages stay where they run.
    if (is_usable) madvise(regions_.back().writable, regions_.back().size, MADV_DONTNEED);
    regions_.push_back(region);
  }
  Region& region = regions_.back();
  const CodeBlock block{region.code + region.used, region.writable + region.used};
  region.used += size;
  return block;
}

void ExecutableMemory::finish(const CodeBlock& block, u64 size) { flush_instruction_cache(block.code, size); }

u32 elf_machine() {
#ifdef __aarch64__
  return EM_AARCH64;
#else
  return EM_X86_64;
#endif
}

}  // namespace invar::platform
