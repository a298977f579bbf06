#include "decoder/validate/function_walker.h"

#include <fmt/format.h>

#include "decoder/test_module.h"

namespace invar {
namespace {

using namespace invar::testing;

std::string sizes(const BlockType& type) { return fmt::format("{}:{}", type.params.size(), type.results.size()); }

/// Writes down what it is told.
struct TraceSink : NullSink {
  std::string text;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    if (!text.empty()) text += ' ';
    text += fmt::format(format, std::forward<Args>(args)...);
  }
  void begin(const BodyInfo& body) { note("begin({})", body.locals.size()); }
  void finish(bool reachable) { note("finish({})", reachable); }
  void unreachable() { note("unreachable"); }
  void block(const BlockType& type) { note("block({})", sizes(type)); }
  void loop(const BlockType& type) { note("loop({})", sizes(type)); }
  void if_(const BlockType& type) { note("if({})", sizes(type)); }
  void else_(bool reachable) { note("else({})", reachable); }
  void end(bool reachable) { note("end({})", reachable); }
  void br(u32 depth) { note("br({})", depth); }
  void br_if(u32 depth) { note("br_if({})", depth); }
  void br_table(std::span<const u32> depths) {
    std::string list;
    for (u32 depth : depths) list += std::to_string(depth) + ",";
    note("br_table({})", list);
  }
  void return_() { note("return"); }
  void try_table(const BlockType& type, std::span<const CatchClause> clauses) {
    note("try_table({};{}@{})", sizes(type), clauses.size(), clauses.empty() ? 0 : clauses[0].depth);
  }
  void throw_(u32 tag) { note("throw({})", tag); }
  void try_(const BlockType& type) { note("try({})", sizes(type)); }
  void catch_(u32 tag, bool reachable) { note("catch({},{})", tag, reachable); }
  void catch_all(bool reachable) { note("catch_all({})", reachable); }
  void delegate(u32 depth, bool reachable) { note("delegate({},{})", depth, reachable); }
  void rethrow(u32 depth) { note("rethrow({})", depth); }
  void call(u32 function) { note("call({})", function); }
  void drop(ValType type) { note("drop({})", to_string(type)); }
  void select(ValType type) { note("select({})", to_string(type)); }
  void local_get(u32 index) { note("get({})", index); }
  void local_set(u32 index) { note("set({})", index); }
  void local_tee(u32 index) { note("tee({})", index); }
  void i32_const(u32 value) { note("i32({})", static_cast<s32>(value)); }
  void i64_const(u64 value) { note("i64({})", static_cast<s64>(value)); }
  void f32_const(u32 bits) { note("f32({:x})", bits); }
  void f64_const(u64 bits) { note("f64({:x})", bits); }
  void test(Op op) { note("test({})", info(op).mnemonic); }
  void compare(Op op) { note("compare({})", info(op).mnemonic); }
  void unary(Op op) { note("unary({})", info(op).mnemonic); }
  void binary(Op op) { note("binary({})", info(op).mnemonic); }
  void load(Op op, const Memarg& arg) { note("load({},{},{})", info(op).mnemonic, arg.offset, arg.align_log2); }
  void store(Op op, const Memarg& arg) { note("store({},{},{})", info(op).mnemonic, arg.offset, arg.align_log2); }
};

/// What a sink hears about function 0; the unchecked walk must tell it the same.
std::string trace(const TestModule& test_module) {
  const auto module = test_module.decode();
  if (!module) return module.error().message();
  TraceSink checked_sink, unchecked_sink;
  const Result<void> result = FunctionWalker<TraceSink>(**module, checked_sink).walk(0);
  EXPECT_TRUE(result);
  EXPECT_TRUE((FunctionWalker<TraceSink, false>(**module, unchecked_sink).walk(0)));
  EXPECT_EQ(checked_sink.text, unchecked_sink.text);
  return checked_sink.text;
}
std::string trace(const Bytes& type, const Bytes& instructions, const Bytes& locals = {0}) {
  return trace(function_module(type, instructions, locals));
}

TEST(FunctionWalker, StraightCode) {
  EXPECT_EQ(trace(type_i32_to_i32, {0x20, 0, 0x41, 0x7f, 0x6a, 0x22, 0, 0x45}, {1, 2, 0x7e}),
            "begin(3) get(0) i32(-1) binary(i32.add) tee(0) test(i32.eqz) finish(true)");
  EXPECT_EQ(trace(type_void, {0x42, 0x80, 0x7f, 0x50, 0x1a, 0x43, 0, 0, 0x80, 0x3f, 0x1a}),
            "begin(0) i64(-128) test(i64.eqz) drop(i32) f32(3f800000) drop(f32) finish(true)");
}

TEST(FunctionWalker, DeadCodeIsNotSeen) {
  EXPECT_EQ(trace(type_void, {0x0f, 0x41, 0, 0x02, 0x40, 0x0b, 0x1a}), "begin(0) return finish(false)");
  EXPECT_EQ(trace(type_i32_to_i32, {0x00, 0x6a, 0x04, 0x7f, 0x41, 0, 0x05, 0x41, 0, 0x0b}),
            "begin(1) unreachable finish(false)");
  // A loop that is never left: what stands behind it is dead.
  EXPECT_EQ(trace(type_void, {0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 0, 0x1a}),
            "begin(0) loop(0:0) br(0) end(false) finish(false)");
  // A branch makes the code behind the block live.
  EXPECT_EQ(trace(type_void, {0x02, 0x40, 0x0c, 0, 0x41, 0, 0x1a, 0x0b, 0x41, 0, 0x1a}),
            "begin(0) block(0:0) br(0) end(false) i32(0) drop(i32) finish(true)");
  // A branch in dead code does not.
  EXPECT_EQ(trace(type_void, {0x02, 0x40, 0x00, 0x0c, 0, 0x0b, 0x41, 0, 0x1a}),
            "begin(0) block(0:0) unreachable end(false) finish(false)");
}

TEST(FunctionWalker, IfAndElse) {
  EXPECT_EQ(trace(type_i32_to_i32, {0x20, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b}),
            "begin(1) get(0) if(0:1) i32(1) else(true) i32(2) end(true) finish(true)");
  EXPECT_EQ(trace(type_i32_to_i32, {0x20, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x00, 0x0b}),
            "begin(1) get(0) if(0:1) i32(1) else(true) unreachable end(false) finish(true)");
  EXPECT_EQ(trace(type_void, {0x41, 0, 0x04, 0x40, 0x00, 0x05, 0x00, 0x0b, 0x01}),
            "begin(0) i32(0) if(0:0) unreachable else(false) unreachable end(false) finish(false)");
  EXPECT_EQ(trace(type_void, {0x41, 0, 0x04, 0x40, 0x00, 0x0b}),
            "begin(0) i32(0) if(0:0) unreachable end(false) finish(true)");
}

TEST(FunctionWalker, Branches) {
  EXPECT_EQ(trace(type_void, {0x02, 0x40, 0x02, 0x40, 0x41, 0, 0x0e, 2, 0, 1, 2, 0x0b, 0x0b}),
            "begin(0) block(0:0) block(0:0) i32(0) br_table(0,1,2,) end(false) end(true) finish(true)");
  EXPECT_EQ(trace(type_i32_to_i32, {0x41, 5, 0x20, 0, 0x0d, 0}), "begin(1) i32(5) get(0) br_if(0) finish(true)");
}

TEST(FunctionWalker, MemoryAccesses) {
  TestModule module;
  module.types({type_void}).items(SectionId::function, {{0}}).items(SectionId::memory, {{0, 1}, {4, 1}});
  const Bytes body = {0,    0x41, 0,    0x41, 0, 0x28, 2,    0x80, 0x20, 0x36, 0, 3,  // memory 0
                      0x42, 0,    0x2d, 0x40, 1, 9,    0x1a,                          // memory 1, 64-bit
                      0x0b};
  module.items(SectionId::code, {leb(body.size()) + body});
  EXPECT_EQ(trace(module),
            "begin(0) i32(0) i32(0) load(i32.load,4096,2) store(i32.store,3,0) i64(0) load(i32.load8_u,9,0) drop(i32) "
            "finish(true)");
}

TEST(FunctionWalker, Exceptions) {
  TestModule module;
  module.types({type_void, {0x60, 1, 0x7f, 0}}).items(SectionId::function, {{0}}).items(SectionId::tag, {{0, 1}});
  const Bytes body = {0, 0x02, 0x7f, 0x1f, 0x40, 1, 0, 0, 0, 0x41, 7, 0x08, 0, 0x0b, 0x41, 1, 0x0b, 0x1a, 0x0b};
  TestModule copy = module;
  copy.items(SectionId::code, {leb(body.size()) + body});
  EXPECT_EQ(trace(copy),
            "begin(0) block(0:1) try_table(0:0;1@0) i32(7) throw(0) end(false) end(false) drop(i32) finish(true)");
  const Bytes legacy = {0,    0x06, 0x40, 0x06, 0x40, 0x10, 0,    0x18, 0,  // delegate to the outer try
                        0x07, 0,    0x1a, 0x09, 0,    0x19, 0x09, 0,    0x0b, 0x0b};
  copy = module;
  copy.items(SectionId::code, {leb(legacy.size()) + legacy});
  EXPECT_EQ(trace(copy),
            "begin(0) try(0:0) try(0:0) call(0) delegate(0,true) catch(0,true) drop(i32) rethrow(0) catch_all(false) "
            "rethrow(0) end(false) finish(true)");
}

TEST(FunctionWalker, ConstantExpressions) {
  const auto module = TestModule().items(SectionId::global, {{0x7f, 0, 0x41, 2, 0x41, 3, 0x6c, 0x0b}}).decode();
  ASSERT_TRUE(module);
  TraceSink sink;
  EXPECT_TRUE((FunctionWalker<TraceSink, false>(**module, sink).walk_const((*module)->globals[0].init, type_i32, 0)));
  EXPECT_EQ(sink.text, "i32(2) i32(3) binary(i32.mul) finish(true)");
}

TEST(FunctionWalker, InstructionsComeWithTheirOffsets) {
  struct OffsetSink : NullSink {
    std::vector<std::pair<Op, u32>> seen;
    void instruction(Op op, u32 offset) { seen.emplace_back(op, offset); }
  };
  const auto module = function_module(type_void, {0x01, 0x41, 0, 0x1a, 0x02, 0x40, 0x0b, 0x0f, 0x01}).decode();
  ASSERT_TRUE(module);
  OffsetSink sink;
  ASSERT_TRUE(FunctionWalker<OffsetSink>(**module, sink).walk(0));
  const u32 start = (*module)->functions[0].body.offset + 1;
  const std::vector<std::pair<Op, u32>> expected = {
      {Op::nop, start},     {Op::i32_const, start + 1}, {Op::drop, start + 3}, {Op::block, start + 4},
      {Op::end, start + 6}, {Op::return_, start + 7},   {Op::end, start + 9}};
  EXPECT_EQ(sink.seen, expected);
}

/// The error of a function () -> () with these instructions, in a module with some of everything.
std::string error_of(const Bytes& instructions, const Features& features = Features::all()) {
  TestModule module;
  module
      .types({type_void,                    // 0
              type_i32_to_i32,              // 1
              {0x5f, 2, 0x7f, 1, 0x78, 0},  // 2: struct (mut i32) i8
              {0x5e, 0x7f, 1},              // 3: array (mut i32)
              {0x5e, 0x78, 0},              // 4: array i8
              {0x5e, 0x70, 1},              // 5: array (mut funcref)
              {0x5e, 0x64, 0x70, 1},        // 6: array (mut (ref func))
              {0x60, 0, 2, 0x7f, 0x7e}})    // 7: () -> (i32 i64)
      .items(SectionId::function, {{0}, {1}})
      .items(SectionId::table, {{0x70, 0, 1}, {0x6f, 0, 1}, {0x70, 4, 1}})
      .items(SectionId::memory, {{0, 1}, {4, 1}})
      .items(SectionId::tag, {{0, 0}})
      .items(SectionId::global, {{0x7f, 0, 0x41, 0, 0x0b}, {0x7f, 1, 0x41, 0, 0x0b}})
      .items(SectionId::elem, {{1, 0, 1, 1}, {5, 0x6f, 0}})
      .section(SectionId::data_count, {1});
  const Bytes first = Bytes{1, 1, 0x64, 0x70} + instructions + Bytes{0x0b}, second = {0, 0x20, 0, 0x0b};
  module.items(SectionId::code, {leb(first.size()) + first, leb(second.size()) + second});
  module.items(SectionId::data, {{1, 0}});
  return module.error(features);
}

TEST(Validation, NumbersAndStack) {
  EXPECT_TRUE(begins(error_of({0x6a}), "type mismatch: instruction requires [i32] but stack has []"));
  EXPECT_TRUE(begins(error_of({0x42, 0, 0x45}), "type mismatch: instruction requires [i32] but stack has [i64]"));
  EXPECT_TRUE(begins(error_of({0x41, 0}), "type mismatch: block requires [] but stack has [i32]"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x42, 0, 0x41, 0, 0x1b, 0x1a}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0xd0, 0x70, 0xd0, 0x70, 0x41, 0, 0x1b, 0x1a}), "type mismatch"));
  EXPECT_EQ(error_of({0xd0, 0x70, 0xd0, 0x70, 0x41, 0, 0x1c, 1, 0x70, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x00, 0x1c, 2, 0x7f, 0x7f}), "invalid result arity"));
  EXPECT_TRUE(begins(error_of({0x1a}), "type mismatch"));
  // Blocks may not reach below their own operands.
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x02, 0x40, 0x1a, 0x0b}), "type mismatch"));
  EXPECT_EQ(error_of({0x00, 0x6a, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x00, 0x42, 0, 0x6a, 0x1a}), "type mismatch"));
}

