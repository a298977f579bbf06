#include "decoder/binary/module_decoder.h"

#include <cstdlib>

#include "decoder/implementation_limits.h"
#include "decoder/test_module.h"

namespace invar {
namespace {

using namespace invar::testing;

std::string error_of(const Bytes& bytes, const Features& features = Features::all()) {
  const auto module = decode_module(bytes, features);
  return module ? "" : module.error().message();
}

const Bytes header = {0, 'a', 's', 'm', 1, 0, 0, 0};

TEST(ModuleDecoder, Header) {
  EXPECT_EQ(error_of(header), "");
  EXPECT_TRUE(begins(error_of({}), "unexpected end"));
  EXPECT_TRUE(begins(error_of({0, 'a', 's'}), "unexpected end"));
  EXPECT_TRUE(begins(error_of({0, 'A', 's', 'm', 1, 0, 0, 0}), "magic header not detected"));
  EXPECT_TRUE(begins(error_of({0, 'a', 's', 'm', 1, 0, 0}), "unexpected end"));
  EXPECT_TRUE(begins(error_of({0, 'a', 's', 'm', 2, 0, 0, 0}), "unknown binary version"));
  EXPECT_NE(error_of({0, 'a', 's', 'm', 0xd, 0, 1, 0}).find("component"), std::string::npos);
}

TEST(ModuleDecoder, Sections) {
  EXPECT_TRUE(begins(error_of(header + Bytes{14, 0}), "malformed section id"));
  EXPECT_TRUE(begins(error_of(header + Bytes{1, 5, 0}), "length out of bounds"));
  EXPECT_TRUE(begins(error_of(header + Bytes{1, 2, 0, 0}), "section size mismatch"));
  EXPECT_TRUE(begins(error_of(header + Bytes{2, 1, 0, 1, 1, 0}), "unexpected content after last section"));
  EXPECT_TRUE(begins(error_of(header + Bytes{1, 1, 0, 1, 1, 0}), "unexpected content after last section"));
  // Tags stand between memories and globals, the data count between elements and code.
  EXPECT_EQ(error_of(header + Bytes{5, 1, 0, 13, 1, 0, 6, 1, 0}), "");
  EXPECT_TRUE(begins(error_of(header + Bytes{6, 1, 0, 13, 1, 0}), "unexpected content after last section"));
  EXPECT_EQ(error_of(header + Bytes{9, 1, 0, 12, 1, 0, 10, 1, 0, 11, 1, 0}), "");
  EXPECT_TRUE(begins(error_of(header + Bytes{10, 1, 0, 12, 1, 0}), "unexpected content after last section"));
}

TEST(ModuleDecoder, DescriptorClausesAndExactTypes) {
  const auto error = [](const Bytes& group, const Features& features = Features::all()) {
    return TestModule().types({Bytes{0x4e, 2} + group}).error(features);
  };
  EXPECT_EQ(error({0x4d, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0}), "");
  EXPECT_EQ(error({0x50, 0, 0x4d, 1, 0x5f, 0, 0x4f, 0, 0x4c, 0, 0x5f, 0}), "");
  EXPECT_TRUE(begins(error({0x4d, 1, 0x4d, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0}), "malformed definition type 0x4d"));
  EXPECT_TRUE(begins(error({0x4d, 1, 0x4c, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0}), "malformed definition type 0x4c"));
  EXPECT_TRUE(begins(error({0x4d, 1, 0x50, 0, 0x5f, 0, 0x4c, 0, 0x5f, 0}), "malformed definition type 0x50"));
  EXPECT_TRUE(begins(error({0x4d, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x5f, 0, 0x4c, 0, 0x5f, 0}),
                     "descriptor type is outside rec group"));
  EXPECT_TRUE(begins(error({0x4d, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x5f, 0}), "integer too large"));
  // (ref null (exact 1)), and what is no exact type.
  EXPECT_EQ(error({0x5f, 1, 0x63, 0x62, 1, 0, 0x5f, 0}), "");
  EXPECT_TRUE(begins(error({0x5f, 1, 0x64, 0x62, 0x62, 1, 0, 0x5f, 0}), "malformed storage type"));
  EXPECT_TRUE(begins(error({0x5f, 1, 0x64, 0x62, 0x6e, 0, 0x5f, 0}), "malformed storage type"));
  EXPECT_TRUE(begins(error({0x5f, 1, 0x62, 1, 0, 0x5f, 0}), "malformed storage type 0x62"));
  EXPECT_TRUE(begins(error({0x60, 1, 0x64, 0x62, 0x6e, 0, 0x5f, 0}), "malformed heap type"));
  Features off = Features::all();
  off.set(Feature::custom_descriptors, false);
  EXPECT_TRUE(begins(error({0x4d, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0}, off), "malformed definition type 0x4d"));
  EXPECT_TRUE(begins(error({0x5f, 1, 0x63, 0x62, 1, 0, 0x5f, 0}, off), "malformed storage type 0x62"));
}

TEST(ModuleDecoder, ExactImports) {
  const auto import = [](u8 kind, const Features& features = Features::all()) {
    return TestModule().types({type_void}).items(SectionId::import, {{0, 0, 0, 0}, {0, 0, kind, 0}}).decode(features);
  };
  const auto module = import(0x20);
  ASSERT_TRUE(module);
  EXPECT_FALSE((*module)->has_exact_type(0));
  EXPECT_TRUE((*module)->has_exact_type(1));
  EXPECT_EQ((*module)->imports[1].kind, ExternKind::func);
  EXPECT_TRUE(begins(import(0x21).error().message(), "malformed import kind 33"));
  Features off = Features::all();
  off.set(Feature::custom_descriptors, false);
  EXPECT_TRUE(begins(import(0x20, off).error().message(), "malformed import kind 32"));
  TestModule exporting;
  exporting.types({type_void}).items(SectionId::import, {{0, 0, 0, 0}}).items(SectionId::export_, {{0, 0x20, 0}});
  EXPECT_TRUE(begins(exporting.error(), "malformed export kind 32"));
}

TEST(ModuleDecoder, Continuations) {
  const Bytes cont = {0x5d, 0};
  EXPECT_EQ(TestModule().types({type_void, cont}).error(), "");
  EXPECT_TRUE(begins(TestModule().types({type_void, {0x5d, 0x70}}).error(), "malformed heap type"));
  EXPECT_TRUE(begins(TestModule().types({type_void, {0x5d, 1}}).error(), "non-function type 1"));
  // resume with a handler of a kind that does not exist, and with more of them than there are bytes.
  const auto body = [&](const Bytes& code) { return TestModule().types({type_void, cont}).functions({code}).error(); };
  EXPECT_EQ(body({0xd0, 1, 0xe3, 1, 0}), "");
  EXPECT_TRUE(begins(body({0xd0, 1, 0xe3, 1, 1, 2, 0, 0}), "malformed on clause"));
  EXPECT_TRUE(begins(body({0xd0, 1, 0xe3, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0}), "malformed on clause"));
  EXPECT_TRUE(begins(body({0xd0, 1, 0xe3, 1, 1, 1, 0}), "unknown tag 0"));
  EXPECT_TRUE(begins(body({0x00, 0xe7}), "illegal opcode e7"));
}

TEST(ModuleDecoder, CustomSectionsKeepTheirPlace) {
  const auto module = decode_module(header + Bytes{0, 3, 1, 'a', 7} + Bytes{1, 1, 0} + Bytes{0, 2, 1, 'b'});
  ASSERT_TRUE(module);
  ASSERT_EQ((*module)->customs.size(), 2u);
  EXPECT_EQ((*module)->customs[0].name, "a");
  EXPECT_EQ((*module)->customs[0].after_section, 0);
  EXPECT_EQ((*module)->customs[0].contents.size, 1u);
  EXPECT_EQ((*module)->customs[1].name, "b");
  EXPECT_EQ((*module)->customs[1].after_section, 1);
  EXPECT_TRUE(begins(error_of(header + Bytes{0, 0}), "unexpected end"));
  EXPECT_TRUE(begins(error_of(header + Bytes{0, 2, 5, 'a'}), "length out of bounds"));
  EXPECT_TRUE(begins(error_of(header + Bytes{0, 2, 1, 0xff}), "malformed UTF-8 encoding"));
}

TEST(ModuleDecoder, Types) {
  auto error = [](const Bytes& type, const Features& features = Features::all()) {
    return TestModule().types({type}).error(features);
  };
  EXPECT_EQ(error({0x60, 1, 0x7b, 1, 0x6f}), "");
  EXPECT_EQ(error({0x4e, 2, 0x50, 0, 0x5f, 1, 0x64, 1, 0, 0x5e, 0x78, 1}), "");
  EXPECT_TRUE(begins(error({0x61, 0, 0}), "malformed definition type"));
  EXPECT_TRUE(begins(error({0x60, 1, 0x7a, 0}), "malformed value type"));
  EXPECT_TRUE(begins(error({0x60, 1, 0x64, 0x40, 0}), "malformed heap type"));
  EXPECT_TRUE(begins(error({0x5e, 0x7f, 2}), "malformed mutability"));
  EXPECT_TRUE(begins(error({0x60, 1, 0x64, 7, 0}), "unknown type 7"));
  EXPECT_TRUE(begins(error({0x50, 1, 0, 0x60, 0, 0}), "unknown type 0"));
  EXPECT_TRUE(begins(error({0x50, 2, 0, 0, 0x60, 0, 0}), "sub type"));
  EXPECT_TRUE(begins(error(Bytes{0x60} + leb(max_params + 1) + repeat({0x7f}, max_params + 1) + Bytes{0}),
                     "implementation limit exceeded"));
  Features without = Features::all();
  without.set(Feature::gc, false);
  EXPECT_TRUE(begins(error({0x5f, 0}, without), "malformed definition type"));
  without.set(Feature::simd, false);
  EXPECT_TRUE(begins(error({0x60, 1, 0x7b, 0}, without), "malformed value type"));
  without.set(Feature::multi_value, false);
  EXPECT_TRUE(begins(error({0x60, 0, 2, 0x7f, 0x7f}, without), "invalid result arity"));
}

TEST(ModuleDecoder, ImportsAndExports) {
  auto import_error = [](const Bytes& what) {
    return TestModule().types({type_void}).items(SectionId::import, {Bytes{1, 'm', 1, 'n'} + what}).error();
  };
  EXPECT_EQ(import_error({0, 0}), "");
  EXPECT_EQ(import_error({1, 0x70, 0, 1}), "");
  EXPECT_EQ(import_error({2, 0, 1}), "");
  EXPECT_EQ(import_error({3, 0x7f, 1}), "");
  EXPECT_EQ(import_error({4, 0, 0}), "");
  EXPECT_TRUE(begins(import_error({5, 0}), "malformed import kind"));
  EXPECT_TRUE(begins(import_error({0, 1}), "unknown type 1"));
  EXPECT_TRUE(begins(import_error({3, 0x7f, 2}), "malformed mutability"));
  EXPECT_TRUE(begins(import_error({4, 1, 0}), "malformed tag attribute"));

  auto export_error = [](const std::vector<Bytes>& list) {
    return TestModule()
        .types({type_void})
        .items(SectionId::import, {{1, 'm', 1, 'f', 0, 0}, {1, 'm', 1, 'g', 3, 0x7f, 0}})
        .items(SectionId::export_, list)
        .error();
  };
  EXPECT_EQ(export_error({{1, 'a', 0, 0}, {1, 'b', 3, 0}}), "");
  EXPECT_TRUE(begins(export_error({{1, 'a', 5, 0}}), "malformed export kind"));
  EXPECT_TRUE(begins(export_error({{1, 'a', 0, 1}}), "unknown function 1"));
  EXPECT_TRUE(begins(export_error({{1, 'a', 1, 0}}), "unknown table 0"));
  EXPECT_TRUE(begins(export_error({{1, 'a', 2, 0}}), "unknown memory 0"));
  EXPECT_TRUE(begins(export_error({{1, 'a', 3, 1}}), "unknown global 1"));
  EXPECT_TRUE(begins(export_error({{1, 'a', 4, 0}}), "unknown tag 0"));
  EXPECT_TRUE(begins(export_error({{1, 'a', 0, 0}, {1, 'b', 0, 0}, {1, 'a', 3, 0}}), "duplicate export name"));
}

TEST(ModuleDecoder, FindExport) {
  const auto module = TestModule()
                          .items(SectionId::global, {{0x7f, 0, 0x41, 0, 0x0b}})
                          .items(SectionId::export_, {{1, 'z', 3, 0}, {1, 'a', 3, 0}, {1, 'm', 3, 0}})
                          .decode();
  ASSERT_TRUE(module);
  for (const Export& item : (*module)->exports) EXPECT_EQ((*module)->find_export(item.name), &item);
  EXPECT_EQ((*module)->find_export("b"), nullptr);
}

TEST(ModuleDecoder, TablesAndMemories) {
  auto table = [](const Bytes& type, const Features& features = Features::all()) {
    return TestModule().types({type_void}).items(SectionId::table, {type}).error(features);
  };
  EXPECT_EQ(table({0x70, 1, 1, 2}), "");
  EXPECT_EQ(table({0x70, 4, 1}), "");
  EXPECT_EQ(table({0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b}), "");
  EXPECT_TRUE(begins(table({0x40, 1, 0x70, 0, 1, 0xd0, 0x70, 0x0b}), "zero byte expected"));
  EXPECT_TRUE(begins(table({0x7f, 0, 1}), "malformed reference type"));
  EXPECT_TRUE(begins(table({0x70, 8, 1}), "malformed limits flags"));
  EXPECT_TRUE(begins(table({0x70, 1, 2, 1}), "size minimum must not be greater than maximum"));
  EXPECT_TRUE(begins(table(Bytes{0x70, 0} + leb(u64{1} << 32)), "table size"));
  EXPECT_TRUE(begins(table({0x64, 0, 0, 1}), "type mismatch"));  // needs an initial value
  Features old = Features::all();
  old.set(Feature::memory64, false);
  EXPECT_TRUE(begins(table({0x70, 4, 1}, old), "malformed limits flags"));

  auto memory = [](const Bytes& type, const Features& features = Features::all()) {
    return TestModule().items(SectionId::memory, {type}).error(features);
  };
  EXPECT_EQ(memory(Bytes{0} + leb(65536)), "");
  EXPECT_EQ(memory(Bytes{4} + leb(u64{1} << 48)), "");
  EXPECT_EQ(memory({8, 1, 0}), "");
  EXPECT_TRUE(begins(memory(Bytes{0} + leb(65537)), "memory size must be at most 65536 pages (4GiB)"));
  EXPECT_TRUE(begins(memory(Bytes{4} + leb((u64{1} << 48) + 1)), "memory size must be at most"));
  EXPECT_TRUE(begins(memory({2, 1}), "shared memory must have maximum"));
  EXPECT_TRUE(begins(memory({16, 1}), "malformed limits flags"));
  EXPECT_TRUE(begins(memory({8, 1, 3}), "invalid custom page size"));
  EXPECT_TRUE(begins(memory({8, 1, 64}), "invalid custom page size"));
  EXPECT_TRUE(begins(memory({8, 1, 0}, Features()), "malformed limits flags"));
  EXPECT_TRUE(begins(memory({3, 1, 1}, Features()), "malformed limits flags"));
  Features single = Features::all();
  single.set(Feature::multi_memory, false);
  single.set(Feature::reference_types, false);
  EXPECT_TRUE(begins(TestModule().items(SectionId::memory, {{0, 1}, {0, 1}}).error(single), "multiple memories"));
  EXPECT_TRUE(
      begins(TestModule().items(SectionId::table, {{0x70, 0, 1}, {0x70, 0, 1}}).error(single), "multiple tables"));
}

TEST(ModuleDecoder, ConstantExpressions) {
  auto global = [](const Bytes& init, const Features& features = Features::all()) {
    return TestModule()
        .types({type_void, {0x5f, 0}, {0x5e, 0x7f, 0}})
        .items(SectionId::import, {{1, 'm', 1, 'a', 3, 0x7f, 0}, {1, 'm', 1, 'b', 3, 0x7f, 1}})
        .items(SectionId::global, {{0x7f, 0, 0x41, 1, 0x0b}, Bytes{0x7f, 0} + init + Bytes{0x0b}})
        .error(features);
  };
  EXPECT_EQ(global({0x41, 5}), "");
  EXPECT_EQ(global({0x23, 0}), "");
  EXPECT_EQ(global({0x23, 2}), "");
  EXPECT_EQ(global({0x23, 0, 0x41, 2, 0x6c}), "");
  EXPECT_TRUE(begins(global({0x23, 1}), "constant expression required"));  // mutable
  EXPECT_TRUE(begins(global({0x23, 3}), "unknown global 3"));              // itself
  EXPECT_TRUE(begins(global({0x41, 1, 0x67}), "constant expression required"));
  EXPECT_TRUE(begins(global({0x01, 0x41, 1}), "constant expression required"));
  EXPECT_TRUE(begins(global({}), "type mismatch"));
  EXPECT_TRUE(begins(global({0x41, 1, 0x41, 1}), "type mismatch"));
  EXPECT_TRUE(begins(global({0x42, 1}), "type mismatch"));
  EXPECT_TRUE(begins(global({0xf3}), "illegal opcode"));
  Features old;
  old.set(Feature::extended_const, false);
  old.set(Feature::gc, false);
  EXPECT_TRUE(begins(global({0x23, 0, 0x41, 2, 0x6c}, old), "malformed definition type"));

  auto typed = [](const Bytes& type, const Bytes& init) {
    return TestModule()
        .types({type_void, {0x5f, 1, 0x7f, 0}, {0x5e, 0x7f, 0}})
        .items(SectionId::global, {type + Bytes{0} + init + Bytes{0x0b}})
        .error();
  };
  EXPECT_EQ(typed({0x64, 1}, {0x41, 1, 0xfb, 0, 1}), "");
  EXPECT_EQ(typed({0x64, 1}, {0xfb, 1, 1}), "");
  EXPECT_EQ(typed({0x64, 2}, {0x41, 1, 0x41, 2, 0xfb, 8, 2, 2}), "");
  EXPECT_EQ(typed({0x6f}, {0x41, 1, 0xfb, 0x1c, 0xfb, 0x1b}), "");
  EXPECT_EQ(typed({0x7b}, Bytes{0xfd, 0x0c} + repeat({1}, 16)), "");
  EXPECT_TRUE(begins(typed({0x7f}, {0x41, 1, 0xfb, 0, 1, 0xfb, 2, 1, 0}), "constant expression required"));
}

TEST(ModuleDecoder, ElementSegments) {
  auto error = [](const Bytes& segment) {
    return TestModule()
        .types({type_void})
        .items(SectionId::function, {{0}})
        .items(SectionId::table, {{0x70, 0, 1}, {0x6f, 0, 1}})
        .items(SectionId::elem, {segment})
        .items(SectionId::code, {{2, 0, 0x0b}})
        .error();
  };
  EXPECT_EQ(error({0, 0x41, 0, 0x0b, 1, 0}), "");
  EXPECT_EQ(error({1, 0, 1, 0}), "");
  EXPECT_EQ(error({2, 0, 0x41, 0, 0x0b, 0, 1, 0}), "");
  EXPECT_EQ(error({3, 0, 1, 0}), "");
  EXPECT_EQ(error({4, 0x41, 0, 0x0b, 1, 0xd2, 0, 0x0b}), "");
  EXPECT_EQ(error({5, 0x70, 1, 0xd0, 0x70, 0x0b}), "");
  EXPECT_EQ(error({6, 1, 0x41, 0, 0x0b, 0x6f, 0}), "");
  EXPECT_EQ(error({7, 0x70, 0}), "");
  EXPECT_TRUE(begins(error({8, 0}), "malformed elements segment kind"));
  EXPECT_TRUE(begins(error({1, 1, 0}), "malformed elements segment kind"));
  EXPECT_TRUE(begins(error({5, 0x7f, 0}), "malformed reference type"));
  EXPECT_TRUE(begins(error({1, 0, 1, 9}), "unknown function 9"));
  EXPECT_TRUE(begins(error({5, 0x70, 1, 0xd2, 9, 0x0b}), "unknown function 9"));
  EXPECT_TRUE(begins(error({2, 7, 0x41, 0, 0x0b, 0, 1, 0}), "unknown table 7"));
  EXPECT_TRUE(begins(error({2, 1, 0x41, 0, 0x0b, 0, 1, 0}), "type mismatch"));
  EXPECT_TRUE(begins(error({0, 0x42, 0, 0x0b, 1, 0}), "type mismatch"));
}

TEST(ModuleDecoder, DataSegments) {
  auto error = [](const Bytes& segment, const Bytes& count = {}) {
    TestModule module;
    module.items(SectionId::memory, {{0, 1}});
    if (!count.empty()) module.section(SectionId::data_count, count);
    return module.items(SectionId::data, {segment}).error();
  };
  EXPECT_EQ(error({0, 0x41, 0, 0x0b, 1, 9}), "");
  EXPECT_EQ(error({1, 1, 9}), "");
  EXPECT_EQ(error({2, 0, 0x41, 0, 0x0b, 1, 9}, {1}), "");
  EXPECT_TRUE(begins(error({3, 0}), "malformed data segment kind"));
  EXPECT_TRUE(begins(error({2, 1, 0x41, 0, 0x0b, 0}), "unknown memory 1"));
  EXPECT_TRUE(begins(error({1, 2, 9}), "unexpected end"));
  EXPECT_TRUE(begins(error({1, 1, 9}, {2}), "data count and data section have inconsistent lengths"));
}

TEST(ModuleDecoder, StartAndTags) {
  auto start = [](const Bytes& type, u8 function) {
    return TestModule()
        .types({type})
        .items(SectionId::function, {{0}})
        .section(SectionId::start, {function})
        .items(SectionId::code, {{3, 0, 0, 0x0b}})
        .error();
  };
  EXPECT_EQ(start(type_void, 0), "");
  EXPECT_TRUE(begins(start(type_i32_to_i32, 0), "start function"));
  EXPECT_TRUE(begins(start(type_void, 1), "unknown function 1"));
  const TestModule with_result = TestModule().types({type_i32_to_i32}).items(SectionId::tag, {{0, 0}});
  Features off = Features::all();
  off.set(Feature::stack_switching, false);
  EXPECT_TRUE(begins(with_result.error(off), "non-empty tag result type"));
  EXPECT_EQ(with_result.error(), "");
}

TEST(ModuleDecoder, CodeAndFunctionSectionsAgree) {
  EXPECT_TRUE(begins(TestModule().types({type_void}).items(SectionId::function, {{0}}).error(),
                     "function and code section have inconsistent lengths"));
  EXPECT_TRUE(begins(TestModule().items(SectionId::code, {{2, 0, 0x0b}}).error(),
                     "function and code section have inconsistent lengths"));
}

TEST(ModuleDecoder, MalformedComesBeforeInvalid) {
  // Function 0 is invalid, function 2 malformed.
  TestModule module;
  module.types({type_void}).functions({{0x41, 0}, {}, {0xf3}});
  EXPECT_TRUE(begins(module.error(), "illegal opcode f3"));
  // An invalid export, and a body that uses a data segment without a data count.
  TestModule other;
  other.types({type_void})
      .items(SectionId::function, {{0}})
      .items(SectionId::export_, {{1, 'x', 0, 9}})
      .items(SectionId::code, {{6, 0, 0xfc, 9, 0, 1, 0x0b}});
  EXPECT_TRUE(begins(other.error(), "data count section required"));
  // A type mismatch before a misplaced `else`.
  EXPECT_TRUE(begins(function_module(type_void, {0x6a, 0x05}).error(), "END opcode expected"));
}

TEST(ModuleDecoder, EveryPrefixOfAModuleIsAnError) {
  TestModule module;
  module.types({type_i32_to_i32})
      .items(SectionId::function, {{0}})
      .items(SectionId::memory, {{0, 1}})
      .items(SectionId::global, {{0x7f, 0, 0x41, 0, 0x0b}})
      .items(SectionId::export_, {{1, 'f', 0, 0}})
      .items(SectionId::code, {{8, 0, 0x20, 0, 0x28, 2, 4, 0x0f, 0x0b}})
      .items(SectionId::data, {{0, 0x41, 0, 0x0b, 1, 9}});
  const Bytes bytes = module.bytes();
  ASSERT_EQ(error_of(bytes), "");
  int accepted = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode_module(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    accepted += cut.has_value();
    if (!cut) {
      EXPECT_EQ(cut.error().category(), ErrorCategory::malformed) << size;
    }
  }
  // The empty module, and what ends behind the type section, or behind the code (no section needs the data).
  EXPECT_EQ(accepted, 3);
}

TEST(ModuleDecoder, ThreadsDoNotChangeTheResult) {
  // Two megabytes of code; functions 40 and 45 are wrong.
  std::vector<Bytes> bodies(64, repeat({0x41, 0, 0x1a}, 10'000));
  bodies[40] = bodies[40] + Bytes{0x41, 0};
  bodies[45] = bodies[45] + Bytes{0x6a};
  TestModule module;
  module.types({type_void}).functions(bodies);
  const auto one = module.decode({}, 1), four = module.decode({}, 4);
  ASSERT_FALSE(one);
  ASSERT_FALSE(four);
  EXPECT_EQ(one.error().function, 40u);
  EXPECT_EQ(one.error().message(), four.error().message());
  bodies[40] = bodies[45] = bodies[0];
  TestModule good;
  good.types({type_void}).functions(bodies);
  EXPECT_TRUE(good.decode({}, 4));
}

// Hostile input: counts that the bytes do not hold must not allocate, and nothing may take quadratic time.

TEST(Hostile, HugeCounts) {
  const Bytes huge = {0xff, 0xff, 0xff, 0xff, 0x0f};
  for (u8 id = 1; id <= 13; ++id) {
    if (id == 8 || id == 12) continue;
    EXPECT_NE(error_of(header + Bytes{id, 5} + huge), "") << int{id};
  }
  const Bytes million = leb(999'999);
  for (u8 id = 1; id <= 13; ++id) {
    if (id == 8 || id == 12) continue;
    EXPECT_NE(error_of(header + Bytes{id, 3} + million), "") << int{id};
  }
  EXPECT_TRUE(begins(error_of(header + Bytes{1, 7, 1, 0x60} + huge), "length out of bounds"));
  EXPECT_TRUE(begins(error_of(header + Bytes{1, 7, 1, 0x4e} + huge), "length out of bounds"));
  EXPECT_TRUE(begins(error_of(header + Bytes{9, 9, 1, 1, 0} + huge + Bytes{0}), "unexpected end"));
}

TEST(Hostile, HugeCountsInBodies) {
  const Bytes huge = {0xff, 0xff, 0xff, 0xff, 0x0f};
  EXPECT_TRUE(begins(function_module(type_void, Bytes{0x41, 0, 0x0e} + huge).error(), "unexpected end"));
  EXPECT_TRUE(begins(function_module(type_void, Bytes{0x1f, 0x40} + huge).error(), "malformed catch clause"));
  EXPECT_TRUE(begins(function_module(type_void, Bytes{0x00, 0x1c} + huge).error(), "malformed value type"));
  TestModule array;
  array.types({type_void, {0x5e, 0x7f, 0}}).functions({Bytes{0x00, 0xfb, 8, 1} + huge});
  EXPECT_TRUE(begins(array.error(), "implementation limit exceeded"));
}

TEST(Hostile, Locals) {
  EXPECT_TRUE(begins(function_module(type_void, {}, {1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f}).error(),
                     "implementation limit exceeded"));
  EXPECT_TRUE(begins(function_module(type_void, {}, Bytes{2, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 1, 0x7f}).error(),
                     "too many locals"));
  EXPECT_EQ(function_module(type_void, {}, Bytes{1} + leb(max_locals) + Bytes{0x7f}).error(), "");
  // Many functions that each declare the greatest number.
  TestModule module;
  module.types({type_void}).functions(std::vector<Bytes>(100'000), Bytes{1} + leb(max_locals) + Bytes{0x7b});
  EXPECT_EQ(module.error(), "");
  // The last one of them is there.
  EXPECT_EQ(function_module(type_void, Bytes{0x20} + leb(max_locals - 1) + Bytes{0x1a},
                            Bytes{2} + leb(max_locals - 1) + Bytes{0x7f, 1, 0x7e})
                .error(),
            "");
  EXPECT_TRUE(begins(
      function_module(type_void, Bytes{0x20} + leb(max_locals) + Bytes{0x1a}, Bytes{1} + leb(max_locals) + Bytes{0x7f})
          .error(),
      "unknown local"));
}

TEST(Hostile, DeepNesting) {
  constexpr size_t depth = 1'000'000;
  EXPECT_EQ(function_module(type_void, repeat({0x02, 0x40}, depth) + repeat({0x0b}, depth)).error(), "");
  EXPECT_TRUE(begins(function_module(type_void, repeat({0x02, 0x40}, depth)).error(), "unexpected end"));
  // In a constant expression too, where blocks are well formed and invalid.
  TestModule module;
  module.items(SectionId::global, {Bytes{0x7f, 0} + repeat({0x02, 0x40}, depth) + repeat({0x0b}, depth + 1)});
  EXPECT_TRUE(begins(module.error(), "constant expression required"));
}

TEST(Hostile, LongBranchTables) {
  const size_t labels = 1'000'000;
  const Bytes table = Bytes{0x41, 0, 0x0e} + leb(labels) + repeat({0}, labels + 1);
  EXPECT_EQ(function_module(type_void, table).error(), "");
  // Labels that carry a thousand values.
  TestModule module;
  module.types({type_void, Bytes{0x60, 0} + leb(1000) + repeat({0x7f}, 1000)});
  module.functions({Bytes{0x02, 1} + repeat({0x41, 0}, 1000) + table + Bytes{0x0b} + repeat({0x1a}, 1000)});
  EXPECT_EQ(module.error(), "");
}

TEST(Hostile, ManyBlocksOfManyResults) {
  TestModule module;
  module.types({type_void, Bytes{0x60} + leb(1000) + repeat({0x7f}, 1000) + leb(1000) + repeat({0x7f}, 1000)});
  module.functions({repeat({0x41, 0}, 1000) + repeat({0x02, 1, 0x0b}, 200'000) + repeat({0x1a}, 1000)});
  EXPECT_EQ(module.error(), "");
}

TEST(Hostile, ManyOperandsInDeadCode) {
  // What is dead pops from an empty stack; that must not take the time of popping.
  const Bytes million = repeat({0x10, 1, 0x00}, 1'000'000);
  TestModule module;
  module.types({type_void, Bytes{0x60} + leb(1000) + repeat({0x7f}, 1000) + Bytes{0}})
      .items(SectionId::function, {{0}, {1}});
  const Bytes body = Bytes{0, 0x00} + million + Bytes{0x0b};
  module.items(SectionId::code, {leb(body.size()) + body, {2, 0, 0x0b}});
  EXPECT_EQ(module.error(), "");
  TestModule structures;
  structures.types({type_void, Bytes{0x5f} + leb(max_struct_fields) + repeat({0x7f, 0}, max_struct_fields)})
      .functions({Bytes{0x00} + repeat({0xfb, 0, 1, 0x1a}, 1'000'000), repeat({0xfb, 1, 1, 0x1a}, 1'000'000)});
  EXPECT_EQ(structures.error(), "");
}

TEST(Hostile, OperandsAreLimited) {
  TestModule module;
  module.types({Bytes{0x60, 0} + leb(1000) + repeat({0x7f}, 1000)});
  module.functions({repeat({0x10, 0}, 2'000'000)});
  EXPECT_TRUE(begins(module.error(), "implementation limit exceeded"));
}

TEST(Hostile, ManyTypes) {
  TestModule module;
  module.types(std::vector<Bytes>(max_types, type_void));
  EXPECT_EQ(module.error(), "");
  TestModule more;
  more.types({Bytes{0x4e} + leb(max_types) + repeat(type_void, max_types), type_void});
  EXPECT_TRUE(begins(more.error(), "implementation limit exceeded"));
}

}  // namespace
}  // namespace invar
