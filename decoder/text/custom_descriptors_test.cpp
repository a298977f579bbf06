// Custom descriptors and exact types, through text and validation.
#include "decoder/text/testing.h"

namespace invar::text {
namespace {

Features without_descriptors() {
  Features features = Features::all();
  features.set(Feature::custom_descriptors, false);
  return features;
}

::testing::AssertionResult begins(const std::string& message, std::string_view text) {
  if (message.starts_with(text)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "got: \"" << message << "\"";
}

/// $point has descriptors $shape; $cell is an ordinary structure, $leaf a subtype of it.
constexpr std::string_view types =
    "(rec (type $point (sub (descriptor $shape) (struct (field $x i32))))"
    "     (type $shape (sub (describes $point) (struct (field $id i64)))))"
    "(type $cell (sub (struct))) (type $leaf (sub $cell (struct (field f32)))) (type $row (array i32))"
    "(type $f (sub (func))) ";

/// A function over those types.
std::string error_in(std::string_view function, const Features& features = Features::all()) {
  return error_of(std::string{types} + std::string{function}, features);
}

TEST(CustomDescriptors, PairsNameEachOther) {
  EXPECT_EQ(error_of("(rec (type (descriptor 1) (struct)) (type (describes 0) (struct)))"), "");
  EXPECT_TRUE(begins(error_of("(type (struct)) (rec (type (descriptor 2) (struct)) (type (describes 0) (struct)))"),
                     "type is not described by its descriptor: type 1"));
  EXPECT_TRUE(begins(error_of("(type (descriptor 0) (struct))"), "type is not described by its descriptor"));
  EXPECT_TRUE(begins(error_of("(type (describes 0) (struct))"), "forward use of described type"));
  EXPECT_TRUE(begins(error_of("(type (descriptor 9) (struct))"), "descriptor type is outside rec group"));
  EXPECT_TRUE(begins(error_of("(type (describes 9) (struct))"), "described type is outside rec group"));
  EXPECT_TRUE(begins(error_of("(rec (type (descriptor 2) (struct)) (type (struct)) (type (describes 1) (struct)))"),
                     "type is not described by its descriptor: type 0"));
}

TEST(CustomDescriptors, EqualPairsAreOneType) {
  const std::string two =
      "(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))"
      "(rec (type $c (descriptor $d) (struct)) (type $d (describes $c) (struct)))"
      "(rec (type $e (struct)) (type $g (struct)))";
  EXPECT_EQ(error_of(two + "(func (param (ref $a) (ref (exact $b))) (result (ref $c) (ref (exact $d)))"
                           " local.get 0 local.get 1)"),
            "");
  EXPECT_TRUE(begins(error_of(two + "(func (param (ref $a)) (result (ref $e)) local.get 0)"), "type mismatch"));
  EXPECT_TRUE(begins(error_of(two + "(func (param (ref $b)) (result (ref $g)) local.get 0)"), "type mismatch"));
}

TEST(CustomDescriptors, DifferentDescriptorsMakeDifferentTypes) {
  // In one group of four the pairs cross over or do not.
  EXPECT_TRUE(begins(error_of("(rec (type $a (descriptor 2) (struct)) (type (descriptor 3) (struct))"
                              "     (type (describes 0) (struct)) (type (describes 1) (struct)))"
                              "(rec (type $b (descriptor 7) (struct)) (type (descriptor 6) (struct))"
                              "     (type (describes 5) (struct)) (type (describes 4) (struct)))"
                              "(func (param (ref $a)) (result (ref $b)) local.get 0)"),
                     "type mismatch"));
}

TEST(CustomDescriptors, ExactTypesHaveNoSubtypes) {
  EXPECT_EQ(error_in("(func (param (ref (exact $leaf))) (result (ref null $cell)) local.get 0)"), "");
  EXPECT_EQ(error_in("(func (param (ref none)) (result (ref (exact $leaf))) local.get 0)"), "");
  EXPECT_EQ(error_in("(func (param (ref (exact $f))) (result funcref) local.get 0)"), "");
  EXPECT_TRUE(begins(error_in("(func (param (ref (exact $leaf))) (result (ref (exact $cell))) local.get 0)"),
                     "type mismatch: instruction requires [(ref (exact 2))] but stack has [(ref (exact 3))]"));
  EXPECT_TRUE(begins(error_in("(func (param (ref $cell)) (result (ref (exact $cell))) local.get 0)"), "type mismatch"));
  EXPECT_TRUE(
      begins(error_in("(func (param (ref nofunc)) (result (ref (exact $cell))) local.get 0)"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param (ref null (exact $cell))) (result (ref (exact $cell))) local.get 0)"),
                     "type mismatch"));
  EXPECT_TRUE(begins(error_of("(func (param (ref (exact 7))))"), "unknown type 7"));
}

TEST(CustomDescriptors, WhatIsNewIsExact) {
  EXPECT_EQ(error_in("(func (result (ref (exact $cell))) struct.new $cell)"), "");
  EXPECT_EQ(error_in("(func (result (ref (exact $leaf))) struct.new_default $leaf)"), "");
  EXPECT_EQ(error_in("(func (result (ref (exact $row))) (array.new_fixed $row 1 (i32.const 1)))"), "");
  EXPECT_EQ(error_in("(func $g (type $f)) (elem declare func $g)"
                     "(func (result (ref (exact $f))) ref.func $g)"),
            "");
  EXPECT_EQ(error_in("(import \"\" \"\" (func $g (exact (type $f)))) (global (ref (exact $f)) (ref.func $g))"), "");
  EXPECT_TRUE(begins(error_in("(import \"\" \"\" (func $h (exact (type $f)))) (import \"\" \"\" (func $g (type $f)))"
                              "(global (ref (exact $f)) (ref.func $g))"),
                     "type mismatch"));
  // Without the feature nothing is: messages and types stay what they were.
  EXPECT_EQ(error_of("(type $s (sub (struct))) (func (result (ref $s)) struct.new $s)", without_descriptors()), "");
  EXPECT_TRUE(begins(error_of("(type (struct)) (func (param (ref (exact 0))))", without_descriptors()),
                     "malformed heap type 0x62"));
}

TEST(CustomDescriptors, Allocation) {
  const std::string_view shape = "(func (param (ref null (exact $shape))) (result (ref (exact $point))) ";
  const auto error = [&](std::string_view body) { return error_in(std::string{shape} + std::string{body} + ")"); };
  EXPECT_EQ(error("(struct.new_desc $point (i32.const 1) (local.get 0))"), "");
  EXPECT_EQ(error("(struct.new_default_desc $point (local.get 0))"), "");
  EXPECT_TRUE(
      begins(error("(struct.new $point (i32.const 1))"), "type with descriptor requires descriptor allocation"));
  EXPECT_TRUE(begins(error("(struct.new_default_desc $cell (local.get 0))"),
                     "type without descriptor requires non-descriptor allocation"));
  EXPECT_TRUE(begins(error("(struct.new_desc $point (local.get 0) (i32.const 1))"), "type mismatch"));
  EXPECT_TRUE(begins(error("(struct.new_desc $row (local.get 0))"), "type mismatch: type 4 is no structure type"));
  EXPECT_TRUE(begins(error("(struct.new_desc 77 (local.get 0))"), "unknown type 77"));
  // As a constant.
  EXPECT_EQ(error_in("(global (ref (exact $point)) (struct.new_default_desc $point (struct.new_default $shape)))"), "");
}

TEST(CustomDescriptors, GettingOne) {
  EXPECT_EQ(error_in("(func (param (ref null (exact $point))) (result (ref (exact $shape)))"
                     " (ref.get_desc $point (local.get 0)))"),
            "");
  EXPECT_EQ(error_in("(func (param (ref $point)) (result (ref $shape)) (ref.get_desc $point (local.get 0)))"), "");
  EXPECT_EQ(error_in("(func (result (ref (exact $shape))) unreachable ref.get_desc $point)"), "");
  EXPECT_TRUE(begins(error_in("(func (param (ref $point)) (result (ref (exact $shape)))"
                              " (ref.get_desc $point (local.get 0)))"),
                     "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param i32) (drop (ref.get_desc $point (local.get 0))))"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param anyref) (drop (ref.get_desc $point (local.get 0))))"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param (ref $shape)) (drop (ref.get_desc $shape (local.get 0))))"),
                     "type without descriptor: type 1"));
  EXPECT_TRUE(begins(error_in("(func (drop (ref.get_desc 50 (ref.null none))))"), "unknown type 50"));
}

