// Structures as they lie in a guest's memory, in both versions of preview 1.
#pragma once

#include "wasi/host/clock.h"
#include "wasi/host/file_status.h"
#include "wasi/p1/errno.h"
#include "wasi/p1/guest_memory.h"

namespace invar::wasi {

/// `unstable` is the import module wasi_unstable of older programs: other layouts of filestat and subscription,
/// another numbering of whence.
enum class Version : u8 { unstable, snapshot };

struct DescriptorStatus {
  u8 type = 0;
  u16 flags = 0;
  u64 base = 0;
  u64 inheriting = 0;
};

struct Prestat {
  u32 name_size = 0;  // of a directory, the only kind there is
};

enum class EventType : u8 { clock = 0, read = 1, write = 2 };

/// One event to wait for.
struct Subscription {
  u64 user_data = 0;
  EventType type = EventType::clock;
  // clock
  u32 clock = 0;
  u64 timeout = 0;
  bool absolute = false;
  // read, write
  u32 fd = 0;
};

/// One that occurred.
struct Event {
  u64 user_data = 0;
  Errno error = Errno::success;
  EventType type = EventType::clock;
  u64 bytes = 0;
  bool hang_up = false;
};
inline constexpr u32 event_size = 32;
constexpr u32 subscription_size(Version version) { return version == Version::snapshot ? 48 : 56; }

/// Errors: inval for an unknown type or unknown flags.
std::expected<Subscription, Errno> load_subscription(const u8* at, Version version);
void store_event(u8* at, const Event& event);

/// Size in memory of what a call's out parameter points to.
template <class T>
constexpr u32 size_in_memory(Version version) {
  if constexpr (std::is_same_v<T, FileStatus>) {
    return version == Version::snapshot ? 64 : 56;
  } else if constexpr (std::is_same_v<T, DescriptorStatus>) {
    return 24;
  } else if constexpr (std::is_same_v<T, Prestat>) {
    return 8;
  } else {
    return sizeof(T);
  }
}

void store_struct(u8* at, const FileStatus& status, Version version);
void store_struct(u8* at, const DescriptorStatus& status, Version version);
void store_struct(u8* at, const Prestat& stat, Version version);

/// The guest's number of a kind. There is none for a FIFO: it is unknown.
u8 file_type(FileKind kind);

}  // namespace invar::wasi