TEST(Validation, Control) {
  EXPECT_TRUE(begins(error_of({0x0c, 1}), "unknown label 1"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x0e, 1, 0, 5}), "unknown label 5"));
  EXPECT_TRUE(begins(error_of({0x02, 0x7f, 0x41, 0, 0x41, 0, 0x0e, 1, 0, 1, 0x0b, 0x1a}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x04, 0x7f, 0x41, 0, 0x0b, 0x1a}), "type mismatch: if without else"));
  EXPECT_TRUE(begins(error_of({0x02, 0x08, 0x0b}), "unknown type 8"));
  EXPECT_TRUE(begins(error_of({0x02, 0x02, 0x0b}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0x05}), "END opcode expected"));
  EXPECT_TRUE(begins(error_of({0x02, 0x40, 0x05, 0x0b}), "END opcode expected"));
  EXPECT_TRUE(begins(error_of({0x0b, 0x01}), "section size mismatch"));
  EXPECT_EQ(error_of({0x02, 7, 0x41, 0, 0x42, 0, 0x0b, 0x1a, 0x1a}), "");
}

TEST(Validation, LocalsAndGlobals) {
  EXPECT_TRUE(begins(error_of({0x20, 1}), "unknown local 1"));
  EXPECT_TRUE(begins(error_of({0x20, 0, 0x1a}), "uninitialized local 0"));
  EXPECT_EQ(error_of({0xd2, 1, 0x21, 0, 0x20, 0, 0x1a}), "");
  // Forgotten at the end of the block in which it was set, and in the other arm.
  EXPECT_TRUE(begins(error_of({0x02, 0x40, 0xd2, 1, 0x21, 0, 0x0b, 0x20, 0, 0x1a}), "uninitialized local 0"));
  EXPECT_TRUE(
      begins(error_of({0x41, 0, 0x04, 0x40, 0xd2, 1, 0x21, 0, 0x05, 0x20, 0, 0x1a, 0x0b}), "uninitialized local 0"));
  EXPECT_EQ(error_of({0xd2, 1, 0x21, 0, 0x02, 0x40, 0x20, 0, 0x1a, 0x0b, 0x20, 0, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x23, 2}), "unknown global 2"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x24, 0}), "immutable global"));
  EXPECT_EQ(error_of({0x41, 0, 0x24, 1}), "");
}