TEST(CustomDescriptors, CastsByDescriptor) {
  EXPECT_EQ(error_in("(func (param anyref (ref null $shape)) (result (ref $point))"
                     " (ref.cast_desc_eq (ref $point) (local.get 0) (local.get 1)))"),
            "");
  EXPECT_EQ(error_in("(func (param eqref (ref (exact $shape))) (result (ref null (exact $point)))"
                     " (ref.cast_desc_eq (ref null (exact $point)) (local.get 0) (local.get 1)))"),
            "");
  EXPECT_TRUE(begins(error_in("(func (param eqref (ref $shape))"
                              " (drop (ref.cast_desc_eq (ref (exact $point)) (local.get 0) (local.get 1))))"),
                     "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param anyref) (drop (ref.cast_desc_eq anyref (local.get 0) (unreachable))))"),
                     "type any does not have a descriptor"));
  EXPECT_TRUE(begins(error_in("(func (drop (ref.cast_desc_eq (ref (exact $cell)) (unreachable))))"),
                     "type 2 does not have a descriptor"));
  EXPECT_EQ(error_in("(func (param anyref (ref $shape)) (result (ref $point))"
                     " (drop (br_on_cast_desc_eq 0 anyref (ref $point) (local.get 0) (local.get 1))) unreachable)"),
            "");
  EXPECT_EQ(error_in("(func (param anyref (ref $shape)) (result anyref)"
                     " (drop (block (result (ref $point))"
                     "  (br_on_cast_desc_eq_fail 1 anyref (ref $point) (local.get 0) (local.get 1)))) unreachable)"),
            "");
  EXPECT_TRUE(begins(error_in("(func (param funcref (ref $shape)) (result funcref)"
                              " (br_on_cast_desc_eq_fail 0 funcref (ref $point) (local.get 0) (local.get 1)))"),
                     "type mismatch"));
}

