// Instructions in front of others that may take them over: shifts, extensions, products, masks and inversions as
// operands, and comparisons in front of branches; compiled against interpreted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <random>
#include <span>

#include "jit/testing.h"

namespace invar::jit {
namespace {

constexpr std::string_view outers[] = {"add",   "sub",  "mul",  "and",   "or",    "xor",  "shl", "shr_s",
                                       "shr_u", "rotl", "rotr", "div_s", "rem_u", "eq",   "ne",  "lt_s",
                                       "lt_u",  "gt_s", "gt_u", "le_s",  "le_u",  "ge_s", "ge_u"};
constexpr size_t first_comparison = 13;

/// Of type `t` in terms of {0} and {1}, which are operands.
std::vector<std::string> inners(bool wide) {
  std::vector<std::string> made = {"({t}.mul {0} {1})",
                                   "({t}.mul {0} ({t}.const 5))",
                                   "({t}.xor {0} ({t}.const -1))",
                                   "({t}.sub ({t}.const 0) {0})",
                                   "({t}.add {0} {1})",
                                   "({t}.const 0)",
                                   "({t}.const -1)",
                                   "({t}.and {0} {1})",
                                   "({t}.const 0x1000)",
                                   "({t}.const 0x12345)"};
  for (const std::string_view shift : {"shl", "shr_s", "shr_u", "rotl"}) {
    for (const u32 by : {0u, 3u, 31u, 45u}) {
      made.push_back(fmt::format("({{t}}.{} {{0}} ({{t}}.const {}))", shift, by));
    }
  }
  for (const std::string_view mask : {"1", "0xff00", "0x80000000", "-2", "0xff", "0xffff", "0xffffffff"}) {
    made.push_back(fmt::format("({{t}}.and {{0}} ({{t}}.const {}))", mask));
    made.push_back(fmt::format("({{t}}.and ({{t}}.shr_u {{0}} ({{t}}.const 9)) ({{t}}.const {}))", mask));
  }
  if (wide) {
    made.emplace_back("(i64.extend_i32_s (i32.wrap_i64 {0}))");
    made.emplace_back("(i64.extend_i32_u (i32.wrap_i64 {0}))");
    made.emplace_back("(i64.extend8_s {0})");
  } else {
    made.emplace_back("(i32.eqz {0})");
    made.emplace_back("(i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 13)))");
    made.emplace_back("(i32.lt_s {0} {1})");
  }
  return made;
}

using Pairs = std::vector<std::pair<u64, u64>>;

/// Runs functions of two i64, compiled and interpreted, each on the pairs of numbers that it is given.
void expect_equal(const std::vector<std::string>& functions, const std::function<Pairs()>& next_pairs) {
  const TestCompiler compiler;
  INVAR_NEED_COMPILER(compiler);
  std::string text = "(module (memory 2) (data (i32.const 0x1ff00) \"0123456789abcdefghijklmnopqrstuvwxyz\")";
  for (size_t i = 0; i < functions.size(); ++i) {
    text += fmt::format("(func (export \"{}\") (param i64 i64) (result i64) {})", i, functions[i]);
  }
  text += ")";
  TwoMachines machines(lazily(compiler.get()));
  ASSERT_TRUE(machines.instantiate(text)) << text;
  for (size_t i = 0; i < functions.size(); ++i) {
    for (const auto& [x, y] : next_pairs()) {
      ASSERT_TRUE(machines.agree(std::to_string(i), {x, y})) << functions[i] << std::hex << ' ' << x << ' ' << y;
    }
  }
}

/// The same on all pairs.
void expect_equal(const std::vector<std::string>& functions, std::span<const u64> numbers) {
  Pairs pairs;
  for (const u64 x : numbers) {
    for (const u64 y : numbers) pairs.emplace_back(x, y);
  }
  expect_equal(functions, [&] { return pairs; });
}

class Combinations : public ::testing::TestWithParam<std::tuple<bool, size_t>> {};

TEST_P(Combinations, AreAsInTheInterpreter) {
  const auto [wide, outer] = GetParam();
  const std::string_view type = wide ? "i64" : "i32";
  const std::string a = wide ? "(local.get 0)" : "(i32.wrap_i64 (local.get 0))";
  const std::string b = wide ? "(local.get 1)" : "(i32.wrap_i64 (local.get 1))";
  const bool is_truth = outer >= first_comparison;
  const auto written = [&](const std::string& form) {
    return fmt::format(fmt::runtime(form), a, b, fmt::arg("t", type));
  };
  std::vector<std::string> functions;
  for (const std::string& form : inners(wide)) {
    const std::string inner = written(form);
    const std::pair<std::string, std::string> orders[] = {{inner, b},
                                                          {b, inner},
                                                          {inner, written("({t}.shl {1} ({t}.const 2))")},
                                                          {inner, written("({t}.const 0)")},
                                                          {inner, written("({t}.const 4097)")}};
    for (const auto& [left, right] : orders) {
      const std::string whole = fmt::format("({}.{} {} {})", type, outers[outer], left, right);
      const std::string result = wide && !is_truth ? whole : fmt::format("(i64.extend_i32_u {})", whole);
      const std::string condition = wide && !is_truth ? fmt::format("(i64.ne {} (i64.const 0))", whole) : whole;
      functions.push_back(result);
      functions.push_back(fmt::format(
          "(if (result i64) {} (then (i64.const 5)) (else (i64.add (local.get 1) (i64.const 7))))", condition));
      functions.push_back(
          fmt::format("(if (result i64) (i32.eqz {}) (then (i64.const 5)) (else (i64.const 6)))", condition));
      functions.push_back(fmt::format("(select (local.get 0) (i64.const 0) {})", condition));
    }
  }
  std::mt19937_64 random(outer);
  const u64 numbers[] = {0,       1,     0x80,     0x8000'0000, 0xffff'ffff, 0x8000'0000'0000'0000,
                         ~u64{0}, 0x200, random(), random()};
  const auto one_of = [&] { return numbers[random() % std::size(numbers)]; };
  expect_equal(functions, [&] {
    Pairs pairs(8);
    for (auto& [x, y] : pairs) x = one_of(), y = one_of();
    return pairs;
  });
}

// Choices between two floats that were compared: minima and maxima, and what only looks like that.
TEST(MoreCombinations, ChoicesOfFloats) {
  std::vector<std::string> functions;
  for (const bool wide : {false, true}) {
    const std::string a = wide ? "(f64.reinterpret_i64 (local.get 0))"
                               : "(f32.reinterpret_i32 (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))";
    const std::string b = wide ? "(f64.reinterpret_i64 (local.get 1))"
                               : "(f32.reinterpret_i32 (i32.wrap_i64 (i64.shr_u (local.get 1) (i64.const 32))))";
    const std::string type = wide ? "f64" : "f32";
    for (const std::string_view op : {"lt", "gt", "le", "ge", "eq"}) {
      for (const auto& [x, y] : {std::pair(a, b), std::pair(b, a), std::pair(a, fmt::format("({}.const 0.5)", type))}) {
        for (const auto& [first, second] : {std::pair(x, y), std::pair(y, x), std::pair(a, a)}) {
          const std::string chosen = fmt::format("(select {} {} ({}.{} {} {}))", first, second, type, op, x, y);
          functions.push_back(wide ? fmt::format("(i64.reinterpret_f64 {})", chosen)
                                   : fmt::format("(i64.extend_i32_u (i32.reinterpret_f32 {}))", chosen));
        }
      }
    }
  }
  constexpr u64 numbers[] = {0,
                             0x8000'0000'0000'0000,
                             0x3ff0'0000'0000'0000,
                             0xbff0'0000'0000'0000,
                             0x7ff0'0000'0000'0000,
                             0x7ff8'0000'0000'0000,
                             0x3f80'0000'0000'0000,
                             0xfff0'0000'0000'0000};
  expect_equal(functions, numbers);
}

// Addresses that are sums and products: within 32 bits, and beyond.
TEST(MoreCombinations, Addresses) {
  std::vector<std::string> functions;
  const std::string x = "(i32.wrap_i64 (local.get 0))", y = "(i32.wrap_i64 (local.get 1))";
  const std::string bases[] = {x,
                               fmt::format("(i32.and {} (i32.const 0xff))", x),
                               fmt::format("(i32.shr_u {} (i32.const 15))", x),
                               fmt::format("(i32.shr_u {} (i32.const 1))", x),
                               fmt::format("(i32.load8_u (i32.and {} (i32.const 0x1ffff)))", x),
                               fmt::format("(i32.mul (i32.and {} (i32.const 7)) (i32.const 12))", x),
                               fmt::format("(select (i32.const 5) (i32.and {} (i32.const 15)) {})", x, y),
                               fmt::format("(i32.or (i32.and {} (i32.const 9)) (i32.and {} (i32.const 6)))", x, y)};
  for (const std::string& base : bases) {
    for (const u32 scale : {0u, 1u, 2u, 3u, 4u}) {
      for (const u32 sum : {0u, 8u, 0x1ff00u, 0x8000'0000u, 0xffff'fff0u}) {
        const std::string address =
            fmt::format("(i32.add (i32.shl {} (i32.const {})) (i32.const {}))", base, scale, sum);
        functions.push_back(fmt::format("(i64.load32_u {})", address));
        functions.push_back(fmt::format("(i64.load offset=16 {})", address));
        functions.push_back(fmt::format(
            "(i64.add (i64.load8_u {0}) (i64.add (i64.load8_u offset=1 {0}) (i64.extend_i32_u {0})))", address));
      }
    }
  }
  constexpr u64 numbers[] = {0, 1, 0x7f, 0x1ff03, 0x8000'0000, 0xffff'ffff, 0xffff'ff00, 0x1fff'ffff};
  expect_equal(functions, numbers);
}

// What is read from the memory's end, up to its last byte and beyond, as an operand: no instruction may read more.
TEST(MoreCombinations, LoadsAtTheEnd) {
  std::vector<std::string> functions;
  for (const std::string_view type : {"i32", "i64"}) {
    for (const std::string_view load : {"load8_u", "load8_s", "load16_u", "load16_s", "load32_u", "load32_s", "load"}) {
      if (type == "i32" && load.starts_with("load32")) continue;
      const std::string read = fmt::format(
          "({}.{} offset=131000 (i32.add (i32.const 64) (i32.and (i32.wrap_i64 (local.get 0)) (i32.const 7))))", type,
          load);
      const std::string other = type == "i64" ? "(local.get 1)" : "(i32.wrap_i64 (local.get 1))";
      for (size_t i = 0; i < std::size(outers); ++i) {
        for (const auto& [left, right] : {std::pair(read, other), std::pair(other, read)}) {
          const std::string whole = fmt::format("({}.{} {} {})", type, outers[i], left, right);
          functions.push_back(
              "(i64.store (i32.const 131064) (i64.const 0x89abcdef76543210))" +
              (type == "i64" && i < first_comparison ? whole : fmt::format("(i64.extend_i32_u {})", whole)));
        }
      }
    }
  }
  constexpr u64 numbers[] = {0, 1, 3, 4, 6, 7, 0x10, 0x7654'3210, 0xffff'ffff'ffff'ff89, ~u64{0}};
  expect_equal(functions, numbers);
}

// Loops that count from a number to another, with addresses that depend on the counter. Another counter ends those that
// would not end.
TEST(MoreCombinations, Counters) {
  std::vector<std::string> functions;
  constexpr std::string_view relations[] = {"ne", "lt_u", "le_u", "gt_u", "ge_u", "lt_s", "le_s", "gt_s", "ge_s"};
  for (const s64 start : {0ll, 5ll, -400ll, -8ll, 0x7fff'fff8ll, 800ll}) {
    for (const s64 step : {1ll, 8ll, -1ll, -8ll, 3ll}) {
      for (const s64 limit : {0ll, 400ll, -8ll, 0x7fff'ffffll, 0x8000'0000ll}) {
        for (const std::string_view relation : relations) {
          // The counter is tested behind the step, or in front of it; sometimes it, or a sum of it, is needed
          // elsewhere.
          const size_t variant = functions.size() % 4;
          const std::string next = fmt::format("(i32.add (local.get $i) (i32.const {}))", step);
          const std::string sum =
              fmt::format("(i32.add (local.get $i) (i32.const {}))", variant % 2 == 0 ? 1000 : 0x1ff00);
          const std::string test = variant < 2 ? fmt::format("(br_if $more (i32.{} (local.tee $i {}) (i32.const {})))",
                                                             relation, next, limit)
                                               : fmt::format(
                                                     "(br_if $out (i32.eqz (i32.{} (local.get $i) (i32.const {}))))"
                                                     "(local.set $i {}) (br $more)",
                                                     relation, limit, next);
          const std::string other = variant == 3 ? "(i32.xor (local.get $i) (local.get $s))" : "(i32.const 7)";
          functions.push_back(fmt::format(R"(
            (local $i i32) (local $s i32) (local $left i32)
            (local.set $i (i32.const {})) (local.set $left (i32.const 150))
            (block $out (loop $more
              (local.set $s (i32.add (i32.mul (local.get $s) (i32.const 31)) (i32.load8_u {})))
              (local.set $s (i32.add (local.get $s) (i32.load8_u offset=2
                (i32.and (i32.shl {} (i32.const 2)) (i32.const 0xffff)))))
              (local.set $s (i32.add (local.get $s) (i32.load8_u (i32.add
                (i32.add (local.get $i) (i32.and (local.get $s) (i32.const 0xff))) (i32.const 1200)))))
              (local.set $s (i32.add (local.get $s) {}))
              (br_if $out (i32.eqz (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
              {}))
            (i64.or (i64.extend_i32_u (local.get $s)) (i64.shl (i64.extend_i32_u (local.get $i)) (i64.const 32))))",
                                          start, sum, sum, other, test));
        }
      }
    }
  }
  expect_equal(functions, std::array{u64{0}});
}

INSTANTIATE_TEST_SUITE_P(Integers, Combinations,
                         ::testing::Combine(::testing::Bool(), ::testing::Range(size_t{0}, std::size(outers))),
                         [](const auto& of) {
                           return fmt::format("{}_{}", std::get<0>(of.param) ? "i64" : "i32",
                                              outers[std::get<1>(of.param)]);
                         });

}  // namespace
}  // namespace invar::jit
