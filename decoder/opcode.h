// The instruction table of opcodes.def as constexpr data.
#pragma once

#include <string_view>

#include "decoder/base/int.h"
#include "decoder/feature.h"

namespace invar {

/// One enumerator per row of opcodes.def, in its order.
enum class Op : u16 {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) name,
#include "decoder/opcodes.def"
#undef OP
};

inline constexpr size_t op_count = 0
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) +1
#include "decoder/opcodes.def"
#undef OP
    ;

/// What follows the opcode in the binary format. spec: binary/instructions
enum class Immediates : u8 {
  None,
  Block,         ///< blocktype
  Label,         ///< labelidx
  BrTable,       ///< vec(labelidx) labelidx
  Func,          ///< funcidx
  Type,          ///< typeidx
  CallIndirect,  ///< typeidx tableidx
  Local,         ///< localidx
  Global,        ///< globalidx
  Table,         ///< tableidx
  TableTable,    ///< destination tableidx, source tableidx
  ElemTable,     ///< elemidx tableidx
  Elem,          ///< elemidx
  Memory,        ///< memidx
  MemoryMemory,  ///< destination memidx, source memidx
  DataMemory,    ///< dataidx memidx
  Data,          ///< dataidx
  Memarg,        ///< memarg
  MemargLane,    ///< memarg laneidx
  Lane,          ///< laneidx
  Shuffle,       ///< 16 laneidx
  I32,
  I64,
  F32,
  F64,
  V128,
  Tag,          ///< tagidx
  TryTable,     ///< blocktype vec(catch)
  HeapType,     ///< heaptype
  SelectTypes,  ///< vec(valtype)
  TypeField,    ///< typeidx fieldidx
  TypeCount,    ///< typeidx u32
  TypeData,     ///< typeidx dataidx
  TypeElem,     ///< typeidx elemidx
  TypeType,     ///< typeidx typeidx
  BrOnCast,     ///< castflags labelidx heaptype heaptype
  Fence,        ///< 0x00
  Resume,       ///< typeidx vec(on clause)
  ResumeThrow,  ///< typeidx tagidx vec(on clause)
  TypeTag,      ///< typeidx tagidx
};

/// How the validator and the compilers treat an instruction; one sink call per family (validate/function_walker.h).
enum class Family : u8 {
  Control,
  Call,
  Parametric,
  Variable,
  Table,
  Memory,
  Load,   ///< memory -> value
  Store,  ///< value -> memory
  Const,
  Test,     ///< one number -> i32 truth value
  Compare,  ///< two numbers -> i32 truth value
  Unary,    ///< one number or vector -> one
  Binary,   ///< two -> one (vector shifts and vector comparisons too)
  Ternary,  ///< three vectors -> one
  Wide,     ///< 128-bit integers in pairs of i64
  Shuffle,
  ExtractLane,
  ReplaceLane,
  LoadLane,
  StoreLane,
  Reference,
  Gc,
  AtomicLoad,
  AtomicStore,
  AtomicRmw,
  AtomicCmpxchg,
  AtomicWait,
  AtomicNotify,
  AtomicFence,
};

struct OpInfo {
  std::string_view name;       ///< The enumerator's name.
  std::string_view mnemonic;   ///< The text format's keyword.
  std::string_view signature;  ///< "operands:results", or "*"; see opcodes.def.
  u32 code;                    ///< The byte, or the number behind the prefix.
  u8 prefix;                   ///< 0 if the opcode is one byte.
  Immediates immediates;
  Family family;
  Feature feature;
  u8 access;  ///< Bytes of memory accessed, 0 if none.
};

inline constexpr OpInfo op_infos[] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) \
  {#name, mnemonic, signature, code, prefix, Immediates::immediates, Family::family, Feature::feature, access},
#include "decoder/opcodes.def"
#undef OP
};

constexpr const OpInfo& info(Op op) { return op_infos[static_cast<size_t>(op)]; }

namespace detail {
consteval bool op_table_is_sorted() {
  for (size_t i = 1; i < op_count; ++i) {
    const OpInfo &a = op_infos[i - 1], &b = op_infos[i];
    if (a.prefix > b.prefix || (a.prefix == b.prefix && a.code >= b.code)) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::op_table_is_sorted(), "opcodes.def must be sorted by prefix and code, without duplicates");

}  // namespace invar
