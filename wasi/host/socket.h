// Stream sockets: only those that were granted, and the connections they accept.
#pragma once

#include <sys/uio.h>

#include <span>

#include "wasi/host/descriptor_table.h"

namespace invar::wasi {

struct Received {
  u64 size = 0;
  bool truncated = false;  ///< The rest of the datagram is lost.
};

SysResult<UniqueFd> accept(const Descriptor& listener, bool nonblocking);
SysResult<Received> receive(const Descriptor& socket, std::span<iovec> buffers, bool peek, bool wait_for_all);
SysResult<u64> send(const Descriptor& socket, std::span<iovec> buffers);
SysStatus shut_down(const Descriptor& socket, bool reading, bool writing);

}  // namespace invar::wasi
