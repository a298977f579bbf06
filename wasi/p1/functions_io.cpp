// Bytes between descriptors and the guest's memory, without copies in between.
#include "wasi/host/socket.h"
#include "wasi/p1/functions.h"

namespace invar::wasi::p1 {
namespace {

using Transfer = SysResult<u64> (*)(const Descriptor&, std::span<iovec>, std::optional<u64>);

Errno transfer(Call& call, Fd fd, u64 needed, IoVectors iovs, std::optional<u64> offset, Transfer operation,
               Out<u32> moved) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  if (offset && !is_seekable(*file)) return Errno::spipe;
  if ((file->rights().base & needed) != needed) {
    // What a program sees that opened a directory by mistake.
    return file->kind == FileKind::directory && needed == right::fd_read ? Errno::isdir : Errno::notcapable;
  }
  Call::VectorStorage storage;
  P1_TRY_ASSIGN(const std::span<iovec> buffers, call.gather(iovs, storage));
  P1_TRY_ASSIGN(const u64 size, operation(*file, buffers, offset));
  moved.set(static_cast<u32>(size));  // no system call moves 2 GiB at once
  return Errno::success;
}

}  // namespace

Errno fd_read(Call& call, Fd fd, IoVectors iovs, Out<u32> nread) {
  return transfer(call, fd, right::fd_read, iovs, {}, read, nread);
}

Errno fd_write(Call& call, Fd fd, IoVectors iovs, Out<u32> nwritten) {
  return transfer(call, fd, right::fd_write, iovs, {}, write, nwritten);
}

Errno fd_pread(Call& call, Fd fd, IoVectors iovs, u64 offset, Out<u32> nread) {
  return transfer(call, fd, right::fd_read, iovs, offset, read, nread);
}

Errno fd_pwrite(Call& call, Fd fd, IoVectors iovs, u64 offset, Out<u32> nwritten) {
  return transfer(call, fd, right::fd_write, iovs, offset, write, nwritten);
}

Errno sock_accept(Call& call, Fd fd, FdFlags flags, Out<u32> accepted) {
  P1_TRY_ASSIGN(const DescriptorPtr listener, call.socket(fd, right::sock_accept));
  if ((flags.bits & ~FdFlags::nonblocking) != 0) return Errno::inval;
  P1_TRY_ASSIGN(UniqueFd connection, accept(*listener, flags.has(FdFlags::nonblocking)));
  P1_TRY_ASSIGN(const u32 number, call.context.table.add(std::make_shared<Descriptor>(
                                      std::move(connection), FileKind::socket_stream, Rights{right::connection, 0})));
  accepted.set(number);
  return Errno::success;
}

Errno sock_recv(Call& call, Fd fd, IoVectors ri_data, ReceiveFlags ri_flags, Out<u32> size, Out<u16> ro_flags) {
  P1_TRY_ASSIGN(const DescriptorPtr socket, call.socket(fd, right::fd_read));
  Call::VectorStorage storage;
  P1_TRY_ASSIGN(const std::span<iovec> buffers, call.gather(ri_data, storage));
  P1_TRY_ASSIGN(const Received received,
                receive(*socket, buffers, ri_flags.has(ReceiveFlags::peek), ri_flags.has(ReceiveFlags::wait_for_all)));
  size.set(static_cast<u32>(received.size));
  ro_flags.set(received.truncated ? 1 : 0);
  return Errno::success;
}

Errno sock_send(Call& call, Fd fd, IoVectors si_data, SendFlags, Out<u32> size) {
  P1_TRY_ASSIGN(const DescriptorPtr socket, call.socket(fd, right::fd_write));
  Call::VectorStorage storage;
  P1_TRY_ASSIGN(const std::span<iovec> buffers, call.gather(si_data, storage));
  P1_TRY_ASSIGN(const u64 sent, send(*socket, buffers));
  size.set(static_cast<u32>(sent));
  return Errno::success;
}

Errno sock_shutdown(Call& call, Fd fd, ShutdownFlags how) {
  P1_TRY_ASSIGN(const DescriptorPtr socket, call.socket(fd, right::sock_shutdown));
  if (how.bits == 0) return Errno::inval;
  return to_errno(shut_down(*socket, how.has(ShutdownFlags::reading), how.has(ShutdownFlags::writing)));
}

}  // namespace invar::wasi::p1