TEST(CustomDescriptors, CastsGoAnywhereInTheirHierarchy) {
  const std::string_view up = "(func (param eqref) (result anyref) (br_on_cast 0 eqref anyref (local.get 0)))";
  EXPECT_EQ(error_of(up), "");
  EXPECT_TRUE(begins(error_of(up, without_descriptors()), "type mismatch"));
}

TEST(CustomDescriptors, TextRoundTrip) {
  const std::string text = reprinted(
      "(module (rec (type (@name \"a\") (sub (descriptor 1) (struct (field (ref null (exact 0)))))) "
      "(type (sub (describes 0) (descriptor 2) (struct (field (mut i8))))) (type (describes 1) (struct)))"
      "(type (;3;) (func (param (ref (exact 1))))) (import \"m\" \"f\" (func (exact (type 3) (param (ref (exact 1))))))"
      "(import \"m\" \"g\" (func (@name \"g\") (type 3)))"
      "(func (import \"m\" \"h\") (exact (param i32) (result i64)))"
      "(func (param anyref (ref (exact 1))) (result anyref) (local (ref null (exact 2)))"
      " (ref.cast_desc_eq (ref 0) (local.get 0) (local.get 1)) drop"
      " (ref.cast_desc_eq (ref null (exact 0)) (local.get 0) (local.get 1)) drop"
      " (ref.test (ref (exact 0)) (local.get 0)) drop (ref.cast (ref null (exact 2)) (local.get 0)) drop"
      " (block (result (ref null (exact 2))) (ref.null (exact 2))) drop"
      " (struct.new_desc 1 (i32.const 1) (struct.new 2)) (ref.get_desc 1) drop"
      " (struct.new_default_desc 1 (struct.new 2)) drop"
      " (br_on_cast_desc_eq 0 anyref (ref null 0) (local.get 0) (local.get 1)) drop"
      " (br_on_cast_desc_eq_fail 0 anyref (ref (exact 0)) (local.get 0) (local.get 1))))");
  for (const std::string_view part :
       {"(type $a (;0;) (@name \"a\") (sub (descriptor 1) (struct (field (ref null (exact $a))))))",
        "(type (;1;) (sub (describes $a) (descriptor 2) (struct (field (mut i8)))))",
        "(type (;2;) (describes 1) (struct))", "(exact (type 3) (param (ref (exact 1))))",
        "(exact (type 4) (param i32) (result i64))", "ref.cast_desc_eq (ref null (exact $a))",
        "br_on_cast_desc_eq 0 anyref (ref null $a)", "ref.null (exact 2)", "ref.test (ref (exact $a))"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(CustomDescriptors, Syntax) {
  for (const std::string_view fields :
       {"(type (descriptor 0) (describes 0) (struct))", "(type (describes 0) (describes 0) (struct))",
        "(type (descriptor) (struct))", "(type (struct (field (ref (exact any)))))",
        "(type (struct (field (exact 0))))", "(func (param (ref exact 0)))", "(func (param (ref (exact))))",
        "(func (exact (param i32)))", "(func (export \"f\" (exact)))"}) {
    EXPECT_TRUE(begins(syntax_error_of(fields), "unexpected token")) << fields;
  }
}

}  // namespace
}  // namespace invar::text
