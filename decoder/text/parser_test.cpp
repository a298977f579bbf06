#include "decoder/text/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "decoder/binary/module_decoder.h"
#include "decoder/binary/name_section.h"

namespace invar::text {
namespace {

std::vector<u8> binary(std::string_view source, bool debug_names = false) {
  const auto bytes = parse_module(source, {Features::all(), debug_names});
  EXPECT_TRUE(bytes) << source << "\n" << bytes.error().message();
  return bytes.value_or(std::vector<u8>{});
}

std::string error_of(std::string_view source) {
  const auto bytes = parse_module(source, Features::all());
  return bytes ? "no error" : bytes.error().message();
}

std::string hex(std::span<const u8> bytes) {
  std::string out;
  for (const u8 byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

std::string body_of(std::string_view instructions) {
  const std::vector<u8> bytes = binary(fmt::format("(module (func {}))", instructions));
  const std::string all = hex(bytes);
  // magic, type section, function section, then: code section, its size, 1 body, its size, 0 locals, ..., end
  const std::string head =
      "0061736d01000000"
      "01040160"
      "0000"
      "03020100";
  EXPECT_TRUE(all.starts_with(head)) << all;
  return all.substr(head.size() + 10, all.size() - head.size() - 12);
}

#define EXPECT_SAME(a, b) EXPECT_EQ(hex(binary(a)), hex(binary(b)))
#define EXPECT_FAILS(source, message)                                                                                 \
  EXPECT_PRED2([](const std::string& got, std::string_view want) { return got.starts_with(want); }, error_of(source), \
               message)

TEST(Parser, EmptyModules) {
  EXPECT_EQ(hex(binary("")), "0061736d01000000");
  EXPECT_EQ(hex(binary("(module)")), "0061736d01000000");
  EXPECT_EQ(hex(binary("(module $m ;; comment\n )")), "0061736d01000000");
  EXPECT_FAILS("(module", "unexpected token");
  EXPECT_FAILS("(module))", "unexpected token");
  EXPECT_FAILS("(module) (module)", "unexpected token");
  EXPECT_FAILS("(module foo)", "unknown operator");
  EXPECT_FAILS("module", "unexpected token");
}

TEST(Parser, BinaryAndQuotedModules) {
  EXPECT_EQ(hex(binary("(module binary \"\\00asm\" \"\\01\\00\\00\\00\")")), "0061736d01000000");
  EXPECT_SAME("(module quote \"(func \" \"nop)\")", "(func nop)");
  EXPECT_SAME("(module $m quote \"(module (func))\")", "(func)");
  EXPECT_FAILS("(module quote \"(module quote \\\"\\\")\")", "unexpected token");
  EXPECT_FAILS("(module quote \"(func drop\")", "unexpected token");
  EXPECT_FAILS("(module binary 1)", "unexpected token");
}

TEST(Parser, FlatAndFoldedAreTheSame) {
  EXPECT_EQ(body_of("i32.const 1 i32.const 2 i32.add drop"), "410141026a1a");
  EXPECT_EQ(body_of("(drop (i32.add (i32.const 1) (i32.const 2)))"), "410141026a1a");
  EXPECT_EQ(body_of("(i32.const 1) (i32.const 2) i32.add (drop)"), "410141026a1a");
  EXPECT_EQ(body_of("block $a loop $b br $a br $b br 0 end end"),
            "0240"
            "0340"
            "0c01"
            "0c00"
            "0c00"
            "0b0b");
  EXPECT_EQ(body_of("(block $a (loop $b (br $a) (br $b) (br 0)))"),
            "0240"
            "0340"
            "0c01"
            "0c00"
            "0c00"
            "0b0b");
  EXPECT_EQ(body_of("i32.const 1 if $l nop else $l unreachable end $l"),
            "4101"
            "0440"
            "01"
            "05"
            "00"
            "0b");
  EXPECT_EQ(body_of("(if (i32.const 1) (then nop) (else (unreachable)))"),
            "4101"
            "0440"
            "01"
            "05"
            "00"
            "0b");
  EXPECT_EQ(body_of("(if (i32.const 1) (then))"),
            "4101"
            "0440"
            "0b");
  EXPECT_EQ(body_of("(if (i32.const 1) (then) (else))"),
            "4101"
            "0440"
            "05"
            "0b");
  EXPECT_EQ(body_of("(drop (block (result i32) i32.const 1))"),
            "027f"
            "4101"
            "0b"
            "1a");
  EXPECT_FAILS("(func (i32.add i32.const 1 i32.const 2))", "unexpected token");
  EXPECT_FAILS("(func (if i32.const 0 (then) (else)))", "unexpected token");
  EXPECT_FAILS("(func (if (i32.const 0)))", "unexpected token");
  EXPECT_FAILS("(func (if (then) (else) (else)))", "unexpected token");
  EXPECT_FAILS("(func block)", "unexpected token");
  EXPECT_FAILS("(func end)", "unexpected token");
  EXPECT_FAILS("(func (block end))", "unexpected token");
  EXPECT_FAILS("(func block else end)", "unexpected token");
  EXPECT_FAILS("(func (else))", "unexpected token");
}

TEST(Parser, Labels) {
  EXPECT_EQ(body_of("(block $l (block $l (br $l)) (br $l))"),
            "0240"
            "0240"
            "0c00"
            "0b"
            "0c00"
            "0b");
  EXPECT_EQ(body_of("(block $l (block $k (br $l) (br_table $l $k 2 $l)))"),
            "0240"
            "0240"
            "0c01"
            "0e03"
            "01000201"
            "0b0b");
  EXPECT_EQ(body_of("(block $\"a b\" (br $\"a\\20b\"))"),
            "0240"
            "0c00"
            "0b");
  // The label of an `if` is not in scope of its condition.
  EXPECT_FAILS("(func (if $l (br $l) (then)))", "unknown label $l");
  EXPECT_FAILS("(func (block $l) (br $l))", "unknown label");
  EXPECT_FAILS("(func block end $l)", "mismatching label");
  EXPECT_FAILS("(func block $a end $l)", "mismatching label");
  EXPECT_FAILS("(func (i32.const 0) if $a else $l end)", "mismatching label");
  EXPECT_FAILS("(func (i32.const 0) (br_table))", "unexpected token");
}

TEST(Parser, BlockTypes) {
  EXPECT_EQ(body_of("(block (type 0))"), "02000b");
  EXPECT_SAME("(func (block (param i32) (result i32)))",
              "(func (block (type 1))) (type (func)) (type (func (param i32) (result i32)))");
  EXPECT_SAME("(func (block (result i32 i32)))",
              "(func (block (type $t))) (type (func)) (type $t (func (result i32 i32)))");
  EXPECT_SAME("(func (block (result i32) (result i32)))", "(func (block (result i32 i32)))");
  EXPECT_FAILS("(func (block (param $x i32)))", "unexpected token");
  EXPECT_FAILS("(func (block (result i32) (param i32)))", "unexpected token");
  EXPECT_FAILS("(func (block (param i32) (type 0)))", "unexpected token");
  EXPECT_FAILS("(func (result ((ref func)) unreachable))", "unexpected token: (");
  EXPECT_FAILS("(func (result (funcref) unreachable)", "unexpected token: funcref");
  EXPECT_FAILS("(func (param (i32)))", "unexpected token: i32");
  EXPECT_FAILS("(global (mut ((ref null any))) (ref.null any))", "unexpected token: (");
}

TEST(Parser, TypeUses) {
  EXPECT_SAME("(func (param i32 i32) (result i32))", "(type (func (param i32 i32) (result i32))) (func (type 0))");
  EXPECT_SAME("(func (param i32) (param i32) (result i32))", "(func (param i32 i32) (result i32))");
  // Added behind the types that are there, once, and in order of appearance.
  EXPECT_SAME(
      "(func (param f32)) (func (call_indirect (param f64) (i32.const 0))) (func (param f32)) (type (func)) (table 1 "
      "funcref)",
      "(type (func)) (type (func (param f32))) (type (func (param f64)))"
      "(func (type 1)) (func (call_indirect (type 2) (i32.const 0))) (func (type 1)) (table 1 funcref)");
  // Only a type that is alone in its group and final without supertype will do.
  EXPECT_SAME("(rec (type (func)) (type (struct))) (type (sub (func))) (func)",
              "(rec (type (func)) (type (struct))) (type (sub (func))) (type (func)) (func (type 3))");
  EXPECT_SAME("(rec (type (func))) (func)", "(type (func)) (func (type 0))");
  EXPECT_FAILS("(type (func)) (func (type 0) (param i32))", "inline function type");
  EXPECT_FAILS("(type (struct)) (func (type 0) (param i32))", "inline function type");
  EXPECT_FAILS("(func (type 2) (param i32))", "unknown type");
  EXPECT_FAILS("(func (type $t))", "unknown type $t");
  EXPECT_FAILS("(func (result i32) (param i32))", "unexpected token");
  EXPECT_FAILS("(func (nop) (local i32))", "unexpected token");
  EXPECT_FAILS("(type (func (result $x i32)))", "unexpected token");
}

TEST(Parser, Locals) {
  EXPECT_SAME(
      "(func (param $a i32) (param i64) (local $b f32) (local f64 f64) (local.get $b) (local.get $a) drop drop)",
      "(func (param i32 i64) (local f32) (local f64) (local f64) (local.get 2) (local.get 0) drop drop)");
  EXPECT_SAME("(type $t (func (param i32 i32))) (func (type $t) (local $x i32) (local.set $x (i32.const 0)))",
              "(func (param i32 i32) (local i32) (local.set 2 (i32.const 0)))");
  EXPECT_SAME("(func (local) (local $x i32) (drop (local.get $x)))", "(func (local i32) (drop (local.get 0)))");
  EXPECT_FAILS("(func (param $x i32) (param $x i32))", "duplicate local");
  EXPECT_FAILS("(func (param $x i32) (local $x i32))", "duplicate local $x");
  EXPECT_FAILS("(func (local $x i32 i32))", "unexpected token");
  EXPECT_FAILS("(func (local.get $x))", "unknown local $x");
}

TEST(Parser, ImportsAndExports) {
  EXPECT_SAME("(func $f (import \"m\" \"n\") (param i32))", "(import \"m\" \"n\" (func $f (param i32)))");
  EXPECT_SAME("(table (import \"m\" \"n\") 1 2 funcref)", "(import \"m\" \"n\" (table 1 2 funcref))");
  EXPECT_SAME("(memory (import \"m\" \"n\") 1 2 shared)", "(import \"m\" \"n\" (memory 1 2 shared))");
  EXPECT_SAME("(global (import \"m\" \"n\") (mut i32))", "(import \"m\" \"n\" (global (mut i32)))");
  EXPECT_SAME("(tag (import \"m\" \"n\") (param i32))", "(import \"m\" \"n\" (tag (param i32)))");
  EXPECT_SAME("(func (export \"a\") (export \"b\"))", "(func $f) (export \"a\" (func $f)) (export \"b\" (func 0))");
  EXPECT_SAME("(memory (export \"a\") (import \"m\" \"n\") 1)",
              "(import \"m\" \"n\" (memory 1)) (export \"a\" (memory 0))");
  EXPECT_SAME("(global $g (export \"g\") i32 (i32.const 1))", "(global i32 (i32.const 1)) (export \"g\" (global 0))");
  EXPECT_SAME("(table (export \"t\") 1 funcref)", "(table 1 funcref) (export \"t\" (table 0))");
  EXPECT_SAME("(tag (export \"t\"))", "(tag) (export \"t\" (tag 0))");
  EXPECT_FAILS("(func) (import \"\" \"\" (func))", "import after function");
  EXPECT_FAILS("(global i32 (i32.const 0)) (import \"\" \"\" (func))", "import after global");
  EXPECT_FAILS("(table 0 funcref) (memory (import \"\" \"\") 0)", "import after table");
  EXPECT_FAILS("(memory 0) (import \"\" \"\" (tag))", "import after memory");
  EXPECT_FAILS("(tag) (import \"\" \"\" (tag))", "import after tag");
  EXPECT_FAILS("(import \"\\ff\" \"\" (func))", "malformed UTF-8 encoding");
  EXPECT_FAILS("(import \"\" \"\" (elem))", "unexpected token");
  EXPECT_FAILS("(export \"\" (func $f))", "unknown function $f");
}

TEST(Parser, Tables) {
  EXPECT_SAME("(func $f) (table $t (export \"t\") funcref (elem $f $f))",
              "(func $f) (table 2 2 funcref) (elem (i32.const 0) $f $f) (export \"t\" (table 0))");
  EXPECT_SAME("(table 0 funcref) (table i64 funcref (elem (ref.null func)))",
              "(table 0 funcref) (table i64 1 1 funcref) (elem (table 1) (i64.const 0) funcref (ref.null func))");
  EXPECT_SAME("(type $t (func)) (func $f) (table (ref null $t) (elem $f))",
              "(type $t (func)) (func $f) (table 1 1 (ref null $t)) (elem (table 0) (i32.const 0) (ref null $t) "
              "(ref.func $f))");
  EXPECT_SAME("(table i32 1 funcref)", "(table 1 funcref)");
  EXPECT_SAME("(func $f) (table 1 (ref func) (ref.func $f))", "(func $f) (table 1 (ref func) ref.func 0)");
  EXPECT_NE(hex(binary("(table i64 1 funcref)")), hex(binary("(table 1 funcref)")));
  EXPECT_FAILS("(table $t 0 funcref) (table $t 0 funcref)", "duplicate table");
}

TEST(Parser, Memories) {
  EXPECT_SAME("(memory (data \"abc\" \"d\"))", "(memory 1 1) (data (i32.const 0) \"abcd\")");
  EXPECT_SAME("(memory (data))", "(memory 0 0) (data (i32.const 0))");
  EXPECT_SAME("(memory 0) (memory i64 (data \"a\"))",
              "(memory 0) (memory i64 1 1) (data (memory 1) (i64.const 0) \"a\")");
  EXPECT_SAME("(memory (pagesize 1) (data \"abc\"))", "(memory 3 3 (pagesize 1)) (data (i32.const 0) \"abc\")");
  EXPECT_SAME("(memory 1 (pagesize 65536))", "(memory 1)");
  EXPECT_EQ(hex(binary("(memory i64 1 2 shared (pagesize 1))")),
            "0061736d01000000"
            "0505010f010200");
  EXPECT_FAILS("(memory 0 (pagesize 3))", "invalid custom page size");
  EXPECT_FAILS("(memory 0 (pagesize 0))", "invalid custom page size");
  EXPECT_FAILS("(memory 0x1_0000_0000_0000_0000)", "i64 constant out of range");
  EXPECT_FAILS("(memory $m 0) (memory $m 0)", "duplicate memory");
  Features old;
  old.set(Feature::memory64, false);
  EXPECT_EQ(parse_module("(memory 0x1_0000_0000)", old).error().code, ErrorCode::i32_constant_out_of_range);
}

TEST(Parser, Elems) {
  EXPECT_SAME("(table 1 funcref) (func $f) (elem (i32.const 0) $f)",
              "(table 1 funcref) (func $f) (elem (table 0) (offset i32.const 0) func 0)");
  EXPECT_SAME("(table 1 funcref) (func $f) (elem 0 (i32.const 0) $f)",
              "(table 1 funcref) (func $f) (elem (i32.const 0) func $f)");
  EXPECT_SAME("(func $f) (elem funcref (ref.func $f) (item (ref.null func)))",
              "(func $f) (elem funcref (item ref.func 0) (item ref.null func))");
  const auto flags = [](std::string_view elem) {
    const std::string all = hex(binary(fmt::format("(elem {})", elem)));
    return all.substr(std::string{"0061736d01000000"
                                  "09xx01"}
                          .size(),
                      2);
  };
  EXPECT_EQ(flags("(i32.const 0) func"), "00");
  EXPECT_EQ(flags("func"), "01");
  EXPECT_EQ(flags("(table 1) (i32.const 0) func"), "02");
  EXPECT_EQ(flags("declare func"), "03");
  EXPECT_EQ(flags("(i32.const 0) funcref"), "04");
  EXPECT_EQ(flags("funcref"), "05");
  EXPECT_EQ(flags("(table 1) (i32.const 0) funcref"), "06");
  EXPECT_EQ(flags("(i32.const 0) externref"), "06");
  EXPECT_EQ(flags("declare (ref func)"), "07");
  EXPECT_FAILS("(elem 0)", "unexpected token");
  EXPECT_FAILS("(elem declare)", "unexpected token");
  EXPECT_FAILS("(elem (offset (i32.const 0)) funcref (ref.func $f))", "unknown function $f");
  EXPECT_FAILS("(table $t 1 funcref) (func $f) (elem (table $t) (i32.const 0) $f)", "unexpected token: $f");
}

TEST(Parser, Datas) {
  EXPECT_SAME("(memory 1) (data (i32.const 0) \"a\" \"b\")",
              "(memory 1) (data (memory 0) (offset (i32.const 0)) \"ab\")");
  EXPECT_SAME("(memory 1) (data 0 (i32.const 0) \"ab\")", "(memory 1) (data (i32.const 0) \"ab\")");
  EXPECT_EQ(hex(binary("(data \"a\")")),
            "0061736d01000000"
            "0b04010101"
            "61");
  EXPECT_EQ(hex(binary("(memory 0) (memory $m 0) (data (memory $m) (i32.const 0))")),
            "0061736d01000000"
            "050502"
            "0000"
            "0000"
            "0b0701"
            "0201"
            "41000b"
            "00");
  // The data count section stands where an instruction needs it.
  EXPECT_EQ(hex(binary("(func (data.drop $d)) (data $d)")),
            "0061736d01000000"
            "01040160"
            "0000"
            "03020100"
            "0c0101"
            "0a070105"
            "00fc09000b"
            "0b030101"
            "00");
  EXPECT_EQ(hex(binary("(func) (data $d)")),
            "0061736d01000000"
            "01040160"
            "0000"
            "03020100"
            "0a040102000b"
            "0b030101"
            "00");
}

TEST(Parser, StartAndTags) {
  EXPECT_EQ(hex(binary("(func $f) (start $f)")),
            "0061736d01000000"
            "01040160"
            "0000"
            "03020100"
            "080100"
            "0a040102000b");
  EXPECT_FAILS("(func $f) (start $f) (start $f)", "multiple start sections");
  EXPECT_EQ(hex(binary("(tag (param i32))")),
            "0061736d01000000"
            "0105016001"
            "7f00"
            "0d030100"
            "00");
  EXPECT_FAILS("(tag $t) (tag $t)", "duplicate tag");
}

TEST(Parser, Types) {
  EXPECT_EQ(hex(binary("(type (struct (field i8 (mut i16)) (field $x (ref null any))))")),
            "0061736d01000000"
            "010901"
            "5f03"
            "7800"
            "7701"
            "6e00");
  EXPECT_SAME("(type (struct (field i8 i16)))", "(type (struct (field i8) (field $a i16)))");
  EXPECT_EQ(hex(binary("(rec (type $a (sub (array (ref $b)))) (type $b (sub final $a (array (mut i64)))))")),
            "0061736d01000000"
            "010f014e02"
            "50005e640100"
            "4f01005e7e01");
  EXPECT_SAME("(rec)", "");
  EXPECT_SAME("(type (func (param $x i32) (param i32)))", "(type (func (param i32 i32)))");
  EXPECT_SAME(
      "(type (func (param anyref eqref i31ref structref arrayref nullref funcref nullfuncref externref nullexternref "
      "exnref nullexnref)))",
      "(type (func (param (ref null any) (ref null eq) (ref null i31) (ref null struct) (ref null array) (ref null "
      "none)"
      " (ref null func) (ref null nofunc) (ref null extern) (ref null noextern) (ref null exn) (ref null noexn))))");
  EXPECT_FAILS("(type $t (func)) (rec (type $t (func)))", "duplicate type");
  EXPECT_FAILS("(type (struct (field $x i32) (field $x i32)))", "duplicate field");
  EXPECT_FAILS("(type (sub 0 1 (func)))", "sub type");
  EXPECT_FAILS("(type (foo))", "unknown operator");
  EXPECT_FAILS("(type (ref null 0))", "unexpected token");
}

TEST(Parser, Fields) {
  EXPECT_SAME(
      "(type $a (struct (field i32))) (type $t (struct (field $x i32) (field $y (mut i32))))"
      "(func (param (ref $t)) (struct.set $t $y (local.get 0) (struct.get $t $x (local.get 0))))",
      "(type $a (struct (field i32))) (type $t (struct (field i32) (field (mut i32))))"
      "(func (param (ref $t)) (struct.set 1 1 (local.get 0) (struct.get 1 0 (local.get 0))))");
  EXPECT_FAILS("(type $a (struct (field $x i32))) (type $b (struct)) (func (struct.get $b $x))", "unknown field $x");
}

TEST(Parser, Memargs) {
  EXPECT_EQ(body_of("i32.load"), "280200");
  EXPECT_EQ(body_of("i32.load8_u offset=0x10 align=1"), "2d0010");
  EXPECT_EQ(body_of("i64.load 2 offset=1"), "29430201");
  EXPECT_EQ(body_of("i64.load offset=0x1_0000_0000 align=8"), "29038080808010");
  EXPECT_EQ(body_of("v128.load8_lane 3"), "fd54000003");
  EXPECT_EQ(body_of("v128.load8_lane 1 3"), "fd5440010003");
  EXPECT_EQ(body_of("v128.load8_lane offset=2 3"), "fd54000203");
  EXPECT_EQ(body_of("v128.store64_lane 1 offset=2 align=4 1"), "fd5b42010201");
  EXPECT_FAILS("(func (i32.load align=0))", "alignment must be a power of two");
  EXPECT_FAILS("(func (i32.load align=7))", "alignment");
  EXPECT_FAILS("(func (i32.load align=-1))", "unknown operator");
  EXPECT_FAILS("(func (i32.load align=4 offset=0))", "unexpected token");
  EXPECT_FAILS("(func (i32.load offset=0x1_0000_0000_0000_0000))", "i64 constant out of range");
  EXPECT_FAILS("(func (v128.load8_lane))", "unexpected token");
  EXPECT_FAILS("(func (v128.load8_lane 256))", "i8 constant out of range");
}

TEST(Parser, BulkInstructions) {
  EXPECT_EQ(body_of("memory.size memory.size 1 memory.grow"),
            "3f00"
            "3f01"
            "4000");
  EXPECT_EQ(body_of("memory.fill 1 memory.copy memory.copy 1 2"),
            "fc0b01"
            "fc0a0000"
            "fc0a0102");
  EXPECT_EQ(body_of("table.get table.set 1 table.size table.grow 2 table.fill"),
            "2500"
            "2601"
            "fc1000"
            "fc0f02"
            "fc1100");
  EXPECT_EQ(body_of("table.copy table.copy 1 2 table.init 3 table.init 1 3 elem.drop 3"),
            "fc0e0000"
            "fc0e0102"
            "fc0c0300"
            "fc0c0301"
            "fc0d03");
  EXPECT_SAME("(memory 0) (memory $m 0) (data $d \"\") (func (memory.init $m $d) (memory.init $d))",
              "(memory 0) (memory 0) (data \"\") (func (memory.init 1 0) (memory.init 0 0))");
  EXPECT_FAILS("(func (memory.copy 1))", "unexpected token");
}

TEST(Parser, Calls) {
  EXPECT_EQ(body_of("call_indirect call_indirect 1 (type 0) return_call_indirect 2 (type 0)"),
            "110000"
            "110001"
            "130002");
  EXPECT_EQ(body_of("call_ref 0 return_call_ref 0 call 0 return_call 0 ref.func 0"),
            "1400"
            "1500"
            "1000"
            "1200"
            "d200");
  EXPECT_FAILS("(func (call_indirect (param $x i32)))", "unexpected token");
  EXPECT_FAILS("(func (call $f))", "unknown function $f");
}

TEST(Parser, SelectAndReferences) {
  EXPECT_EQ(body_of("select select (result i32) select (result) (result i64 i32)"),
            "1b"
            "1c017f"
            "1c027e7f");
  EXPECT_EQ(
      body_of("ref.null func ref.null 0 ref.test (ref any) ref.test anyref ref.cast (ref 0) ref.cast (ref null 0)"),
      "d070"
      "d000"
      "fb146e"
      "fb156e"
      "fb1600"
      "fb1700");
  EXPECT_EQ(body_of("br_on_null 0 br_on_non_null 0 br_on_cast 0 anyref (ref i31) br_on_cast_fail 0 (ref any) eqref"),
            "d500"
            "d600"
            "fb1801006e6c"
            "fb1902006e6d");
  EXPECT_EQ(body_of("array.new_fixed 0 300 array.copy 0 0 array.new_elem 0 1 i31.get_s"),
            "fb0800ac02"
            "fb110000"
            "fb0a0001"
            "fb1d");
}

TEST(Parser, Constants) {
  EXPECT_EQ(body_of("i32.const -1 i32.const 0xffffffff i32.const 0x80000000 i64.const -64"),
            "417f"
            "417f"
            "4180808080"
            "78"
            "4240");
  EXPECT_EQ(body_of("f32.const 1 f32.const -nan:0x1 f64.const inf"),
            "430000803f"
            "43010080ff"
            "44000000000000f07f");
  EXPECT_FAILS("(func (i32.const 0x1_0000_0000))", "constant out of range");
  EXPECT_FAILS("(func (i32.const 1.0))", "unexpected token");
  EXPECT_FAILS("(func (i32.const 0x))", "unknown operator");
  EXPECT_FAILS("(func (i32.const))", "unexpected token");
  EXPECT_FAILS("(func (f32.const 1e39))", "constant out of range");
  EXPECT_FAILS("(func (f32.const nan:0x800000))", "constant out of range");
  EXPECT_FAILS("(func (f32.const nan:canonical))", "unexpected token");
  EXPECT_FAILS("(func (f32.const nan:1))", "unknown operator");
}

TEST(Parser, Vectors) {
  EXPECT_EQ(body_of("v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 -1 255"),
            "fd0c"
            "000102030405060708090a0b0c0dffff");
  EXPECT_EQ(body_of("v128.const i16x8 1 -1 0 0 0 0 0 0x8000"),
            "fd0c"
            "0100ffff000000000000000000000080");
  EXPECT_EQ(body_of("v128.const i32x4 1 2 3 -1"),
            "fd0c"
            "010000000200000003000000ffffffff");
  EXPECT_EQ(body_of("v128.const i64x2 1 -1"),
            "fd0c"
            "0100000000000000ffffffffffffffff");
  EXPECT_EQ(body_of("v128.const f32x4 1 -0 inf nan"),
            "fd0c"
            "0000803f"
            "00000080"
            "0000807f"
            "0000c07f");
  EXPECT_EQ(body_of("v128.const f64x2 1 -1"),
            "fd0c"
            "000000000000f03f"
            "000000000000f0bf");
  EXPECT_EQ(body_of("i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31"),
            "fd0d"
            "000102030405060708090a0b0c0d0e1f");
  EXPECT_EQ(body_of("i8x16.extract_lane_s 15 f64x2.replace_lane 1"),
            "fd150f"
            "fd2201");
  EXPECT_FAILS("(func (v128.const i32x4 1 2 3))", "wrong number of lane literals");
  EXPECT_FAILS("(func (v128.const i32x4 1 2 3 4 5))", "wrong number of lane literals");
  EXPECT_FAILS("(func (v128.const i32x4))", "wrong number of lane literals");
  EXPECT_FAILS("(func (v128.const i32x4 0x 0x 0x 0x))", "unknown operator");
  EXPECT_FAILS("(func (v128.const i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0))", "constant out of range");
  EXPECT_FAILS("(func (v128.const 0 0 0 0))", "unexpected token");
  EXPECT_FAILS("(func (i8x16.shuffle 0 1 2))", "invalid lane length");
  EXPECT_FAILS("(func (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 256))", "i8 constant out of range");
  EXPECT_FAILS("(func (i8x16.extract_lane_s 256))", "i8 constant out of range");
  EXPECT_FAILS("(func (i8x16.extract_lane_s -1))", "unexpected token");
  EXPECT_FAILS("(func (i8x16.extract_lane 0))", "unknown operator");
}

TEST(Parser, Exceptions) {
  EXPECT_EQ(
      body_of("(block $l (try_table $t (catch 0 $l) (catch_ref 1 0) (catch_all $l) (catch_all_ref 0) nop (br $t)))"),
      "0240"
      "1f4004"
      "000000"
      "010100"
      "0200"
      "0300"
      "01"
      "0c00"
      "0b0b");
  EXPECT_EQ(body_of("block try_table (result i32) (catch_all 0) i32.const 1 end drop end throw 0 throw_ref"),
            "0240"
            "1f7f01"
            "0200"
            "4101"
            "0b"
            "1a"
            "0b"
            "0800"
            "0a");
  // Clauses are outside of the label.
  EXPECT_FAILS("(func (try_table $t (catch_all $t)))", "unknown label $t");
  EXPECT_FAILS("(func (try_table nop (catch_all 0)))", "unexpected token");
}

TEST(Parser, LegacyExceptions) {
  EXPECT_EQ(body_of("(try $l (do nop (br $l)) (catch 0 (rethrow $l)) (catch 1) (catch_all unreachable))"),
            "0640"
            "01"
            "0c00"
            "0700"
            "0900"
            "0701"
            "19"
            "00"
            "0b");
  EXPECT_EQ(body_of("try $l nop br $l catch 0 rethrow $l catch 1 catch_all unreachable end $l"),
            "0640"
            "01"
            "0c00"
            "0700"
            "0900"
            "0701"
            "19"
            "00"
            "0b");
  EXPECT_EQ(body_of("(block $o (try $l (do) (delegate $o)))"),
            "0240"
            "0640"
            "1800"
            "0b");
  EXPECT_EQ(body_of("block $o try $l delegate $o end"),
            "0240"
            "0640"
            "1800"
            "0b");
  EXPECT_EQ(body_of("(try (do))"), "06400b");
  EXPECT_FAILS("(func (try))", "unexpected token");
  EXPECT_FAILS("(func (try (do) (catch_all) (catch_all)))", "unexpected token");
  EXPECT_FAILS("(func (try (do) (catch_all) (catch 0)))", "unexpected token");
  EXPECT_FAILS("(func (try (do) (catch 0) (delegate 0)))", "unexpected token");
  EXPECT_FAILS("(func (delegate 0))", "unexpected token");
  EXPECT_FAILS("(func (catch_all))", "unexpected token");
  EXPECT_FAILS("(func try catch_all catch 0 end)", "unexpected token");
}

TEST(Parser, Atomics) {
  EXPECT_EQ(body_of("i32.atomic.load i64.atomic.rmw8.add_u offset=1 atomic.fence memory.atomic.notify 1"),
            "fe100200"
            "fe220001"
            "fe0300"
            "fe00420100");
}

TEST(Parser, NamesMayComeLater) {
  EXPECT_SAME(
      "(export \"f\" (func $f)) (start $f) (func (call $f) (global.get $g) drop (throw $t)) (func $f)"
      "(global $g i32 (i32.const 0)) (tag $t)",
      "(tag) (global i32 (i32.const 0)) (func (call 1) (global.get 0) drop (throw 0)) (func)"
      "(export \"f\" (func 1)) (start 1)");
  EXPECT_FAILS("(func $f) (func $f)", "duplicate func $f");
  EXPECT_FAILS("(import \"\" \"\" (func $f)) (func $\"f\")", "duplicate func");
  EXPECT_FAILS("(elem $e func) (elem $e func)", "duplicate elem");
  EXPECT_FAILS("(data $d) (data $d)", "duplicate data");
  EXPECT_FAILS("(func (elem.drop $e))", "unknown elem segment $e");
}

TEST(Parser, InlineSegmentsCount) {
  EXPECT_SAME("(table funcref (elem)) (elem $e func) (memory (data)) (data $d) (func (elem.drop $e) (data.drop $d))",
              "(table 0 0 funcref) (elem (i32.const 0) func) (elem func) (memory 0 0) (data (i32.const 0)) (data)"
              "(func (elem.drop 1) (data.drop 1))");
}

TEST(Parser, UnknownWordsAndMisplacedOnesDiffer) {
  EXPECT_FAILS("(func (get_local 0))", "unknown operator get_local");
  EXPECT_FAILS("(func (i32.wrap/i64))", "unknown operator i32.wrap/i64");
  EXPECT_FAILS("(func (param))(func (param i33))", "unknown operator i33");
  EXPECT_FAILS("(func (import))", "unexpected token");
  EXPECT_FAILS("(func (func))", "unexpected token: func");
  EXPECT_FAILS("(func br 0drop)", "unknown operator 0drop");
}

TEST(Parser, ErrorsHavePositions) {
  const auto error = parse_module("(module\n  (func\n    i32.foo))", Features{}).error();
  EXPECT_EQ(error.position.line, 3u);
  EXPECT_EQ(error.position.column, 5u);
  EXPECT_EQ(error.message(), "unknown operator i32.foo (line 3, column 5)");
  EXPECT_EQ(error.category(), ErrorCategory::malformed);
}

// Annotations

/// The custom sections, each with the id of the section in front of it.
std::string custom_places(std::string_view source) {
  auto module = decode_module(binary(source), Features::all());
  if (!module) return module.error().message();
  std::string out;
  for (const CustomSection& custom : (*module)->customs) {
    const auto contents = (*module)->bytes(custom.contents);
    out += fmt::format("{}:{}={} ", custom.after_section, custom.name, std::string{contents.begin(), contents.end()});
  }
  return out;
}

TEST(Parser, CustomSections) {
  EXPECT_EQ(
      custom_places(
          "(module (type (func)) (@custom \"a\" \"1\" \"2\") (@custom \"b\" (before first) \"x\")"
          "(@custom \"c\" (after type)) (@custom \"d\" (before func) \"y\") (func) (@custom \"e\" (after last)))"),
      "0:b=x 1:c= 1:d=y 10:a=12 10:e= ");
  EXPECT_EQ(custom_places("(@custom \"a\")"), "0:a= ");
  EXPECT_FAILS("(@custom)", "@custom annotation: missing section name");
  EXPECT_FAILS("(@custom \"\\df\")", "@custom annotation: malformed UTF-8 encoding");
  EXPECT_FAILS("(@custom \"a\" here)", "@custom annotation: unexpected token");
  EXPECT_FAILS("(@custom \"a\" (after))", "@custom annotation: malformed section kind");
  EXPECT_FAILS("(@custom \"a\" (aft type))", "@custom annotation: malformed placement");
  EXPECT_FAILS("(@custom \"a\" (before types))", "@custom annotation: malformed section kind");
  EXPECT_FAILS("(func (@custom \"a\"))", "misplaced @custom annotation");
  EXPECT_FAILS("(type (@custom \"a\") (func))", "misplaced @custom annotation");
}

TEST(Parser, NameAnnotations) {
  const std::string source =
      "(module (@name \"M\") (type $t (@name \"T\") (struct (field (@name \"x\") i32)))"
      "(import \"\" \"\" (func $i (@name \"I\") (param (@name \"p\") i32)))"
      "(func $f (@name \"F\") (param $p (@name \"P\") i32) (local (@name \"L\") i32) (block $b (@name \"B\")))"
      "(table $t (@name \"TB\") 0 funcref) (memory $m (@name \"MM\") 0) (global $g (@name \"G\") i32 (i32.const 0))"
      "(tag $e (@name \"E\")) (elem $s (@name \"S\") func) (data $d (@name \"D\")))";
  const auto module = decode_module(binary(source), Features::all());
  ASSERT_TRUE(module) << module.error().message();
  const NameSection names = read_names(**module);
  EXPECT_EQ(names.module, "M");
  EXPECT_EQ(names.functions.find(0), "I");
  EXPECT_EQ(names.functions.find(1), "F");
  EXPECT_EQ(names.locals.find(0, 0), "p");
  EXPECT_EQ(names.locals.find(1, 0), "P");
  EXPECT_EQ(names.locals.find(1, 1), "L");
  EXPECT_EQ(names.labels.find(1, 0), "B");
  EXPECT_EQ(names.types.find(0), "T");
  EXPECT_EQ(names.fields.find(0, 0), "x");
  EXPECT_EQ(names.tables.find(0), "TB");
  EXPECT_EQ(names.memories.find(0), "MM");
  EXPECT_EQ(names.globals.find(0), "G");
  EXPECT_EQ(names.tags.find(0), "E");
  EXPECT_EQ(names.elems.find(0), "S");
  EXPECT_EQ(names.datas.find(0), "D");
  EXPECT_FAILS("(module (@name \"A\") (@name \"B\"))", "@name annotation: multiple module");
  EXPECT_FAILS("(module (func) (@name \"M\"))", "misplaced @name annotation");
  EXPECT_FAILS("(func $f) (start $f (@name \"M\"))", "misplaced @name annotation");
  EXPECT_FAILS("(func (@name))", "@name annotation");
  EXPECT_FAILS("(module (@name \"M)", "unclosed string");
  EXPECT_FAILS("(func (@metadata.code.branch_hint) if end)", "@metadata.code.branch_hint annotation");
}

TEST(Parser, DebugNames) {
  const std::string_view source =
      "(module $m (func $\"f g\" (param $p i32) (local $l i32) block $b end) (func (@name \"Z\")) (memory $mem 0))";
  EXPECT_EQ(hex(binary("(module $m (func $f (param $p i32)))")), hex(binary("(module (func (param i32)))")));
  const auto module = decode_module(binary(source, true), Features::all());
  ASSERT_TRUE(module);
  const NameSection names = read_names(**module);
  EXPECT_EQ(names.module, "m");
  EXPECT_EQ(names.functions.find(0), "f g");
  EXPECT_EQ(names.functions.find(1), "Z");
  EXPECT_EQ(names.locals.find(0, 0), "p");
  EXPECT_EQ(names.locals.find(0, 1), "l");
  EXPECT_EQ(names.labels.find(0, 0), "b");
  EXPECT_EQ(names.memories.find(0), "mem");
}

TEST(Parser, BranchHints) {
  const std::string expected =
      "0061736d01000000"
      "01040160"
      "0000"
      "03020100"
      "0023"
      "19" +
      hex(std::vector<u8>{'m', 'e', 't', 'a', 'd', 'a', 't', 'a', '.', 'c', 'o', 'd', 'e',
                          '.', 'b', 'r', 'a', 'n', 'c', 'h', '_', 'h', 'i', 'n', 't'}) +
      "01"
      "00"
      "02"
      "030101"
      "080100"
      "0a0d010b00"
      "4100"
      "0440"
      "0b"
      "4100"
      "0d00"
      "0b";
  EXPECT_EQ(hex(binary("(func (@metadata.code.branch_hint \"\\01\") (if (i32.const 0) (then))"
                       " i32.const 0 (@metadata.code.branch_hint \"\\00\") br_if 0)")),
            expected);
  EXPECT_FAILS("(func (@metadata.code.branch_hint \"\\01\") (@metadata.code.branch_hint \"\\01\") if end)",
               "@metadata.code.branch_hint annotation: duplicate annotation");
  EXPECT_FAILS("(module (@metadata.code.branch_hint \"\\01\") (func))",
               "@metadata.code.branch_hint annotation: not in a function");
  EXPECT_FAILS("(func (@metadata.code.branch_hint \"\\01\") nop)",
               "@metadata.code.branch_hint annotation: invalid target");
}

// Scripts

TEST(Parser, ScriptModules) {
  const TokenStream stream = tokenize(
      "(module $a (func)) (module definition $b binary \"x\") (module quote \"(func\") (module (foo) ()) (invoke)");
  Cursor cursor{stream};
  auto module = parse_script_module(cursor, {});
  ASSERT_TRUE(module);
  EXPECT_EQ(module->id, "a");
  EXPECT_EQ(module->form, ModuleForm::text);
  EXPECT_TRUE(module->bytes);
  module = parse_script_module(cursor, {});
  ASSERT_TRUE(module);
  EXPECT_EQ(module->id, "b");
  EXPECT_TRUE(module->is_definition);
  EXPECT_EQ(module->bytes.value(), std::vector<u8>{'x'});
  module = parse_script_module(cursor, {});
  ASSERT_TRUE(module);
  EXPECT_EQ(module->form, ModuleForm::quote);
  EXPECT_EQ(module->quoted, "(func");
  module = parse_script_module(cursor, {});
  ASSERT_TRUE(module);
  EXPECT_EQ(module->bytes.error().code, ErrorCode::unknown_operator);
  EXPECT_TRUE(cursor.at_open("invoke"));
  EXPECT_FALSE(parse_script_module(cursor, {}));
}

// Hostile sources

std::string repeat(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Parser, DeepNestingIsNoProblem) {
  constexpr size_t depth = 200'000;
  EXPECT_TRUE(parse_module("(func " + repeat("(block ", depth) + repeat(")", depth) + ")", Features{}));
  EXPECT_TRUE(parse_module("(func " + repeat("block ", depth) + repeat("end ", depth) + ")", Features{}));
  EXPECT_TRUE(parse_module("(func " + repeat("(i32.eqz ", depth) + repeat(")", depth) + ")", Features{}));
  EXPECT_TRUE(parse_module("(func " + repeat("(if (then ", depth) + repeat("))", depth) + ")", Features{}));
  EXPECT_EQ(parse_module(repeat("(", depth), Features{}).error().code, ErrorCode::unexpected_token);
  EXPECT_EQ(parse_module("(func " + repeat("(block ", depth), Features{}).error().code, ErrorCode::unexpected_token);
  EXPECT_EQ(parse_module(repeat("(;", depth), Features{}).error().code, ErrorCode::unclosed_comment);
  EXPECT_EQ(parse_module("(@a " + repeat("(", depth), Features{}).error().code, ErrorCode::unclosed_annotation);
}

TEST(Parser, ManyNamesTakeLinearTime) {
  // Each of these would take minutes if a lookup cost more the more there is.
  constexpr size_t count = 100'000;
  std::string nested = "(func ";
  for (size_t i = 0; i < count; ++i) nested += fmt::format("block $l{} ", i);
  for (size_t i = 0; i < count; ++i) nested += "br $l0 ";
  nested += repeat("end ", count) + ")";
  EXPECT_TRUE(parse_module(nested, Features{}));

  std::string functions = "(func " + [] {
    std::string locals;
    for (size_t i = 0; i < count; ++i) locals += fmt::format("(local $x{} i32)", i);
    return locals;
  }() + ")";
  functions += repeat("(func (local $x i32))", count);
  EXPECT_TRUE(parse_module(functions, Features{}));

  EXPECT_TRUE(parse_module(repeat("(@custom \"\") (@name2) (func (@name \"\"))", count), Features{}));
}

}  // namespace
}  // namespace invar::text
