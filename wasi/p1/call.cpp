#include "wasi/p1/call.h"

#include "wasi/host/file.h"

namespace invar::wasi {

namespace {

/// `wrong_kind` goes before a missing right: it says more.
std::expected<DescriptorPtr, Errno> checked(DescriptorPtr descriptor, u64 rights, bool right_kind, Errno wrong_kind) {
  if (!right_kind) return std::unexpected(wrong_kind);
  if ((descriptor->rights().base & rights) != rights) return std::unexpected(Errno::notcapable);
  return descriptor;
}

}  // namespace

std::expected<DescriptorPtr, Errno> Call::descriptor(Fd fd, u64 rights) const {
  DescriptorPtr found = context.table.find(fd.number);
  const bool exists = found != nullptr;
  return checked(std::move(found), rights, exists, Errno::badf);
}

std::expected<DescriptorPtr, Errno> Call::directory(Fd fd, u64 rights) const {
  WASI_TRY_ASSIGN(DescriptorPtr found, descriptor(fd, 0));
  const bool is_directory = found->kind == FileKind::directory;
  return checked(std::move(found), rights, is_directory, Errno::notdir);
}

std::expected<DescriptorPtr, Errno> Call::socket(Fd fd, u64 rights) const {
  WASI_TRY_ASSIGN(DescriptorPtr found, descriptor(fd, 0));
  const bool is_one = is_socket(*found);
  return checked(std::move(found), rights, is_one, Errno::notsock);
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
