// Operands of threaded code: where a handler finds its inputs and puts its result.
//
// An instruction is 2 or more words: the handler's address, then four 16-bit fields (0 to 3, low to high), then words
// as the handler wants them. By convention field 0 is the destination's slot, fields 1 and 2 are the sources' slots;
// fields 2 and 3 together hold a 32-bit immediate, offset or branch distance.
#pragma once

#include <cstring>
#include <type_traits>

#include "engine/interp/dispatch.h"

namespace invar::interp {

/// Where an operand is. `reg0` and `reg1` are r0/r1 for integers and references, f0/f1 for floats and vectors.
enum class Loc : u8 { slot, reg0, reg1, imm };

/// Where a result goes. A register always gets it, so that the instructions behind need not load it again.
enum class Dst : u8 { reg0, reg1, slot_reg0, slot_reg1 };

/// Vectors use f0 only: their handlers would be too many.
template <class T>
inline constexpr bool is_vector = std::is_same_v<T, V128>;
template <class T>
inline constexpr bool is_float = std::is_same_v<T, f32> || std::is_same_v<T, f64>;

/// Sources without and with immediates, and destinations, that handlers for T exist for.
template <class T>
inline constexpr u32 source_locs = is_vector<T> ? 2 : 3;
template <class T>
inline constexpr u32 source_locs_with_imm = is_vector<T> ? 2 : 4;
inline constexpr u32 dst_count = 4;

/// Vectors have no handlers for the second register; the lowering does not ask for them.
consteval Dst available_dst(size_t i, bool vector) {
  const Dst dst = static_cast<Dst>(i);
  if (!vector) return dst;
  return dst == Dst::reg0 || dst == Dst::reg1 ? Dst::reg0 : Dst::slot_reg0;
}

// Loads of just the field: one instruction each, where shifting a whole word would take two.
[[gnu::always_inline]] inline u16 field(const u64* ip, u32 i) { return reinterpret_cast<const u16*>(ip + 1)[i]; }
[[gnu::always_inline]] inline u32 upper(const u64* ip) { return reinterpret_cast<const u32*>(ip + 1)[1]; }

template <class T>
[[gnu::always_inline]] inline T load_slot(const Slot* fp, u32 slot) {
  T value;
  std::memcpy(&value, fp + slot, sizeof value);
  return value;
}

template <class T>
[[gnu::always_inline]] inline void store_slot(Slot* fp, u32 slot, T value) {
  if constexpr (std::is_same_v<T, u32>) {
    fp[slot] = value;  // whole: an i32 may be copied as 64 bits
  } else {
    std::memcpy(fp + slot, &value, sizeof value);
  }
}

/// A 32-bit immediate as a value of T (sign-extended to i64); an f64 stands in the third word.
template <class T>
[[gnu::always_inline]] inline T immediate(const u64* ip) {
  if constexpr (std::is_same_v<T, f64>) {
    return std::bit_cast<f64>(ip[2]);
  } else if constexpr (std::is_same_v<T, f32>) {
    return std::bit_cast<f32>(upper(ip));
  } else {
    return static_cast<T>(static_cast<s64>(static_cast<s32>(upper(ip))));
  }
}

/// Words of an instruction whose second operand may be an immediate.
template <class T>
inline constexpr u32 words_with_imm = std::is_same_v<T, f64> ? 3 : 2;

template <class T>
[[gnu::always_inline]] inline T from_register(u64 r, Vec f) {
  if constexpr (is_vector<T>) {
    return to_v128(f);
  } else if constexpr (std::is_same_v<T, f32>) {
    return to_f32(f);
  } else if constexpr (std::is_same_v<T, f64>) {
    return to_f64(f);
  } else {
    return static_cast<T>(r);
  }
}

/// Reads a source in `loc`; if it is a slot, field `i` names it.
template <class T, Loc loc>
[[gnu::always_inline]] inline T read(u32 i, const u64* ip, const Slot* fp, u64 r0, u64 r1, Vec f0, Vec f1) {
  if constexpr (loc == Loc::slot) return load_slot<T>(fp, field(ip, i));
  if constexpr (loc == Loc::reg0) return from_register<T>(r0, f0);
  if constexpr (loc == Loc::reg1) return from_register<T>(r1, f1);
  if constexpr (loc == Loc::imm) return immediate<T>(ip);
}

/// The same where an immediate has 16 bits, in field `i`.
template <class T, Loc loc>
[[gnu::always_inline]] inline T read_narrow(u32 i, const u64* ip, const Slot* fp, u64 r0, u64 r1, Vec f0, Vec f1) {
  if constexpr (loc == Loc::imm) {
    return static_cast<T>(static_cast<s64>(static_cast<s16>(field(ip, i))));
  } else {
    return read<T, loc>(i, ip, fp, r0, r1, f0, f1);
  }
}

/// Writes a result; field 0 names the slot if it goes to one.
template <Dst dst, class T>
[[gnu::always_inline]] inline void write(T value, const u64* ip, Slot* fp, u64& r0, u64& r1, Vec& f0, Vec& f1) {
  constexpr bool first = dst == Dst::reg0 || dst == Dst::slot_reg0;
  if constexpr (dst == Dst::slot_reg0 || dst == Dst::slot_reg1) store_slot(fp, field(ip, 0), value);
  if constexpr (is_vector<T> || is_float<T>) {
    (first ? f0 : f1) = to_vec(value);
  } else {
    (first ? r0 : r1) = value;
  }
}

#define INVAR_READ(T, loc, i) read<T, loc>(i, ip, fp, r0, r1, f0, f1)
#define INVAR_READ_NARROW(T, loc, i) read_narrow<T, loc>(i, ip, fp, r0, r1, f0, f1)
#define INVAR_WRITE(dst, value) write<dst>(value, ip, fp, r0, r1, f0, f1)

}  // namespace invar::interp
