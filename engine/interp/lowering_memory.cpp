// Lowering of memory instructions: addresses take over the arithmetic in front of them.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

bool LoweringSink::fits_guarded(const Memarg& memarg) const {
  const MemoryType& type = module_.memories[memarg.memory];
  return guard_pages_ && memarg.memory == 0 && !type.is_64 && type.page_size_log2 == 16;
}

Access LoweringSink::access_of(const Memarg& memarg) const {
  if (fits_guarded(memarg)) return Access::guarded;
  return module_.memories[memarg.memory].is_64 ? Access::checked_64 : Access::checked_32;
}

/// The address of an access, on top of the stack. With guard pages, an addition that made it becomes part of the
/// access.
LoweringSink::AddressOperand LoweringSink::take_address(Op op, Access access, const Memarg& memarg) {
  using Kind = AddressMode::Kind;
  if (access != Access::guarded) return plain_address(take());
  const Entry& top = stack_.back();
  if (top.where == Entry::Where::constant && top.bits + memarg.offset <= ~u32{0}) {
    const AddressOperand address{.mode = index_of({Kind::absolute}), .displacement = static_cast<u32>(top.bits)};
    pop();
    return address;
  }
  const auto scales = [&](u64 bits) { return u64{info(op).access} == u64{1} << (bits & 31); };
  if (const Numeric* made = made_by(top); made && made->op == Op::i32_add && made->b.loc == Loc::imm) {
    const Front front = front_;
    const Numeric sum = take_back();
    if (front.kind == Front::Kind::shift && scales(front.b.value)) {
      discard_code(front.at);
      pin_operand(File::integer, front.a);
      return {.mode = index_of({Kind::table, front.a.loc}),
              .base = front.a.slot,
              .displacement = static_cast<u32>(sum.b.value)};
    }
    return {.mode = index_of({Kind::displaced, sum.a.loc}),
            .base = sum.a.slot,
            .displacement = static_cast<u32>(sum.b.value)};
  }
  if (memarg.offset > 0xffff) return plain_address(take());
  Kind kind = Kind::indexed;
  const Numeric* made = made_by(top);
  Operand base, index;
  if (made && made->op == Op::i32_add) {
    base = made->a;
    index = made->b;
  } else {
    made = made_by(top, true);
    if (!made || made->op != Op::i32_shl || made->second != Op::i32_add || made->b.loc != Loc::imm ||
        !scales(made->b.value)) {
      return plain_address(take());
    }
    if (made->c.loc == Loc::imm) {
      const Numeric sum = take_back();
      return {.mode = index_of({Kind::table, sum.a.loc}),
              .base = sum.a.slot,
              .displacement = static_cast<u32>(sum.c.value)};
    }
    kind = Kind::scaled;
    base = made->c;
    index = made->a;
  }
  if (kind == Kind::indexed && index_of({kind, base.loc, index.loc}) == address_mode_count) std::swap(base, index);
  const u32 mode = index_of({kind, base.loc, index.loc});
  if (mode == address_mode_count) return plain_address(take());
  take_back();
  return {.mode = mode, .base = base.slot, .index = index.slot};
}

/// The fields and words of a guarded access that depend on the addressing mode.
void LoweringSink::emit_offset(u32 at, const AddressOperand& address, u64 offset) {
  switch (address_modes[address.mode].kind) {
    case AddressMode::Kind::plain:
    case AddressMode::Kind::absolute:
      code_.set_upper(at + 1, address.displacement + static_cast<u32>(offset));
      break;
    case AddressMode::Kind::displaced:
    case AddressMode::Kind::table:
      code_.append(address.displacement | offset << 32);
      break;
    case AddressMode::Kind::indexed:
    case AddressMode::Kind::scaled:
      code_.set_field(at, 2, address.index);
      code_.set_field(at, 3, static_cast<u32>(offset));
      break;
  }
}

void LoweringSink::emit_load(ValType type, Row row, Access access, const AddressOperand& address,
                             const Memarg& memarg) {
  emit_result(type, row, address.base, 0, memarg.memory);
  if (access == Access::guarded) {
    emit_offset(last_, address, memarg.offset);
  } else {
    too_large_ |= memarg.memory > 0xffff;
    code_.append(memarg.offset);
  }
}

void LoweringSink::emit_store(Handler handler, Access access, const AddressOperand& address, const Operand& value,
                              const Memarg& memarg) {
  pinned_ = 0;
  const u32 at = code_.emit(handler, address.base, value.narrow(), 0, memarg.memory);
  if (access == Access::guarded) {
    emit_offset(at, address, memarg.offset);
  } else {
    too_large_ |= memarg.memory > 0xffff;
    code_.append(memarg.offset);
  }
  last_ = none;
  last_copy_ = none;
}

void LoweringSink::load(Op op, Memarg memarg) {
  const Access access = access_of(memarg);
  const AddressOperand address = take_address(op, access, memarg);
  emit_load(result_type(op), load_row(op, access, address.mode), access, address, memarg);
  if (access != Access::guarded) return;
  last_load_ = op;
  last_load_mode_ = address.mode;
  last_load_reg_ = stack_.back().reg;
}

void LoweringSink::store(Op op, Memarg memarg) {
  const Access access = access_of(memarg);
  const Operand value = take(Immediate::bits16);
  const AddressOperand address = take_address(op, access, memarg);
  emit_store(store_handler(op, access, address.mode, value.loc), access, address, value, memarg);
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
