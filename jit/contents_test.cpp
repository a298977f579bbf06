// Reads that need not be done, for it is known what they come to: of memory, globals, fields and elements, with writes
// between them that may be to the same place.
#include <random>

#include "jit/testing.h"

namespace invar::jit {
namespace {

/// Random programs over few places, which are known by several names.
class RandomProgram {
 public:
  explicit RandomProgram(u64 seed) : random_(seed) {}

  std::string module() {
    std::string text = R"((module
      (type $s (struct (field $byte (mut i8)) (field $int (mut i32)) (field $long (mut i64)) (field $float (mut f64))))
      (type $t (sub final (struct (field (mut i64)) (field (mut i32)))))
      (type $bytes (array (mut i8))) (type $ints (array (mut i32)))
      (import "previous" "one" (global $one (mut i64))) (import "previous" "same" (global $same (mut i64)))
      (memory (export "memory") 1)
      (global $own (mut i64) (i64.const 3))
      (global $sum (mut i64) (i64.const 0))
      (global $kept (mut (ref null $s)) (ref.null $s))
      (func $note (param i64)
        (global.set $sum (i64.add (i64.rotl (global.get $sum) (i64.const 7)) (local.get 0))))
      (func $changes (param $p i32) (param $a (ref $s))
        (i64.store offset=4 (local.get $p) (i64.const 0x1234567890abcdef))
        (global.set $own (i64.add (global.get $own) (i64.const 5)))
        (struct.set $s $int (local.get $a) (i32.const 77)))
    )";
    text += R"((func (export "run") (param $p i32) (param $q i32) (param $i i32) (param $j i32) (result i64)
      (local $a (ref $s)) (local $b (ref $s)) (local $t (ref $t)) (local $x (ref $bytes)) (local $y (ref $bytes))
      (local $z (ref $ints)) (local $v v128) (local $n i32)
      (global.set $sum (i64.const 0))
      (local.set $a (struct.new $s (i32.const 1) (i32.const 2) (i64.const 3) (f64.const 4)))
      (local.set $b (local.get $a))
      (if (i32.eq (local.get $i) (local.get $j))
        (then (local.set $b (struct.new $s (i32.const -5) (i32.const 6) (i64.const 7) (f64.const 8)))))
      (local.set $t (struct.new $t (i64.const 9) (i32.const 10)))
      (local.set $x (array.new $bytes (i32.const -11) (i32.const 8)))
      (local.set $y (local.get $x))
      (local.set $z (array.new $ints (i32.const 12) (i32.const 8)))
      (local.get $z)
      (i32.const 3)
    )";
    text += statements(60, 3);
    return text + "(i32.const 99) (array.set $ints)" + statements(10, 1) + "(global.get $sum)))";
  }

 private:
  u32 below(u64 end) { return static_cast<u32>(random_() % end); }
  std::string_view one_of(std::initializer_list<std::string_view> of) { return of.begin()[below(of.size())]; }
  std::string note(std::string_view type, std::string_view value) {
    if (type == "i32") return fmt::format("(call $note (i64.extend_i32_s {}))\n", value);
    if (type == "i64") return fmt::format("(call $note {})\n", value);
    if (type == "f32") return fmt::format("(call $note (i64.extend_i32_u (i32.reinterpret_f32 {})))\n", value);
    if (type == "f64") return fmt::format("(call $note (i64.reinterpret_f64 {}))\n", value);
    return fmt::format("(local.set $v {}) (call $note (i64x2.extract_lane {} (local.get $v)))\n", value, below(2));
  }
  /// Of little effect on what is known: the sum is another global, but a call is a call.
  std::string add(std::string_view type, std::string_view value) {
    if (below(8) == 0) return note(type, value);
    const std::string wide = type == "i32"   ? fmt::format("(i64.extend_i32_s {})", value)
                             : type == "i64" ? std::string(value)
                             : type == "f32" ? fmt::format("(i64.extend_i32_u (i32.reinterpret_f32 {}))", value)
                             : type == "f64" ? fmt::format("(i64.reinterpret_f64 {})", value)
                                             : fmt::format("(i64x2.extract_lane {} {})", below(2), value);
    return fmt::format("(global.set $sum (i64.add (i64.rotl (global.get $sum) (i64.const 9)) {}))\n", wide);
  }
  std::string value(std::string_view type) {
    const u64 bits = random_();
    if (type == "v128") return fmt::format("(v128.const i64x2 {} {})", bits, ~bits);
    if (type == "i64") return fmt::format("(i64.const {})", bits);
    return fmt::format("({}.const {})", type, static_cast<u32>(bits));
  }
  std::string address() {
    return std::string(one_of({"(local.get $p)", "(local.get $q)", "(i32.const 64)", "(i32.const 68)"}));
  }
  std::string object() { return std::string(one_of({"(local.get $a)", "(local.get $b)"})); }
  std::string index() {
    return std::string(one_of({"(local.get $i)", "(local.get $j)", "(i32.const 2)", "(i32.const 3)"}));
  }

