// Programs that allocate: in bounded memory, with every kind of root, at the limits. In stress mode each allocation
// collects and overwrites what it frees, so a root that is not seen changes a result.
#include "engine/gc/heap.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/testing.h"

namespace invar {
namespace {

EngineConfig stressed() {
  EngineConfig config;
  config.stress_collection = true;
  return config;
}

class GcProgramTest : public RuntimeTest {
 protected:
  explicit GcProgramTest(EngineConfig config = {}, const StoreLimits& limits = {.max_guarded_memories = 16})
      : RuntimeTest(config, limits) {}
};

// Bounded memory: a heap of 32 MiB sees several hundred megabytes of objects.

class BoundedGcTest : public GcProgramTest {
 protected:
  static constexpr u64 limit = u64{32} << 20;
  BoundedGcTest() : GcProgramTest({}, {.max_guarded_memories = 16, .max_heap_bytes = limit}) {}
  void expect_bounded(u64 least_collections) const {
    const gc::Heap& heap = const_cast<Store&>(store).heap();
    EXPECT_LE(heap.committed_bytes(), limit);
    EXPECT_GE(heap.collections(), least_collections);
  }
};

TEST_F(BoundedGcTest, ListsOfWhichTheTailIsDropped) {
  const Instance* instance = instantiate(R"((module
    (type $node (struct (field $next (mut (ref null $node))) (field $value i64)))
    ;; A queue: appends at the tail, drops at the head, 1000 long.
    (func (export "queue") (param $count i32) (result i64)
      (local $head (ref null $node)) (local $tail (ref null $node)) (local $new (ref null $node))
      (local $i i32) (local $sum i64)
      (local.set $head (struct.new $node (ref.null $node) (i64.const 0)))
      (local.set $tail (local.get $head))
      (loop $next
        (local.set $new (struct.new $node (ref.null $node) (i64.extend_i32_u (local.get $i))))
        (struct.set $node $next (local.get $tail) (local.get $new))
        (local.set $tail (local.get $new))
        (if (i32.ge_u (local.get $i) (i32.const 1000))
          (then (local.set $head (struct.get $node $next (local.get $head)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (local.get $count))))
      (loop $walk
        (local.set $sum (i64.add (local.get $sum) (struct.get $node $value (local.get $head))))
        (br_if $walk (i32.eqz (ref.is_null
          (local.tee $head (struct.get $node $next (local.get $head)))))))
      (local.get $sum))
  ))");
  constexpr u64 count = 8'000'000;
  u64 sum = 0;
  for (u64 i = count - 1000; i < count; ++i) sum += i;
  // The node in front of the last thousand is still the head.
  EXPECT_EQ(value(instance, "queue", {count}), sum + (count - 1001));
  expect_bounded(8);
}

TEST_F(BoundedGcTest, TreesThatAreRebuilt) {
  const Instance* instance = instantiate(R"((module
    (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree))))
    (func $make (param $depth i32) (result (ref $tree))
      (if (result (ref $tree)) (i32.eqz (local.get $depth))
        (then (struct.new_default $tree))
        (else (struct.new $tree
          (call $make (i32.sub (local.get $depth) (i32.const 1)))
          (call $make (i32.sub (local.get $depth) (i32.const 1)))))))
    (func $count (param $tree (ref null $tree)) (result i32)
      (if (result i32) (ref.is_null (local.get $tree))
        (then (i32.const 0))
        (else (i32.add (i32.const 1) (i32.add
          (call $count (struct.get $tree $left (local.get $tree)))
          (call $count (struct.get $tree $right (local.get $tree))))))))
    (func (export "trees") (param $rounds i32) (result i32)
      (local $kept (ref $tree)) (local $sum i32)
      (local.set $kept (call $make (i32.const 14)))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $count (call $make (i32.const 12)))))
        (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
      (i32.add (local.get $sum) (call $count (local.get $kept))))
  ))");
  EXPECT_EQ(value(instance, "trees", {400}), 400u * 8191 + 32767);
  expect_bounded(10);
}

