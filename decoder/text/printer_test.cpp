#include "decoder/text/printer.h"

#include <gtest/gtest.h>

#include "decoder/binary/branch_hints.h"
#include "decoder/binary/encoder.h"
#include "decoder/binary/module_decoder.h"
#include "decoder/text/number.h"
#include "decoder/text/parser.h"

namespace invar::text {
namespace {

/// binary -> text -> binary; both steps must succeed.
std::string reprinted(const std::vector<u8>& bytes, std::vector<u8>& again) {
  const auto module = decode_module(bytes, Features::all());
  EXPECT_TRUE(module) << module.error().message();
  if (!module) return "";
  const auto source = print_module(**module);
  EXPECT_TRUE(source) << source.error().message();
  if (!source) return "";
  const auto parsed = parse_module(*source, Features::all());
  EXPECT_TRUE(parsed) << parsed.error().message() << "\n" << *source;
  if (parsed) again = *parsed;
  return *source;
}

/// Parses, prints and parses again: the same binary must come out. Returns the text.
std::string round_trip(std::string_view source) {
  const auto bytes = parse_module(source, Features::all());
  EXPECT_TRUE(bytes) << bytes.error().message();
  if (!bytes) return "";
  std::vector<u8> again;
  const std::string text = reprinted(*bytes, again);
  EXPECT_EQ(*bytes, again) << text;
  return text;
}

TEST(Printer, ReadsWell) {
  EXPECT_EQ(
      round_trip(
          "(module (import \"m\" \"f\" (func (@name \"log\") (param i32)))"
          "(func (@name \"run\") (export \"run\") (param (@name \"x\") i32) (result i32) (local i64 i64)"
          " (block (@name \"out\") (br_if 0 (local.get 0)) (call 0 (i32.const 5))) (f32.const 1.5) drop local.get 0))"),
      R"((module
  (type (;0;) (func (param i32)))
  (type (;1;) (func (param i32) (result i32)))
  (import "m" "f" (func $log (;0;) (@name "log") (type 0) (param i32)))
  (export "run" (func $run))
  (func $run (;1;) (@name "run") (type 1) (param $x (@name "x") i32) (result i32)
    (local i64 i64)
    block $out (@name "out")
      local.get $x
      br_if $out
      i32.const 5
      call $log
    end
    f32.const 1.5
    drop
    local.get $x))
)");
}

TEST(Printer, Offsets) {
  const auto module = decode_module(*parse_module("(func nop)", Features{}), Features{});
  const auto source = print_module(**module, {.offsets = true});
  EXPECT_NE(source->find("(;0x000017;) nop"), std::string::npos) << *source;
}

TEST(Printer, EveryKindOfField) {
  round_trip(
      "(module (rec (type (sub (struct (field i8 (mut i16)))))  (type (sub final 0 (struct (field i8 (mut i16)) (field "
      "(ref null 1))))))"
      "(type (array (mut v128))) (type (func (param i32) (result i32 i64)))"
      "(import \"\" \"t\" (table i64 1 2 externref)) (import \"\" \"m\" (memory 1 2 shared)) (import \"\" \"g\" "
      "(global (mut i32)))"
      "(import \"\" \"e\" (tag (param i32)))"
      "(table 1 (ref null func) (ref.null func)) (memory i64 1) (memory 1 (pagesize 1)) (tag)"
      "(global i32 (i32.add (i32.const 1) (i32.const 2))) (export \"\\\"\\00\\u{e9}\" (global 0)) (start $s) (func $s)"
      "(elem (table 1) (i32.const 0) func $s) (elem func $s) (elem declare func $s) (elem (table 1) (i32.const 0) "
      "funcref (ref.func $s))"
      "(elem funcref (ref.null func)) (elem declare (ref func) (ref.func $s)) (data (memory 1) (i64.const 0) "
      "\"a\\ff\") (data \"b\"))");
}

TEST(Printer, EveryImmediate) {
  round_trip(
      "(module (type $s (struct (field $a i8) (field $b (mut i32)))) (type $a (array (mut i32))) (type $f (func))"
      "(type $v (array (mut funcref)))"
      "(tag $e) (memory 1) (memory $m 1) (table 1 funcref) (table $t 1 funcref) (elem $el func $x) (data $d \"x\") "
      "(global $g (mut i32) (i32.const 0))"
      "(func $x) (elem declare func $x)"
      "(func (param i32) (local (ref null $s)) (local anyref)"
      " (block (block (block (br_table 0 1 2 0 (local.get 0)))))"
      " (call $x) (call_indirect (type $f) (i32.const 0)) (call_indirect $t (type $f) (i32.const 0)) (call_ref $f "
      "(ref.func $x))"
      " (global.set $g (global.get $g)) (drop (table.get $t (i32.const 0))) (table.copy $t 0 (i32.const 0) (i32.const "
      "0) (i32.const 0))"
      " (table.init $t $el (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop $el)"
      " (memory.init $m $d (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop $d) (memory.copy $m 0 (i32.const 0) "
      "(i32.const 0) (i32.const 0))"
      " (memory.fill $m (i32.const 0) (i32.const 0) (i32.const 0)) (drop (memory.size $m))"
      " (drop (i32.load8_u $m offset=3 (i32.const 0))) (drop (i64.load align=2 (i32.const 0)))"
      " (drop (v128.load16_lane $m offset=1 align=1 7 (i32.const 0) (v128.const i64x2 1 -2)))"
      " (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (v128.const f32x4 1 2 3 nan) (v128.const i8x16 0 0 "
      "0 0 0 0 0 0 0 0 0 0 0 0 0 0)))"
      " (drop (f32x4.extract_lane 3 (v128.const i32x4 0 0 0 0)))"
      " (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))"
      " (drop (struct.get_u $s $a (struct.new_default $s))) (drop (array.new_fixed $a 2 (i32.const 1) (i32.const 2)))"
      " (drop (array.new_data $a $d (i32.const 0) (i32.const 0))) (drop (array.new_elem $v $el (i32.const 0) "
      "(i32.const 0)))"
      " (drop (ref.test (ref null $s) (local.get 2))) (drop (ref.cast (ref i31) (local.get 2))) (drop (ref.null $s)) "
      "(drop (ref.null none))"
      " (drop (block (result anyref) (br_on_cast 0 anyref (ref $s) (local.get 2))))"
      " (block (result exnref) (try_table (catch $e 1) (catch_all_ref 0)) (return)) throw_ref)"
      "(func (atomic.fence) (drop (i64.const -9223372036854775808)) (drop (f64.const nan:0x1)) (drop (f32.const -0)))"
      "(func (try (do (throw $e)) (catch $e (rethrow 0)) (catch_all)) (block (try (do) (delegate 0)))))");
}

TEST(Printer, DeadCodeStays) {
  EXPECT_NE(round_trip("(func unreachable i32.add block i64.const 7 drop end drop)").find("i64.const 7"),
            std::string::npos);
}

TEST(Printer, Names) {
  round_trip(
      "(module (@name \"m\") (type (@name \"t\") (struct (field (@name \"a b\") i32) (field (@name \"c\") i32)))"
      "(func (@name \"twice\")) (func (@name \"twice\") (call 0) (call 1)) (func (@name \"\")) (func (@name \"\\\" "
      "\\\\\"))"
      "(func (param (@name \"p\") i32) (param i32) (local (@name \"p\") i32) (local i32 i32) (local (@name \"q\") i32)"
      " (drop (local.get 5)) (block (@name \"l\") (block (@name \"l\") (br 0) (br 1)))))");
  // A function's name that is no use as an id.
  const std::string longest(500, 'x');
  round_trip("(func (@name \"" + longest + "\")) (func (call 0))");
}

TEST(Printer, CustomSections) {
  round_trip(
      "(module (@custom \"a\" (before first) \"1\") (@custom \"b\" (after type) \"\\00\\ff\") (@custom \"c\" (before "
      "code)) (func (@name \"f\"))"
      "(@custom \"d\" (after code)) (@custom \"e\"))");
  // A name section that annotations cannot say or cannot put in its place stays as it is.
  round_trip("(module (@custom \"name\" (after type) \"\\01\\04\\01\\00\\01f\") (func))");
  round_trip("(module (@custom \"name\" (after code) \"\\01\\04\\01\\09\\01f\") (func))");
  round_trip("(module (@custom \"name\" (after code) \"\\01\\02junk\") (func))");
  round_trip(
      "(module (@custom \"name\" (after code) \"\\01\\04\\01\\00\\01f\") (@custom \"name\" \"\\01\\04\\01\\00\\01g\") "
      "(func))");
}

TEST(Printer, BranchHints) {
  const std::string text = round_trip(R"((module (import "m" "f" (func)) (func) (func (param i32) (local i64 f64)
    (@metadata.code.branch_hint "\01") (if (local.get 0) (then (br_if 0 (local.get 0))))
    (block unreachable local.get 0 (@metadata.code.branch_hint "\00") br_if 0))
    (func (@metadata.code.branch_hint "\00") (if (i32.const 0) (then)))))");
  EXPECT_NE(text.find("\n    (@metadata.code.branch_hint \"\\01\") if\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n      (@metadata.code.branch_hint \"\\00\") br_if 0\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("@custom"), std::string::npos) << text;
  // What annotations cannot say or cannot put in its place stays as it is.
  const auto with = [](std::string_view place, std::string_view contents) {
    return round_trip("(module (@custom \"metadata.code.branch_hint\" " + std::string(place) + " \"" +
                      std::string(contents) + "\") (func i32.const 0 (if (then)))\n(@custom \"x\" (before code)))");
  };
  EXPECT_NE(with("(before first)", "\\01\\00\\01\\03\\01\\01").find("@custom \"meta"), std::string::npos);
  EXPECT_NE(with("(before code)", "\\01\\00\\01\\03\\01\\01").find("@custom \"meta"), std::string::npos);
  for (const std::string_view contents : {"\\00", "\\01\\00\\00", "\\01\\00\\01\\02\\01\\01", "junk"}) {
    EXPECT_NE(round_trip("(module (@custom \"metadata.code.branch_hint\" (before code) \"" + std::string(contents) +
                         "\") (func i32.const 0 (if (then))))")
                  .find("@custom \"meta"),
              std::string::npos);
  }
}

/// Their offsets are those of the body as it is written then.
TEST(Printer, BranchHintsOfLongForms) {
  ByteWriter types, functions, code, body, hints;
  types.bytes(std::vector<u8>{1, 0x60, 0, 0});
  functions.bytes(std::vector<u8>{1, 0});
  // i32.const 0 in five bytes, then `if`.
  body.bytes(std::vector<u8>{0, 0x41, 0x80, 0x80, 0x80, 0x80, 0, 0x04, 0x40, 0x0b, 0x0b});
  code.u32_leb(1);
  code.sized(body);
  hints.bytes(std::vector<u8>{1, 0, 1, 7, 1, 1});
  ModuleWriter writer;
  writer.section(SectionId::type, types);
  writer.section(SectionId::function, functions);
  writer.custom(branch_hint_section, hints.data());
  writer.section(SectionId::code, code);
  std::vector<u8> again;
  reprinted(std::move(writer).take(), again);
  const auto module = decode_module(again, Features::all());
  ASSERT_TRUE(module);
  const BranchHints found = read_branch_hints(**module);
  ASSERT_EQ(found.of(0).size(), 1u);
  EXPECT_EQ(found.of(0)[0].offset, 3u);
  EXPECT_TRUE(found.of(0)[0].likely);
}

TEST(Printer, EveryInstructionHasItsMnemonic) {
  // Signature-only instructions, each in dead code.
  for (const OpInfo& row : op_infos) {
    if (row.immediates != Immediates::None || row.signature == "*" || row.signature.find('a') != std::string_view::npos)
      continue;
    const std::string text = round_trip("(func unreachable " + std::string{row.mnemonic} + " unreachable)");
    EXPECT_NE(text.find("\n    " + std::string{row.mnemonic} + "\n"), std::string::npos) << text;
  }
}

TEST(Printer, FloatLiteralsComeBack) {
  u64 state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const u32 narrow = static_cast<u32>(state >> 32);
    ASSERT_EQ(parse_f32(f32_literal(narrow)), narrow) << f32_literal(narrow);
    ASSERT_EQ(parse_f64(f64_literal(state)), state) << f64_literal(state);
  }
  for (const u32 bits : {0u, 1u, 0x80000000u, 0x80000001u, 0x7f800000u, 0xff800000u, 0x7fc00000u, 0xffc00000u,
                         0x7f800001u, 0x7f7fffffu}) {
    EXPECT_EQ(parse_f32(f32_literal(bits)), bits);
  }
  EXPECT_EQ(f32_literal(0x7fc00000), "nan");
  EXPECT_EQ(f32_literal(0xff800001), "-nan:0x1");
  EXPECT_EQ(f64_literal(0x3fb999999999999a), "0.1");
}