  std::string statement(u32 depth) {
    constexpr std::string_view loads[][2] = {{"i32", "load"},       {"i32", "load8_u"},  {"i32", "load16_s"},
                                             {"i64", "load"},       {"i64", "load32_u"}, {"f32", "load"},
                                             {"f64", "load"},       {"v128", "load"},    {"i32", "load"},
                                             {"v128", "load8x8_s"}, {"i64", "load"},     {"v128", "load32_splat"}};
    constexpr std::string_view stores[][2] = {{"i32", "store"}, {"i32", "store8"},  {"i32", "store16"},
                                              {"i64", "store"}, {"i64", "store32"}, {"f32", "store"},
                                              {"f64", "store"}, {"v128", "store"}};
    const u32 offset = 4 * below(5) + (below(6) == 0 ? 1 : 0);
    switch (below(depth == 0 ? 12 : 15)) {
      case 0:
      case 1:
      case 2: {
        const auto& [type, op] = loads[below(std::size(loads))];
        return add(type, fmt::format("({}.{} offset={} {})", type, op, offset, address()));
      }
      case 3:
      case 4: {
        const auto& [type, op] = stores[below(std::size(stores))];
        return fmt::format("({}.{} offset={} {} {})\n", type, op, offset, address(), value(type));
      }
      case 5:
        return below(2) == 0 ? add("i64", fmt::format("(global.get {})", one_of({"$one", "$same", "$own"})))
                             : fmt::format("(global.set {} {})\n", one_of({"$one", "$same", "$own"}), value("i64"));
      case 6:
      case 7: {
        if (below(5) == 0) return add("i64", "(struct.get $t 0 (local.get $t))");
        const std::string_view field = one_of({"byte", "int", "long", "float"});
        const std::string_view type = field == "long" ? "i64" : field == "float" ? "f64" : "i32";
        const std::string_view get = field == "byte" ? one_of({"struct.get_s", "struct.get_u"}) : "struct.get";
        return add(type, fmt::format("({} $s ${} {})", get, field, object()));
      }
      case 8: {
        if (below(5) == 0) return fmt::format("(struct.set $t 0 (local.get $t) {})\n", value("i64"));
        const std::string_view field = one_of({"byte", "int", "long", "float"});
        const std::string_view type = field == "long" ? "i64" : field == "float" ? "f64" : "i32";
        return fmt::format("(struct.set $s ${} {} {})\n", field, object(), value(type));
      }
      case 9:
        if (below(2) == 0) return add("i32", fmt::format("(array.get $ints (local.get $z) {})", index()));
        return add("i32", fmt::format("({} $bytes {} {})", one_of({"array.get_s", "array.get_u"}),
                                      one_of({"(local.get $x)", "(local.get $y)"}), index()));
      case 10:
        if (below(2) == 0) return fmt::format("(array.set $ints (local.get $z) {} {})\n", index(), value("i32"));
        return fmt::format("(array.set $bytes {} {} {})\n", one_of({"(local.get $x)", "(local.get $y)"}), index(),
                           value("i32"));
      case 11:
        switch (below(8)) {
          case 0:
            return fmt::format("(call $changes {} {})\n", address(), object());
          case 1:
            return fmt::format("(memory.fill {} (i32.const 9) (i32.const 6))\n", address());
          case 2:
            return "(array.fill $bytes (local.get $x) (i32.const 1) (i32.const 13) (i32.const 3))\n";
          case 3:
            return "(array.copy $ints $ints (local.get $z) (i32.const 2) (local.get $z) (i32.const 1) (i32.const 3))\n";
          case 4:
            return fmt::format("(v128.store32_lane offset={} 1 {} (local.get $v))\n", offset, address());
          case 5:
            return "(drop (memory.grow (i32.const 1)))\n";
          case 6:
            return fmt::format(
                "(local.set $b (struct.new $s (i32.const {}) (i32.const 22) (i64.const 23) (f64.const 24)))\n",
                below(300));
          default:
            return fmt::format("(local.set $p {})\n", one_of({"(local.get $q)", "(i32.const 60)", "(i32.const 72)"}));
        }
      case 12:
      case 13:
        return fmt::format("(if (i32.and (i32.wrap_i64 (global.get $sum)) (i32.const {})) (then {}) (else {}))\n",
                           1 << below(4), statements(6, depth - 1), statements(4, depth - 1));
      default:
        return fmt::format(
            "(local.set $n (i32.const 3)) (loop $l{0} {1} (br_if $l{0} (i32.gt_s (local.tee $n (i32.sub "
            "(local.get $n) (i32.const 1))) (i32.const 0))))\n",
            depth, statements(6, depth - 1));
    }
  }
  std::string statements(u32 count, u32 depth) {
    std::string text;
    for (u32 i = 0; i < count; ++i) text += statement(depth);
    return text;
  }

  std::mt19937_64 random_;
};

/// Does it tier up?
class Contents : public testing::TestWithParam<bool> {};

TEST_P(Contents, RandomProgramsOverFewPlacesComeToTheSame) {
  const TestCompiler compiler;
  INVAR_NEED_COMPILER(compiler);
  EngineConfig config = lazily(compiler.get());
  if (GetParam()) {
    config.lazy_compilation = false;
    config.tier_up = true;
    config.tier_up_patience = 1;
  }
  for (u64 seed = 0; seed < 300; ++seed) {
    TwoMachines machines(config);
    for (TestMachine* const machine : {&machines.interpreted, &machines.compiled}) {
      const Instance* const previous = machine->instantiate(R"((module
        (global $g (export "one") (mut i64) (i64.const 40)) (export "same" (global $g))))");
      ASSERT_NE(previous, nullptr);
      machine->linker.define_instance("previous", *previous);
    }
    const std::string text = RandomProgram(seed).module();
    ASSERT_TRUE(machines.instantiate(text)) << text;
    for (const std::vector<Slot>& arguments : {std::vector<Slot>{64, 64, 2, 2}, {64, 72, 2, 3}, {61, 68, 5, 2}}) {
      ASSERT_TRUE(machines.agree("run", arguments)) << text;
      ASSERT_TRUE(machines.memories_agree(200)) << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, Contents, testing::Bool(),
                         [](const auto& info) { return std::string(info.param ? "TiersUp" : "Compiled"); });

}  // namespace
}  // namespace invar::jit
