#include "jit/jitdump.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>

#include "engine/platform/executable_memory.h"

namespace invar::jit {

namespace {

// The format is part of the kernel's source: tools/perf/Documentation/jitdump-specification.txt.

struct FileHeader {
  u32 magic = 0x4a69'5444;
  u32 version = 1;
  u32 size = sizeof(FileHeader);
  u32 machine = platform::elf_machine();
  u32 reserved = 0;
  u32 process;
  u64 time;
  u64 flags = 0;
};
static_assert(sizeof(FileHeader) == 40);

struct CodeRecord {
  u32 kind = 0;  // JIT_CODE_LOAD
  u32 size;
  u64 time;
  u32 process, thread;
  u64 address, code, code_bytes, number;
};
static_assert(sizeof(CodeRecord) == 56);

u64 now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<u64>(time.tv_sec) * 1'000'000'000 + static_cast<u64>(time.tv_nsec);
}

u64 page_bytes() { return static_cast<u64>(sysconf(_SC_PAGESIZE)); }

}  // namespace

std::expected<std::unique_ptr<JitDump>, std::string> JitDump::create() {
  const std::string path = fmt::format("jit-{}.dump", getpid());
  const auto failed = [&](int error) { return std::unexpected(fmt::format("{}: {}", path, strerror(error))); };
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
  if (file < 0) return failed(errno);
  const FileHeader header{.process = static_cast<u32>(getpid()), .time = now()};
  if (write(file, &header, sizeof header) != sizeof header) {
    close(file);
    return failed(EIO);
  }
  void* const marker = mmap(nullptr, page_bytes(), PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
  if (marker == MAP_FAILED) {
    const int error = errno;
    close(file);
    return failed(error);
  }
  return std::unique_ptr<JitDump>(new JitDump(file, marker));
}

JitDump::~JitDump() {
  munmap(marker_, page_bytes());
  close(file_);
}

void JitDump::add(std::span<const u8> code, std::string_view name) {
  std::string text(name);
  CodeRecord record{.size = static_cast<u32>(sizeof record + text.size() + 1 + code.size()),
                    .time = now(),
                    .process = static_cast<u32>(getpid()),
                    .thread = static_cast<u32>(gettid()),
                    .address = reinterpret_cast<u64>(code.data()),
                    .code = reinterpret_cast<u64>(code.data()),
                    .code_bytes = code.size(),
                    .number = count_++};
  const iovec parts[] = {
      {&record, sizeof record}, {text.data(), text.size() + 1}, {const_cast<u8*>(code.data()), code.size()}};
  // A profile with some functions missing is better than no program.
  static_cast<void>(writev(file_, parts, std::size(parts)));
}

}  // namespace invar::jit
