#include "wasi/p1/abi.h"

namespace invar::wasi {

std::expected<Subscription, Errno> load_subscription(const u8* at, Version version) {
  Subscription result;
  result.user_data = load<u64>(at);
  const u8 type = load<u8>(at + 8);
  if (type > static_cast<u8>(EventType::write)) return std::unexpected(Errno::inval);
  result.type = static_cast<EventType>(type);
  const u8* body = at + 16;
  if (result.type != EventType::clock) {
    result.fd = load<u32>(body);
    return result;
  }
  // The older layout begins with an identifier of the clock subscription.
  if (version == Version::unstable) body += 8;
  result.clock = load<u32>(body);
  result.timeout = load<u64>(body + 8);
  const u16 flags = load<u16>(body + 24);
  if ((flags & ~1) != 0) return std::unexpected(Errno::inval);
  result.absolute = flags != 0;
  return result;
}

void store_event(u8* at, const Event& event) {
  std::memset(at, 0, event_size);
  store<u64>(at, event.user_data);
  store<u16>(at + 8, static_cast<u16>(event.error));
  store<u8>(at + 10, static_cast<u8>(event.type));
  store<u64>(at + 16, event.bytes);
  store<u16>(at + 24, event.hang_up ? 1 : 0);
}

void store_struct(u8* at, const FileStatus& status, Version version) {
  std::memset(at, 0, size_in_memory<FileStatus>(version));
  store<u64>(at, status.device);
  store<u64>(at + 8, status.inode);
  store<u8>(at + 16, file_type(status.kind));
  u8* rest = at + 24;
  if (version == Version::snapshot) {
    store<u64>(rest, status.links);
    rest += 8;
  } else {
    store<u32>(at + 20, static_cast<u32>(status.links));
  }
  store<u64>(rest, status.size);
  store<u64>(rest + 8, status.accessed);
  store<u64>(rest + 16, status.modified);
  store<u64>(rest + 24, status.changed);
}

void store_struct(u8* at, const DescriptorStatus& status, Version) {
  std::memset(at, 0, 24);
  store<u8>(at, status.type);
  store<u16>(at + 2, status.flags);
  store<u64>(at + 8, status.base);
  store<u64>(at + 16, status.inheriting);
}

void store_struct(u8* at, const Prestat& stat, Version) {
  store<u32>(at, 0);  // a directory
  store<u32>(at + 4, stat.name_size);
}

u8 file_type(FileKind kind) {
  switch (kind) {
    case FileKind::unknown:
    case FileKind::fifo:
      return 0;
    case FileKind::block_device:
      return 1;
    case FileKind::character_device:
      return 2;
    case FileKind::directory:
      return 3;
    case FileKind::regular:
      return 4;
    case FileKind::socket_datagram:
      return 5;
    case FileKind::socket_stream:
      return 6;
    case FileKind::symbolic_link:
      return 7;
  }
  return 0;
}

}  // namespace invar::wasi
