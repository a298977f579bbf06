// Emission of arithmetic that takes several instructions: division, conversions, and what floats do their own way.
#include <limits>

#include "jit/x64/emitter.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

constexpr u64 sign_64 = u64{1} << 63;
constexpr u64 sign_32 = u64{1} << 31;

struct Target {
  bool is_64, is_signed;
};

/// Of a truncation to an integer.
Target target_of(Op op) {
  switch (op) {
    case Op::i32_trunc_f32_s:
    case Op::i32_trunc_f64_s:
    case Op::i32_trunc_sat_f32_s:
    case Op::i32_trunc_sat_f64_s:
      return {false, true};
    case Op::i32_trunc_f32_u:
    case Op::i32_trunc_f64_u:
    case Op::i32_trunc_sat_f32_u:
    case Op::i32_trunc_sat_f64_u:
      return {false, false};
    case Op::i64_trunc_f32_s:
    case Op::i64_trunc_f64_s:
    case Op::i64_trunc_sat_f32_s:
    case Op::i64_trunc_sat_f64_s:
      return {true, true};
    default:
      return {true, false};
  }
}

}  // namespace

void Emitter::emit_divide(const Instruction& i) {
  const bool wide = i.width == Width::w64;
  const x86::Gp divisor = gp(reg(i.b), i.width), quotient = gp(rax, i.width);
  const bool is_signed = i.id == x86::Inst::kIdIdiv;
  const bool wants_remainder = reg(i.def) == rdx;
  as_.test(divisor, divisor);
  as_.jz(trap_label(TrapKind::integer_divide_by_zero, i.offset));
  if (!is_signed) {
    as_.xor_(gp32(rdx), gp32(rdx));
    as_.div(divisor);
    return;
  }
  // The processor faults where the least number is divided by -1.
  const Label done = as_.newLabel();
  const u32 offset = i.offset;
  const Label special = out_of_line([=, this] {
    if (wants_remainder) {
      as_.xor_(gp32(rdx), gp32(rdx));
    } else {
      as_.neg(quotient);
      as_.jo(trap_label(TrapKind::integer_overflow, offset));
    }
    as_.jmp(done);
  });
  as_.cmp(divisor, -1);
  as_.je(special);
  if (wide) {
    as_.cqo();
  } else {
    as_.cdq();
  }
  as_.idiv(divisor);
  as_.bind(done);
}

void Emitter::emit_min_max(const Instruction& i) {
  const x86::Xmm a = xmm(reg(i.def)), b = xmm(reg(i.b));
  const bool is_double = i.id == x86::Inst::kIdMinsd || i.id == x86::Inst::kIdMaxsd;
  const bool is_min = i.id == x86::Inst::kIdMinsd || i.id == x86::Inst::kIdMinss;
  const Label done = as_.newLabel();
  // Equal numbers, which zeros of both signs are, and NaNs.
  const Label special = out_of_line([=, this] {
    const Label is_nan = as_.newLabel();
    as_.jp(is_nan);
    if (is_min) {
      as_.orps(a, b);
    } else {
      as_.andps(a, b);
    }
    as_.jmp(done);
    as_.bind(is_nan);
    if (is_double) {
      as_.addsd(a, b);
    } else {
      as_.addss(a, b);
    }
    as_.jmp(done);
  });
  as_.emit(is_double ? x86::Inst::kIdUcomisd : x86::Inst::kIdUcomiss, a, b);
  as_.je(special);
  as_.emit(i.id, a, b);
  as_.bind(done);
}

