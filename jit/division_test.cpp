// Division by constants, which are multiplications: around the dividends where quotients change. And multiplication by
// constants, some of which are shifts and sums.
#include <random>

#include "jit/testing.h"

namespace invar::jit {
namespace {

constexpr std::string_view ops[] = {"div_s", "div_u", "rem_s", "rem_u", "mul"};

class Division : public testing::TestWithParam<bool> {
 protected:
  const bool is_wide = GetParam();
  const u32 bits = is_wide ? 64 : 32;
  const u64 mask = is_wide ? ~u64{0} : 0xffff'ffff;
  const std::string_view type = is_wide ? "i64" : "i32";
  std::mt19937_64 random{17};

  std::vector<u64> divisors() {
    std::vector<u64> made = {0,  1,  2,  3,  5,   6,   7,   9,   10,   11,    12,
                             14, 25, 28, 60, 100, 125, 625, 641, 1000, 86400, 1000000007};
    for (u32 bit = 2; bit < bits; ++bit) {
      const u64 power = u64{1} << bit;
      for (const u64 near : {power - 1, power, power + 1, power + power / 2, power | (random() & (power - 1))})
        made.push_back(near);
    }
    for (size_t i = made.size(); i-- > 0;) made.push_back(0 - made[i]);
    for (u64& divisor : made) divisor &= mask;
    return made;
  }
  std::vector<u64> dividends(u64 divisor) {
    std::vector<u64> made = {0, 1, 2, mask, mask - 1, mask >> 1, (mask >> 1) + 1, (mask >> 1) - 1, (mask >> 1) + 2};
    const u64 size = is_wide && (divisor >> 63) != 0             ? 0 - divisor
                     : !is_wide && static_cast<s32>(divisor) < 0 ? 0 - divisor & mask
                                                                 : divisor;
    for (const u64 unit : {divisor, size}) {
      if (unit == 0) continue;
      for (const u64 times :
           {u64{1}, u64{2}, mask / unit, (mask >> 1) / unit, (mask >> 1) / unit + 1, random() % (mask / unit | 1)}) {
        for (const u64 more : {u64{0}, u64{1}, ~u64{0}}) {
          made.push_back(times * unit + more & mask);
          made.push_back(0 - (times * unit + more) & mask);
        }
      }
    }
    for (u32 i = 0; i < 8; ++i) made.push_back(random() >> random() % bits & mask);
    return made;
  }
};

TEST_P(Division, ByConstants) {
  const TestCompiler compiler;
  INVAR_NEED_COMPILER(compiler);
  TwoMachines machines(lazily(compiler.get()));
  const std::vector<u64> all = divisors();
  std::string text = "(module";
  for (size_t i = 0; i < all.size(); ++i) {
    for (const std::string_view op : ops) {
      text +=
          fmt::format("(func (export \"{2}{3}\") (param {0}) (result {0}) ({0}.{2} (local.get 0) ({0}.const {1})))\n",
                      type, all[i], op, i);
    }
  }
  ASSERT_TRUE(machines.instantiate(text + ")"));
  for (size_t i = 0; i < all.size(); ++i) {
    for (const u64 dividend : dividends(all[i])) {
      for (const std::string_view op : ops) {
        ASSERT_TRUE(machines.agree(fmt::format("{}{}", op, i), {dividend})) << dividend << ' ' << op << ' ' << all[i];
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, Division, testing::Bool(),
                         [](const auto& info) { return info.param ? std::string("Wide") : std::string("Narrow"); });

}  // namespace
}  // namespace invar::jit
