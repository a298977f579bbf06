// The assembler's bytes against those of another assembler, LLVM's: for every row of the tables whose instruction takes
// registers only, and for each of the others that compiled code has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "jit/arm64/assembler.h"
#include "jit/arm64/lowering.h"
#include "jit/machine/stubs.h"

namespace invar::jit::arm64 {
namespace {

using namespace asmjit::a64;

struct Case {
  std::string text;
  std::string bytes;
};

template <class Emit>
Case made(std::string text, Emit emit) {
  asmjit::CodeHolder holder;
  holder.init(asmjit::Environment(asmjit::Arch::kAArch64));
  Assembler assembler(&holder);
  const asmjit::Label here = assembler.newLabel();
  assembler.bind(here);
  emit(assembler, here);
  std::string bytes;
  for (const u8 byte : code_of(holder)) bytes += fmt::format("0x{:02x},", byte);
  if (!bytes.empty()) bytes.pop_back();
  return {std::move(text), bytes};
}

std::string text_of(Reg reg, Shape shape, u32 lane) {
  const u32 n = number_of(reg);
  const char* const names[] = {"",       "w{}",       "x{}",       "b{}",       "h{}",      "s{}",    "d{}",
                               "q{}",    "v{}.8b",    "v{}.16b",   "v{}.4h",    "v{}.8h",   "v{}.2s", "v{}.4s",
                               "v{}.2d", "v{}.b[{}]", "v{}.h[{}]", "v{}.s[{}]", "v{}.d[{}]"};
  return fmt::format(fmt::runtime(names[static_cast<size_t>(shape)]), n, lane);
}

/// Rows of the tables whose instructions have only registers.
std::vector<Case> cases_of_tables() {
  std::vector<Case> cases;
  std::set<std::string> seen;
  for (size_t k = 0; k < op_count; ++k) {
    const Lowering::Pattern& pattern = Lowering::pattern_of(static_cast<Op>(k));
    const auto way = pattern.way;
    const bool one = way == &Lowering::unary || way == &Lowering::extract_lane || way == &Lowering::replace_lane ||
                     way == &Lowering::truncation || way == &Lowering::convert_low || way == &Lowering::count_trailing;
    const bool two = way == &Lowering::binary || way == &Lowering::reversed || way == &Lowering::inverted ||
                     way == &Lowering::division || way == &Lowering::product || way == &Lowering::addition ||
                     way == &Lowering::subtraction || way == &Lowering::logical || way == &Lowering::shift ||
                     way == &Lowering::pseudo_extreme || way == &Lowering::vector_logic;
    if (!one && !two) continue;
    asmjit::String name;
    asmjit::InstAPI::instIdToString(asmjit::Arch::kAArch64, pattern.id, name);
    const Reg def = vector_register(1), a = vector_register(2), b = vector_register(30);
    constexpr u32 lane = 1;
    std::string text = fmt::format("{} {}, ", name.data(), text_of(def, pattern.shape, lane));
    // Of tbl the table is a list.
    const bool is_table = pattern.id == Inst::kIdTbl_v;
    text += fmt::format(fmt::runtime(is_table ? "{{{}}}" : "{}"), text_of(a, pattern.shape_in, lane));
    if (two) text += ", " + text_of(b, pattern.shape_in, lane);
    if (!seen.insert(text).second) continue;
    cases.push_back(made(text, [&](Assembler& as, const asmjit::Label&) {
      const asmjit::Operand operands[] = {shaped(def, pattern.shape, lane), shaped(a, pattern.shape_in, lane),
                                          shaped(b, pattern.shape_in, lane)};
      as.emitOpArray(pattern.id, operands, two ? 3 : 2);
    }));
  }
  return cases;
}

#define ENCODES(text, ...)                                  \
  made(text, [](Assembler& as, const asmjit::Label& here) { \
    static_cast<void>(here);                                \
    __VA_ARGS__;                                            \
  })

std::vector<Case> other_cases() {
  return {
      ENCODES("add x1, x2, #4095", as.add(x1, x2, 4095)),
      ENCODES("add x1, x2, #2, lsl #12", as.add(x1, x2, 8192)),
      ENCODES("sub sp, sp, #4080", as.sub(sp, sp, 4080)),
      ENCODES("sub sp, sp, x16", as.sub(sp, sp, x16)),
      ENCODES("add x16, x22, x3", as.add(x16, x22, x3)),
      ENCODES("add x1, x2, x3, lsl #5", as.add(x1, x2, x3, lsl(5))),
      ENCODES("sub w1, w2, w3, asr #31", as.sub(w1, w2, w3, asr(31))),
      ENCODES("add x1, x2, w3, sxtw", as.add(x1, x2, x3, sxtw(0))),
      ENCODES("sub x1, x2, w3, sxtw", as.sub(x1, x2, x3, sxtw(0))),
      ENCODES("adds x1, x2, #9", as.adds(x1, x2, 9)),
      ENCODES("adds x1, x2, x16", as.adds(x1, x2, x16)),
      ENCODES("subs x17, x17, #1", as.subs(x17, x17, 1)),
      ENCODES("subs x17, x17, x30", as.subs(x17, x17, x30)),
      ENCODES("neg w1, w2", as.neg(w1, w2)),
      ENCODES("neg x1, x2, lsr #3", as.neg(x1, x2, lsr(3))),
      ENCODES("mvn x1, x2, ror #3", as.mvn(x1, x2, ror(3))),
      ENCODES("madd x1, x2, x3, x4", as.madd(x1, x2, x3, x4)),
      ENCODES("msub w1, w2, w3, w4", as.msub(w1, w2, w3, w4)),
      ENCODES("msub w1, w2, w3, wzr", as.msub(w1, w2, w3, wzr)),
      ENCODES("smull x1, w2, w3", as.smull(x1, w2, w3)),
      ENCODES("ubfx w1, w2, #3, #29", as.ubfx(w1, w2, 3, 29)),
      ENCODES("ubfx x1, x2, #3, #7", as.ubfx(x1, x2, 3, 7)),
      ENCODES("and w1, w2, #0xff0", as.and_(w1, w2, 0xff0)),
      ENCODES("and x1, x2, #0x5555555555555555", as.and_(x1, x2, 0x5555'5555'5555'5555)),
      ENCODES("orr w1, w2, #0x80000000", as.orr(w1, w2, 0x8000'0000)),
      ENCODES("eor x1, x2, #0x8000000000000000", as.eor(x1, x2, 0x8000'0000'0000'0000)),
      ENCODES("bic w1, w2, w3, ror #5", as.bic(w1, w2, w3, ror(5))),
      ENCODES("orn x1, x2, x3, lsl #63", as.orn(x1, x2, x3, lsl(63))),
      ENCODES("eon w1, w2, w3", as.eon(w1, w2, w3)),
      ENCODES("lsl w1, w2, #31", as.lsl(w1, w2, 31)),
      ENCODES("lsl x1, x2, #0", as.lsl(x1, x2, 0)),
      ENCODES("lsr x1, x2, #63", as.lsr(x1, x2, 63)),
      ENCODES("asr w1, w2, #3", as.asr(w1, w2, 3)),
      ENCODES("ror x1, x2, #63", as.ror(x1, x2, 63)),
      ENCODES("cmp sp, x16", as.cmp(sp, x16)),
      ENCODES("cmp x1, w2, sxtw", as.cmp(x1, x2, sxtw(0))),
      ENCODES("cmp w1, w2, lsl #7", as.cmp(w1, w2, lsl(7))),
      ENCODES("cmp x1, #4095, lsl #12", as.cmp(x1, 4095 << 12)),
      ENCODES("cmn w1, #1", as.cmn(w1, 1)),
      ENCODES("ccmn x1, #1, #1, vc", as.ccmn(x1, 1, 1, CondCode::kVC)),
      ENCODES("tst w1, #0x80000001", as.tst(w1, 0x8000'0001)),
      ENCODES("tst x1, x2, ror #9", as.tst(x1, x2, ror(9))),
      ENCODES("cset w1, mi", as.cset(w1, cond_code(Condition::mi))),
      ENCODES("cset w1, le", as.cset(w1, cond_code(Condition::le))),
      ENCODES("cset w1, eq", as.cset(w1, cond_code(Condition::eq))),
      ENCODES("csel x1, x2, xzr, hi", as.csel(x1, x2, xzr, cond_code(Condition::hi))),
      ENCODES("fcsel d1, d2, d3, ls", as.fcsel(d1, d2, d3, cond_code(Condition::ls))),
      ENCODES("mov sp, x29", as.mov(sp, x29)),
      ENCODES("mov x29, sp", as.mov(x29, sp)),
      ENCODES("mov w1, #-5", as.mov(w1, asmjit::Imm(0xffff'fffb))),
      ENCODES("mov x1, #0x00ff00ff00ff00ff", as.mov(x1, asmjit::Imm(0x00ff'00ff'00ff'00ff))),
      ENCODES("ldr x1, [x2, #32760]", as.ldr(x1, ptr(x2, 32760))),
      ENCODES("ldur x1, [x2, #-8]", as.ldr(x1, ptr(x2, -8))),
      ENCODES("ldur w1, [x2, #255]", as.ldr(w1, ptr(x2, 255))),
      ENCODES("ldr x1, [sp, x17]", as.ldr(x1, ptr(sp, x17))),
      ENCODES("ldr x1, [x16, x3, lsl #3]", as.ldr(x1, ptr(x16, x3, lsl(3)))),
      ENCODES("ldrsw x1, [x2, x3, lsl #2]", as.ldrsw(x1, ptr(x2, x3, lsl(2)))),
      ENCODES("ldrsb x1, [x22, x3]", as.ldrsb(x1, ptr(x22, x3))),
      ENCODES("ldrsb w1, [x2, #4095]", as.ldrsb(w1, ptr(x2, 4095))),
      ENCODES("ldursh w1, [x2, #-2]", as.ldrsh(w1, ptr(x2, -2))),
      ENCODES("ldrsh x1, [x2, #8190]", as.ldrsh(x1, ptr(x2, 8190))),
      ENCODES("ldrb w1, [x22, x3]", as.ldrb(w1, ptr(x22, x3))),
      ENCODES("ldurh w1, [x2, #1]", as.ldrh(w1, ptr(x2, 1))),
      ENCODES("ldursw x1, [x2, #-4]", as.ldrsw(x1, ptr(x2, -4))),
      ENCODES("str wzr, [x22, x3]", as.str(wzr, ptr(x22, x3))),
      ENCODES("strb w1, [x22, x3]", as.strb(w1, ptr(x22, x3))),
      ENCODES("strh wzr, [x2, #2]", as.strh(wzr, ptr(x2, 2))),
      ENCODES("ldr q1, [x2, #65520]", as.ldr(q1, ptr(x2, 65520))),
      ENCODES("ldur q1, [x2, #-16]", as.ldr(q1, ptr(x2, -16))),
      ENCODES("ldr q1, [x22, x3]", as.ldr(q1, ptr(x22, x3))),
      ENCODES("stur q1, [sp, #8]", as.str(q1, ptr(sp, 8))),
      ENCODES("str d1, [sp, #8]", as.str(d1, ptr(sp, 8))),
      ENCODES("ldr s1, [x22, x3]", as.ldr(s1, ptr(x22, x3))),
      ENCODES("str b1, [x22, x3]", as.str(b1, ptr(x22, x3))),
      ENCODES("str h1, [x2, #2]", as.str(h1, ptr(x2, 2))),
      ENCODES("ldp x16, x17, [x16]", as.ldp(x16, x17, ptr(x16))),
      ENCODES("stp x29, x30, [sp, #-16]!", as.stp(x29, x30, ptr_pre(sp, -16))),
      ENCODES("ldp x29, x30, [sp], #16", as.ldp(x29, x30, ptr_post(sp, 16))),
      ENCODES("str x30, [sp, #-16]!", as.str(x30, ptr_pre(sp, -16))),
      ENCODES("ldr x30, [sp], #16", as.ldr(x30, ptr_post(sp, 16))),
      ENCODES("ld1r { v1.16b }, [x16]", as.ld1r(v1.b16(), ptr(x16))),
      ENCODES("ld1r { v1.2d }, [x16]", as.ld1r(v1.d2(), ptr(x16))),
      ENCODES("ld1 { v1.b }[15], [x16]", as.ld1(v1.b(15), ptr(x16))),
      ENCODES("ld1 { v1.h }[5], [x16]", as.ld1(v1.h(5), ptr(x16))),
      ENCODES("ld1 { v1.s }[3], [x16]", as.ld1(v1.s(3), ptr(x16))),
      ENCODES("ld1 { v1.d }[1], [x16]", as.ld1(v1.d(1), ptr(x16))),
      ENCODES("st1 { v1.b }[5], [x16]", as.st1(v1.b(5), ptr(x16))),
      ENCODES("st1 { v1.h }[7], [x16]", as.st1(v1.h(7), ptr(x16))),
      ENCODES("st1 { v1.s }[1], [x16]", as.st1(v1.s(1), ptr(x16))),
      ENCODES("st1 { v1.d }[1], [x16]", as.st1(v1.d(1), ptr(x16))),
      ENCODES("blr x16", as.blr(x16)),
      ENCODES("br x16", as.br(x16)),
      ENCODES("ret", as.ret(x30)),
      ENCODES("b #0", as.b(here)),
      ENCODES("bl #0", as.bl(here)),
      ENCODES("b.hs #0", as.b(cond_code(Condition::hs), here)),
      ENCODES("b.vs #0", as.b(cond_code(Condition::vs), here)),
      ENCODES("cbz w1, #0", as.cbz(w1, here)),
      ENCODES("cbnz x1, #0", as.cbnz(x1, here)),
      ENCODES("tbz w1, #31, #0", as.tbz(w1, 31, here)),
      ENCODES("tbnz x1, #63, #0", as.tbnz(x1, 63, here)),
      ENCODES("adr x1, #0", as.adr(x1, here)),
      ENCODES("ldr d1, #0", as.ldr(d1, ptr(here))),
      ENCODES("ldr q1, #0", as.ldr(q1, ptr(here))),
      ENCODES("fmov s1, #-1.0", as.fmov(s1, -1.0)),
      ENCODES("fmov d1, #0.5", as.fmov(d1, 0.5)),
      ENCODES("fcmp d1, #0.0", as.fcmp(d1, 0.0)),
      ENCODES("fcmp s1, s2", as.fcmp(s1, s2)),
      ENCODES("movi d1, #0", as.movi(d1, 0)),
      ENCODES("movi v1.16b, #0x8f", as.movi(v1.b16(), 0x8f)),
      ENCODES("movi v1.2d, #0", as.movi(v1.d2(), 0)),
      ENCODES("movi v1.4s, #0x80, lsl #24", as.movi(v1.s4(), 0x80, lsl(24))),
      ENCODES("mov v1.16b, v2.16b", as.mov(v1.b16(), v2.b16())),
      ENCODES("fneg v1.2d, v1.2d", as.fneg(v1.d2(), v1.d2())),
      ENCODES("bit v1.16b, v2.16b, v3.16b", as.bit(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("bsl v1.16b, v2.16b, v3.16b", as.bsl(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("bic v1.16b, v2.16b, v3.16b", as.bic(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("orn v1.16b, v2.16b, v3.16b", as.orn(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("cnt v1.8b, v2.8b", as.cnt(v1.b8(), v2.b8())),
      ENCODES("addv b1, v2.8b", as.addv(b1, v2.b8())),
      ENCODES("addv h1, v2.8h", as.addv(h1, v2.h8())),
      ENCODES("addv s1, v2.4s", as.addv(s1, v2.s4())),
      ENCODES("addp d1, v2.2d", as.addp(d1, v2.d2())),
      ENCODES("addp v1.4s, v2.4s, v3.4s", as.addp(v1.s4(), v2.s4(), v3.s4())),
      ENCODES("uminv b1, v2.16b", as.uminv(b1, v2.b16())),
      ENCODES("uminv h1, v2.8h", as.uminv(h1, v2.h8())),
      ENCODES("uminv s1, v2.4s", as.uminv(s1, v2.s4())),
      ENCODES("umaxp v1.4s, v2.4s, v3.4s", as.umaxp(v1.s4(), v2.s4(), v3.s4())),
      ENCODES("cmeq v1.2d, v2.2d, #0", as.cmeq(v1.d2(), v2.d2(), 0)),
      ENCODES("cmlt v1.16b, v2.16b, #0", as.cmlt(v1.b16(), v2.b16(), 0)),
      ENCODES("cmlt v1.2d, v2.2d, #0", as.cmlt(v1.d2(), v2.d2(), 0)),
      ENCODES("shl v1.16b, v2.16b, #7", as.shl(v1.b16(), v2.b16(), 7)),
      ENCODES("shl v1.2d, v2.2d, #63", as.shl(v1.d2(), v2.d2(), 63)),
      ENCODES("sshr v1.8h, v2.8h, #1", as.sshr(v1.h8(), v2.h8(), 1)),
      ENCODES("ushr v1.4s, v2.4s, #31", as.ushr(v1.s4(), v2.s4(), 31)),
      ENCODES("sshl v1.8h, v2.8h, v3.8h", as.sshl(v1.h8(), v2.h8(), v3.h8())),
      ENCODES("ushl v1.16b, v2.16b, v3.16b", as.ushl(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("smull v1.4s, v2.4h, v3.4h", as.smull(v1.s4(), v2.h4(), v3.h4())),
      ENCODES("smull2 v1.4s, v2.8h, v3.8h", as.smull2(v1.s4(), v2.h8(), v3.h8())),
      ENCODES("umlal v1.2d, v2.2s, v3.2s", as.umlal(v1.d2(), v2.s2(), v3.s2())),
      ENCODES("xtn v1.2s, v2.2d", as.xtn(v1.s2(), v2.d2())),
      ENCODES("sqxtn v1.8b, v2.8h", as.sqxtn(v1.b8(), v2.h8())),
      ENCODES("sqxtn2 v1.16b, v2.8h", as.sqxtn2(v1.b16(), v2.h8())),
      ENCODES("sqxtun v1.4h, v2.4s", as.sqxtun(v1.h4(), v2.s4())),
      ENCODES("sqxtun2 v1.8h, v2.4s", as.sqxtun2(v1.h8(), v2.s4())),
      ENCODES("uqxtn v1.2s, v2.2d", as.uqxtn(v1.s2(), v2.d2())),
      ENCODES("fcvtzs v1.2d, v2.2d", as.fcvtzs(v1.d2(), v2.d2())),
      ENCODES("ucvtf v1.2d, v2.2d", as.ucvtf(v1.d2(), v2.d2())),
      ENCODES("tbx v1.16b, {v2.16b}, v3.16b", as.tbx(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("ext v1.16b, v2.16b, v3.16b, #15", as.ext(v1.b16(), v2.b16(), v3.b16(), 15)),
      ENCODES("zip1 v1.16b, v2.16b, v3.16b", as.zip1(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("zip2 v1.8h, v2.8h, v3.8h", as.zip2(v1.h8(), v2.h8(), v3.h8())),
      ENCODES("uzp1 v1.4s, v2.4s, v3.4s", as.uzp1(v1.s4(), v2.s4(), v3.s4())),
      ENCODES("uzp2 v1.2d, v2.2d, v3.2d", as.uzp2(v1.d2(), v2.d2(), v3.d2())),
      ENCODES("trn1 v1.16b, v2.16b, v3.16b", as.trn1(v1.b16(), v2.b16(), v3.b16())),
      ENCODES("trn2 v1.8h, v2.8h, v3.8h", as.trn2(v1.h8(), v2.h8(), v3.h8())),
      ENCODES("rev64 v1.4s, v2.4s", as.rev64(v1.s4(), v2.s4())),
      ENCODES("rev32 v1.8h, v2.8h", as.rev32(v1.h8(), v2.h8())),
      ENCODES("rev16 v1.16b, v2.16b", as.rev16(v1.b16(), v2.b16())),
      ENCODES("dup v1.8h, v2.h[7]", as.dup(v1.h8(), v2.h(7))),
      ENCODES("ins v1.d[1], x2", as.ins(v1.d(1), x2)),
  };
}

#undef ENCODES

std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (const size_t count = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  pclose(pipe);
  return output;
}

TEST(Encoding, IsAsLlvmHasIt) {
  std::string program;
  for (const char* const name : {"llvm-mc-19", "llvm-mc"}) {
    if (program.empty() && !output_of(fmt::format("command -v {}", name)).empty()) program = name;
  }
  if (program.empty()) GTEST_SKIP() << "llvm-mc is not on this machine";

  std::vector<Case> cases = cases_of_tables();
  for (Case& other : other_cases()) cases.push_back(std::move(other));
  const std::string path = ::testing::TempDir() + "encoding_test.s";
  FILE* const file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  for (const Case& each : cases) fprintf(file, "%s\n", each.text.c_str());
  fclose(file);
  const std::string output = output_of(program + " -triple=aarch64 -show-encoding " + path + " 2>&1");
  remove(path.c_str());

  constexpr std::string_view mark = "encoding: [";
  std::vector<std::string> wanted;
  for (size_t at = output.find(mark); at != std::string::npos; at = output.find(mark, at)) {
    at += mark.size();
    wanted.push_back(output.substr(at, output.find(']', at) - at));
  }
  ASSERT_EQ(wanted.size(), cases.size()) << output;
  for (size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(cases[i].bytes, wanted[i]) << cases[i].text;
  EXPECT_GT(cases.size(), 300u);
}

}  // namespace
}  // namespace invar::jit::arm64
