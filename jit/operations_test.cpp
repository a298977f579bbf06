// Every numeric instruction on numbers, compiled, against its function in engine/semantics: on values at edges and
// random ones, with operands from parameters, constants, one parameter twice, and spilled ones; then with registers
// taken away at random.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "decoder/validate/signature.h"
#include "jit/ir/fold.h"
#include "jit/testing.h"

namespace invar::jit {
namespace {

const u64 edges[] = {0,
                     1,
                     2,
                     7,
                     31,
                     32,
                     63,
                     0x7f,
                     0x80,
                     0xff,
                     0x7fff,
                     0x8000,
                     0x7fff'ffff,
                     0x8000'0000,
                     0xffff'ffff,
                     0x7fff'ffff'ffff'ffff,
                     0x8000'0000'0000'0000,
                     0xffff'ffff'ffff'ffff,
                     0x3ff0'0000'0000'0000,  // 1.0
                     0xbff0'0000'0000'0000,  // -1.0
                     0x3fe0'0000'0000'0000,  // 0.5
                     0x41df'ffff'ffe0'0000,  // just below 2^31
                     0x41e0'0000'0000'0000,  // 2^31
                     0xc1e0'0000'0020'0000,  // -2^31 - 1
                     0x41ef'ffff'ffe0'0000,  // just below 2^32
                     0x43df'ffff'ffff'ffff,  // just below 2^63
                     0x43e0'0000'0000'0000,  // 2^63
                     0xc3e0'0000'0000'0000,  // -2^63
                     0x43ef'ffff'ffff'ffff,  // just below 2^64
                     0x43f0'0000'0000'0000,  // 2^64
                     0x7ff0'0000'0000'0000,  // infinity
                     0xfff0'0000'0000'0000,
                     0x7ff8'0000'0000'0000,  // NaN
                     0x7ff0'0000'0000'0001,  // signalling NaN
                     0x3f80'0000,            // the same for f32
                     0xbf80'0000,
                     0x3f00'0000,
                     0x4eff'ffff,
                     0x4f00'0000,
                     0xcf00'0001,
                     0x5eff'ffff,
                     0x5f00'0000,
                     0x5f80'0000,
                     0x7f80'0000,
                     0xff80'0000,
                     0x7fc0'0000,
                     0x7f80'0001};

/// A constant that has these very bits.
std::string constant(ValType type, u64 bits) {
  if (type == type_i32) return fmt::format("(i32.const {})", static_cast<u32>(bits));
  if (type == type_i64) return fmt::format("(i64.const {})", bits);
  if (type == type_f32) return fmt::format("(f32.reinterpret_i32 (i32.const {}))", static_cast<u32>(bits));
  return fmt::format("(f64.reinterpret_i64 (i64.const {}))", bits);
}

u64 truncated(ValType type, u64 bits) { return type == type_i32 || type == type_f32 ? static_cast<u32>(bits) : bits; }

bool is_nan(ValType type, u64 bits) {
  if (type == type_f32) return (bits & 0x7fff'ffff) > 0x7f80'0000;
  return type == type_f64 && (bits & 0x7fff'ffff'ffff'ffff) > 0x7ff0'0000'0000'0000;
}

struct Case {
  Op op;
  ValType a, b, result;
  bool is_binary;
  unsigned pressure;  ///< CompilerOptions::pressure
};

std::vector<Case> all_cases(unsigned pressure) {
  std::vector<Case> cases;
  for (size_t i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    const Family family = info(op).family;
    if (family != Family::Test && family != Family::Compare && family != Family::Unary && family != Family::Binary)
      continue;
    if (info(op).signature.contains('v')) continue;
    const Signature& signature = signature_of(op);
    cases.push_back(
        {op, signature.params[0], signature.params[1], signature.results[0], signature.param_count == 2, pressure});
  }
  return cases;
}

class Operations : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override { INVAR_NEED_COMPILER(compiler); }

  /// Calls the exported function on the bits, and compares with the semantics on (a, b).
  void check(const Instance* instance, const std::string& name, const std::vector<Slot>& arguments, u64 a, u64 b) {
    const Case& c = GetParam();
    a = truncated(c.a, a);
    b = truncated(c.b, b);
    const auto expected = fold(c.op, a, b);
    const auto got = machine.call(instance, name, arguments);
    const auto where = [&] { return fmt::format("{} {} {:x} {:x}", name, info(c.op).mnemonic, a, b); };
    ASSERT_EQ(got.has_value(), expected.has_value()) << where();
    if (!expected) return;
    const u64 result = truncated(c.result, *got);
    if (is_nan(c.result, *expected)) {
      EXPECT_TRUE(is_nan(c.result, result)) << where();
    } else {
      EXPECT_EQ(result, truncated(c.result, *expected)) << where();
    }
  }

  const TestCompiler compiler{{.check = true, .pressure = GetParam().pressure}};
  TestMachine machine{EngineConfig{.features = {}, .compiler = compiler.get()}};
};

TEST_P(Operations, DoWhatTheirSemanticsSay) {
  const Case& c = GetParam();
  const std::string_view mnemonic = info(c.op).mnemonic;
  std::vector<u64> values(std::begin(edges), std::end(edges));
  std::mt19937_64 random(static_cast<u64>(c.op));
  for (int i = 0; i < 12; ++i) values.push_back(random() >> (random() % 64));
  if (c.pressure != 0) std::erase_if(values, [&](u64) { return random() % 3 != 0; });  // other places, not other values

  // Functions with constants: one for each constant among a few of the values.
  std::vector<u64> constants = {3,
                                5,
                                6,
                                7,
                                10,
                                100,
                                641,
                                1000,
                                12345,
                                0x7fff'ffff,
                                0x8000'0001,
                                0xffff'fff9,
                                0xffff'ff9c,
                                0x5555'5555,
                                0,
                                1,
                                2,
                                31,
                                0x8000'0000,
                                0xffff'ffff,
                                ~u64{0},
                                u64{1} << 63,
                                0x4000'0000'0000'0000,
                                0x4020'0000'4020'0000};
  for (int i = 0; i < 3; ++i) constants.push_back(random());
  const std::string a = fmt::format("(param {})", to_string(c.a));
  const std::string result = fmt::format("(result {})", to_string(c.result));
  const std::string both = c.is_binary ? fmt::format("(param {} {})", to_string(c.a), to_string(c.b)) : a;
  const std::string operands = c.is_binary ? "(local.get 0) (local.get 1)" : "(local.get 0)";
  std::string text = "(module (func $nothing)";
  text += fmt::format("(func (export \"plain\") {} {} ({} {}))", both, result, mnemonic, operands);
  text += fmt::format(
      "(func (export \"spilled\") {0} {1} (local {2}) (call $nothing) (local.set {3} ({4} {5})) (call $nothing) "
      "(local.get {3}))",
      both, result, to_string(c.result), c.is_binary ? 2 : 1, mnemonic, operands);
  // The operands live on behind it.
  text += fmt::format("(func (export \"kept\") {0} {1} ({2} {3}) (drop ({2} {3})) (drop (local.get 0)))", both, result,
                      mnemonic, operands);
  if (c.result == type_i32) {
    text += fmt::format(
        "(func (export \"branch\") {} {} (if (result i32) ({} {}) (then (i32.const 1)) (else (i32.const 0))))", both,
        result, mnemonic, operands);
    text += fmt::format("(func (export \"select\") {} {} (select (i32.const 1) (i32.const 0) ({} {})))", both, result,
                        mnemonic, operands);
  }
  if (c.is_binary && c.a == c.b) {
    text += fmt::format("(func (export \"same\") {} {} ({} (local.get 0) (local.get 0)))", a, result, mnemonic);
  }
  if (c.is_binary) {
    for (size_t i = 0; i < constants.size(); ++i) {
      text += fmt::format("(func (export \"right {}\") {} {} ({} (local.get 0) {}))", i, a, result, mnemonic,
                          constant(c.b, constants[i]));
      text += fmt::format("(func (export \"left {}\") (param {}) {} ({} {} (local.get 0)))", i, to_string(c.b), result,
                          mnemonic, constant(c.a, constants[i]));
    }
  }
  text += ")";
  const Instance* const instance = machine.instantiate(text);
  ASSERT_NE(instance, nullptr);

  const bool is_truth = info(c.op).family == Family::Test || info(c.op).family == Family::Compare;
  for (const u64 x : values) {
    for (const u64 y : values) {
      std::vector<Slot> arguments = {truncated(c.a, x)};
      if (c.is_binary) arguments.push_back(truncated(c.b, y));
      check(instance, "plain", arguments, x, y);
      check(instance, "spilled", arguments, x, y);
      check(instance, "kept", arguments, x, y);
      if (is_truth) {
        check(instance, "branch", arguments, x, y);
        check(instance, "select", arguments, x, y);
      }
      if (!c.is_binary || HasFatalFailure()) break;
    }
    if (c.is_binary && c.a == c.b) check(instance, "same", {truncated(c.a, x)}, x, x);
    if (!c.is_binary) continue;
    for (size_t i = 0; i < constants.size(); ++i) {
      check(instance, fmt::format("right {}", i), {truncated(c.a, x)}, x, constants[i]);
      check(instance, fmt::format("left {}", i), {truncated(c.b, x)}, constants[i], x);
    }
  }
}

std::string name_of(const testing::TestParamInfo<Case>& of) { return std::string(invar::info(of.param.op).name); }
INSTANTIATE_TEST_SUITE_P(Scalar, Operations, ::testing::ValuesIn(all_cases(0)), name_of);
INSTANTIATE_TEST_SUITE_P(UnderPressure, Operations, ::testing::ValuesIn(all_cases(1)), name_of);

}  // namespace
}  // namespace invar::jit
