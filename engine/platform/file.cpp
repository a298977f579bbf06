#include "engine/platform/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace invar {

namespace {

/// Below this a copy costs less than the page faults of a mapping.
constexpr u64 min_mapped = u64{256} << 10;

class Descriptor {
 public:
  explicit Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
  ~Descriptor() {
    if (owned_ && fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

struct Unmap {
  u64 size;
  void operator()(const void* at) const { munmap(const_cast<void*>(at), size); }
};

std::unexpected<Error> io_failure(const std::string& path, int error) {
  return fail(ErrorCode::io_error, " " + path + ": " + std::strerror(error));
}

Result<ModuleBytes> read_all(int fd, u64 size_hint, const std::string& path) {
  auto bytes = std::make_shared<std::vector<u8>>(size_hint + 1);  // one more, to see the end without growing
  size_t size = 0;
  while (true) {
    if (size == bytes->size()) bytes->resize(bytes->size() * 2);
    const ssize_t got = read(fd, bytes->data() + size, bytes->size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_failure(path, errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes->resize(size);
  const std::span<const u8> view = *bytes;
  return ModuleBytes{view, std::move(bytes)};
}

}  // namespace

std::span<const u8> read_beginning(const std::string& path, std::span<u8> bytes) {
  // A pipe is not even opened: who writes to it would go on.
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC), true);
  if (file.get() < 0) return {};
  const ssize_t got = pread(file.get(), bytes.data(), bytes.size(), 0);
  return got < 0 ? std::span<const u8>{} : bytes.first(static_cast<size_t>(got));
}

Result<ModuleBytes> read_file(const std::string& path) {
  const bool standard_input = path == "-";
  const Descriptor file{standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC), !standard_input};
  if (file.get() < 0) return io_failure(path, errno);
  return read_file(file.get(), path);
}

Result<ModuleBytes> read_file(int descriptor, const std::string& path) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) return io_failure(path, errno);
  if (S_ISDIR(status.st_mode)) return io_failure(path, EISDIR);
  const u64 size = S_ISREG(status.st_mode) ? static_cast<u64>(status.st_size) : 0;
  if (size < min_mapped || descriptor == STDIN_FILENO) return read_all(descriptor, size, path);
  void* const start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (start == MAP_FAILED) return read_all(descriptor, size, path);
  std::shared_ptr<const void> owner{start, Unmap{size}};
  return ModuleBytes{{static_cast<const u8*>(start), size}, std::move(owner)};
}

bool is_mapped_file(const ModuleBytes& file) { return std::get_deleter<Unmap>(file.owner) != nullptr; }

}  // namespace invar