TEST_F(BoundedGcTest, CyclesAreNoLeak) {
  const Instance* instance = instantiate(R"((module
    (type $node (struct (field $other (mut (ref null $node))) (field i64 i64)))
    (func (export "cycles") (param $count i32) (result i32)
      (local $a (ref null $node)) (local $b (ref null $node))
      (loop $again
        (local.set $a (struct.new_default $node))
        (local.set $b (struct.new_default $node))
        (struct.set $node $other (local.get $a) (local.get $b))
        (struct.set $node $other (local.get $b) (local.get $a))
        (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
      (ref.eq (local.get $a) (struct.get $node $other (local.get $b))))
  ))");
  EXPECT_EQ(value(instance, "cycles", {3'000'000}), 1u);
  expect_bounded(10);
}

TEST_F(BoundedGcTest, ArraysOfAllSizes) {
  const Instance* instance = instantiate(R"((module
    (type $bytes (array (mut i8)))
    (type $arrays (array (mut (ref null $bytes))))
    ;; Keeps the last hundred arrays, of up to 80 KB.
    (func (export "arrays") (param $count i32) (result i64)
      (local $ring (ref $arrays)) (local $array (ref null $bytes)) (local $i i32) (local $sum i64)
      (local.set $ring (array.new_default $arrays (i32.const 100)))
      (loop $again
        (local.set $array (array.new $bytes (local.get $i)
          (i32.add (i32.const 1) (i32.rem_u (i32.mul (local.get $i) (i32.const 7919)) (i32.const 80000)))))
        (array.set $arrays (local.get $ring) (i32.rem_u (local.get $i) (i32.const 100)) (local.get $array))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (local.get $count))))
      (loop $each
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (local.set $array (array.get $arrays (local.get $ring) (i32.rem_u (local.get $i) (i32.const 100))))
        (if (i32.ne (array.get_u $bytes (local.get $array) (i32.sub (array.len (local.get $array)) (i32.const 1)))
                    (i32.and (local.get $i) (i32.const 255)))
          (then (unreachable)))
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (array.len (local.get $array)))))
        (br_if $each (i32.gt_u (local.get $i) (i32.sub (local.get $count) (i32.const 100)))))
      (local.get $sum))
  ))");
  constexpr u64 count = 20'000;
  u64 sum = 0;
  for (u64 i = count - 100; i < count; ++i) sum += 1 + (i * 7919) % 80000;
  EXPECT_EQ(value(instance, "arrays", {count}), sum);
  expect_bounded(20);
}

