// Emission of vector instructions: the same instruction in AVX's three-operand form where the processor has that.
#include <array>
#include <cstring>

#include "jit/x64/emitter.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

/// AVX's instruction of the same name; AVX's own ones stay.
u32 avx_form(u32 id) {
  static const std::array<u16, x86::Inst::_kIdCount> forms = [] {
    std::array<u16, x86::Inst::_kIdCount> found{};
    for (u32 i = 1; i < x86::Inst::_kIdCount; ++i) {
      asmjit::String name;
      if (asmjit::InstAPI::instIdToString(asmjit::Arch::kX64, i, name) != asmjit::kErrorOk) continue;
      if (name.data()[0] != 'v') {
        const std::string other = std::string("v") + name.data();
        found[i] = static_cast<u16>(asmjit::InstAPI::stringToInstId(asmjit::Arch::kX64, other.data(), other.size()));
      }
      if (found[i] == 0) found[i] = static_cast<u16>(i);
    }
    return found;
  }();
  return forms[id];
}

}  // namespace

asmjit::x86::Mem Emitter::pooled_literal(u32 literal) {
  u64 halves[2];
  std::memcpy(halves, lowered_.literals[literal].bytes, 16);
  return in_pool(halves[0], halves[1], 16);
}

void Emitter::emit_vector(const Instruction& i) {
  const asmjit::Operand b = i.b_is_literal ? pooled_literal(i.literal) : operand_b(i);
  // Processors split what reads numbers or lanes at an index in two operations, but not where the result replaces an
  // operand. For whole vectors that form wants aligned memory.
  const bool reads_at_index = i.width_b != Width::vector && b.isMem() && b.as<Mem>().hasIndex();
  const bool replaces = reads_at_index && i.a != no_operand && reg(i.a) == reg(i.def);
  const bool avx = lowered_.features.avx && !replaces;
  asmjit::Operand operands[4];
  u32 count = 0;
  operands[count++] = register_operand(i.def, i.width);
  if (i.a != no_operand && avx) operands[count++] = xmm(reg(i.a));
  operands[count++] = b;
  if (i.has_number) operands[count++] = asmjit::Imm(i.imm);
  as_.emitOpArray(avx ? avx_form(i.id) : i.id, operands, count);
}

void Emitter::emit_vector_store(const Instruction& i) {
  const u32 id = lowered_.features.avx ? avx_form(i.id) : i.id;
  const Mem to = memory_operand(i, static_cast<u32>(i.width_b));
  if (i.has_number) {
    as_.emit(id, to, xmm(reg(i.a)), asmjit::Imm(i.imm));
  } else {
    as_.emit(id, to, xmm(reg(i.a)));
  }
}

void Emitter::emit_vector_constant(const Instruction& i) {
  const x86::Xmm to = xmm(reg(i.def));
  V128 ones;
  std::memset(ones.bytes, 0xff, 16);
  const V128& bits = lowered_.literals[i.literal];
  if (bits == V128{}) {
    as_.xorps(to, to);
  } else if (bits == ones) {
    as_.pcmpeqd(to, to);
  } else {
    as_.movaps(to, pooled_literal(i.literal));
  }
}

}  // namespace invar::jit::x64