TEST(Validation, Memory) {
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x28, 3, 0, 0x1a}), "alignment must not be larger than natural"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x28, 0x80, 1, 0, 0x1a}), "malformed memop flags"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x28, 0x42, 2, 0, 0x1a}), "unknown memory 2"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x28, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a}), "offset out of range"));
  EXPECT_EQ(error_of({0x42, 0, 0x28, 0x42, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x41, 0, 0xfe, 0x10, 1, 0, 0x1a}), "atomic alignment must be natural"));
  EXPECT_TRUE(begins(error_of({0xfe, 3, 1}), "zero byte expected"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfd, 0x15, 16, 0x1a}), "invalid lane index"));
  EXPECT_TRUE(begins(error_of(Bytes{0x00, 0xfd, 0x0d} + repeat({32}, 16)), "invalid lane index"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfd, 0x57, 0, 0, 2, 0x1a}), "invalid lane index"));
  // memory.copy between address types: the size has the smaller one.
  EXPECT_EQ(error_of({0x41, 0, 0x42, 0, 0x41, 0, 0xfc, 10, 0, 1}), "");
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x42, 0, 0x42, 0, 0xfc, 10, 0, 1}), "type mismatch"));
  EXPECT_EQ(error_of({0x42, 0, 0x41, 0, 0x42, 0, 0xfc, 11, 1}), "");
  EXPECT_TRUE(begins(error_of({0x00, 0xfc, 8, 1, 0}), "unknown data segment 1"));
  EXPECT_TRUE(begins(error_of({0xfc, 9, 1}), "unknown data segment 1"));
  Features old = Features::all();
  old.set(Feature::multi_memory, false);
  EXPECT_TRUE(begins(function_module(type_void, {0x3f, 1, 0x1a}).error(old), "zero byte expected"));
}

