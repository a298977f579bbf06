// Structs, arrays and casts in compiled code, with a collection at every allocation: whatever is still needed must be
// where the collector looks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/gc/heap.h"
#include "jit/testing.h"

namespace invar::jit {
namespace {

constexpr std::string_view program = R"((module
  (type $base (sub (struct (field $next (mut (ref null $base))) (field $value (mut i32)))))
  (type $derived (sub $base (struct (field (mut (ref null $base))) (field (mut i32)) (field $more i64))))
  (type $last (sub final $derived (struct (field (mut (ref null $base))) (field (mut i32)) (field i64) (field f64))))
  (type $packed (struct (field $a (mut i8)) (field $b (mut i16)) (field $c (mut i32)) (field $d (mut i64))
                        (field $e (mut f32)) (field $f (mut f64)) (field $g (mut v128)) (field $h (mut (ref null any)))))
  (type $wide (struct (field i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (field $end i32)))
  (type $bytes (array (mut i8)))
  (type $refs (array (mut (ref null $base))))
  (type $vectors (array (mut v128)))
  (data $data "\01\02\03\04\05\06\07\08")
  (elem $elems (ref null $base) (item (struct.new $base (ref.null $base) (i32.const 77))) (item (ref.null $base)))

  (func $make (param $length i32) (result (ref null $base)) (local $list (ref null $base))
    (loop $more
      (local.set $list
        (if (result (ref $base)) (i32.rem_u (local.get $length) (i32.const 3))
          (then (struct.new $base (local.get $list) (local.get $length)))
          (else (struct.new $last (local.get $list) (local.get $length) (i64.const 5) (f64.const 2)))))
      (br_if $more (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))
    (local.get $list))
  (func $sum (param $list (ref null $base)) (result i64) (local $sum i64)
    (block $end
      (loop $more
        (br_if $end (ref.is_null (local.get $list)))
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (struct.get $base $value (local.get $list)))))
        (drop (block $plain (result (ref null $base))
          (local.set $sum (i64.add (local.get $sum)
            (struct.get $derived $more
              (br_on_cast_fail $plain (ref null $base) (ref $derived) (local.get $list)))))
          (local.set $list (struct.get $base $next (local.get $list)))
          (br $more)))
        (local.set $list (struct.get $base $next (local.get $list)))
        (br $more)))
    (local.get $sum))
  (func (export "lists") (param i32) (result i64)
    ;; Both are alive while the second is made.
    (i64.add (call $sum (call $make (local.get 0)))
      (i64.mul (i64.const 1000)
        (i64.add (call $sum (call $make (i32.add (local.get 0) (i32.const 1)))) (call $sum (call $make (i32.const 2)))))))

