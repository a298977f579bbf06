// How references look in a slot. Null is 0; pointers to Func and heap objects have their three low bits clear.
#pragma once

#include "engine/gc/object.h"
#include "engine/runtime/objects.h"

namespace invar {

inline constexpr Ref null_ref = 0;

/// i31: the value in bits 1 to 31, bit 0 set. spec: exec/values
constexpr Ref ref_of_i31(u32 value) { return u64{value & 0x7fffffffu} << 1 | 1; }
constexpr bool is_i31(Ref ref) { return (ref & 1) != 0; }
constexpr u32 i31_unsigned(Ref ref) { return static_cast<u32>(ref >> 1); }
constexpr s32 i31_signed(Ref ref) { return static_cast<s32>(static_cast<u32>(ref >> 1) << 1) >> 1; }

/// A value of the host (externref): any number below 2^62, a user-space pointer for one; bit 1 set, bit 0 clear.
constexpr Ref ref_of_host(u64 value) { return value << 2 | 2; }
constexpr bool is_host(Ref ref) { return (ref & 3) == 2; }
constexpr u64 host_value(Ref ref) { return ref >> 2; }

/// An object of the collected heap? Of a reference of the any, extern or exn hierarchy.
constexpr bool is_object(Ref ref) { return ref != null_ref && (ref & 7) == 0; }
inline Ref ref_of(const gc::Object* object) { return reinterpret_cast<Ref>(object); }
inline gc::Object* object_of(Ref ref) { return reinterpret_cast<gc::Object*>(ref); }

inline Ref ref_of(const Func* func) { return reinterpret_cast<Ref>(func); }
inline Func* func_of(Ref ref) { return reinterpret_cast<Func*>(ref); }

}  // namespace invar
