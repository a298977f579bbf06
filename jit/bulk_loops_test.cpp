// Loops that copy or fill memory, of which a builtin does the most: what they leave in memory and in locals, and where
// they trap, is the interpreter's.
#include <array>
#include <random>

#include "jit/testing.h"

namespace invar::jit {
namespace {

struct Unit {
  std::string_view load, store, type;
  u32 bytes;
};
constexpr Unit units[] = {
    {"i32.load8_u", "i32.store8", "i32", 1},   {"i32.load8_s", "i32.store8", "i32", 1},
    {"i32.load16_s", "i32.store16", "i32", 2}, {"i64.load8_u", "i64.store8", "i64", 1},
    {"i32.load", "i32.store", "i32", 4},       {"i64.load32_u", "i64.store32", "i64", 4},
    {"i64.load", "i64.store", "i64", 8},       {"f32.load", "f32.store", "f32", 4},
    {"f64.load", "f64.store", "f64", 8},       {"v128.load", "v128.store", "v128", 16},
};

/// A function `run` (to, from, count, value) with one such loop. It results in what its locals are behind it.
class RandomLoop {
 public:
  explicit RandomLoop(u64 seed) : random_(seed) {
    fills_ = one_in(4);
    goes_down_ = one_in(3);
    pieces_ = 1 + below(4);
    has_pointers_ = one_in(2);
    memory_ = one_in(8) ? 1 : 0;
    has_offsets_ = one_in(2);
    displaced_ = one_in(2) ? 4 * below(30) : 0;
    unit_ = &units[below(std::size(units) - (fills_ ? 1 : 0))];
    turn_bytes_ = pieces_ * unit_->bytes;
    if (one_in(3)) flaw_ = static_cast<Flaw>(1 + below(8));
  }

  /// Is it one of which a builtin should do the most?
  bool is_plain() const { return flaw_ == Flaw::none; }