  (func (export "fields") (param $x i32) (result i64) (local $p (ref null $packed)) (local $sum i64)
    (local.set $p (struct.new $packed (local.get $x) (local.get $x) (local.get $x)
      (i64.mul (i64.extend_i32_u (local.get $x)) (i64.const 3)) (f32.const 1.5) (f64.const 2.5)
      (v128.const i64x2 11 22) (struct.new $base (ref.null $base) (i32.const 9))))
    (drop (call $make (i32.const 10)))
    (struct.set $packed $c (local.get $p) (i32.add (struct.get $packed $c (local.get $p)) (i32.const 1)))
    (struct.set $packed $a (local.get $p) (i32.const 0x1ff))
    (struct.set $packed $g (local.get $p) (i64x2.add (struct.get $packed $g (local.get $p)) (v128.const i64x2 1 2)))
    (local.set $sum (i64.extend_i32_s (struct.get_s $packed $a (local.get $p))))
    (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (struct.get_u $packed $a (local.get $p)))))
    (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_s (struct.get_s $packed $b (local.get $p)))))
    (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (struct.get_u $packed $b (local.get $p)))))
    (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (struct.get $packed $c (local.get $p)))))
    (local.set $sum (i64.add (local.get $sum) (struct.get $packed $d (local.get $p))))
    (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (i32.reinterpret_f32 (struct.get $packed $e (local.get $p))))))
    (local.set $sum (i64.add (local.get $sum) (i64.reinterpret_f64 (struct.get $packed $f (local.get $p)))))
    (local.set $sum (i64.add (local.get $sum) (i64x2.extract_lane 0 (struct.get $packed $g (local.get $p)))))
    (local.set $sum (i64.add (local.get $sum) (i64x2.extract_lane 1 (struct.get $packed $g (local.get $p)))))
    (i64.add (local.get $sum) (i64.extend_i32_u
      (struct.get $base $value (ref.cast (ref $base) (struct.get $packed $h (local.get $p)))))))

  (func (export "arrays") (param $n i32) (result i64)
      (local $bytes (ref null $bytes)) (local $refs (ref null $refs)) (local $vectors (ref null $vectors)) (local $sum i64)
    (local.set $bytes (array.new $bytes (i32.const 200) (local.get $n)))
    (local.set $refs (array.new $refs (struct.new $base (ref.null $base) (i32.const 3)) (local.get $n)))
    (local.set $vectors (array.new $vectors (v128.const i64x2 5 6) (local.get $n)))
    (array.set $refs (local.get $refs) (i32.const 1) (call $make (i32.const 5)))
    (array.copy $bytes $bytes (local.get $bytes) (i32.const 1) (array.new_data $bytes $data (i32.const 2) (i32.const 4))
      (i32.const 0) (i32.const 3))
    (array.fill $bytes (local.get $bytes) (i32.const 5) (i32.const 7) (i32.const 2))
    (array.init_data $bytes $data (local.get $bytes) (i32.const 8) (i32.const 1) (i32.const 2))
    (array.init_elem $refs $elems (local.get $refs) (i32.const 2) (i32.const 0) (i32.const 2))
    (array.set $vectors (local.get $vectors) (i32.sub (local.get $n) (i32.const 1)) (v128.const i64x2 7 8))
    (local.set $sum (i64.extend_i32_u (array.len (array.new_fixed $refs 3
      (struct.new $base (ref.null $base) (i32.const 8)) (ref.null $base) (call $make (i32.const 3))))))
    (loop $more
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
        (i64.extend_i32_s (array.get_s $bytes (local.get $bytes) (local.get $n)))))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (array.get_u $bytes (local.get $bytes) (i32.const 0)))))
      (local.set $sum (i64.add (local.get $sum) (call $sum (array.get $refs (local.get $refs) (local.get $n)))))
      (local.set $sum (i64.add (local.get $sum)
        (i64x2.extract_lane 1 (array.get $vectors (local.get $vectors) (local.get $n)))))
      (br_if $more (local.get $n)))
    (local.get $sum))

  (func (export "defaults") (result i64)
    (i64.add (i64.extend_i32_u (struct.get $wide $end (struct.new_default $wide)))
      (i64.add (i64.extend_i32_u (struct.get $packed $c (struct.new_default $packed)))
        (i64.extend_i32_u (array.get_u $bytes (array.new_default $bytes (i32.const 40)) (i32.const 39))))))
  (func $six (param $n i32) (result (ref null $base) (ref null $base) (ref null $base) (ref null $base) (ref null $base) (ref null $base))
    (call $make (local.get $n)) (call $make (i32.add (local.get $n) (i32.const 1)))
    (call $make (i32.add (local.get $n) (i32.const 2))) (call $make (i32.add (local.get $n) (i32.const 3)))
    (call $make (i32.add (local.get $n) (i32.const 4))) (call $make (i32.add (local.get $n) (i32.const 5))))
  (func (export "six") (param i32) (result i64)
      (local (ref null $base) (ref null $base) (ref null $base) (ref null $base)) (local i64) (local (ref null $base))
    ;; More references than come back in registers.
    (call $six (local.get 0)) (drop (call $make (i32.const 3)))
    (local.set 1) (local.set 2) (local.set 3) (local.set 4)
    (local.set 6)
    (i64.add (i64.mul (call $sum (local.get 1)) (i64.const 3))
      (i64.add (i64.mul (call $sum (local.get 2)) (i64.const 5))
        (i64.add (i64.mul (call $sum (local.get 3)) (i64.const 11)) (call $sum (local.get 4))))) (local.set 5)
    (i64.add (call $sum) (i64.add (local.get 5) (call $sum (local.get 6)))))
  (func (export "null") (result i32) (struct.get $base $value (ref.null $base)))
  (func (export "bounds") (param i32) (result i32) (array.get_u $bytes (array.new_default $bytes (i32.const 4)) (local.get 0)))
  (func (export "cast") (result i64) (struct.get $derived $more (ref.cast (ref $derived) (call $make (i32.const 1)))))
  (func (export "huge") (result i32) (array.len (array.new_default $vectors (i32.const -1))))
  (func (export "segment") (result i32) (array.len (array.new_data $bytes $data (i32.const 4) (i32.const 5))))
))";

