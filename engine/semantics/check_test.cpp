// The table against the functions: every row that needs a function has one of the right signature (check.h, at compile
// time), and constant evaluation, which goes lane by lane, agrees with what runs, which uses vectors.
#include "engine/semantics/check.h"

#include "engine/semantics/test_support.h"

namespace invar::semantics {
namespace {

struct Samples {
  std::array<V128, 6> vectors;
  std::array<u32, 6> words;
  std::array<u64, 6> longs;
  std::array<f32, 6> singles;
  std::array<f64, 6> doubles;

  template <class T>
  constexpr T get(size_t i) const {
    if constexpr (std::is_same_v<T, V128>)
      return vectors[i];
    else if constexpr (std::is_same_v<T, f32>)
      return singles[i];
    else if constexpr (std::is_same_v<T, f64>)
      return doubles[i];
    else if constexpr (sizeof(T) == 8)
      return longs[i];
    else
      return static_cast<T>(words[i]);
  }
};

constexpr Samples constant_samples = {
    .vectors = {V128{},
                V128{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
                V128{{0x00, 0x80, 0x00, 0x80, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80}},
                V128{{0xff, 0x7f, 0x80, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
                V128{{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10}},
                V128{{0x0f, 0x10, 0x11, 0x1f, 0x20, 0x21, 0x02, 0x03, 0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x20, 0xc0}}},
    .words = {0, 1, 7, 0x21, 0x8000'0000, 0xffff'ffff},
    .longs = {0, 1, 7, 0x1'0000'0041, 0x8000'0000'0000'0000, 0xffff'ffff'ffff'ffff},
    .singles = {0.0f, -0.5f, 1.5f, -2.5f, 0x1p31f, -0x1.8p40f},
    .doubles = {0.0, -0.5, 1.5, -2.5, 0x1p31, -0x1.8p70},
};

template <auto function, class Result, class... Operands, size_t... n>
constexpr Result call(Result (*)(Operands...), const Samples& samples, std::array<size_t, 4> index,
                      std::index_sequence<n...>) {
  return function(samples.get<Operands>(index[n])...);
}

/// The function's results for all pairs of samples of its first two operands; the others follow from these.
template <auto function, class Result, class... Operands>
constexpr auto results(Result (*pointer)(Operands...), const Samples& samples) {
  std::array<Result, 36> table{};
  for (size_t i = 0; i < 36; ++i) {
    const size_t x = i / 6, y = i % 6;
    table[i] = call<function>(pointer, samples, {x, y, (x + y) % 6, (2 * x + y) % 6},
                              std::make_index_sequence<sizeof...(Operands)>{});
  }
  return table;
}

template <class T>
bool same_bits(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>)
    return detail::bits_of(a) == detail::bits_of(b);
  else
    return a == b;
}

/// Arithmetic on floats is not constant where it makes a NaN; a lane index from the samples would be out of range.
constexpr bool is_constant_for_samples(Op op) {
  using enum Family;
  const Family family = info(op).family;
  return has_function(family) && nan_lanes(op) == NanLanes::none && family != Shuffle && family != ExtractLane &&
         family != ReplaceLane && family != LoadLane && family != StoreLane;
}

template <Op op>
bool agrees(const Samples& samples) {
  if constexpr (is_constant_for_samples(op)) {
    constexpr auto function = function_of<op>;
    constexpr auto constants = results<function>(function, constant_samples);
    const auto computed = results<function>(function, samples);
    for (size_t i = 0; i < constants.size(); ++i) {
      if (!same_bits(computed[i], constants[i])) return false;
    }
  }
  return true;
}

/// Not constant, so that the compiler cannot evaluate the calls itself.
Samples runtime_samples = constant_samples;

TEST(Check, ConstantEvaluationAgreesWithExecution) {
  size_t compared = 0;
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) \
  EXPECT_TRUE(agrees<Op::name>(runtime_samples)) << mnemonic;                            \
  compared += is_constant_for_samples(Op::name);
#include "decoder/opcodes.def"
#undef OP
  EXPECT_GT(compared, 350u);
}

TEST(Check, SignaturesAreComparedLetterByLetter) {
  using detail::letters_of;
  EXPECT_EQ(letters_of(&i32_div_s), detail::expected_letters(info(Op::i32_div_s)));
  EXPECT_NE(letters_of(&i32_div_s), detail::expected_letters(info(Op::i64_div_s)));
  EXPECT_NE(letters_of(nullptr), detail::expected_letters(info(Op::i64_div_s)));
  EXPECT_EQ(std::string_view(detail::expected_letters(info(Op::v128_store16_lane)).text), "vb:h");
  EXPECT_EQ(std::string_view(detail::expected_letters(info(Op::i64_atomic_rmw8_cmpxchg_u)).text), "bll:b");
  EXPECT_EQ(std::string_view(detail::expected_letters(info(Op::i64_add128)).text), "llll:ll");
}

TEST(NanLanes, OnlyArithmeticMakesNans) {
  EXPECT_EQ(nan_lanes(Op::f32_add), NanLanes::f32);
  EXPECT_EQ(nan_lanes(Op::f64_nearest), NanLanes::f64);
  EXPECT_EQ(nan_lanes(Op::f32_demote_f64), NanLanes::f32);
  EXPECT_EQ(nan_lanes(Op::f64_promote_f32), NanLanes::f64);
  EXPECT_EQ(nan_lanes(Op::f32x4_min), NanLanes::f32x4);
  EXPECT_EQ(nan_lanes(Op::f32x4_demote_f64x2_zero), NanLanes::f32x4);
  EXPECT_EQ(nan_lanes(Op::f64x2_promote_low_f32x4), NanLanes::f64x2);
  EXPECT_EQ(nan_lanes(Op::f64x2_relaxed_nmadd), NanLanes::f64x2);
  for (Op op : {Op::f32_abs, Op::f64_neg, Op::f32_copysign, Op::f32x4_pmin, Op::f64x2_pmax, Op::f32_load, Op::f64_const,
                Op::f32_reinterpret_i32, Op::f32_convert_i32_s, Op::f32_lt, Op::i32_add, Op::i64x2_add,
                Op::i32x4_trunc_sat_f32x4_s, Op::f32x4_splat, Op::f32x4_extract_lane, Op::f64x2_replace_lane,
                Op::i64_trunc_f64_s, Op::nop}) {
    EXPECT_EQ(nan_lanes(op), NanLanes::none) << info(op).mnemonic;
  }
}

}  // namespace
}  // namespace invar::semantics
