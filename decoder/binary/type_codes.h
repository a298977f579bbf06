// The numbers of the binary format that are not opcodes. spec: binary/types, binary/modules
#pragma once

#include <optional>

#include "decoder/base/int.h"
#include "decoder/types.h"

namespace invar {

inline constexpr u32 module_magic = 0x6d736100;
inline constexpr u32 module_version = 1;

inline constexpr u8 code_empty_block = 0x40;
inline constexpr u8 code_describes = 0x4c;
inline constexpr u8 code_descriptor = 0x4d;
inline constexpr u8 code_rec = 0x4e;
inline constexpr u8 code_sub_final = 0x4f;
inline constexpr u8 code_sub = 0x50;
inline constexpr u8 code_cont = 0x5d;
inline constexpr u8 code_array = 0x5e;
inline constexpr u8 code_struct = 0x5f;
inline constexpr u8 code_func = 0x60;
inline constexpr u8 code_exact = 0x62;
inline constexpr u8 code_ref_null = 0x63;
inline constexpr u8 code_ref = 0x64;
inline constexpr u8 code_i16 = 0x77;
inline constexpr u8 code_i8 = 0x78;

inline constexpr u8 limits_has_max = 1;
inline constexpr u8 limits_is_shared = 2;
inline constexpr u8 limits_is_64 = 4;
inline constexpr u8 limits_has_page_size = 8;

/// Kind of an import: a function of exactly the type that follows. Exports do not have it.
inline constexpr u8 code_exact_func = 0x20;

/// Bit of a memarg's alignment that says that a memory index follows.
inline constexpr u32 memarg_has_memory = 64;

/// Code of a number or vector type.
constexpr u8 value_type_code(ValKind kind) {
  switch (kind) {
    case ValKind::i32:
      return 0x7f;
    case ValKind::i64:
      return 0x7e;
    case ValKind::f32:
      return 0x7d;
    case ValKind::f64:
      return 0x7c;
    case ValKind::v128:
      return 0x7b;
    case ValKind::ref:
    case ValKind::bottom_ref:
    case ValKind::bottom:
      break;
  }
  return 0;
}

inline constexpr u8 heap_type_codes[] = {
    0x6e,  // any
    0x6d,  // eq
    0x6c,  // i31
    0x6b,  // struct
    0x6a,  // array
    0x71,  // none
    0x70,  // func
    0x73,  // nofunc
    0x6f,  // extern
    0x72,  // noextern
    0x69,  // exn
    0x74,  // noexn
    0x68,  // cont
    0x75,  // nocont
};

/// Code of an abstract heap type.
constexpr u8 heap_type_code(Heap kind) { return heap_type_codes[static_cast<size_t>(kind)]; }

constexpr std::optional<Heap> find_heap_type(u8 code) {
  for (size_t i = 0; i < sizeof heap_type_codes; ++i) {
    if (heap_type_codes[i] == code) return static_cast<Heap>(i);
  }
  return std::nullopt;
}

}  // namespace invar
