// Memory for machine code that is never writable and executable through one address.
#pragma once

#include <vector>

#include "decoder/base/int.h"

namespace invar::platform {

/// Bytes that can be run at `code` and written at `writable`.
struct CodeBlock {
  u8* code = nullptr;
  u8* writable = nullptr;
};

/// Grows; what is taken stays until the whole goes. Not thread-safe.
class ExecutableMemory {
 public:
  ExecutableMemory() = default;
  ~ExecutableMemory();
  ExecutableMemory(const ExecutableMemory&) = delete;
  ExecutableMemory& operator=(const ExecutableMemory&) = delete;

  /// `size` bytes, aligned to 32; code is nullptr if the system refuses.
  CodeBlock take(u64 size);
  /// After writing.
  static void finish(const CodeBlock& block, u64 size);

 private:
  struct Region {
    u8* code;
    u8* writable;
    u64 size, used;
    int process;  ///< Who made it. A child shares its pages, so it writes to its own only.
  };
  static bool map(u64 size, Region& region);
  std::vector<Region> regions_;
};

/// The processor, in ELF's numbers: for what describes code to other tools.
u32 elf_machine();

}  // namespace invar::platform