TEST(Validation, Tables) {
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x25, 9, 0x1a}), "unknown table 9"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfc, 14, 0, 1}), "type mismatch"));  // funcref from externref
  EXPECT_TRUE(begins(error_of({0x00, 0xfc, 12, 2, 0}), "unknown elem segment 2"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfc, 12, 1, 0}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0xfc, 13, 2}), "unknown elem segment 2"));
  EXPECT_EQ(error_of({0x42, 0, 0x25, 2, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x25, 2, 0x1a}), "type mismatch"));
  EXPECT_EQ(error_of({0x42, 0, 0x11, 0, 2}), "");
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x11, 0, 1}), "type mismatch"));  // calls through externref
}

TEST(Validation, CallsAndReferences) {
  EXPECT_TRUE(begins(error_of({0x10, 2}), "unknown function 2"));
  EXPECT_TRUE(begins(error_of({0xd2, 0, 0x1a}), "undeclared function reference 0"));
  EXPECT_TRUE(begins(error_of({0xd2, 2, 0x1a}), "unknown function 2"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0x12, 1}), "type mismatch"));
  EXPECT_EQ(error_of({0x12, 0}), "");
  EXPECT_EQ(error_of({0x41, 0, 0xd2, 1, 0x14, 1, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0xd2, 1, 0x14, 0}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0x41, 0, 0xd1, 0x1a}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0xd0, 0x70, 0xd0, 0x6d, 0xd3, 0x1a}), "type mismatch"));
  EXPECT_TRUE(begins(error_of({0xd0, 9, 0x1a}), "unknown type 9"));
  EXPECT_TRUE(begins(error_of({0x02, 0x40, 0xd0, 0x70, 0xd6, 0, 0x0b}), "type mismatch"));
  EXPECT_EQ(error_of({0x02, 0x70, 0xd0, 0x70, 0xd6, 0, 0xd0, 0x70, 0x0b, 0x1a}), "");
}