class Objects : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override { INVAR_NEED_COMPILER(compiler); }

  EngineConfig config() const {
    EngineConfig made = lazily(compiler.get());
    made.stress_collection = GetParam();
    return made;
  }

  const TestCompiler compiler;
};

TEST_P(Objects, AreAsInTheInterpreter) {
  TestMachine interpreted, compiled(config());
  const Instance* const expected = interpreted.instantiate(program);
  const Instance* const got = compiled.instantiate(program);
  ASSERT_NE(expected, nullptr);
  ASSERT_NE(got, nullptr);
  for (const u64 argument : {u64{10}, u64{33}, u64{200}}) {
    for (const std::string_view name : {"lists", "fields", "arrays", "six"}) {
      EXPECT_EQ(compiled.value(got, name, {argument}), interpreted.value(expected, name, {argument}))
          << name << " " << argument;
    }
  }
  EXPECT_EQ(compiled.value(got, "defaults"), 0u);
  if (GetParam()) {
    EXPECT_GT(compiled.store.heap().collections(), 500u);
  }
}

TEST_P(Objects, Trap) {
  TestMachine machine(config());
  const Instance* const instance = machine.instantiate(program);
  EXPECT_EQ(machine.trap(instance, "null"), TrapKind::null_structure_reference);
  EXPECT_EQ(machine.trap(instance, "bounds", {4}), TrapKind::out_of_bounds_array_access);
  EXPECT_EQ(machine.trap(instance, "bounds", {0xffff'ffff}), TrapKind::out_of_bounds_array_access);
  EXPECT_EQ(machine.trap(instance, "bounds", {3}), TrapKind::none);
  EXPECT_EQ(machine.trap(instance, "cast"), TrapKind::cast_failure);
  EXPECT_EQ(machine.trap(instance, "huge"), TrapKind::allocation_failure);
  EXPECT_EQ(machine.trap(instance, "segment"), TrapKind::out_of_bounds_memory_access);
}

/// Two chains of types with a common beginning, one of arrays and one of functions; longer than what is found at once.
TEST_P(Objects, AreOfAllTheirSupertypes) {
  constexpr u32 length = 13, fork = 3, kinds = 4;
  const auto parent = [](u32 kind, u32 i) {
    return kind == 1 && i == fork ? "$t0_2" : fmt::format("$t{}_{}", kind, i - 1);
  };
  const auto is_own = [](u32 kind, u32 i) { return kind != 1 || i >= fork; };  // else it is the first chain's
  constexpr std::string_view bodies[] = {"(struct (field i32))", "(struct (field i32 i64))", "(array i8)", "(func)"};
  std::string text = "(module ";
  std::string functions;
  for (u32 kind = 0; kind < kinds; ++kind) {
    for (u32 i = 0; i < length; ++i) {
      if (!is_own(kind, i)) continue;
      text += fmt::format("(type $t{}_{} (sub {} {}))", kind, i, i == 0 ? "" : parent(kind, i), bodies[kind]);
      functions += kind == 3 ? fmt::format("(func $f{0} (type $t3_{0})) (elem declare func $f{0})", i) : "";
    }
  }
  text += "(global $any (mut anyref) (ref.null any)) (global $func (mut funcref) (ref.null func))" + functions;
  for (u32 kind = 0; kind < kinds; ++kind) {
    for (u32 i = 0; i < length; ++i) {
      if (!is_own(kind, i)) continue;
      const std::string type = fmt::format("$t{}_{}", kind, i);
      const std::string_view global = kind == 3 ? "$func" : "$any";
      const std::string made = kind == 3   ? fmt::format("(ref.func $f{})", i)
                               : kind == 2 ? fmt::format("(array.new {} (i32.const 1) (i32.const 5))", type)
                               : kind == 1 ? fmt::format("(struct.new {} (i32.const 7) (i64.const 8))", type)
                                           : fmt::format("(struct.new {} (i32.const 7))", type);
      text += fmt::format("(func (export \"make {0} {1}\") (global.set {2} {3}))", kind, i, global, made);
      text += fmt::format("(func (export \"is {} {}\") (result i32) (ref.test (ref {}) (global.get {})))", kind, i,
                          type, global);
    }
  }
  TestMachine machine(config());
  const Instance* const instance = machine.instantiate(text + ")");
  ASSERT_NE(instance, nullptr) << text;
  for (u32 kind = 0; kind < kinds; ++kind) {
    for (u32 i = 0; i < length; ++i) {
      if (!is_own(kind, i)) continue;
      machine.value(instance, fmt::format("make {} {}", kind, i));
      for (u32 other = 0; other < kinds; ++other) {
        for (u32 k = 0; k < length; ++k) {
          if (!is_own(other, k) || (kind == 3) != (other == 3)) continue;
          const bool shares = other == kind || (kind == 1 && other == 0 && k < fork);
          EXPECT_EQ(machine.value(instance, fmt::format("is {} {}", other, k)), shares && k <= i)
              << kind << ' ' << i << ' ' << other << ' ' << k;
        }
      }
    }
  }
}

TEST_P(Objects, HaveDescriptors) {
  constexpr std::string_view described = R"((module
    (rec (type $s (sub (descriptor $d) (struct (field $x (mut i32)) (field $y i64))))
         (type $d (sub (describes $s) (struct (field $number i32)))))
    (rec (type $large (descriptor $e) (struct (field i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
         (type $e (describes $large) (struct)))
    (global $one (ref (exact $d)) (struct.new $d (i32.const 1)))
    (global $two (ref (exact $d)) (struct.new $d (i32.const 2)))
    (func $make (param $n i32) (result (ref null $s))
      (if (result (ref null $s)) (i32.eqz (local.get $n)) (then (ref.null $s))
        (else (if (result (ref null $s)) (i32.lt_u (local.get $n) (i32.const 10))
          (then (struct.new_desc $s (local.get $n) (i64.const 5)
            (if (result (ref (exact $d))) (i32.and (local.get $n) (i32.const 1)) (then (global.get $one)) (else (global.get $two)))))
          (else (struct.new_default_desc $s (if (result (ref null (exact $d))) (i32.eq (local.get $n) (i32.const 99))
            (then (ref.null none)) (else (global.get $two)))))))))
    (func (export "number") (param i32) (result i32)
      (i32.add (struct.get $d $number (ref.get_desc $s (call $make (local.get 0))))
        (i32.mul (i32.const 100) (struct.get $s $x (call $make (local.get 0))))))
    (func (export "cast") (param i32) (result i32)
      (struct.get $s $x (ref.cast_desc_eq (ref $s) (call $make (local.get 0)) (global.get $one))))
    (func (export "cast to null") (param i32) (result i32)
      (ref.is_null (ref.cast_desc_eq (ref null $s) (call $make (local.get 0)) (global.get $two))))
    (func (export "branch") (param i32) (result i32)
      (block $is (result (ref $s))
        (drop (br_on_cast_desc_eq $is (ref null $s) (ref $s) (call $make (local.get 0)) (global.get $one)))
        (return (i32.const -1)))
      (struct.get $s $x))
    (func (export "large") (result i32)
      (ref.eq (ref.get_desc $large (struct.new_default_desc $large (struct.new $e)))
              (ref.get_desc $large (struct.new_default_desc $large (struct.new $e)))))
  ))";
  EngineConfig with_descriptors = config();
  with_descriptors.features.set(Feature::custom_descriptors, true);
  TwoMachines machines(with_descriptors);
  ASSERT_TRUE(machines.instantiate(described));
  for (const std::string_view name : {"number", "cast", "cast to null", "branch"}) {
    for (const Slot how : {0, 1, 2, 9, 10, 99}) EXPECT_TRUE(machines.agree(name, {how})) << how;
  }
  EXPECT_TRUE(machines.agree("large"));
}

INSTANTIATE_TEST_SUITE_P(All, Objects, ::testing::Bool(),
                         [](const auto& of) { return of.param ? "collecting_always" : "collecting_when_due"; });

}  // namespace
}  // namespace invar::jit