TEST_F(BoundedGcTest, FailureIsATrapAndTheStoreStaysUsable) {
  const Instance* instance = instantiate(R"((module
    (type $node (struct (field $next (ref null $node)) (field i64)))
    (type $bytes (array (mut i8)))
    (type $wide (array (mut v128)))
    (global $kept (export "kept") (mut (ref null $node)) (ref.null $node))
    (func (export "hoard")
      (loop $again
        (global.set $kept (struct.new $node (global.get $kept) (i64.const 1)))
        (br $again)))
    (func (export "bytes") (param i32) (result i32) (array.len (array.new_default $bytes (local.get 0))))
    (func (export "filled") (param i32) (result i32) (array.len (array.new $bytes (i32.const 1) (local.get 0))))
    (func (export "wide") (param i32) (result i32) (array.len (array.new_default $wide (local.get 0))))
    (func (export "drop") (global.set $kept (ref.null $node)))
  ))");
  for (const char* giant : {"bytes", "filled", "wide"}) {
    EXPECT_EQ(trap(instance, giant, {0xffffffff}), TrapKind::allocation_failure);
    EXPECT_EQ(trap(instance, giant, {0x80000000}), TrapKind::allocation_failure);
  }
  EXPECT_EQ(store.heap().collections(), 0u);  // hopeless sizes are not even tried
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(trap(instance, "hoard"), TrapKind::allocation_failure);
    EXPECT_EQ(trap(instance, "bytes", {100'000}), TrapKind::allocation_failure);
    value(instance, "drop");
    EXPECT_EQ(value(instance, "bytes", {100'000}), 100'000u);
    EXPECT_EQ(value(instance, "filled", {20'000'000}), 20'000'000u);
  }
  EXPECT_LE(store.heap().committed_bytes(), limit);
}

// Roots

class GcRootTest : public GcProgramTest {
 protected:
  GcRootTest() : GcProgramTest(stressed()) {}
};

constexpr std::string_view box_module = R"((module
  (type $box (struct (field $value (mut i32))))
  (type $boxes (array (mut (ref null $box))))
  (type $pair (struct (field $a (ref null $box)) (field $b (ref null $box))))
  (func $box (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
  (func $churn (export "churn") (drop (struct.new_default $pair)) (drop (struct.new_default $box)))
  (func $unbox (param (ref null $box)) (result i32) (struct.get $box $value (local.get 0)))

  (func (export "local") (result i32)
    (local $kept (ref $box))
    (local.set $kept (struct.new $box (i32.const 11)))
    (call $churn)
    (drop (struct.new_default $pair))
    (struct.get $box $value (local.get $kept)))
  (func $parameter (param $kept (ref $box)) (result i32)
    (call $churn)
    (drop (struct.new_default $pair))
    (struct.get $box $value (local.get $kept)))
  (func (export "parameter") (result i32) (call $parameter (struct.new $box (i32.const 12))))
  ;; Operands that no local names: while the next ones are made, and over a call.
  (func (export "operands") (result i32)
    (local $pair (ref $pair))
    (local.set $pair (struct.new $pair (struct.new $box (i32.const 13)) (struct.new $box (i32.const 14))))
    (i32.add (i32.mul (i32.const 100) (struct.get $box $value (struct.get $pair $a (local.get $pair))))
             (struct.get $box $value (struct.get $pair $b (local.get $pair)))))
  (func (export "operand_over_call") (result i32)
    (struct.get $box $value (struct.new $box (i32.const 15)))
    (call $unbox (struct.new $box (i32.const 16)))
    (struct.new $box (i32.const 17))
    (call $churn)
    (struct.get $box $value)
    i32.add i32.add)
  ;; In a register only, where other instructions are concerned.
  (func (export "register") (param $pair i32) (result i32)
    (struct.get $pair $a (struct.new $pair (struct.new $box (i32.const 18)) (ref.null $box)))
    (drop (struct.new $pair (ref.null $box) (ref.null $box)))
    (struct.get $box $value))
  ;; An outgoing argument while the next one is made.
  (func $two (param (ref $box) (ref $box)) (result i32)
    (call $churn)
    (i32.sub (struct.get $box $value (local.get 0)) (struct.get $box $value (local.get 1))))
  (func (export "arguments") (result i32)
    (call $two (struct.new $box (i32.const 50)) (call $box (i32.const 31))))
  (func $result (result (ref $box) (ref $box)) (struct.new $box (i32.const 10)) (struct.new $box (i32.const 10)))
  (func (export "results") (result i32) (local $a (ref null $box))
    (call $result)
    (call $churn)
    (local.set $a)
    (i32.add (call $unbox) (call $unbox (local.get $a))))
  ;; Deep frames.
  (func $deep (export "deep") (param $depth i32) (result i32)
    (local $kept (ref $box))
    (local.set $kept (struct.new $box (local.get $depth)))
    (if (local.get $depth) (then
      (return (i32.add (call $deep (i32.sub (local.get $depth) (i32.const 1)))
                       (struct.get $box $value (local.get $kept))))))
    (struct.get $box $value (local.get $kept)))
  ;; Tail calls move their arguments.
  (func $tail (param $n i32) (param $kept (ref $box)) (result i32)
    (call $churn)
    (if (i32.eqz (local.get $n)) (then (return (struct.get $box $value (local.get $kept)))))
    (return_call $tail (i32.sub (local.get $n) (i32.const 1))
                       (struct.new $box (i32.add (i32.const 1) (struct.get $box $value (local.get $kept))))))
  (func (export "tail") (result i32) (call $tail (i32.const 20) (struct.new $box (i32.const 2))))
  ;; Elements of an array that is being built.
  (func (export "fixed") (result i32) (local $boxes (ref $boxes))
    (local.set $boxes (array.new_fixed $boxes 3
      (struct.new $box (i32.const 7)) (struct.new $box (i32.const 8)) (struct.new $box (i32.const 9))))
    (call $churn)
    (i32.add (call $unbox (array.get $boxes (local.get $boxes) (i32.const 0)))
    (i32.add (call $unbox (array.get $boxes (local.get $boxes) (i32.const 1)))
             (call $unbox (array.get $boxes (local.get $boxes) (i32.const 2))))))
  (func (export "filled") (result i32) (local $boxes (ref $boxes))
    (local.set $boxes (array.new $boxes (struct.new $box (i32.const 25)) (i32.const 20)))
    (call $churn)
    (call $unbox (array.get $boxes (local.get $boxes) (i32.const 19))))
))";

TEST_F(GcRootTest, GuestFrames) {
  const Instance* instance = instantiate(box_module);
  EXPECT_EQ(value(instance, "local"), 11u);
  EXPECT_EQ(value(instance, "parameter"), 12u);
  EXPECT_EQ(value(instance, "operands"), 1314u);
  EXPECT_EQ(value(instance, "operand_over_call"), 48u);
  EXPECT_EQ(value(instance, "register", {0}), 18u);
  EXPECT_EQ(value(instance, "arguments"), 19u);
  EXPECT_EQ(value(instance, "results"), 20u);
  EXPECT_EQ(value(instance, "deep", {200}), 200u * 201 / 2);
  EXPECT_EQ(value(instance, "tail"), 22u);
  EXPECT_EQ(value(instance, "fixed"), 24u);
  EXPECT_EQ(value(instance, "filled"), 25u);
}

TEST_F(GcRootTest, GlobalsTablesAndSegments) {
  const Instance* instance = instantiate(R"((module
    (type $box (struct (field $value (mut i32))))
    (type $boxes (array (mut (ref null $box))))
    (global $constant (ref $box) (struct.new $box (i32.const 1)))
    (global $variable (mut anyref) (ref.null any))
    (global $external (mut externref) (ref.null extern))
    (table $table 3 (ref null $box) (struct.new $box (i32.const 2)))
    (table $active 4 (ref null $box))
    (elem (table $active) (i32.const 1) (ref $box) (item (struct.new $box (i32.const 30))) (item (struct.new $box (i32.const 31))))
    (elem $passive (ref $box) (item (struct.new $box (i32.const 3))) (item (struct.new $box (i32.const 4))))
    (func $unbox (param anyref) (result i32) (struct.get $box $value (ref.cast (ref $box) (local.get 0))))
    (func (export "churn") (drop (struct.new_default $box)) (drop (array.new_default $boxes (i32.const 1))))
    (func (export "set")
      (global.set $variable (struct.new $box (i32.const 5)))
      (global.set $external (extern.convert_any (struct.new $box (i32.const 6))))
      (table.set $table (i32.const 1) (struct.new $box (i32.const 7)))
      (drop (table.grow $table (struct.new $box (i32.const 8)) (i32.const 1))))
    (func (export "constant") (result i32) (call $unbox (global.get $constant)))
    (func (export "variable") (result i32) (call $unbox (global.get $variable)))
    (func (export "external") (result i32) (call $unbox (any.convert_extern (global.get $external))))
    (func (export "table") (param i32) (result i32) (call $unbox (table.get $table (local.get 0))))
    (func (export "active") (param i32) (result i32) (call $unbox (table.get $active (local.get 0))))
    (func (export "passive") (param i32) (result i32) (local $boxes (ref $boxes))
      (local.set $boxes (array.new_elem $boxes $passive (i32.const 0) (i32.const 2)))
      (drop (struct.new_default $box))
      (call $unbox (array.get $boxes (local.get $boxes) (local.get 0))))
    (func (export "drop") (elem.drop $passive))
  ))");
  value(instance, "set");
  value(instance, "churn");
  EXPECT_EQ(value(instance, "constant"), 1u);
  EXPECT_EQ(value(instance, "variable"), 5u);
  EXPECT_EQ(value(instance, "external"), 6u);
  EXPECT_EQ(value(instance, "table", {0}), 2u);
  EXPECT_EQ(value(instance, "table", {1}), 7u);
  EXPECT_EQ(value(instance, "table", {3}), 8u);
  EXPECT_EQ(value(instance, "active", {1}), 30u);
  EXPECT_EQ(value(instance, "active", {2}), 31u);
  EXPECT_EQ(value(instance, "passive", {0}), 3u);
  EXPECT_EQ(value(instance, "passive", {1}), 4u);
  value(instance, "drop");
  const u64 collections = store.heap().collections();
  value(instance, "churn");
  EXPECT_EQ(store.heap().collections(), collections + 2);
}

TEST_F(GcRootTest, ConstantExpressionsKeepTheirOperands) {
  const Instance* instance = instantiate(R"((module
    (type $box (struct (field $value (mut i32))))
    (type $mixed (struct (field i8) (field (ref $box)) (field v128) (field (ref $box)) (field i16)))
    (type $boxes (array (ref $box)))
    (global $mixed (ref $mixed)
      (struct.new $mixed (i32.const 300) (struct.new $box (i32.const 1)) (v128.const i64x2 5 6)
                         (struct.new $box (i32.const 2)) (i32.const -1)))
    (global $boxes (ref $boxes)
      (array.new_fixed $boxes 3 (struct.new $box (i32.const 3)) (struct.new $box (i32.const 4))
                                (struct.new $box (i32.const 5))))
    (global $same (ref $boxes) (array.new $boxes (struct.new $box (i32.const 6)) (i32.const 2)))
    (global $pairs externref (extern.convert_any (array.new_default $vectors (i32.const 2))))
    (type $vectors (array (mut v128)))
    (func (export "churn") (drop (struct.new_default $box)))
    (func (export "mixed") (result i32)
      (i32.add (struct.get $box $value (struct.get $mixed 1 (global.get $mixed)))
      (i32.add (i32.mul (i32.const 10) (struct.get $box $value (struct.get $mixed 3 (global.get $mixed))))
      (i32.add (i32.mul (i32.const 100) (struct.get_u $mixed 0 (global.get $mixed)))
      (i32.add (i32.mul (i32.const 10000) (struct.get_s $mixed 4 (global.get $mixed)))
               (i32.mul (i32.const 1000000) (i32x4.extract_lane 2 (struct.get $mixed 2 (global.get $mixed)))))))))
    (func (export "element") (param i32) (result i32)
      (struct.get $box $value (array.get $boxes (global.get $boxes) (local.get 0))))
    (func (export "same") (param i32) (result i32)
      (struct.get $box $value (array.get $boxes (global.get $same) (local.get 0))))
  ))");
  value(instance, "churn");
  EXPECT_EQ(value(instance, "mixed"), 1u + 20 + 4400 - 10000 + 6000000);
  for (u32 i = 0; i < 3; ++i) EXPECT_EQ(value(instance, "element", {i}), 3 + i);
  for (u32 i = 0; i < 2; ++i) EXPECT_EQ(value(instance, "same", {i}), 6u);
}

/// The host calls back in, and that allocates: the frames below it count.
TEST_F(GcRootTest, FramesBelowTheHost) {
  struct Environment {
    Store* store = nullptr;
    const Func* churn = nullptr;
  } environment;
  const ValType boxed = ValType::reference({Heap::any, 0}, true);
  const FuncType type{{type_i32, boxed}, {boxed}};
  const auto callback = [](void* data, Instance*, Slot* slots) -> TrapKind {
    auto& env = *static_cast<Environment*>(data);
    const Slot argument = slots[1];
    if (invar::call(*env.store, *env.churn, {}, {}) != TrapKind::none) return TrapKind::host_error;
    slots[0] = argument;
    return TrapKind::none;
  };
  ASSERT_TRUE(linker.define_function("host", "call_back", type, callback, &environment));
  const Instance* instance = instantiate(R"((module
    (type $box (struct (field $value (mut i32))))
    (import "host" "call_back" (func $call_back (param i32 anyref) (result anyref)))
    (func (export "churn") (drop (struct.new_default $box)) (drop (struct.new_default $box)))
    (func (export "run") (result i32) (local $kept (ref $box))
      (local.set $kept (struct.new $box (i32.const 40)))
      (struct.new $box (i32.const 30))
      (struct.get $box $value (ref.cast (ref $box) (call $call_back (i32.const 1) (struct.new $box (i32.const 7)))))
      (i32.add (struct.get $box $value (local.get $kept)))
      (drop (struct.new_default $box))
      (local.set $kept (struct.new $box))
      (struct.get $box $value)
      (i32.add (struct.get $box $value (local.get $kept))))
  ))");
  environment = {&store, exported<Func>(instance, "churn")};
  EXPECT_EQ(value(instance, "run"), 77u);
}

