// Reads what instructions consist of: opcodes and immediates. Faults go into the reader's sticky error.
// spec: binary/instructions
#pragma once

#include "decoder/base/byte_reader.h"
#include "decoder/binary/type_codes.h"
#include "decoder/binary/type_reader.h"
#include "decoder/feature.h"
#include "decoder/opcode_lookup.h"
#include "decoder/validate/sink.h"

namespace invar {

/// Reads an opcode of an enabled feature; no_op if there is none.
Op read_op(ByteReader& in, const Features& features);

/// A memory or table index where older versions of the format have a reserved zero byte.
u32 read_memory_index(ByteReader& in, const Features& features);
u32 read_table_index(ByteReader& in, const Features& features);

Memarg read_memarg(ByteReader& in, const Features& features);

/// The kind, and whatever follows for it.
CatchClause read_catch_clause(ByteReader& in);

/// The same for a handler of resume and its like.
OnClause read_on_clause(ByteReader& in);

/// Bits of br_on_cast's flags.
inline constexpr u8 cast_source_nullable = 1;
inline constexpr u8 cast_target_nullable = 2;
u8 read_cast_flags(ByteReader& in);

/// Skips the immediates of `op`, checking their form.
void skip_immediates(ByteReader& in, Op op, const Features& features);

/// Does the instruction name a data segment, so that the binary needs a data count section?
constexpr bool needs_data_count(Op op) {
  const Immediates immediates = info(op).immediates;
  return immediates == Immediates::Data || immediates == Immediates::DataMemory || immediates == Immediates::TypeData;
}

/// Follows the nesting of blocks while instructions are skipped: `end` closes the outermost at last, and else, catch
/// and delegate stand where they may.
class NestingChecker {
 public:
  /// Takes the next instruction; fails the reader if it cannot stand here. True when the outermost `end` was taken.
  bool take(ByteReader& in, Op op);

 private:
  enum class Kind : u8 { block, if_, try_ };
  std::vector<Kind> open_;
};

/// Skips instructions up to and including the `end` that closes the expression.
void skip_expression(ByteReader& in, const Features& features, bool has_data_count);

}  // namespace invar
