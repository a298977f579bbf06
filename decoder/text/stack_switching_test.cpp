// Continuations, through text and validation.
#include "decoder/text/testing.h"

namespace invar::text {
namespace {

Features without_continuations() {
  Features features = Features::all();
  features.set(Feature::stack_switching, false);
  return features;
}

::testing::AssertionResult begins(const std::string& message, std::string_view text) {
  if (message.starts_with(text)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "got: \"" << message << "\"";
}

constexpr std::string_view types =
    "(type $f0 (sub (func (result i32)))) (type $k0 (sub (cont $f0)))"
    "(type $f1 (func (param i64) (result i32))) (type $k1 (cont $f1))"
    "(rec (type $fs (func (param f32 (ref null $ks)) (result i32))) (type $ks (cont $fs)))"
    "(tag $yield (param i32) (result i64)) (tag $stop (param i32)) (tag $swap (result i32)) (tag $none)";

std::string error_in(std::string_view function) { return error_of(std::string{types} + std::string{function}); }

TEST(StackSwitching, ContinuationTypes) {
  EXPECT_EQ(error_of("(type $f (func)) (type (cont $f))"), "");
  EXPECT_TRUE(begins(error_of("(type (cont 0))"), "non-function type 0"));
  EXPECT_TRUE(begins(error_of("(type (struct)) (type (cont 0))"), "non-function type 0"));
  EXPECT_TRUE(begins(error_of("(type (cont 1)) (type (func))"), "unknown type 1"));
  EXPECT_EQ(error_of("(rec (type (cont 1)) (type (func (param (ref 0)))))"), "");
  EXPECT_EQ(error_of("(type (sub (func (result anyref)))) (type (sub (cont 0)))"
                     "(type (sub 0 (func (result eqref)))) (type (sub 1 (cont 2)))"),
            "");
  EXPECT_TRUE(begins(error_of("(type (sub (func (result anyref)))) (type (sub (cont 0)))"
                              "(type (func (result eqref))) (type (sub 1 (cont 2)))"),
                     "sub type 3 does not match super type 1"));
  EXPECT_TRUE(
      begins(error_of("(type (sub (func))) (type (sub 0 (cont 0)))"), "sub type 1 does not match super type 0"));
}

TEST(StackSwitching, EqualContinuationTypesAreOne) {
  const std::string pair =
      "(type $f (func (param i32))) (type $g (func (param i64)))"
      "(type $a (cont $f)) (type $b (cont $f)) (type $c (cont $g))";
  EXPECT_EQ(error_of(pair + "(func (param (ref $a)) (result (ref $b)) local.get 0)"), "");
  EXPECT_TRUE(begins(error_of(pair + "(func (param (ref $a)) (result (ref $c)) local.get 0)"), "type mismatch"));
}

TEST(StackSwitching, AHierarchyOfItsOwn) {
  EXPECT_EQ(error_in("(func (param (ref $k0)) (result contref) local.get 0)"), "");
  EXPECT_EQ(error_in("(func (param nullcontref) (result (ref null $k0)) local.get 0)"), "");
  EXPECT_TRUE(begins(error_in("(func (param contref) (result anyref) local.get 0)"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param (ref $k0)) (result eqref) local.get 0)"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param nullref) (result (ref null $k0)) local.get 0)"), "type mismatch"));
  for (const std::string_view cast :
       {"(drop (ref.test contref (unreachable)))", "(drop (ref.cast (ref $k0) (unreachable)))",
        "(drop (block (result contref) (br_on_cast 0 contref nullcontref (unreachable))))",
        "(drop (block (result contref) (br_on_cast_fail 0 (ref $k0) (ref $k0) (unreachable))))"}) {
    EXPECT_TRUE(begins(error_in("(func " + std::string{cast} + ")"), "invalid cast")) << cast;
  }
}

TEST(StackSwitching, NewAndBind) {
  EXPECT_EQ(error_in("(func (param (ref null $f1)) (result (ref $k0))"
                     " (cont.bind $k1 $k0 (i64.const 1) (cont.new $k1 (local.get 0))))"),
            "");
  EXPECT_EQ(error_in("(func (param (ref $k1)) (result (ref $k1)) (cont.bind $k1 $k1 (local.get 0)))"), "");
  EXPECT_TRUE(begins(error_in("(func (param (ref $f0)) (drop (cont.new $k1 (local.get 0))))"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (drop (cont.new $f0 (unreachable))))"), "non-continuation type 0"));
  EXPECT_TRUE(begins(error_in("(func (drop (cont.new 99 (unreachable))))"), "unknown type 99"));
  EXPECT_TRUE(begins(error_in("(func (drop (cont.bind $k0 $k1 (unreachable))))"), "type mismatch: a continuation"));
  EXPECT_TRUE(begins(error_in("(func (drop (cont.bind $k0 $f1 (unreachable))))"), "non-continuation type 2"));
}

TEST(StackSwitching, Suspend) {
  EXPECT_EQ(error_in("(func (result i64) (suspend $yield (i32.const 1)))"), "");
  EXPECT_TRUE(begins(error_in("(func (result i64) (suspend $yield))"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (suspend 9))"), "unknown tag 9"));
  // What comes back with a result is no exception.
  EXPECT_TRUE(begins(error_in("(func (throw $yield (i32.const 1)))"), "type mismatch: tag 0 has results"));
  EXPECT_TRUE(begins(error_in("(func (block (try_table (catch $swap 0))))"), "type mismatch: tag 2 has results"));
  EXPECT_TRUE(begins(error_of("(tag (result i32))", without_continuations()), "non-empty tag result type"));
}

TEST(StackSwitching, Resume) {
  const auto resume = [](std::string_view label, std::string_view clause) {
    return error_in("(func (param (ref null $k0)) (block $l (result " + std::string{label} +
                    ") (drop (resume $k0 (on " + std::string{clause} + ") (local.get 0))) (return)) unreachable)");
  };
  EXPECT_EQ(error_in("(func (param (ref null $k1)) (result i32) (resume $k1 (i64.const 1) (local.get 0)))"), "");
  EXPECT_EQ(resume("i32 (ref $k1)", "$yield $l"), "");
  EXPECT_EQ(resume("i32 (ref null $k1)", "$yield $l"), "");
  EXPECT_EQ(resume("(ref $k0)", "$none $l"), "");
  EXPECT_TRUE(begins(resume("i32 (ref $k0)", "$yield $l"), "type mismatch: label requires a continuation"));
  EXPECT_TRUE(begins(resume("(ref $k1)", "$yield $l"), "type mismatch: label requires"));
  EXPECT_TRUE(begins(resume("i32 i32 (ref $k1)", "$yield $l"), "type mismatch: label requires"));
  EXPECT_TRUE(begins(resume("i32 (ref $f1)", "$yield $l"), "non-continuation type 2"));
  EXPECT_TRUE(begins(resume("i32 (ref cont)", "$yield $l"),
                     "type mismatch: instruction requires concrete continuation reference type but label has"));
  EXPECT_TRUE(begins(resume("i32", "$yield $l"), "type mismatch: instruction requires concrete continuation"));
  EXPECT_TRUE(begins(resume("i32 (ref $k1)", "9 $l"), "unknown tag 9"));
  EXPECT_TRUE(begins(resume("i32 (ref $k1)", "$yield 9"), "unknown label 9"));
  EXPECT_EQ(resume("i32 (ref $k1)", "$swap switch"), "");
  EXPECT_TRUE(begins(resume("i32 (ref $k1)", "$none switch"), "type mismatch in switch tag"));
  EXPECT_TRUE(begins(resume("i32 (ref $k1)", "$yield switch"), "type mismatch in switch tag"));
  EXPECT_TRUE(begins(error_in("(func (drop (resume $f0 (unreachable))))"), "non-continuation type 0"));
}

TEST(StackSwitching, ResumeWithAnException) {
  EXPECT_EQ(error_in("(func (param (ref $k1)) (result i32) (resume_throw $k1 $stop (i32.const 1) (local.get 0)))"), "");
  EXPECT_EQ(error_in("(func (param (ref $k1) exnref) (result i32)"
                     " (resume_throw_ref $k1 (local.get 1) (local.get 0)))"),
            "");
  EXPECT_TRUE(
      begins(error_in("(func (param (ref $k1)) (drop (resume_throw $k1 $stop (local.get 0))))"), "type mismatch"));
  EXPECT_TRUE(begins(error_in("(func (param (ref $k1)) (drop (resume_throw $k1 $swap (local.get 0))))"),
                     "type mismatch: tag 2 has results"));
  EXPECT_TRUE(begins(error_in("(func (param (ref $k1)) (drop (resume_throw_ref $k1 (i32.const 1) (local.get 0))))"),
                     "type mismatch"));
}

TEST(StackSwitching, Switch) {
  EXPECT_EQ(error_in("(func (param (ref $ks)) (result f32 (ref null $ks))"
                     " (switch $ks $swap (f32.const 1) (local.get 0)))"),
            "");
  EXPECT_TRUE(
      begins(error_in("(func (drop (drop (switch $ks $yield (unreachable)))))"), "type mismatch in switch tag"));
  EXPECT_TRUE(begins(error_in("(func (drop (drop (switch $ks $none (unreachable)))))"), "type mismatch: results"));
  EXPECT_TRUE(begins(error_in("(func (switch $k0 $swap (unreachable)))"),
                     "type mismatch: instruction requires concrete continuation"));
  EXPECT_TRUE(begins(error_in("(func (switch $ks 9 (unreachable)))"), "unknown tag 9"));
}

TEST(StackSwitching, HandlersMakeTheirLabelsReachable) {
  // What stands behind the block is live only through the handler.
  EXPECT_EQ(error_in("(func (param (ref null $k0)) (result i32) (block $l (result i32 (ref $k1))"
                     " (return (resume $k0 (on $yield $l) (local.get 0)))) drop)"),
            "");
}

TEST(StackSwitching, TextRoundTrip) {
  const std::string text = reprinted(
      std::string{types} +
      "(global contref (ref.null nocont)) (table 0 (ref null $k0))"
      "(func (param (ref $k0) (ref $k1) (ref $ks) exnref) (result i32)"
      " (block (@name \"out\") (result i32 (ref $k1))"
      "  (resume $k0 (on $yield 0) (on $swap switch) (on $yield 0) (local.get 0)) drop"
      "  (resume_throw $k1 $stop (on $yield 0) (i32.const 1) (local.get 1)) drop"
      "  (resume_throw_ref $k1 (local.get 3) (local.get 1)) return) drop drop"
      " (cont.new $k0 (ref.null $f0)) drop (cont.bind $k1 $k0 (i64.const 1) (local.get 1)) drop"
      " (suspend $yield (i32.const 1)) drop (switch $ks $swap (f32.const 1) (local.get 2)) drop drop i32.const 0)");
  for (const std::string_view part :
       {"(type (;1;) (sub (cont 0)))", "(type (;3;) (cont 2))", "resume 1 (on 0 $out) (on 2 switch) (on 0 $out)",
        "resume_throw 3 1 (on 0 $out)", "resume_throw_ref 3", "cont.new 1", "cont.bind 3 1", "suspend 0", "switch 5 2",
        "(global (;0;) contref", "ref.null nocont"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(StackSwitching, Syntax) {
  for (const std::string_view fields :
       {"(type (cont))", "(type (cont (func)))", "(func resume)", "(func (resume 0 (on 0)))",
        "(func (resume 0 (on 0 0 0)))", "(func (resume 0 (on 0 switch 0)))", "(func (switch 0))", "(func (on 0 0))"}) {
    EXPECT_TRUE(begins(syntax_error_of(fields), "unexpected token")) << fields << ": " << syntax_error_of(fields);
  }
}

TEST(StackSwitching, OffMeansIllegal) {
  const auto error = [](std::string_view fields) { return error_of(fields, without_continuations()); };
  EXPECT_TRUE(begins(error("(type (func)) (type (cont 0))"), "malformed definition type 0x5d"));
  EXPECT_TRUE(begins(error("(func (param contref))"), "malformed value type"));
  EXPECT_TRUE(begins(error("(tag) (func (suspend 0))"), "illegal opcode e2"));
}

}  // namespace
}  // namespace invar::text