void Emitter::emit_canonical_nan(const Instruction& i) {
  const x86::Xmm x = xmm(reg(i.def));
  const bool is_double = i.width_b == Width::w64;
  const Label done = as_.newLabel();
  const Label is_nan = out_of_line([=, this] {
    if (is_double) {
      as_.movsd(x, in_pool(0x7ff8'0000'0000'0000, 0, 8));
    } else {
      as_.movss(x, in_pool(0x7fc0'0000, 0, 4));
    }
    as_.jmp(done);
  });
  as_.emit(is_double ? x86::Inst::kIdUcomisd : x86::Inst::kIdUcomiss, x, x);
  as_.jp(is_nan);
  as_.bind(done);
}

void Emitter::emit_sign_bits(const Instruction& i) {
  const bool is_double = i.id == x86::Inst::kIdAndpd || i.id == x86::Inst::kIdXorpd;
  const u64 sign = is_double ? sign_64 : sign_32;
  const bool is_and = i.id == x86::Inst::kIdAndpd || i.id == x86::Inst::kIdAndps;
  as_.emit(i.id, xmm(reg(i.def)), in_pool(is_and ? sign - 1 : sign, 0, 16));
}

void Emitter::emit_copysign(const Instruction& i) {
  const u64 sign = i.id == x86::Inst::kIdAndpd ? sign_64 : sign_32;
  as_.movaps(xmm(vector_scratch), xmm(reg(i.b)));
  as_.andps(xmm(vector_scratch), in_pool(sign, 0, 16));
  as_.andps(xmm(reg(i.def)), in_pool(sign - 1, 0, 16));
  as_.orps(xmm(reg(i.def)), xmm(vector_scratch));
}

/// Numbers with the upper bit are halved, rounding to odd so that the result rounds once, and doubled.
void Emitter::emit_convert_u64(const Instruction& i) {
  const x86::Xmm to = xmm(reg(i.def));
  const x86::Gp from = gp64(reg(i.b)), other = gp64(reg(i.a));
  const Label done = as_.newLabel();
  const bool is_double = i.id == x86::Inst::kIdCvtsi2sd;
  const Label large = out_of_line([=, this] {
    as_.mov(gp64(scratch), from);
    as_.mov(other, from);
    as_.shr(gp64(scratch), 1);
    as_.and_(other, 1);
    as_.or_(gp64(scratch), other);
    as_.emit(i.id, to, gp64(scratch));
    if (is_double) {
      as_.addsd(to, to);
    } else {
      as_.addss(to, to);
    }
    as_.jmp(done);
  });
  as_.xorps(to, to);
  as_.test(from, from);
  as_.js(large);
  as_.emit(i.id, to, from);
  as_.bind(done);
}

/// Makes the conversion and jumps to `out_of_range` where it has no value; def is then arbitrary.
void Emitter::convert_in_range(const Instruction& i, const Label& out_of_range) {
  const bool is_double = i.id == x86::Inst::kIdCvttsd2si;
  const auto [is_64, is_signed] = target_of(i.op);
  const x86::Xmm from = xmm(reg(i.b));
  const Reg to = reg(i.def);
  as_.emit(i.id, gp64(to), from);
  if (!is_64) {
    // What does not fit in 64 bits gives a number that does not fit in 32.
    if (is_signed) {
      as_.movsxd(gp64(scratch), gp32(to));
    } else {
      as_.mov(gp32(scratch), gp32(to));
    }
    as_.cmp(gp64(scratch), gp64(to));
    as_.jne(out_of_range);
    if (is_signed) as_.mov(gp32(to), gp32(to));
    return;
  }
  const Label done = as_.newLabel();
  const double limit = 9223372036854775808.0;
  if (is_signed) {
    // The least number stands for all failures, and for itself.
    const Label doubtful = out_of_line([=, this] {
      as_.emit(is_double ? x86::Inst::kIdUcomisd : x86::Inst::kIdUcomiss, from, pooled_float(is_double, -limit));
      as_.jp(out_of_range);
      as_.jne(out_of_range);
      as_.jmp(done);
    });
    as_.cmp(gp64(to), 1);
    as_.jo(doubtful);
  } else {
    // Negative: a failure, or a number from 2^63 on.
    const Label large = out_of_line([=, this] {
      as_.emit(is_double ? x86::Inst::kIdUcomisd : x86::Inst::kIdUcomiss, from, pooled_float(is_double, limit));
      as_.jb(out_of_range);  // NaNs too
      as_.movaps(xmm(vector_scratch), from);
      as_.emit(is_double ? x86::Inst::kIdSubsd : x86::Inst::kIdSubss, xmm(vector_scratch),
               pooled_float(is_double, limit));
      as_.emit(i.id, gp64(to), xmm(vector_scratch));
      as_.test(gp64(to), gp64(to));
      as_.js(out_of_range);
      as_.btc(gp64(to), 63);
      as_.jmp(done);
    });
    as_.test(gp64(to), gp64(to));
    as_.js(large);
  }
  as_.bind(done);
}

void Emitter::emit_truncate(const Instruction& i) {
  const bool is_double = i.id == x86::Inst::kIdCvttsd2si;
  const x86::Xmm from = xmm(reg(i.b));
  const u32 offset = i.offset;
  const Label failed = out_of_line([=, this] {
    as_.emit(is_double ? x86::Inst::kIdUcomisd : x86::Inst::kIdUcomiss, from, from);
    as_.jp(trap_label(TrapKind::invalid_conversion_to_integer, offset));
    as_.jmp(trap_label(TrapKind::integer_overflow, offset));
  });
  convert_in_range(i, failed);
}

void Emitter::emit_truncate_saturated(const Instruction& i) {
  const bool is_double = i.id == x86::Inst::kIdCvttsd2si;
  const auto [is_64, is_signed] = target_of(i.op);
  const x86::Xmm from = xmm(reg(i.b));
  const Reg to = reg(i.def);
  const Label done = as_.newLabel();
  const u64 least = !is_signed ? 0 : is_64 ? sign_64 : sign_32;
  const u64 greatest = is_64 ? (is_signed ? sign_64 - 1 : ~u64{0}) : (is_signed ? sign_32 - 1 : 0xffff'ffff);
  const Label failed = out_of_line([=, this] {
    // NaN: 0.
    const Label negative = as_.newLabel();
    as_.xor_(gp32(to), gp32(to));
    as_.xorps(xmm(vector_scratch), xmm(vector_scratch));
    as_.emit(is_double ? x86::Inst::kIdUcomisd : x86::Inst::kIdUcomiss, from, xmm(vector_scratch));
    as_.jp(done);
    as_.jb(negative);
    as_.mov(gp64(to), asmjit::Imm(greatest));
    as_.jmp(done);
    as_.bind(negative);
    if (least != 0) as_.mov(gp64(to), asmjit::Imm(least));
    as_.jmp(done);
  });
  convert_in_range(i, failed);
  as_.bind(done);
}

void Emitter::emit_count_zeros(const Instruction& i) {
  const bool leading = i.id == x86::Inst::kIdLzcnt;
  const x86::Gp to = gp(reg(i.def), i.width), from = gp(reg(i.b), i.width);
  const u32 bits = i.width == Width::w64 ? 64 : 32;
  if (leading ? lowered_.features.lzcnt : lowered_.features.bmi1) {
    // The older processors wait for what was in the register.
    if (reg(i.def) != reg(i.b)) as_.xor_(gp32(reg(i.def)), gp32(reg(i.def)));
    as_.emit(i.id, to, from);
    return;
  }
  as_.mov(gp32(scratch), leading ? 2 * bits - 1 : bits);
  as_.emit(leading ? x86::Inst::kIdBsr : x86::Inst::kIdBsf, to, from);
  as_.cmovz(to, gp(scratch, i.width));
  if (leading) as_.xor_(to, bits - 1);
}

}  // namespace invar::jit::x64