  std::string module() {
    const s64 distance = s64{turn_bytes_} + (flaw_ == Flaw::gap ? 1 : 0);
    const std::string step = fmt::format("(i32.const {})", goes_down_ ? -distance : distance);
    std::string turn = pieces();
    const auto moved = [](std::string_view local, std::string_view by) {
      return fmt::format("(local.set {0} (i32.add (local.get {0}) {1}))", local, by);
    };
    turn += moved(has_pointers_ ? "$to" : "$i", step);
    if (has_pointers_ && !fills_) turn += moved("$from", flaw_ == Flaw::pace ? "(i32.const 8)" : step);
    const auto [begin, end, condition] = counting();
    const std::string loop =
        one_in(2)
            ? fmt::format("(loop $more {} {} (br_if $more {}))", turn, end, condition)
            : fmt::format("(block $out (loop $more (br_if $out (i32.eqz {})) {} {} (br $more)))", condition, turn, end);
    std::string body = begin + loop;
    if (one_in(4)) body += body;
    if (one_in(4)) {
      body = fmt::format("(local.set $n (i32.const 3)) (loop $again {} (br_if $again (local.tee $n {})))", body,
                         "(i32.sub (local.get $n) (i32.const 1))");
    }
    return fmt::format(R"((module (memory (export "memory") 1 2) (memory (export "other") 1 2)
      (func (export "begin") (param $i i32)
        (loop $more
          (i64.store (local.get $i) (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9e3779b97f4a7c15)))
          (i64.store 1 (local.get $i) (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0xd6e8feb86659fd93)))
          (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 65536)))))
      (func (export "run") (param $to i32) (param $from i32) (param $count i32) (param $value i64)
          (result i32 i32 i32 i32 i32)
        (local $i i32) (local $k i32) (local $end i32) (local $sum i32) (local $n i32) (local $fill {})
        {} {}
        (local.get $to) (local.get $from) (local.get $i) (local.get $k) (local.get $sum))))",
                       unit_->type, fills_ ? fmt::format("(local.set $fill {})", value()) : "", body);
  }

  u32 turn_bytes() const { return turn_bytes_; }
  /// How far from the addresses the lowest byte of the first turn is.
  u32 displacement() const { return displaced_; }

 private:
  /// What a loop has that is not for a builtin, or not for it without further thought.
  enum class Flaw : u8 { none, order, place, load_place, gap, pace, offsets, sum, trap };

  u32 below(u64 end) { return static_cast<u32>(random_() % end); }
  bool one_in(u32 many) { return below(many) == 0; }

  std::string address(std::string_view base, s64 displacement) {
    std::string made = fmt::format("(local.get {})", base);
    if (!has_pointers_) {
      made = one_in(2) ? fmt::format("(i32.add {} (local.get $i))", made)
                       : fmt::format("(i32.add (local.get $i) {})", made);
    }
    return displacement == 0 ? made : fmt::format("(i32.add {} (i32.const {}))", made, displacement);
  }

  std::string pieces() {
    std::vector<u32> order(pieces_);
    for (u32 i = 0; i < pieces_; ++i) order[i] = goes_down_ ? pieces_ - 1 - i : i;
    if (fills_ || flaw_ == Flaw::order) std::ranges::shuffle(order, random_);
    std::string made;
    for (const u32 piece : order) {
      const bool is_last = piece == pieces_ - 1;
      u32 place = displaced_ + piece * unit_->bytes;
      if (flaw_ == Flaw::place && is_last) place += one_in(2) ? 1 : 8;
      const auto access = [&](std::string_view op, std::string_view base) {
        const bool has_offset = flaw_ == Flaw::offsets ? one_in(2) : has_offsets_;
        const u32 offset = has_offset ? place : 0;
        return fmt::format("({} {} offset={} {}", op, memory_, offset, address(base, s64{place} - offset));
      };
      const u32 stored_place = place;
      if (flaw_ == Flaw::load_place && is_last) place += 1;
      const std::string value = fills_ ? "(local.get $fill)" : access(unit_->load, "$from") + ")";
      place = stored_place;
      made += access(unit_->store, "$to") + " " + value + ")";
    }
    if (flaw_ == Flaw::sum)
      made += "(local.set $sum (i32.add (local.get $sum) (i32.add (local.get $to) (local.get $k))))";
    if (flaw_ == Flaw::trap) made += "(drop (i32.load8_u (local.get $from)))";
    return made;
  }

  std::string value() const {
    constexpr std::string_view low = "(i32.wrap_i64 (local.get $value))";
    if (unit_->type == "i32") return std::string(low);
    if (unit_->type == "f32") return fmt::format("(f32.reinterpret_i32 {})", low);
    if (unit_->type == "f64") return "(f64.reinterpret_i64 (local.get $value))";
    return "(local.get $value)";
  }

  struct Counting {
    std::string begin, step, condition;
  };
  /// $k, or an address, is counted; $count is how many turns there are to be.
  Counting counting() {
    const auto step = [](s64 by) { return fmt::format("(local.set $k (i32.add (local.get $k) (i32.const {})))", by); };
    const std::string count = "(local.get $count)", k = "(local.get $k)", set_k = "(local.set $k (local.get $count))";
    const std::string bytes = fmt::format("(i32.mul {} (i32.const {}))", count, turn_bytes_);
    const auto compared = [&](std::string_view relation, std::string_view mirrored, std::string_view limit) {
      return one_in(2) ? fmt::format("(i32.{} {} {})", relation, k, limit)
                       : fmt::format("(i32.{} {} {})", mirrored, limit, k);
    };
    switch (below(9)) {
      case 0:
        return {set_k, step(-1), k};
      case 1:
        return {fmt::format("(local.set $k {})", bytes), step(-s64{turn_bytes_}),
                compared("gt_u", "lt_u", fmt::format("(i32.const {})", turn_bytes_ - 1))};
      case 2: {
        const std::string_view counted = has_pointers_ ? "$to" : "$i";
        return {fmt::format("(local.set $end (i32.{} (local.get {}) {}))", goes_down_ ? "sub" : "add", counted, bytes),
                "", fmt::format("(i32.ne (local.get {}) (local.get $end))", counted)};
      }
      case 3:
        return {"", step(1), compared("lt_u", "gt_u", count)};
      case 4:
        return {"(local.set $k (i32.const -20))", step(3), compared("lt_s", "gt_s", count)};
      case 5:
        return {set_k, step(-1), compared("ge_s", "le_s", "(i32.const 1)")};
      case 6:
        return {"(local.set $k (i32.const 2))", step(2), compared("le_u", "ge_u", count)};
      case 7:
        return {"(local.set $k (i32.const 0x4000000)) (local.set $end (i32.shl (local.get $count) (i32.const 24)))",
                step(0x200'0000), compared("lt_u", "gt_u", "(local.get $end)")};
      default:
        return {set_k, step(-7), compared("gt_s", "lt_s", "(i32.const -7)")};
    }
  }

  std::mt19937_64 random_;
  bool fills_, goes_down_, has_pointers_, has_offsets_;
  u32 pieces_, memory_, displaced_, turn_bytes_;
  Flaw flaw_ = Flaw::none;
  const Unit* unit_;
};

enum class Way : u8 { guarded, explicit_checks, entered_in_a_loop };

class BulkLoops : public ::testing::TestWithParam<Way> {};

/// Always the same loops; with --gtest_shuffle others, and with --gtest_repeat others each time.
TEST_P(BulkLoops, ComeToTheSame) {
  std::string refused, graphs;
  const auto compiler = make_compiler({.check = true, .dump_ir = true, .dump = [&](std::string_view text) {
                                         (text.contains("not compiled") ? refused : graphs) += text;
                                       }});
  INVAR_NEED_COMPILER(compiler);
  EngineConfig config = lazily(compiler.get());
  if (GetParam() == Way::explicit_checks) config.bounds_checks = BoundsChecks::explicit_;
  if (GetParam() == Way::entered_in_a_loop) {
    config.tier_up = true;
    config.tier_up_patience = 5;
  }
  constexpr u32 count_of_loops = 400;
  const u64 first = u64{count_of_loops} * static_cast<u32>(::testing::UnitTest::GetInstance()->random_seed());
  u32 plain = 0;
  for (u64 seed = first; seed < first + count_of_loops; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomLoop program(seed);
    const std::string text = program.module();
    SCOPED_TRACE(text);
    TwoMachines machines(config);
    ASSERT_TRUE(machines.instantiate(text));
    graphs.clear();
    std::mt19937_64 random(seed);
    const auto below = [&](u64 end) { return static_cast<u32>(random() % end); };
    for (u32 i = 0; i < 30; ++i) {
      if (i % 3 == 0) ASSERT_TRUE(machines.agree("begin", {0}));
      const u32 counts[] = {below(4), below(200), below(200), 65536 / program.turn_bytes(), 0x8000'0000, 0xffff'ffff};
      const u32 count = counts[i < 20 ? below(3) : below(6)];
      const u32 bytes = count * program.turn_bytes();
      const u32 places[] = {below(65536),      32768, 32768,          65536 - bytes,
                            65536 + 1 - bytes, bytes, 0 - below(300), 0 - below(1 + program.displacement())};
      const u32 to = places[below(8)];
      // Mostly near each other: just in front, behind, or at the end.
      const u32 distances[] = {bytes, 0 - bytes, bytes - 1, 1 - bytes, below(40), 0 - below(40), below(60000)};
      const u32 from = to + distances[below(7)];
      const u64 value = below(2) == 0 ? u64{0x0101010101010101} * below(256) : random();
      ASSERT_TRUE(machines.agree("run", {to, from, count, value}))
          << fmt::format("{} {} {} {:x}", to, from, count, value);
      ASSERT_TRUE(machines.memories_agree(65536));
      ASSERT_TRUE(machines.memories_agree(65536, 1));
    }
    if (!program.is_plain()) continue;
    ++plain;
    ASSERT_TRUE(graphs.contains("call_builtin")) << graphs;
  }
  EXPECT_GT(plain, count_of_loops / 2);
  EXPECT_EQ(refused, "");
}

std::string name_of(const ::testing::TestParamInfo<Way>& way) {
  constexpr std::string_view names[] = {"guarded", "explicit", "entered"};
  return std::string(names[static_cast<size_t>(way.param)]);
}
INSTANTIATE_TEST_SUITE_P(All, BulkLoops, ::testing::Values(Way::guarded, Way::explicit_checks, Way::entered_in_a_loop),
                         name_of);

}  // namespace
}  // namespace invar::jit
