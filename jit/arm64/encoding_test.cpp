// The assembler's bytes against those of another assembler, LLVM's: for every row of the tables whose instruction takes
// registers only, and for each of the others that compiled code has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
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

/// Registers 1 to 4 of the cases' texts are others each time: a wrong bit may be one that is set anyway.
struct Registers {
  u32 number[5];

  GpW w(u32 i) const { return asmjit::a64::w(number[i]); }
  GpX x(u32 i) const { return asmjit::a64::x(number[i]); }
  VecV v(u32 i) const { return asmjit::a64::v(number[i]); }
  VecB b(u32 i) const { return v(i).b(); }
  VecH h(u32 i) const { return v(i).h(); }
  VecS s(u32 i) const { return v(i).s(); }
  VecD d(u32 i) const { return v(i).d(); }
  VecV q(u32 i) const { return v(i).q(); }

  std::string in(const std::string& text) const {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      const bool starts = i == 0 || isalnum(static_cast<unsigned char>(text[i - 1])) == 0;
      const bool ends = i + 2 >= text.size() || isalnum(static_cast<unsigned char>(text[i + 2])) == 0;
      out += text[i];
      if (!starts || !ends || std::string_view("wxbhsdqv").find(text[i]) == std::string_view::npos) continue;
      if (text[i + 1] < '1' || text[i + 1] > '4') continue;
      out += std::to_string(number[text[++i] - '0']);
    }
    return out;
  }
};
constexpr Registers register_choices[] = {
    {{0, 1, 2, 3, 4}}, {{0, 0, 21, 10, 24}}, {{0, 28, 0, 30, 0}}, {{0, 10, 7, 0, 25}}};

