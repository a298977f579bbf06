// Structs with descriptors: what collections leave of them, and where subtypes keep theirs.
#include "engine/gc/descriptor.h"

#include "engine/runtime/testing.h"

namespace invar {
namespace {

EngineConfig stressed_with_descriptors() {
  EngineConfig config;
  config.stress_collection = true;
  config.features.set(Feature::custom_descriptors);
  return config;
}

class DescriptorTest : public RuntimeTest {
 protected:
  DescriptorTest() : RuntimeTest(stressed_with_descriptors(), {.max_guarded_memories = 16}) {}
};

TEST_F(DescriptorTest, AnObjectKeepsItsDescriptor) {
  // Each allocation collects and overwrites what it frees.
  const Instance* instance = instantiate(R"((module
    (rec (type $a (descriptor $b) (struct (field i8) (field $v i32)))
         (type $b (describes $a) (descriptor $c) (struct (field $id i64)))
         (type $c (describes $b) (struct (field $name i64))))
    (type $junk (array i64))
    (global $kept (mut (ref null $a)) (ref.null none))
    (func (export "make") (param i32 i64 i64)
      (global.set $kept
        (struct.new_desc $a (i32.const 1) (local.get 0)
          (struct.new_desc $b (local.get 1) (struct.new $c (local.get 2))))))
    (func (export "default") (param i64)
      (global.set $kept
        (struct.new_default_desc $a (struct.new_default_desc $b (struct.new $c (local.get 0))))))
    (func (export "litter") (drop (array.new $junk (i64.const -1) (i32.const 50))))
    (func (export "value") (result i32) (struct.get $a $v (global.get $kept)))
    (func (export "id") (result i64) (struct.get $b $id (ref.get_desc $a (global.get $kept))))
    (func (export "name") (result i64)
      (struct.get $c $name (ref.get_desc $b (ref.get_desc $a (global.get $kept)))))
  ))");
  value(instance, "make", {7, 8, 9});
  value(instance, "litter");
  EXPECT_EQ(value(instance, "value"), 7u);
  EXPECT_EQ(value(instance, "id"), 8u);
  EXPECT_EQ(value(instance, "name"), 9u);
  value(instance, "default", {10});
  value(instance, "litter");
  EXPECT_EQ(value(instance, "value"), 0u);
  EXPECT_EQ(value(instance, "id"), 0u);
  EXPECT_EQ(value(instance, "name"), 10u);
}

TEST_F(DescriptorTest, SubtypesMayHaveMoreFieldsAndADescriptorTheirSupertypesDoNotHave) {
  const Instance* instance = instantiate(R"((module
    (type $plain (sub (struct (field $x (mut i32)))))
    (rec (type $a (sub $plain (descriptor $da) (struct (field $x (mut i32)))))
         (type $da (sub (describes $a) (struct (field $k i32)))))
    (rec (type $b (sub $a (descriptor $db) (struct (field $x (mut i32)) (field $y f64) (field $z v128))))
         (type $db (sub $da (describes $b) (struct (field $k i32) (field i64)))))
    (global $d (ref (exact $db)) (struct.new $db (i32.const 5) (i64.const 6)))
    (global $o (ref $plain)
      (struct.new_desc $b (i32.const 1) (f64.const 2) (v128.const i64x2 3 4) (global.get $d)))
    (func (export "x") (result i32) (struct.get $plain $x (global.get $o)))
    (func (export "k") (result i32) (struct.get $da $k (ref.get_desc $a (ref.cast (ref $a) (global.get $o)))))
    (func (export "z") (result i64) (i64x2.extract_lane 1 (struct.get $b $z (ref.cast (ref $b) (global.get $o)))))
    (func (export "by") (param i32) (result i32)
      (struct.get $a $x (ref.cast_desc_eq (ref $a) (global.get $o)
        (select (result (ref null $da)) (global.get $d) (struct.new $da (i32.const 5)) (local.get 0)))))
    (func (export "exactly") (result i32) (ref.test (ref (exact $a)) (global.get $o)))
  ))");
  EXPECT_EQ(value(instance, "x"), 1u);
  EXPECT_EQ(value(instance, "k"), 5u);
  EXPECT_EQ(value(instance, "z"), 4u);
  EXPECT_EQ(value(instance, "by", {1}), 1u);
  EXPECT_EQ(trap(instance, "by", {0}), TrapKind::descriptor_cast_failure);
  EXPECT_EQ(value(instance, "exactly"), 0u);
}

TEST_F(DescriptorTest, CastsTakeAnyReference) {
  const Instance* instance = instantiate(R"((module
    (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))
    (type $array (array i64))
    (global $d (ref (exact $b)) (struct.new $b))
    (func $is (param anyref) (result i32)
      (block $no (result anyref)
        (drop (br_on_cast_desc_eq_fail $no anyref (ref $a) (local.get 0) (global.get $d)))
        (return (i32.const 1)))
      drop i32.const 0)
    (func (export "own") (result i32) (call $is (struct.new_desc $a (global.get $d))))
    (func (export "other") (result i32) (call $is (struct.new_desc $a (struct.new $b))))
    (func (export "null") (result i32) (call $is (ref.null none)))
    (func (export "i31") (result i32) (call $is (ref.i31 (i32.const 4))))
    ;; Its length would be the place of a descriptor.
    (func (export "array") (result i32) (call $is (array.new $array (i64.const 0) (i32.const 8))))
    (func (export "itself") (result i32) (call $is (global.get $d)))
    (func (export "none") (param (ref null (exact $b))) (drop (struct.new_desc $a (local.get 0))))
  ))");
  EXPECT_EQ(value(instance, "own"), 1u);
  for (const std::string_view name : {"other", "null", "i31", "array", "itself"}) {
    EXPECT_EQ(value(instance, name), 0u) << name;
  }
  EXPECT_EQ(trap(instance, "none", {null_ref}), TrapKind::null_descriptor_reference);
}

}  // namespace
}  // namespace invar
