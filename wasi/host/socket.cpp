#include "wasi/host/socket.h"

#include <sys/socket.h>

namespace invar::wasi {

SysResult<UniqueFd> accept(const Descriptor& listener, bool nonblocking) {
  return fd_of(accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0)));
}

SysResult<Received> receive(const Descriptor& socket, std::span<iovec> buffers, bool peek, bool wait_for_all) {
  msghdr message{};
  message.msg_iov = buffers.data();
  message.msg_iovlen = buffers.size();
  const ssize_t size =
      recvmsg(socket.fd.get(), &message, MSG_CMSG_CLOEXEC | (peek ? MSG_PEEK : 0) | (wait_for_all ? MSG_WAITALL : 0));
  if (size < 0) return last_error();
  return Received{static_cast<u64>(size), (message.msg_flags & MSG_TRUNC) != 0};
}

SysResult<u64> send(const Descriptor& socket, std::span<iovec> buffers) {
  msghdr message{};
  message.msg_iov = buffers.data();
  message.msg_iovlen = buffers.size();
  const ssize_t size = sendmsg(socket.fd.get(), &message, MSG_NOSIGNAL);
  if (size < 0) return last_error();
  return static_cast<u64>(size);
}

SysStatus shut_down(const Descriptor& socket, bool reading, bool writing) {
  return status_of(shutdown(socket.fd.get(), reading && writing ? SHUT_RDWR : reading ? SHUT_RD : SHUT_WR));
}

}  // namespace invar::wasi
