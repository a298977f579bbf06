// One call of a guest's: what its arguments refer to.
#pragma once

#include <sys/uio.h>

#include <optional>
#include <span>

#include "wasi/context.h"
#include "wasi/host/directory.h"
#include "wasi/p1/abi.h"
#include "wasi/p1/rights.h"

namespace invar::wasi {

struct Fd {
  u32 number;
};

/// Scatter-gather vectors, not looked at yet.
struct IoVectors {
  u32 address;
  u32 count;
};

struct Call {
  Context& context;
  GuestMemory memory;
  Version version = Version::snapshot;
  std::optional<u32> exit_code = {};  ///< Set: the program is to end.

  /// Errors: badf, notcapable if a right is missing.
  std::expected<DescriptorPtr, Errno> descriptor(Fd fd, u64 rights) const;
  /// The same for what paths start from; also notdir.
  std::expected<DescriptorPtr, Errno> directory(Fd fd, u64 rights) const;
  /// The same for sockets; also notsock.
  std::expected<DescriptorPtr, Errno> socket(Fd fd, u64 rights) const;

  Directory beneath(const DescriptorPtr& descriptor) const { return Directory(context.resolver, descriptor->fd.get()); }

  /// At most this many buffers are handed to the system in one call. More only make the call move less than it could.
  static constexpr size_t max_vectors = 1024;
  using VectorStorage = iovec[max_vectors];

  /// Host addresses of the first vectors that are not empty. Errors: fault if the array or one of these lies outside
  /// the memory; inval for an absurd number of empty ones before them.
  std::expected<std::span<iovec>, Errno> gather(IoVectors vectors, VectorStorage& storage) const;
};

}  // namespace invar::wasi
