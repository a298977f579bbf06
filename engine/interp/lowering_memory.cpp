// Lowering of memory instructions: addresses take over the arithmetic in front of them.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

Access LoweringSink::access_of(Memarg memarg) const {
  if (memarg.memory == 0 && guards_memory_0_) return Access::guarded;
  return module_.memories[memarg.memory].is_64 ? Access::checked_64 : Access::checked_32;
}

/// The address in `operand` and no more.
LoweringSink::Address LoweringSink::plain_address(const Operand& operand, Access access, Memarg memarg) {
  const u32 mode = index_of({AddressMode::Kind::plain, operand.loc});
  if (access == Access::guarded) {
    return {.mode = mode, .base = operand.slot, .upper = static_cast<u32>(memarg.offset)};
  }
  too_large_ |= memarg.memory > 0xffff;
  return {.mode = mode, .base = operand.slot, .upper = memarg.memory << 16, .has_word2 = true, .word2 = memarg.offset};
}

/// Takes the address of an access off the stack. With guard pages, the arithmetic that made it becomes part of the
/// access.
inline LoweringSink::Address LoweringSink::take_address(Op op, Access access, Memarg memarg) {
  const Entry& top = stack_.back();
  if (access == Access::guarded) {
    if (is_last(top) && last_numeric_.op != Op::unreachable) return take_made_address(op, memarg);
    if (top.where == Entry::Where::constant && top.bits + memarg.offset <= ~u32{0}) {
      const u32 address = static_cast<u32>(top.bits + memarg.offset);
      pop();
      return {.mode = index_of({AddressMode::Kind::absolute}), .upper = address};
    }
  }
  return plain_address(take(), access, memarg);
}

/// The same of an address that the last instruction, a numeric one, made.
LoweringSink::Address LoweringSink::take_made_address(Op op, Memarg memarg) {
  using Kind = AddressMode::Kind;
  const auto plain = [&] { return plain_address(take(), Access::guarded, memarg); };
  const auto scales = [&](u64 bits) { return u64{info(op).access} == u64{1} << (bits & 31); };
  const auto displaced = [&](Kind kind, const Operand& base, u64 displacement) {
    return Address{.mode = index_of({kind, base.loc}),
                   .base = base.slot,
                   .upper = 0,
                   .has_word2 = true,
                   .word2 = static_cast<u32>(displacement) | memarg.offset << 32};
  };
  const Numeric& made = last_numeric_;
  const bool is_fused = made.second != Op::unreachable;
  if (!is_fused && made.op == Op::i32_add && made.b.loc == Loc::imm) {
    const Numeric sum = take_back();
    if (front_.kind == Front::Kind::shift && scales(front_.b.value)) {
      discard_code(front_.at);
      pin_operand(File::integer, front_.a);
      return displaced(Kind::table, front_.a, sum.b.value);
    }
    return displaced(Kind::displaced, sum.a, sum.b.value);
  }
  if (memarg.offset > 0xffff) return plain();
  Kind kind = Kind::indexed;
  Operand base = made.a, index = made.b;
  if (is_fused) {
    if (made.op != Op::i32_shl || made.second != Op::i32_add || made.b.loc != Loc::imm || !scales(made.b.value)) {
      return plain();
    }
    if (made.c.loc == Loc::imm) {
      const Numeric sum = take_back();
      return displaced(Kind::table, sum.a, sum.c.value);
    }
    kind = Kind::scaled;
    base = made.c;
    index = made.a;
  } else if (made.op != Op::i32_add) {
    return plain();
  }
  if (kind == Kind::indexed && index_of({kind, base.loc, index.loc}) == address_mode_count) std::swap(base, index);
  const u32 mode = index_of({kind, base.loc, index.loc});
  if (mode == address_mode_count) return plain();
  take_back();
  return {.mode = mode, .base = base.slot, .upper = index.slot | static_cast<u32>(memarg.offset) << 16};
}

void LoweringSink::emit_load(ValType type, Row row, const Address& address) {
  emit_result_upper(type, row, address.base, address.upper);
  if (address.has_word2) code_.append(address.word2);
}

void LoweringSink::emit_store(Handler handler, const Address& address, const Operand& value) {
  code_.emit_wide(handler, address.base, value.narrow(), address.upper);
  if (address.has_word2) code_.append(address.word2);
  pinned_ = 0;
  last_ = none;
  last_copy_ = none;
}

void LoweringSink::load(Op op, Memarg memarg) {
  const Access access = access_of(memarg);
  const Address address = take_address(op, access, memarg);
  emit_load(result_type(op), load_row(op, access, address.mode), address);
  if (access != Access::guarded) return;
  last_load_ = op;
  last_load_mode_ = static_cast<u8>(address.mode);
  last_load_reg_ = stack_.back().reg;
}

void LoweringSink::store(Op op, Memarg memarg) {
  const Access access = access_of(memarg);
  const Operand value = take(Immediate::bits16);
  const Address address = take_address(op, access, memarg);
  emit_store(store_handler(op, access, address.mode, value.loc), address, value);
}

void LoweringSink::load_lane(Op op, const Memarg& memarg, u8 lane) {
  too_large_ |= memarg.memory > 0xffff;
  bulk(slots_handler(op, module_.memories[memarg.memory].is_64), 2, {{type_v128}}, lane | memarg.memory << 16);
  code_.append(memarg.offset);
}

void LoweringSink::store_lane(Op op, const Memarg& memarg, u8 lane) {
  too_large_ |= memarg.memory > 0xffff;
  bulk(slots_handler(op, module_.memories[memarg.memory].is_64), 2, {}, lane | memarg.memory << 16);
  code_.append(memarg.offset);
}

void LoweringSink::memory_size(u32 memory) {
  bulk(bulk_handlers.memory_size, 0, {{module_.memories[memory].address_type()}}, memory);
}
void LoweringSink::memory_grow(u32 memory) {
  bulk(bulk_handlers.memory_grow, 1, {{module_.memories[memory].address_type()}}, memory);
}
void LoweringSink::memory_fill(u32 memory) { bulk(bulk_handlers.memory_fill, 3, {}, memory); }
void LoweringSink::memory_copy(u32 to, u32 from) {
  bulk(bulk_handlers.memory_copy, 3, {}, to);
  code_.append(from);
}
void LoweringSink::memory_init(u32 data, u32 memory) {
  bulk(bulk_handlers.memory_init, 3, {}, data);
  code_.append(memory);
}
void LoweringSink::data_drop(u32 data) { bulk(bulk_handlers.data_drop, 0, {}, data); }

}  // namespace invar::interp
