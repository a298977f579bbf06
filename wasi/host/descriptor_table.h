// Small numbers for open files, as programs know them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "wasi/host/directory_stream.h"
#include "wasi/host/file_status.h"

namespace invar::wasi {

/// What may be done with a descriptor, and with those opened through it. The bits belong to the layer above.
struct Rights {
  u64 base = 0;
  u64 inheriting = 0;
  friend bool operator==(const Rights&, const Rights&) = default;
};

/// An open file, directory or socket.
struct Descriptor {
  Descriptor(UniqueFd open_fd, FileKind file_kind, Rights granted) : fd(std::move(open_fd)), kind(file_kind) {
    base = granted.base;
    inheriting = granted.inheriting;
  }

  UniqueFd fd;
  FileKind kind;
  bool terminal = false;
  bool inherited = false;  ///< Other processes may use the same open file: its flags are not ours to change.
  bool read_only = false;  ///< A directory granted for reading, or something opened through it.
  bool preopened = false;
  std::string guest_path;  ///< If preopened.
  std::atomic<u64> base = 0, inheriting = 0;
  std::atomic<bool> nonblocking = false;  ///< Asked for on an inherited descriptor.
  std::mutex stream_mutex;
  std::unique_ptr<DirectoryStream> stream;  ///< Made by the first listing.

  Rights rights() const { return {base.load(std::memory_order_relaxed), inheriting.load(std::memory_order_relaxed)}; }
};

using DescriptorPtr = std::shared_ptr<Descriptor>;

/// Thread-safe. A descriptor closed while another thread uses it stays open until that use ends, so that its host
/// number is not taken by another file meanwhile.
class DescriptorTable {
 public:
  explicit DescriptorTable(u32 limit) : limit_(limit) {}

  /// Takes the lowest free number. Errors: EMFILE.
  SysResult<u32> add(DescriptorPtr descriptor);
  /// Null if the number is not in use.
  DescriptorPtr find(u32 number) const;
  /// Errors: EBADF.
  SysStatus close(u32 number);
  /// Moves `from` to the number `to`, which is closed first. Errors: EBADF unless both are in use.
  SysStatus renumber(u32 from, u32 to);
  /// One more than the highest number that ever was in use.
  u32 size() const;

 private:
  void release(u32 number);

  mutable std::mutex mutex_;
  std::vector<DescriptorPtr> entries_;
  std::vector<u32> free_;  ///< A min-heap of the unused numbers below entries_.size().
  u32 limit_;
};

}  // namespace invar::wasi