/// Arguments and results of calls from the host.
TEST_F(GcRootTest, ArgumentsFromTheHost) {
  const Instance* instance = instantiate(R"((module
    (type $box (struct (field $value (mut i32))))
    (func (export "make") (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
    (func (export "use") (param anyref) (result i32)
      (drop (struct.new_default $box))
      (drop (struct.new_default $box))
      (struct.get $box $value (ref.cast (ref $box) (local.get 0))))
  ))");
  EXPECT_EQ(value(instance, "use", {value(instance, "make", {99})}), 99u);
}

// Instructions that the suite touches little.

TEST_F(GcProgramTest, FieldsOfEveryStorageAtEveryPlace) {
  const Instance* instance = instantiate(R"((module
    (type $all (struct (field $b (mut i8)) (field $h (mut i16)) (field $i (mut i32)) (field $l (mut i64))
                       (field $f (mut f32)) (field $d (mut f64)) (field $v (mut v128)) (field $r (mut anyref))))
    (global $all (ref $all) (struct.new_default $all))
    (func (export "constants") (result i64)
      (struct.set $all $b (global.get $all) (i32.const -2))
      (struct.set $all $h (global.get $all) (i32.const -3))
      (struct.set $all $i (global.get $all) (i32.const -4))
      (struct.set $all $l (global.get $all) (i64.const -5))
      (struct.set $all $f (global.get $all) (f32.const 1.5))
      (struct.set $all $d (global.get $all) (f64.const 2.5))
      (struct.set $all $r (global.get $all) (ref.i31 (i32.const -6)))
      (struct.set $all $v (global.get $all) (v128.const i64x2 7 8))
      (i64.add (i64.extend_i32_s (i32.add (struct.get_s $all $b (global.get $all)) (struct.get_u $all $b (global.get $all))))
      (i64.add (i64.extend_i32_s (i32.add (struct.get_s $all $h (global.get $all)) (struct.get_u $all $h (global.get $all))))
      (i64.add (i64.extend_i32_s (struct.get $all $i (global.get $all)))
      (i64.add (struct.get $all $l (global.get $all))
      (i64.add (i64.trunc_f32_s (f32.mul (f32.const 100) (struct.get $all $f (global.get $all))))
      (i64.add (i64.trunc_f64_s (f64.mul (f64.const 100) (struct.get $all $d (global.get $all))))
      (i64.add (i64.extend_i32_s (i31.get_s (ref.cast (ref i31) (struct.get $all $r (global.get $all)))))
               (i64x2.extract_lane 1 (struct.get $all $v (global.get $all)))))))))))
    (type $wide (array (mut v128)))
    (func (export "vectors") (param $n i32) (result i64)
      (local $array (ref $wide)) (local $i i32) (local $sum v128)
      (local.set $array (array.new $wide (v128.const i64x2 1 2) (local.get $n)))
      (array.set $wide (local.get $array) (i32.const 3) (v128.const i64x2 10 20))
      (array.copy $wide $wide (local.get $array) (i32.const 4) (local.get $array) (i32.const 2) (i32.const 3))
      (loop $each
        (local.set $sum (i64x2.add (local.get $sum) (array.get $wide (local.get $array) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $each (i32.lt_u (local.get $i) (array.len (local.get $array)))))
      (i64.add (i64x2.extract_lane 0 (local.get $sum))
               (i64.mul (i64.const 1000) (i64x2.extract_lane 1 (local.get $sum)))))
  ))");
  EXPECT_EQ(static_cast<s64>(value(instance, "constants")), (-2 + 254) + (-3 + 65533) + -4 + -5 + 150 + 250 + -6 + 8);
  // 1 1 1 10 1 10 1 1 1 1
  EXPECT_EQ(value(instance, "vectors", {10}), 28u + 1000 * 56);
}

TEST_F(GcProgramTest, CastsClimbTheDisplay) {
  const Instance* instance = instantiate(R"((module
    (type $a (sub (struct (field i32))))
    (type $b (sub $a (struct (field i32 i32))))
    (type $c (sub final $b (struct (field i32 i32 i32))))
    (type $other (sub $a (struct (field i32 i64))))
    (type $f (func (result i32)))
    (func $make (param $which i32) (result anyref)
      (block $3 (block $2 (block $1 (block $0 (br_table $0 $1 $2 $3 (local.get $which)))
        (return (struct.new_default $a)))
        (return (struct.new_default $b)))
        (return (struct.new_default $c)))
      (struct.new_default $other))
    (func (export "tests") (param $which i32) (result i32) (local $x anyref)
      (local.set $x (call $make (local.get $which)))
      (i32.or (ref.test (ref $a) (local.get $x))
      (i32.or (i32.shl (ref.test (ref $b) (local.get $x)) (i32.const 1))
      (i32.or (i32.shl (ref.test (ref null $c) (local.get $x)) (i32.const 2))
      (i32.or (i32.shl (ref.test (ref $other) (local.get $x)) (i32.const 3))
      (i32.or (i32.shl (ref.test (ref struct) (local.get $x)) (i32.const 4))
      (i32.or (i32.shl (ref.test (ref array) (local.get $x)) (i32.const 5))
      (i32.or (i32.shl (ref.test (ref eq) (local.get $x)) (i32.const 6))
      (i32.or (i32.shl (ref.test (ref i31) (local.get $x)) (i32.const 7))
              (i32.shl (ref.test (ref none) (local.get $x)) (i32.const 8)))))))))))
    ;; Branches that carry more than the reference, in both directions.
    (func (export "branch") (param $which i32) (result i32)
      (i32.const 1000)
      (block $is_b (param i32) (result i32 (ref $b))
        (i32.const 5)
        (call $make (local.get $which))
        (br_on_cast $is_b anyref (ref $b))
        (drop) (i32.add)
        (return))
      (drop) (i32.add (i32.const 1))
      (return))
    (func (export "branch_fail") (param $which i32) (result i32)
      (block $no (result i32 anyref)
        (i32.const 7)
        (br_on_cast_fail $no anyref (ref $c) (call $make (local.get $which)))
        (drop) (drop)
        (return (i32.const 1)))
      (drop))
    (func (export "cast") (param $which i32) (result i32)
      (struct.get $b 1 (ref.cast (ref $b) (call $make (local.get $which)))))
  ))");
  constexpr u32 always = 0b0'0101'0000;
  EXPECT_EQ(value(instance, "tests", {0}), always | 1);
  EXPECT_EQ(value(instance, "tests", {1}), always | 3);
  EXPECT_EQ(value(instance, "tests", {2}), always | 7);
  EXPECT_EQ(value(instance, "tests", {3}), always | 9);
  EXPECT_EQ(value(instance, "branch", {0}), 1005u);
  EXPECT_EQ(value(instance, "branch", {1}), 6u);
  EXPECT_EQ(value(instance, "branch", {2}), 6u);
  EXPECT_EQ(value(instance, "branch_fail", {2}), 1u);
  EXPECT_EQ(value(instance, "branch_fail", {1}), 7u);
  EXPECT_EQ(trap(instance, "cast", {0}), TrapKind::cast_failure);
  EXPECT_EQ(value(instance, "cast", {1}), 0u);
  EXPECT_EQ(value(instance, "cast", {2}), 0u);
}

}  // namespace
}  // namespace invar