TEST(Validation, Aggregates) {
  EXPECT_EQ(error_of({0x41, 1, 0x41, 2, 0xfb, 0, 2, 0xfb, 3, 2, 1, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 2, 2, 1, 0x1a}), "type mismatch: field is packed"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 3, 2, 0, 0x1a}), "type mismatch: field is not packed"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 2, 2, 2, 0x1a}), "unknown field 2"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 5, 2, 1}), "immutable field"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 2, 3, 0}), "type mismatch: type 3 is no structure type"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 14, 4}), "immutable array"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 16, 4}), "immutable array"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 17, 3, 4}), "array types do not match"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 18, 5, 0}), "array type is not numeric or vector"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 9, 3, 1, 0x1a}), "unknown data segment 1"));
  EXPECT_TRUE(begins(error_of({0x00, 0xfb, 10, 5, 1, 0x1a}), "type mismatch"));  // externref elements
  EXPECT_EQ(error_of({0x00, 0xfb, 10, 6, 0, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x41, 1, 0xfb, 7, 6, 0x1a}), "type mismatch"));  // no default value
  EXPECT_TRUE(
      begins(error_of({0x02, 0x6e, 0xd0, 0x6e, 0xfb, 24, 4, 0, 0x6e, 0x6d, 0x0b, 0x1a}), "malformed br_on_cast flags"));
  EXPECT_EQ(error_of({0x02, 0x6d, 0xd0, 0x6e, 0xfb, 24, 3, 0, 0x6e, 0x6d, 0x1a, 0xd0, 0x6d, 0x0b, 0x1a}), "");
  EXPECT_TRUE(begins(error_of({0x02, 0x6d, 0xd0, 0x6d, 0xfb, 24, 3, 0, 0x6d, 0x6e, 0x1a, 0xd0, 0x6d, 0x0b, 0x1a}),
                     "type mismatch"));
  EXPECT_TRUE(begins(error_of({0xd0, 0x70, 0xfb, 20, 0x6d, 0x1a}), "type mismatch"));  // between hierarchies
}

