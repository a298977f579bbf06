// Emission of vector constants; vector instructions are plain ones.
#include <cstring>

#include "jit/arm64/emitter.h"

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;

/// One instruction for a constant whose lanes are equal, if there is one. (fmov has some too, but the assembler does
/// not encode it rightly.)
bool Emitter::emit_repeated(const a64::VecV& to, u64 bits) {
  const u8 byte = static_cast<u8>(bits);
  if (bits == byte * 0x0101'0101'0101'0101) {
    as_.movi(to.b16(), byte);
    return true;
  }
  if (a64::Utils::isByteMaskImm8(bits)) {
    as_.movi(to.d2(), asmjit::Imm(bits));
    return true;
  }
  const u32 word = static_cast<u32>(bits);
  if (bits != word * 0x1'0000'0001) return false;
  for (u32 shift = 0; shift < 32; shift += 8) {
    if ((word & ~(0xffu << shift)) == 0) {
      as_.movi(to.s4(), word >> shift, a64::lsl(shift));
      return true;
    }
    if ((~word & ~(0xffu << shift)) == 0) {
      as_.mvni(to.s4(), ~word >> shift, a64::lsl(shift));
      return true;
    }
  }
  const u32 half = word & 0xffff;
  if (word != half * 0x1'0001u || ((half & 0xff) != 0 && half > 0xff)) return false;
  as_.movi(to.h8(), half > 0xff ? half >> 8 : half, a64::lsl(half > 0xff ? 8 : 0));
  return true;
}

void Emitter::emit_vector_constant(const Instruction& i) {
  const a64::VecV to = vec(reg(i.def));
  u64 halves[2];
  std::memcpy(halves, lowered_.literals[i.literal].bytes, 16);
  if (halves[0] == halves[1] && emit_repeated(to, halves[0])) return;
  if (reach_ != Reach::far) {
    as_.ldr(to.q(), a64::ptr(pooled(halves[0], halves[1])));
    return;
  }
  for (u32 half = 0; half < 2; ++half) {
    as_.mov(gp64(scratch), asmjit::Imm(halves[half]));
    as_.ins(to.d(half), gp64(scratch));
  }
}

}  // namespace invar::jit::arm64