TEST(Printer, LimitsItsOutput) {
  // 50,000 locals in six bytes.
  ByteWriter types, functions, code, body;
  types.bytes(std::vector<u8>{1, 0x60, 0, 0});
  functions.bytes(std::vector<u8>{1, 0});
  body.u32_leb(1);
  body.u32_leb(50'000);
  body.byte(0x7f);
  body.byte(0x0b);
  code.u32_leb(1);
  code.sized(body);
  ModuleWriter writer;
  writer.section(SectionId::type, types);
  writer.section(SectionId::function, functions);
  writer.section(SectionId::code, code);
  const auto module = decode_module(std::move(writer).take(), Features{});
  ASSERT_TRUE(module) << module.error().message();
  EXPECT_TRUE(print_module(**module));
  EXPECT_EQ(print_module(**module, {.max_size = 10'000}).error().code, ErrorCode::host_limit);
}

TEST(Printer, LongFormsBecomeCanonical) {
  // A type section with a size in five bytes.
  const std::vector<u8> bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 1, 0x84, 0x80, 0x80, 0x80, 0, 1, 0x60, 0, 0};
  std::vector<u8> once, twice;
  reprinted(bytes, once);
  EXPECT_NE(bytes, once);
  reprinted(once, twice);
  EXPECT_EQ(once, twice);
}

}  // namespace
}  // namespace invar::text
