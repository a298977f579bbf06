#include "wasi/p1/call.h"

namespace invar::wasi {

std::expected<DescriptorPtr, Errno> Call::descriptor(Fd fd, u64 rights) const {
  DescriptorPtr result = context.table.find(fd.number);
  if (!result) return std::unexpected(Errno::badf);
  if ((result->rights().base & rights) != rights) return std::unexpected(Errno::notcapable);
  return result;
}

std::expected<DescriptorPtr, Errno> Call::directory(Fd fd, u64 rights) const {
  DescriptorPtr result = context.table.find(fd.number);
  if (!result) return std::unexpected(Errno::badf);
  if (result->kind != FileKind::directory) return std::unexpected(Errno::notdir);
  return descriptor(fd, rights);
}

std::expected<DescriptorPtr, Errno> Call::socket(Fd fd, u64 rights) const {
  DescriptorPtr result = context.table.find(fd.number);
  if (!result) return std::unexpected(Errno::badf);
  if (result->kind != FileKind::socket_stream && result->kind != FileKind::socket_datagram) {
    return std::unexpected(Errno::notsock);
  }
  return descriptor(fd, rights);
}

std::expected<std::span<iovec>, Errno> Call::gather(IoVectors vectors, VectorStorage& storage) const {
  constexpr u32 vector_size = 8;
  constexpr u32 max_looked_at = 1 << 16;
  if (!memory.contains(vectors.address, u64{vectors.count} * vector_size)) return std::unexpected(Errno::fault);
  size_t used = 0;
  u32 i = 0;
  for (; i < vectors.count && i < max_looked_at && used < max_vectors; ++i) {
    const u8* at = memory.base + vectors.address + u64{i} * vector_size;
    const u32 address = load<u32>(at);
    const u32 length = load<u32>(at + 4);
    if (!memory.contains(address, length)) return std::unexpected(Errno::fault);
    if (length != 0) storage[used++] = {memory.base + address, length};
  }
  if (used == 0 && i < vectors.count) return std::unexpected(Errno::inval);
  return std::span(storage, used);
}

}  // namespace invar::wasi
