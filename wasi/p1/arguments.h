// From WebAssembly's parameters to typed ones. Each type that p1.def uses has an Argument: the parameters that it
// takes, and how they are checked.
#pragma once

#include <array>
#include <string>

#include "decoder/types.h"
#include "engine/runtime/objects.h"
#include "wasi/host/file.h"
#include "wasi/host/path.h"
#include "wasi/p1/call.h"

namespace invar::wasi {

/// An address to be checked with a length that only the function knows.
struct Address {
  u32 value;
};

/// A checked path (checked_path in host/path.h).
struct Path {
  std::string text;
};

/// Bytes inside the memory.
using Buffer = std::span<u8>;

/// Where a result goes: inside the memory.
template <class T>
class Out {
 public:
  Out(u8* at, Version version) : at_(at), version_(version) {}
  void set(const T& value) const {
    if constexpr (std::is_integral_v<T>) {
      store(at_, value);
    } else {
      store_struct(at_, value, version_);
    }
  }

 private:
  u8* at_;
  Version version_;
};

/// A set of `count` flags; others are refused. The tag makes each set a type of its own.
template <class Tag, u32 count>
struct FlagSet {
  u32 bits = 0;
  static constexpr u32 all = (u32{1} << count) - 1;
  constexpr bool has(u32 flag) const { return (bits & flag) != 0; }
};

struct LookupFlags : FlagSet<LookupFlags, 1> {
  static constexpr u32 follow = 1;
};
struct OpenFlags : FlagSet<OpenFlags, 4> {
  static constexpr u32 create = 1, directory = 2, exclusive = 4, truncate = 8;
};
struct FdFlags : FlagSet<FdFlags, 5> {
  static constexpr u32 append = 1, data_sync = 2, nonblocking = 4, read_sync = 8, sync = 16;
};
struct TimeFlags : FlagSet<TimeFlags, 4> {
  static constexpr u32 accessed = 1, accessed_now = 2, modified = 4, modified_now = 8;
};
struct ReceiveFlags : FlagSet<ReceiveFlags, 2> {
  static constexpr u32 peek = 1, wait_for_all = 2;
};
struct SendFlags : FlagSet<SendFlags, 0> {};
struct ShutdownFlags : FlagSet<ShutdownFlags, 2> {
  static constexpr u32 reading = 1, writing = 2;
};

/// How many parameters a T takes and of which types; `unpack` reads them from as many slots.
template <class T>
struct Argument;

inline u32 u32_of(Slot slot) { return static_cast<u32>(slot); }

template <>
struct Argument<u32> {
  static constexpr std::array types = {type_i32};
  static std::expected<u32, Errno> unpack(const Call&, const Slot* slots) { return u32_of(slots[0]); }
};

template <>
struct Argument<u64> {
  static constexpr std::array types = {type_i64};
  static std::expected<u64, Errno> unpack(const Call&, const Slot* slots) { return slots[0]; }
};

template <>
struct Argument<s64> {
  static constexpr std::array types = {type_i64};
  static std::expected<s64, Errno> unpack(const Call&, const Slot* slots) { return static_cast<s64>(slots[0]); }
};

template <>
struct Argument<Fd> {
  static constexpr std::array types = {type_i32};
  static std::expected<Fd, Errno> unpack(const Call&, const Slot* slots) { return Fd{u32_of(slots[0])}; }
};

template <>
struct Argument<Address> {
  static constexpr std::array types = {type_i32};
  static std::expected<Address, Errno> unpack(const Call&, const Slot* slots) { return Address{u32_of(slots[0])}; }
};

template <>
struct Argument<IoVectors> {
  static constexpr std::array types = {type_i32, type_i32};
  static std::expected<IoVectors, Errno> unpack(const Call&, const Slot* slots) {
    return IoVectors{u32_of(slots[0]), u32_of(slots[1])};
  }
};

template <>
struct Argument<Buffer> {
  static constexpr std::array types = {type_i32, type_i32};
  static std::expected<Buffer, Errno> unpack(const Call& call, const Slot* slots) {
    const u32 address = u32_of(slots[0]), size = u32_of(slots[1]);
    if (!call.memory.contains(address, size)) return std::unexpected(Errno::fault);
    return Buffer(call.memory.base + address, size);
  }
};

template <>
struct Argument<Path> {
  static constexpr std::array types = {type_i32, type_i32};
  static std::expected<Path, Errno> unpack(const Call& call, const Slot* slots) {
    auto bytes = Argument<Buffer>::unpack(call, slots);
    if (!bytes) return std::unexpected(bytes.error());
    auto text = checked_path({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (!text) return std::unexpected(to_errno(text.error()));
    return Path{*std::move(text)};
  }
};

template <class T>
struct Argument<Out<T>> {
  static constexpr std::array types = {type_i32};
  static std::expected<Out<T>, Errno> unpack(const Call& call, const Slot* slots) {
    const u32 address = u32_of(slots[0]);
    if (!call.memory.contains(address, size_in_memory<T>(call.version))) return std::unexpected(Errno::fault);
    return Out<T>(call.memory.base + address, call.version);
  }
};

template <class T>
  requires requires { T::all; }
struct Argument<T> {
  static constexpr std::array types = {type_i32};
  static std::expected<T, Errno> unpack(const Call&, const Slot* slots) {
    const u32 bits = u32_of(slots[0]);
    if ((bits & ~T::all) != 0) return std::unexpected(Errno::inval);
    T result;
    result.bits = bits;
    return result;
  }
};

/// Enumerations whose values count from 0 to `last`.
template <class T, T last>
struct EnumArgument {
  static constexpr std::array types = {type_i32};
  static std::expected<T, Errno> unpack(const Call&, const Slot* slots) {
    if (u32_of(slots[0]) > static_cast<u32>(last)) return std::unexpected(Errno::inval);
    return static_cast<T>(slots[0]);
  }
};
template <>
struct Argument<ClockId> : EnumArgument<ClockId, ClockId::thread_cpu> {};
template <>
struct Argument<Advice> : EnumArgument<Advice, Advice::no_reuse> {};

}  // namespace invar::wasi
