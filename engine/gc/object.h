// Objects of the collected heap as the interpreter and compiled code see them.
// spec: exec/runtime#aggregate-instances, exec/runtime#exception-instances
//
//   bytes 0 to 3   type id (24 bits), kind (8 bits)
//   bytes 4 to 7   number of elements of an array, of slots of a continuation; offset of a struct's reference to its
//   descriptor, or 0 from byte 8    fields or elements, as the type's Layout says
//
// An object never moves. Its address is a multiple of 16, so references need no tag (see runtime/reference.h).
#pragma once

#include "decoder/base/int.h"

namespace invar {
struct Func;
struct Instance;
struct Tag;
}  // namespace invar

namespace invar::gc {

enum class ObjectKind : u8 { struct_ = 1, array = 2, exception = 3, continuation = 4 };

/// Types have 24 bits for an engine-wide id everywhere (ValType).
inline constexpr u32 type_id_bits = 24;

/// The first word of all objects of one type: equal words mean equal types.
constexpr u32 make_header(u32 type_id, ObjectKind kind) { return type_id | static_cast<u32>(kind) << type_id_bits; }

struct Object {
  u32 header;
  u32 length;

  u32 type_id() const { return header & ((1u << type_id_bits) - 1); }
  ObjectKind kind() const { return static_cast<ObjectKind>(header >> type_id_bits); }
  u8* at(u64 offset) { return reinterpret_cast<u8*>(this) + offset; }
  const u8* at(u64 offset) const { return reinterpret_cast<const u8*>(this) + offset; }
};
inline constexpr u32 header_bytes = sizeof(Object);

/// What `throw` makes: the type id is that of the tag's function type, the payload is its parameters as slots.
struct ExceptionObject : Object {
  const Tag* tag;

  u64* payload() { return reinterpret_cast<u64*>(this + 1); }
  const u64* payload() const { return reinterpret_cast<const u64*>(this + 1); }
};
/// A function that is to be called, or frames that were taken off the stacks (interp/continuation.h): slots with
/// whatever they hold, first those of the value stack, then those of compiled code's. It has no type id: nothing asks
/// for a continuation's type.
struct ContinuationObject : Object {
  const Func* func;    ///< What is to be called; null if it runs or ran.
  const u64* ip;       ///< Where a suspended one goes on. Both null: it has been resumed and holds nothing any more.
  Instance* instance;  ///< Of the innermost frame.
  u64* base;           ///< Where the first slot stood,
  u64* stack;          ///< and the first one of compiled code.
  u32 frame;           ///< The slot at which the innermost frame begins.
  u32 link;            ///< The slot of the link by which the outermost frame returns.
  u32 next_value;      ///< The slot of the next value that it is resumed with.
  u32 value_slots;     ///< So many are the value stack's.
  u32 value_top;       ///< MachineState::value_top from the first slot on, if any are compiled code's.
  u32 reserved;

  u64* slots() { return reinterpret_cast<u64*>(this + 1); }
  const u64* slots() const { return reinterpret_cast<const u64*>(this + 1); }
};
static_assert(sizeof(ContinuationObject) % 8 == 0);

inline constexpr u32 exception_header_bytes = sizeof(ExceptionObject);
static_assert(header_bytes == 8 && exception_header_bytes == 16);

}  // namespace invar::gc
