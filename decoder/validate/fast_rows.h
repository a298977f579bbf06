// The frequent one-byte instructions, in the form in which FunctionWalker's inner loop wants them.
#pragma once

#include <array>
#include <bit>

#include "decoder/opcode_lookup.h"
#include "decoder/validate/signature.h"

namespace invar {

/// What the inner loop does for a byte; `general` leaves it to the general path.
enum class FastShape : u8 {
  general,
  local_get,
  local_set,
  local_tee,
  i32_const,
  i64_const,
  block,
  loop,
  if_,
  end,
  br,
  br_if,
  call,
  test,
  unary,
  compare,
  binary,
  load,
  store,
};

struct alignas(16) FastRow {
  FastShape shape = FastShape::general;
  u8 max_align = 0;  ///< Of loads and stores: greatest alignment, as a logarithm.
  Op op = no_op;
  ValType params[2];
  ValType result;
};
static_assert(sizeof(FastRow) == 16);

namespace detail {

consteval FastRow make_fast_row(u8 byte) {
  FastRow row;
  const Op op = find_op(byte);
  if (op == no_op || info(op).feature != Feature::mvp) return row;
  row.op = op;
  switch (op) {
#define INVAR_SHAPE(name)        \
  case Op::name:                 \
    row.shape = FastShape::name; \
    break;
    INVAR_SHAPE(local_get)
    INVAR_SHAPE(local_set)
    INVAR_SHAPE(local_tee)
    INVAR_SHAPE(i32_const)
    INVAR_SHAPE(i64_const)
    INVAR_SHAPE(block)
    INVAR_SHAPE(loop)
    INVAR_SHAPE(if_)
    INVAR_SHAPE(end)
    INVAR_SHAPE(br)
    INVAR_SHAPE(br_if)
    INVAR_SHAPE(call)
#undef INVAR_SHAPE
    default:
      break;
  }
  switch (info(op).family) {
    case Family::Test:
      row.shape = FastShape::test;
      break;
    case Family::Unary:
      row.shape = FastShape::unary;
      break;
    case Family::Compare:
      row.shape = FastShape::compare;
      break;
    case Family::Binary:
      row.shape = FastShape::binary;
      break;
    case Family::Load:
      row.shape = FastShape::load;
      break;
    case Family::Store:
      row.shape = FastShape::store;
      break;
    default:
      return row;
  }
  const Signature& signature = signature_of(op);
  for (u32 i = 0; i < signature.param_count; ++i) row.params[i] = signature.params[i];
  row.result = signature.results[0];
  if (info(op).access != 0) row.max_align = static_cast<u8>(std::countr_zero(u32{info(op).access}));
  return row;
}

consteval std::array<FastRow, 256> make_fast_rows() {
  std::array<FastRow, 256> rows;
  for (u32 byte = 0; byte < rows.size(); ++byte) {
    if (!is_prefix(static_cast<u8>(byte))) rows[byte] = make_fast_row(static_cast<u8>(byte));
  }
  return rows;
}

}  // namespace detail

inline constexpr std::array<FastRow, 256> fast_rows = detail::make_fast_rows();

}  // namespace invar
