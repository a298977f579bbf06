// Emission of arithmetic that takes several instructions.
#include "jit/arm64/emitter.h"

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;
using Inst = asmjit::a64::Inst;

void Emitter::emit_divide(const Instruction& i) {
  const AnyOperand dividend = general(i.a, i.shape), divisor = general(i.b, i.shape);
  const bool wants_remainder =
      i.op == Op::i32_rem_s || i.op == Op::i32_rem_u || i.op == Op::i64_rem_s || i.op == Op::i64_rem_u;
  if (i.may_be_zero) jump_if_zero(divisor, true, trap_label(TrapKind::integer_divide_by_zero, i.offset));
  if (i.may_overflow && !wants_remainder) {
    const Label back = as_.newLabel();
    const u32 offset = i.offset;
    // Only the least number less 1 overflows.
    const Label by_minus_one = out_of_line([this, back, offset, dividend] {
      as_.emit(Inst::kIdCmp, dividend, asmjit::Imm(1));
      jump_if(Condition::vs, trap_label(TrapKind::integer_overflow, offset));
      as_.b(back);
    });
    as_.emit(Inst::kIdCmn, divisor, asmjit::Imm(1));
    jump_if(Condition::eq, by_minus_one);
    as_.bind(back);
  }
  if (!wants_remainder) {
    as_.emit(i.id, general(i.def, i.shape), dividend, divisor);
    return;
  }
  // The least number by -1 is itself: no remainder.
  const AnyOperand quotient = shaped(scratch, i.shape, 0);
  as_.emit(i.id, quotient, dividend, divisor);
  as_.emit(Inst::kIdMsub, general(i.def, i.shape), quotient, divisor, dividend);
}

void Emitter::emit_rotate_left(const Instruction& i) {
  const AnyOperand by = shaped(scratch, i.shape, 0);
  as_.emit(Inst::kIdNeg, by, general(i.b, i.shape));
  as_.emit(i.id, general(i.def, i.shape), general(i.a, i.shape), by);
}

void Emitter::emit_count_bits(const Instruction& i) {
  const a64::VecV through = vec(vector_scratch);
  as_.emit(Inst::kIdFmov_v, shaped(vector_scratch, i.shape == Shape::w ? Shape::s : Shape::d, 0),
           general(i.a, i.shape));
  as_.cnt(through.b8(), through.b8());
  as_.addv(through.b(), through.b8());
  as_.fmov(gp32(reg(i.def)), through.s());
}

/// The sign bit, from b.
void Emitter::emit_copysign(const Instruction& i) {
  const a64::VecV sign = vec(vector_scratch);
  if (i.shape == Shape::s) {
    as_.movi(sign.s4(), 0x80, a64::lsl(24));
  } else {
    as_.movi(sign.d2(), 0);
    as_.fneg(sign.d2(), sign.d2());
  }
  as_.emit(i.id, vec(reg(i.def)).b16(), vec(reg(i.b)).b16(), sign.b16());
}

void Emitter::emit_canonical_nan(const Instruction& i) {
  const AnyOperand number = shaped(reg(i.def), i.shape, 0);
  const Label done = as_.newLabel();
  const bool is_double = i.shape == Shape::d;
  const Label is_nan = out_of_line([this, done, is_double, number] {
    if (is_double) {
      as_.mov(gp64(scratch), asmjit::Imm(0x7ff8'0000'0000'0000));
      as_.emit(Inst::kIdFmov_v, number, gp64(scratch));
    } else {
      as_.mov(gp32(scratch), asmjit::Imm(0x7fc0'0000));
      as_.emit(Inst::kIdFmov_v, number, gp32(scratch));
    }
    as_.b(done);
  });
  as_.emit(Inst::kIdFcmp_v, number, number);
  jump_if(Condition::vs, is_nan);
  as_.bind(done);
}

/// The conversion saturates: what it gives for numbers out of range, and for NaNs, tells them.
void Emitter::emit_truncate(const Instruction& i) {
  const bool is_64 = i.shape == Shape::x, is_signed = i.id == Inst::kIdFcvtzs_v;
  const AnyOperand from = shaped(reg(i.a), i.shape_a, 0);
  const a64::Gp to = gp64(reg(i.def));
  const u32 offset = i.offset;
  const Label failed = out_of_line([this, from, offset] {
    as_.emit(Inst::kIdFcmp_v, from, from);
    jump_if(Condition::vs, trap_label(TrapKind::invalid_conversion_to_integer, offset));
    as_.b(trap_label(TrapKind::integer_overflow, offset));
  });
  if (!is_signed) {
    // Down to -1, not included, it is 0.
    const AnyOperand minus_one = shaped(vector_scratch, i.shape_a, 0);
    as_.emit(Inst::kIdFmov_v, minus_one, asmjit::Imm(-1.0));
    as_.emit(Inst::kIdFcmp_v, from, minus_one);
    jump_if(Condition::le, failed);  // NaNs too
    as_.emit(i.id, to, from);
    if (is_64) {
      as_.cmn(to, 1);  // no such number is a float
      jump_if(Condition::eq, failed);
    } else {
      as_.tst(to, 0xffff'ffff'0000'0000);
      jump_if(Condition::ne, failed);
    }
    return;
  }
  as_.emit(i.id, to, from);
  if (!is_64) {
    as_.emit(Inst::kIdFcmp_v, from, from);
    jump_if(Condition::vs, failed);
    as_.cmp(to, to, a64::sxtw(0));
    jump_if(Condition::ne, failed);
    as_.mov(to.w(), to.w());
    return;
  }
  // The greatest number is no float; the least is one, and stands for all that are less.
  const Label done = as_.newLabel();
  const bool is_double = i.shape_a == Shape::d;
  const Label doubtful = out_of_line([this, failed, done, from, is_double] {
    if (is_double) {
      load_double(vector_scratch, 0xc3e0'0000'0000'0000);
      as_.emit(Inst::kIdFcmp_v, from, vec(vector_scratch).d());
    } else {
      as_.mov(gp32(scratch), asmjit::Imm(0xdf00'0000));
      as_.fmov(vec(vector_scratch).s(), gp32(scratch));
      as_.emit(Inst::kIdFcmp_v, from, vec(vector_scratch).s());
    }
    jump_if(Condition::ne, failed);  // NaNs too
    as_.b(done);
  });
  as_.emit(Inst::kIdFcmp_v, from, from);
  jump_if(Condition::vs, failed);
  as_.cmp(to, 1);                                // overflows for the least
  as_.ccmn(to, 1, 1, cond_code(Condition::vc));  // or for the greatest
  jump_if(Condition::vs, doubtful);
  as_.bind(done);
}

}  // namespace invar::jit::arm64