TEST(Validation, ExceptionRules) {
  EXPECT_TRUE(begins(error_of({0x08, 1}), "unknown tag 1"));
  EXPECT_TRUE(begins(error_of({0x1f, 0x40, 1, 0, 0, 5, 0x0b}), "unknown label 5"));
  EXPECT_TRUE(begins(error_of({0x1f, 0x40, 1, 4, 0, 0x0b}), "malformed catch clause"));
  EXPECT_TRUE(begins(error_of({0x1f, 0x40, 1, 3, 0, 0x0b}), "type mismatch"));  // the label takes no exnref
  EXPECT_EQ(error_of({0x02, 0x69, 0x1f, 0x40, 1, 3, 0, 0x0b, 0x00, 0x0b, 0x0a}), "");
  EXPECT_TRUE(begins(error_of({0x06, 0x40, 0x09, 0, 0x0b}), "invalid rethrow label"));
  EXPECT_TRUE(begins(error_of({0x06, 0x40, 0x19, 0x19, 0x0b}), "END opcode expected"));
  EXPECT_TRUE(begins(error_of({0x06, 0x40, 0x18, 1}), "unknown label 1"));
  EXPECT_EQ(error_of({0x06, 0x40, 0x18, 0}), "");
}

TEST(Validation, FeaturesSwitchInstructionsOff) {
  Features few = Features::all();
  few.set(Feature::tail_call, false);
  EXPECT_TRUE(begins(error_of({0x12, 0}, few), "illegal opcode 12"));
  few = Features::all();
  few.set(Feature::threads, false);
  EXPECT_TRUE(begins(error_of({0xfe, 3, 0}, few), "illegal opcode fe 03"));
  few = Features::all();
  few.set(Feature::sign_extension, false);
  EXPECT_TRUE(begins(error_of({0x41, 0, 0xc0, 0x1a}, few), "illegal opcode c0"));
  EXPECT_NE(error_of({0x41, 0, 0xc0, 0x1a}, few).find("sign-extension"), std::string::npos);
  EXPECT_EQ(error_of({0x42, 0, 0x42, 0, 0xfc, 0x15, 0x1a, 0x1a}), "");
}

}  // namespace
}  // namespace invar