/// Rows of the tables whose instructions have only registers.
std::vector<Case> cases_of_tables(const Registers& r) {
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
    const Reg def = vector_register(r.number[1]), a = vector_register(r.number[2]), b = vector_register(r.number[3]);
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

#define ENCODES(text, ...)                                         \
  made(r.in(text), [&](Assembler& as, const asmjit::Label& here) { \
    static_cast<void>(here);                                       \
    __VA_ARGS__;                                                   \
  })

std::vector<Case> other_cases(const Registers& r) {
  return {
      ENCODES("add x1, x2, #4095", as.add(r.x(1), r.x(2), 4095)),
      ENCODES("add x1, x2, #2, lsl #12", as.add(r.x(1), r.x(2), 8192)),
      ENCODES("sub sp, sp, #4080", as.sub(sp, sp, 4080)),
      ENCODES("sub sp, sp, x16", as.sub(sp, sp, x16)),
      ENCODES("add x16, x22, x3", as.add(x16, x22, r.x(3))),
      ENCODES("add x1, x2, x3, lsl #5", as.add(r.x(1), r.x(2), r.x(3), lsl(5))),
      ENCODES("sub w1, w2, w3, asr #31", as.sub(r.w(1), r.w(2), r.w(3), asr(31))),
      ENCODES("add x1, x2, w3, sxtw", as.add(r.x(1), r.x(2), r.x(3), sxtw(0))),
      ENCODES("sub x1, x2, w3, sxtw", as.sub(r.x(1), r.x(2), r.x(3), sxtw(0))),
      ENCODES("adds x1, x2, #9", as.adds(r.x(1), r.x(2), 9)),
      ENCODES("adds x1, x2, x16", as.adds(r.x(1), r.x(2), x16)),
      ENCODES("subs x17, x17, #1", as.subs(x17, x17, 1)),
      ENCODES("subs x17, x17, x30", as.subs(x17, x17, x30)),
      ENCODES("neg w1, w2", as.neg(r.w(1), r.w(2))),
      ENCODES("neg x1, x2, lsr #3", as.neg(r.x(1), r.x(2), lsr(3))),
      ENCODES("mvn x1, x2, ror #3", as.mvn(r.x(1), r.x(2), ror(3))),
      ENCODES("madd x1, x2, x3, x4", as.madd(r.x(1), r.x(2), r.x(3), r.x(4))),
      ENCODES("msub w1, w2, w3, w4", as.msub(r.w(1), r.w(2), r.w(3), r.w(4))),
      ENCODES("msub w1, w2, w3, wzr", as.msub(r.w(1), r.w(2), r.w(3), wzr)),
      ENCODES("smull x1, w2, w3", as.smull(r.x(1), r.w(2), r.w(3))),
      ENCODES("ubfx w1, w2, #3, #29", as.ubfx(r.w(1), r.w(2), 3, 29)),
      ENCODES("ubfx x1, x2, #3, #7", as.ubfx(r.x(1), r.x(2), 3, 7)),
      ENCODES("and w1, w2, #0xff0", as.and_(r.w(1), r.w(2), 0xff0)),
      ENCODES("and x1, x2, #0x5555555555555555", as.and_(r.x(1), r.x(2), 0x5555'5555'5555'5555)),
      ENCODES("orr w1, w2, #0x80000000", as.orr(r.w(1), r.w(2), 0x8000'0000)),
      ENCODES("eor x1, x2, #0x8000000000000000", as.eor(r.x(1), r.x(2), 0x8000'0000'0000'0000)),
      ENCODES("bic w1, w2, w3, ror #5", as.bic(r.w(1), r.w(2), r.w(3), ror(5))),
      ENCODES("orn x1, x2, x3, lsl #63", as.orn(r.x(1), r.x(2), r.x(3), lsl(63))),
      ENCODES("eon w1, w2, w3", as.eon(r.w(1), r.w(2), r.w(3))),
      ENCODES("lsl w1, w2, #31", as.lsl(r.w(1), r.w(2), 31)),
      ENCODES("lsl x1, x2, #0", as.lsl(r.x(1), r.x(2), 0)),
      ENCODES("lsr x1, x2, #63", as.lsr(r.x(1), r.x(2), 63)),
      ENCODES("asr w1, w2, #3", as.asr(r.w(1), r.w(2), 3)),
      ENCODES("ror x1, x2, #63", as.ror(r.x(1), r.x(2), 63)),
      ENCODES("cmp sp, x16", as.cmp(sp, x16)),
      ENCODES("cmp x1, w2, sxtw", as.cmp(r.x(1), r.x(2), sxtw(0))),
      ENCODES("cmp w1, w2, lsl #7", as.cmp(r.w(1), r.w(2), lsl(7))),
      ENCODES("cmp x1, #4095, lsl #12", as.cmp(r.x(1), 4095 << 12)),
      ENCODES("cmn w1, #1", as.cmn(r.w(1), 1)),
      ENCODES("ccmn x1, #1, #1, vc", as.ccmn(r.x(1), 1, 1, CondCode::kVC)),
      ENCODES("tst w1, #0x80000001", as.tst(r.w(1), 0x8000'0001)),
      ENCODES("tst x1, x2, ror #9", as.tst(r.x(1), r.x(2), ror(9))),
      ENCODES("cset w1, mi", as.cset(r.w(1), cond_code(Condition::mi))),
      ENCODES("cset w1, le", as.cset(r.w(1), cond_code(Condition::le))),
      ENCODES("cset w1, eq", as.cset(r.w(1), cond_code(Condition::eq))),
      ENCODES("csel x1, x2, xzr, hi", as.csel(r.x(1), r.x(2), xzr, cond_code(Condition::hi))),
      ENCODES("fcsel d1, d2, d3, ls", as.fcsel(r.d(1), r.d(2), r.d(3), cond_code(Condition::ls))),
      ENCODES("mov sp, x29", as.mov(sp, x29)),
      ENCODES("mov x29, sp", as.mov(x29, sp)),
      ENCODES("mov w1, #-5", as.mov(r.w(1), asmjit::Imm(0xffff'fffb))),
      ENCODES("mov x1, #0x00ff00ff00ff00ff", as.mov(r.x(1), asmjit::Imm(0x00ff'00ff'00ff'00ff))),
      ENCODES("ldr x1, [x2, #32760]", as.ldr(r.x(1), ptr(r.x(2), 32760))),
      ENCODES("ldur x1, [x2, #-8]", as.ldr(r.x(1), ptr(r.x(2), -8))),
      ENCODES("ldur w1, [x2, #255]", as.ldr(r.w(1), ptr(r.x(2), 255))),
      ENCODES("ldr x1, [sp, x17]", as.ldr(r.x(1), ptr(sp, x17))),
      ENCODES("ldr x1, [x16, x3, lsl #3]", as.ldr(r.x(1), ptr(x16, r.x(3), lsl(3)))),
      ENCODES("ldrsw x1, [x2, x3, lsl #2]", as.ldrsw(r.x(1), ptr(r.x(2), r.x(3), lsl(2)))),
      ENCODES("ldrsb x1, [x22, x3]", as.ldrsb(r.x(1), ptr(x22, r.x(3)))),
      ENCODES("ldrsb w1, [x2, #4095]", as.ldrsb(r.w(1), ptr(r.x(2), 4095))),
      ENCODES("ldursh w1, [x2, #-2]", as.ldrsh(r.w(1), ptr(r.x(2), -2))),
      ENCODES("ldrsh x1, [x2, #8190]", as.ldrsh(r.x(1), ptr(r.x(2), 8190))),
      ENCODES("ldrb w1, [x22, x3]", as.ldrb(r.w(1), ptr(x22, r.x(3)))),
      ENCODES("ldurh w1, [x2, #1]", as.ldrh(r.w(1), ptr(r.x(2), 1))),
      ENCODES("ldursw x1, [x2, #-4]", as.ldrsw(r.x(1), ptr(r.x(2), -4))),
      ENCODES("str wzr, [x22, x3]", as.str(wzr, ptr(x22, r.x(3)))),
      ENCODES("strb w1, [x22, x3]", as.strb(r.w(1), ptr(x22, r.x(3)))),
      ENCODES("strh wzr, [x2, #2]", as.strh(wzr, ptr(r.x(2), 2))),
      ENCODES("ldr q1, [x2, #65520]", as.ldr(r.q(1), ptr(r.x(2), 65520))),
      ENCODES("ldur q1, [x2, #-16]", as.ldr(r.q(1), ptr(r.x(2), -16))),
      ENCODES("ldr q1, [x22, x3]", as.ldr(r.q(1), ptr(x22, r.x(3)))),
      ENCODES("stur q1, [sp, #8]", as.str(r.q(1), ptr(sp, 8))),
      ENCODES("str d1, [sp, #8]", as.str(r.d(1), ptr(sp, 8))),
      ENCODES("ldr s1, [x22, x3]", as.ldr(r.s(1), ptr(x22, r.x(3)))),
      ENCODES("str b1, [x22, x3]", as.str(r.b(1), ptr(x22, r.x(3)))),
      ENCODES("str h1, [x2, #2]", as.str(r.h(1), ptr(r.x(2), 2))),
      ENCODES("ldp x16, x17, [x16]", as.ldp(x16, x17, ptr(x16))),
      ENCODES("stp x29, x30, [sp, #-16]!", as.stp(x29, x30, ptr_pre(sp, -16))),
      ENCODES("ldp x29, x30, [sp], #16", as.ldp(x29, x30, ptr_post(sp, 16))),
      ENCODES("str x30, [sp, #-16]!", as.str(x30, ptr_pre(sp, -16))),
      ENCODES("ldr x30, [sp], #16", as.ldr(x30, ptr_post(sp, 16))),
      ENCODES("ldp x11, x30, [x29]", as.ldp(x11, x30, ptr(x29))),
      ENCODES("stp x14, x15, [x11, #16]", as.stp(x14, x15, ptr(x11, 16))),
      ENCODES("add sp, x29, #4080", as.add(sp, x29, 4080)),
      ENCODES("sub sp, x29, #16", as.sub(sp, x29, 16)),
      ENCODES("add sp, x29, x17", as.add(sp, x29, x17)),
      ENCODES("sub sp, x29, x17", as.sub(sp, x29, x17)),
      ENCODES("ldar x1, [x2]", as.ldar(r.x(1), ptr(r.x(2)))),
      ENCODES("ldar w1, [x2]", as.ldar(r.w(1), ptr(r.x(2)))),
      ENCODES("ldarh w1, [x2]", as.ldarh(r.w(1), ptr(r.x(2)))),
      ENCODES("ldarb w1, [x2]", as.ldarb(r.w(1), ptr(r.x(2)))),
      ENCODES("ldaxr x1, [x2]", as.ldaxr(r.x(1), ptr(r.x(2)))),
      ENCODES("ldaxr w1, [x2]", as.ldaxr(r.w(1), ptr(r.x(2)))),
      ENCODES("ldaxrh w1, [x2]", as.ldaxrh(r.w(1), ptr(r.x(2)))),
      ENCODES("ldaxrb w1, [x2]", as.ldaxrb(r.w(1), ptr(r.x(2)))),
      ENCODES("stlr x1, [x2]", as.embedUInt32(store_release(8, r.number[1], r.number[2]))),
      ENCODES("stlr w1, [x2]", as.embedUInt32(store_release(4, r.number[1], r.number[2]))),
      ENCODES("stlrh w1, [x2]", as.embedUInt32(store_release(2, r.number[1], r.number[2]))),
      ENCODES("stlrb w1, [x2]", as.embedUInt32(store_release(1, r.number[1], r.number[2]))),
      ENCODES("stlr xzr, [x2]", as.embedUInt32(store_release(8, 31, r.number[2]))),
      ENCODES("stlxr w17, x1, [x2]", as.embedUInt32(store_release_exclusive(8, 17, r.number[1], r.number[2]))),
      ENCODES("stlxr w17, w1, [x2]", as.embedUInt32(store_release_exclusive(4, 17, r.number[1], r.number[2]))),
      ENCODES("stlxrh w17, w1, [x2]", as.embedUInt32(store_release_exclusive(2, 17, r.number[1], r.number[2]))),
      ENCODES("stlxrb w17, w1, [x2]", as.embedUInt32(store_release_exclusive(1, 17, r.number[1], r.number[2]))),
      ENCODES("ldaddal x1, x3, [x2]", as.ldaddal(r.x(1), r.x(3), ptr(r.x(2)))),
      ENCODES("ldaddal w1, w3, [x2]", as.ldaddal(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldaddalh w1, w3, [x2]", as.ldaddalh(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldaddalb w1, w3, [x2]", as.ldaddalb(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldclral x1, x3, [x2]", as.ldclral(r.x(1), r.x(3), ptr(r.x(2)))),
      ENCODES("ldclral w1, w3, [x2]", as.ldclral(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldclralh w1, w3, [x2]", as.ldclralh(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldclralb w1, w3, [x2]", as.ldclralb(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldsetal x1, x3, [x2]", as.ldsetal(r.x(1), r.x(3), ptr(r.x(2)))),
      ENCODES("ldsetal w1, w3, [x2]", as.ldsetal(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldsetalh w1, w3, [x2]", as.ldsetalh(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldsetalb w1, w3, [x2]", as.ldsetalb(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldeoral x1, x3, [x2]", as.ldeoral(r.x(1), r.x(3), ptr(r.x(2)))),
      ENCODES("ldeoral w1, w3, [x2]", as.ldeoral(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldeoralh w1, w3, [x2]", as.ldeoralh(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("ldeoralb w1, w3, [x2]", as.ldeoralb(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("swpal x1, x3, [x2]", as.swpal(r.x(1), r.x(3), ptr(r.x(2)))),
      ENCODES("swpal w1, w3, [x2]", as.swpal(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("swpalh w1, w3, [x2]", as.swpalh(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("swpalb w1, w3, [x2]", as.swpalb(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("casal x1, x3, [x2]", as.casal(r.x(1), r.x(3), ptr(r.x(2)))),
      ENCODES("casal w1, w3, [x2]", as.casal(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("casalh w1, w3, [x2]", as.casalh(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("casalb w1, w3, [x2]", as.casalb(r.w(1), r.w(3), ptr(r.x(2)))),
      ENCODES("mvn x1, x2", as.mvn(r.x(1), r.x(2))),
      ENCODES("cmp w1, w2, uxtb", as.cmp(r.w(1), r.w(2), uxtb(0))),
      ENCODES("cmp w1, w2, uxth", as.cmp(r.w(1), r.w(2), uxth(0))),
      ENCODES("dmb ish", as.dmb(0xb)),
      ENCODES("ld1r { v1.16b }, [x16]", as.ld1r(r.v(1).b16(), ptr(x16))),
      ENCODES("ld1r { v1.2d }, [x16]", as.ld1r(r.v(1).d2(), ptr(x16))),
      ENCODES("ld1 { v1.b }[15], [x16]", as.ld1(r.v(1).b(15), ptr(x16))),
      ENCODES("ld1 { v1.h }[5], [x16]", as.ld1(r.v(1).h(5), ptr(x16))),
      ENCODES("ld1 { v1.s }[3], [x16]", as.ld1(r.v(1).s(3), ptr(x16))),
      ENCODES("ld1 { v1.d }[1], [x16]", as.ld1(r.v(1).d(1), ptr(x16))),
      ENCODES("st1 { v1.b }[5], [x16]", as.st1(r.v(1).b(5), ptr(x16))),
      ENCODES("st1 { v1.h }[7], [x16]", as.st1(r.v(1).h(7), ptr(x16))),
      ENCODES("st1 { v1.s }[1], [x16]", as.st1(r.v(1).s(1), ptr(x16))),
      ENCODES("st1 { v1.d }[1], [x16]", as.st1(r.v(1).d(1), ptr(x16))),
      ENCODES("blr x16", as.blr(x16)),
      ENCODES("br x16", as.br(x16)),
      ENCODES("ret", as.ret(x30)),
      ENCODES("b #0", as.b(here)),
      ENCODES("bl #0", as.bl(here)),
      ENCODES("b.hs #0", as.b(cond_code(Condition::hs), here)),
      ENCODES("b.vs #0", as.b(cond_code(Condition::vs), here)),
      ENCODES("cbz w1, #0", as.cbz(r.w(1), here)),
      ENCODES("cbnz x1, #0", as.cbnz(r.x(1), here)),
      ENCODES("tbz w1, #31, #0", as.tbz(r.w(1), 31, here)),
      ENCODES("tbnz x1, #63, #0", as.tbnz(r.x(1), 63, here)),
      ENCODES("adr x1, #0", as.adr(r.x(1), here)),
      ENCODES("ldr d1, #0", as.ldr(r.d(1), ptr(here))),
      ENCODES("ldr q1, #0", as.ldr(r.q(1), ptr(here))),
      ENCODES("fmov s1, #-1.0", as.fmov(r.s(1), -1.0)),
      ENCODES("fmov d1, #0.5", as.fmov(r.d(1), 0.5)),
      ENCODES("fcmp d1, #0.0", as.fcmp(r.d(1), 0.0)),
      ENCODES("fcmp s1, s2", as.fcmp(r.s(1), r.s(2))),
      ENCODES("movi d1, #0", as.movi(r.d(1), 0)),
      ENCODES("movi v1.16b, #0x8f", as.movi(r.v(1).b16(), 0x8f)),
      ENCODES("movi v1.2d, #0", as.movi(r.v(1).d2(), 0)),
      ENCODES("movi v1.4s, #0x80, lsl #24", as.movi(r.v(1).s4(), 0x80, lsl(24))),
      ENCODES("movi v1.2d, #0xff00ff00ffff00ff", as.movi(r.v(1).d2(), asmjit::Imm(0xff00'ff00'ffff'00ff))),
      ENCODES("movi v1.4s, #0x12", as.movi(r.v(1).s4(), 0x12, lsl(0))),
      ENCODES("movi v1.8h, #0x12, lsl #8", as.movi(r.v(1).h8(), 0x12, lsl(8))),
      ENCODES("movi v1.8h, #0x12", as.movi(r.v(1).h8(), 0x12, lsl(0))),
      ENCODES("mvni v1.4s, #0x12, lsl #16", as.mvni(r.v(1).s4(), 0x12, lsl(16))),
      ENCODES("mov v1.16b, v2.16b", as.mov(r.v(1).b16(), r.v(2).b16())),
      ENCODES("fneg v1.2d, v1.2d", as.fneg(r.v(1).d2(), r.v(1).d2())),
      ENCODES("bit v1.16b, v2.16b, v3.16b", as.bit(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("bsl v1.16b, v2.16b, v3.16b", as.bsl(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("bic v1.16b, v2.16b, v3.16b", as.bic(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("orn v1.16b, v2.16b, v3.16b", as.orn(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("cnt v1.8b, v2.8b", as.cnt(r.v(1).b8(), r.v(2).b8())),
      ENCODES("addv b1, v2.8b", as.addv(r.b(1), r.v(2).b8())),
      ENCODES("addv h1, v2.8h", as.addv(r.h(1), r.v(2).h8())),
      ENCODES("addv s1, v2.4s", as.addv(r.s(1), r.v(2).s4())),
      ENCODES("addp d1, v2.2d", as.addp(r.d(1), r.v(2).d2())),
      ENCODES("addp v1.4s, v2.4s, v3.4s", as.addp(r.v(1).s4(), r.v(2).s4(), r.v(3).s4())),
      ENCODES("uminv b1, v2.16b", as.uminv(r.b(1), r.v(2).b16())),
      ENCODES("uminv h1, v2.8h", as.uminv(r.h(1), r.v(2).h8())),
      ENCODES("uminv s1, v2.4s", as.uminv(r.s(1), r.v(2).s4())),
      ENCODES("umaxp v1.4s, v2.4s, v3.4s", as.umaxp(r.v(1).s4(), r.v(2).s4(), r.v(3).s4())),
      ENCODES("cmeq v1.2d, v2.2d, #0", as.cmeq(r.v(1).d2(), r.v(2).d2(), 0)),
      ENCODES("cmlt v1.16b, v2.16b, #0", as.cmlt(r.v(1).b16(), r.v(2).b16(), 0)),
      ENCODES("cmlt v1.2d, v2.2d, #0", as.cmlt(r.v(1).d2(), r.v(2).d2(), 0)),
      ENCODES("shl v1.16b, v2.16b, #7", as.shl(r.v(1).b16(), r.v(2).b16(), 7)),
      ENCODES("shl v1.2d, v2.2d, #63", as.shl(r.v(1).d2(), r.v(2).d2(), 63)),
      ENCODES("sshr v1.8h, v2.8h, #1", as.sshr(r.v(1).h8(), r.v(2).h8(), 1)),
      ENCODES("ushr v1.4s, v2.4s, #31", as.ushr(r.v(1).s4(), r.v(2).s4(), 31)),
      ENCODES("sshl v1.8h, v2.8h, v3.8h", as.sshl(r.v(1).h8(), r.v(2).h8(), r.v(3).h8())),
      ENCODES("ushl v1.16b, v2.16b, v3.16b", as.ushl(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("smull v1.4s, v2.4h, v3.4h", as.smull(r.v(1).s4(), r.v(2).h4(), r.v(3).h4())),
      ENCODES("smull2 v1.4s, v2.8h, v3.8h", as.smull2(r.v(1).s4(), r.v(2).h8(), r.v(3).h8())),
      ENCODES("umlal v1.2d, v2.2s, v3.2s", as.umlal(r.v(1).d2(), r.v(2).s2(), r.v(3).s2())),
      ENCODES("xtn v1.2s, v2.2d", as.xtn(r.v(1).s2(), r.v(2).d2())),
      ENCODES("sqxtn v1.8b, v2.8h", as.sqxtn(r.v(1).b8(), r.v(2).h8())),
      ENCODES("sqxtn2 v1.16b, v2.8h", as.sqxtn2(r.v(1).b16(), r.v(2).h8())),
      ENCODES("sqxtun v1.4h, v2.4s", as.sqxtun(r.v(1).h4(), r.v(2).s4())),
      ENCODES("sqxtun2 v1.8h, v2.4s", as.sqxtun2(r.v(1).h8(), r.v(2).s4())),
      ENCODES("uqxtn v1.2s, v2.2d", as.uqxtn(r.v(1).s2(), r.v(2).d2())),
      ENCODES("fcvtzs v1.2d, v2.2d", as.fcvtzs(r.v(1).d2(), r.v(2).d2())),
      ENCODES("ucvtf v1.2d, v2.2d", as.ucvtf(r.v(1).d2(), r.v(2).d2())),
      ENCODES("tbx v1.16b, {v2.16b}, v3.16b", as.tbx(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("ext v1.16b, v2.16b, v3.16b, #15", as.ext(r.v(1).b16(), r.v(2).b16(), r.v(3).b16(), 15)),
      ENCODES("zip1 v1.16b, v2.16b, v3.16b", as.zip1(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("zip2 v1.8h, v2.8h, v3.8h", as.zip2(r.v(1).h8(), r.v(2).h8(), r.v(3).h8())),
      ENCODES("uzp1 v1.4s, v2.4s, v3.4s", as.uzp1(r.v(1).s4(), r.v(2).s4(), r.v(3).s4())),
      ENCODES("uzp2 v1.2d, v2.2d, v3.2d", as.uzp2(r.v(1).d2(), r.v(2).d2(), r.v(3).d2())),
      ENCODES("trn1 v1.16b, v2.16b, v3.16b", as.trn1(r.v(1).b16(), r.v(2).b16(), r.v(3).b16())),
      ENCODES("trn2 v1.8h, v2.8h, v3.8h", as.trn2(r.v(1).h8(), r.v(2).h8(), r.v(3).h8())),
      ENCODES("rev64 v1.4s, v2.4s", as.rev64(r.v(1).s4(), r.v(2).s4())),
      ENCODES("rev32 v1.8h, v2.8h", as.rev32(r.v(1).h8(), r.v(2).h8())),
      ENCODES("rev16 v1.16b, v2.16b", as.rev16(r.v(1).b16(), r.v(2).b16())),
      ENCODES("dup v1.8h, v2.h[7]", as.dup(r.v(1).h8(), r.v(2).h(7))),
      ENCODES("ins v1.d[1], x2", as.ins(r.v(1).d(1), r.x(2))),
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

  std::vector<Case> cases;
  for (const Registers& registers : register_choices) {
    for (Case& of_table : cases_of_tables(registers)) cases.push_back(std::move(of_table));
    for (Case& other : other_cases(registers)) cases.push_back(std::move(other));
  }
  const std::string path = ::testing::TempDir() + "encoding_test.s";
  FILE* const file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  for (const Case& each : cases) fprintf(file, "%s\n", each.text.c_str());
  fclose(file);
  const std::string output = output_of(program + " -triple=aarch64 -mattr=+lse -show-encoding " + path + " 2>&1");
  remove(path.c_str());

  constexpr std::string_view mark = "encoding: [";
  std::vector<std::string> wanted;
  for (size_t at = output.find(mark); at != std::string::npos; at = output.find(mark, at)) {
    at += mark.size();
    wanted.push_back(output.substr(at, output.find(']', at) - at));
  }
  ASSERT_EQ(wanted.size(), cases.size()) << output;
  for (size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(cases[i].bytes, wanted[i]) << cases[i].text;
  EXPECT_GT(cases.size(), 1200u);
}

/// The one instruction's 32 bits.
template <class Emit>
std::vector<u32> words_of(Emit emit) {
  asmjit::CodeHolder holder;
  holder.init(asmjit::Environment(asmjit::Arch::kAArch64));
  Assembler assembler(&holder);
  emit(assembler);
  const std::vector<u8> bytes = code_of(holder);
  std::vector<u32> words(bytes.size() / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

/// The constant that the fields N, immr and imms of a logical instruction stand for.
u64 logical_constant(u32 word) {
  const u32 n = word >> 22 & 1, rotation = word >> 16 & 63, s = word >> 10 & 63;
  const u32 log2 = 31 - static_cast<u32>(std::countl_zero(n << 6 | (~s & 63)));
  const u32 size = 1u << log2, ones = (s & (size - 1)) + 1, by = rotation & (size - 1);
  const u64 all = size == 64 ? ~u64{0} : (u64{1} << size) - 1;
  u64 element = (u64{1} << ones) - 1;
  if (by != 0) element = (element >> by | element << (size - by)) & all;
  for (u32 bits = size; bits < 64; bits *= 2) element |= element << bits;
  return element;
}

/// All that there are: an element of 2 to 64 bits with a run of ones, turned, over and over.
std::set<u64> logical_constants(u32 width) {
  std::set<u64> constants;
  for (u32 size = 2; size <= width; size *= 2) {
    for (u32 ones = 1; ones < size; ++ones) {
      for (u32 by = 0; by < size; ++by) {
        const u64 all = size == 64 ? ~u64{0} : (u64{1} << size) - 1, run = (u64{1} << ones) - 1;
        u64 element = by == 0 ? run : (run >> by | run << (size - by)) & all;
        for (u32 bits = size; bits < width; bits *= 2) element |= element << bits;
        constants.insert(element);
      }
    }
  }
  return constants;
}

TEST(Encoding, LogicalConstantsAreThoseThatThereAre) {
  std::mt19937_64 random(1);
  for (const u32 width : {32u, 64u}) {
    const std::set<u64> constants = logical_constants(width);
    EXPECT_EQ(constants.size(), width == 64 ? 5334u : 1302u);
    const u64 all = width == 64 ? ~u64{0} : 0xffff'ffff;
    for (const u64 constant : constants) {
      ASSERT_TRUE(Utils::isLogicalImm(constant, width)) << constant;
      const std::vector<u32> words = words_of([&](Assembler& as) {
        width == 64 ? as.and_(x1, x2, asmjit::Imm(constant)) : as.and_(w1, w2, asmjit::Imm(constant));
      });
      ASSERT_EQ(words.size(), 1u);
      EXPECT_EQ(logical_constant(words[0]) & all, constant);
      const u64 other = constant ^ u64 { 1 } << random() % width;
      EXPECT_EQ(Utils::isLogicalImm(other, width), constants.contains(other)) << other;
    }
    for (u32 i = 0; i < 10'000; ++i) {
      const u64 bits = (random() >> random() % 64) & all;
      EXPECT_EQ(Utils::isLogicalImm(bits, width), constants.contains(bits)) << bits;
    }
  }
}

/// What movz, movn, movk and orr with the zero register leave.
u64 result_of(const std::vector<u32>& words) {
  u64 result = 0;
  for (const u32 word : words) {
    const u64 half = u64{word >> 5 & 0xffff} << (word >> 21 & 3) * 16, mask = u64{0xffff} << (word >> 21 & 3) * 16;
    const bool is_wide = (word >> 31) != 0;
    switch (word >> 23 & 0x3f) {
      case 0x25:
        result = (word >> 29 & 3) == 2 ? half : (word >> 29 & 3) == 0 ? ~half : (result & ~mask) | half;
        break;
      case 0x24:
        result = logical_constant(word);
        break;
      default:
        ADD_FAILURE() << fmt::format("{:08x}", word);
    }
    if (!is_wide) result = static_cast<u32>(result);
  }
  return result;
}

TEST(Encoding, NumbersGetIntoRegisters) {
  std::mt19937_64 random(2);
  for (u32 i = 0; i < 20'000; ++i) {
    u64 bits = random() >> random() % 64;
    for (u32 half = 0; half < 64; half += 16) {
      const u64 kind = random() % 4, mask = u64{0xffff} << half;
      if (kind == 0) bits |= mask;
      if (kind == 1) bits &= ~mask;
    }
    if (i % 5 == 0) bits = ~bits;
    EXPECT_EQ(result_of(words_of([&](Assembler& as) { as.mov(x1, asmjit::Imm(bits)); })), bits);
    const u32 low = static_cast<u32>(bits);
    EXPECT_EQ(result_of(words_of([&](Assembler& as) { as.mov(w1, asmjit::Imm(low)); })), low);
  }
}

TEST(Encoding, FloatsThatAreImmediates) {
  for (u32 i = 0; i < 256; ++i) {
    // 1 + 4 bits of fraction, times a power of two from -3 to 4, and the sign.
    const int power = static_cast<int>(i >> 4 & 7) - 3;
    const double number = (i >= 128 ? -1.0 : 1.0) * std::ldexp(1.0 + (i & 15) / 16.0, power);
    const u64 bits = std::bit_cast<u64>(number);
    EXPECT_TRUE(is_float_immediate_64(bits)) << number;
    EXPECT_TRUE(is_float_immediate_32(std::bit_cast<u32>(static_cast<float>(number)))) << number;
    for (u32 bit = 0; bit < 48; ++bit) EXPECT_FALSE(is_float_immediate_64(bits ^ u64{1} << bit)) << number;
    for (u32 bit = 0; bit < 19; ++bit) {
      EXPECT_FALSE(is_float_immediate_32(std::bit_cast<u32>(static_cast<float>(number)) ^ 1u << bit)) << number;
    }
  }
  u32 count = 0;
  for (u64 upper = 0; upper < 0x1'0000; ++upper) count += is_float_immediate_64(upper << 48) ? 1 : 0;
  EXPECT_EQ(count, 256u);
}

TEST(Encoding, ByteMasks) {
  for (u32 i = 0; i < 256; ++i) {
    u64 bits = 0;
    for (u32 byte = 0; byte < 8; ++byte) bits |= (i >> byte & 1) != 0 ? u64{0xff} << 8 * byte : 0;
    EXPECT_TRUE(Utils::isByteMaskImm8(bits));
    for (u32 bit = 0; bit < 64; ++bit) EXPECT_FALSE(Utils::isByteMaskImm8(bits ^ u64{1} << bit));
  }
}

}  // namespace
}  // namespace invar::jit::arm64
