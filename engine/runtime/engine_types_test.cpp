#include "engine/runtime/engine_types.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/runtime/testing.h"

namespace invar {
namespace {

ValType concrete(u32 id) { return ValType::reference({Heap::index, id}, true); }

TEST(EngineTypes, EqualFunctionTypesOfTwoModulesHaveOneId) {
  Engine engine;
  const auto a = compile_text(engine, "(module (type (func)) (type (func (param i32) (result i64))))");
  const auto b = compile_text(engine, "(module (type (func (param i32) (result i64))) (type (func (param i32))))");
  EXPECT_EQ(a->type_ids()[1], b->type_ids()[0]);
  EXPECT_NE(a->type_ids()[0], b->type_ids()[1]);
  const auto host = engine.types().intern(FuncType{{type_i32}, {type_i64}});
  ASSERT_TRUE(host);
  EXPECT_EQ(*host, b->type_ids()[0]);
}

TEST(EngineTypes, RecursiveGroupsAreEqualAsAWhole) {
  Engine engine;
  const auto a = compile_text(engine, "(module (rec (type $a (struct (field (ref null $b)))) (type $b (struct))))");
  const auto b = compile_text(engine,
                              "(module (type (func))"
                              " (rec (type $a (struct (field (ref null $b)))) (type $b (struct))))");
  const auto c = compile_text(engine, "(module (rec (type $a (struct (field (ref null $a)))) (type $b (struct))))");
  EXPECT_EQ(a->type_ids()[0], b->type_ids()[1]);
  EXPECT_EQ(a->type_ids()[1], b->type_ids()[2]);
  EXPECT_NE(a->type_ids()[0], c->type_ids()[0]);
  EXPECT_NE(a->type_ids()[1], c->type_ids()[1]);
  // The members name each other by id.
  EXPECT_EQ(engine.types()[a->type_ids()[0]].fields[0].type, concrete(a->type_ids()[1]));
}

TEST(EngineTypes, InterningTheSameModuleTwiceAddsNothing) {
  Engine engine;
  const std::string_view source = "(module (type $f (func)) (type (struct (field (ref $f)))) (type (func)))";
  compile_text(engine, source);
  const size_t size = engine.types().size();
  EXPECT_EQ(size, 2u);
  compile_text(engine, source);
  EXPECT_EQ(engine.types().size(), size);
}

TEST(EngineTypes, SubtypesAcrossModules) {
  Engine engine;
  const auto a = compile_text(engine, R"((module
    (type $a (sub (struct)))
    (type $b (sub $a (struct (field i32))))
    (type $c (sub final $b (struct (field i32) (field i64))))
    (type $other (sub (struct (field f32))))))");
  const auto b = compile_text(engine, "(module (type $a (sub (struct))) (type $b (sub $a (struct (field i32)))))");
  const EngineTypes& types = engine.types();
  const auto& ids = a->type_ids();
  EXPECT_TRUE(types.is_subtype(ids[2], ids[2]));
  EXPECT_TRUE(types.is_subtype(ids[2], ids[1]));
  EXPECT_TRUE(types.is_subtype(ids[2], b->type_ids()[0]));
  EXPECT_TRUE(types.is_subtype(b->type_ids()[1], ids[0]));
  EXPECT_FALSE(types.is_subtype(ids[0], ids[1]));
  EXPECT_FALSE(types.is_subtype(ids[3], ids[0]));
  EXPECT_FALSE(types.is_subtype(ids[2], ids[3]));
}

TEST(EngineTypes, MatchesHeapTypes) {
  Engine engine;
  const auto module = compile_text(engine, "(module (type (func)) (type (struct)) (type (array i32)))");
  const EngineTypes& types = engine.types();
  const auto heap = [](Heap kind) { return HeapType{kind, 0}; };
  const auto defined = [&](u32 index) { return HeapType{Heap::index, module->type_ids()[index]}; };
  EXPECT_TRUE(types.matches(defined(0), heap(Heap::func)));
  EXPECT_TRUE(types.matches(defined(1), heap(Heap::struct_)));
  EXPECT_TRUE(types.matches(defined(1), heap(Heap::eq)));
  EXPECT_TRUE(types.matches(defined(2), heap(Heap::any)));
  EXPECT_TRUE(types.matches(heap(Heap::none), defined(2)));
  EXPECT_TRUE(types.matches(heap(Heap::nofunc), defined(0)));
  EXPECT_TRUE(types.matches(heap(Heap::i31), heap(Heap::eq)));
  EXPECT_TRUE(types.matches(heap(Heap::noextern), heap(Heap::extern_)));
  EXPECT_TRUE(types.matches(heap(Heap::noexn), heap(Heap::exn)));
  EXPECT_FALSE(types.matches(defined(0), heap(Heap::any)));
  EXPECT_FALSE(types.matches(defined(1), heap(Heap::array)));
  EXPECT_FALSE(types.matches(heap(Heap::none), defined(0)));
  EXPECT_FALSE(types.matches(heap(Heap::func), defined(0)));
  EXPECT_FALSE(types.matches(heap(Heap::any), heap(Heap::extern_)));
  EXPECT_FALSE(types.matches(heap(Heap::eq), heap(Heap::i31)));
  EXPECT_TRUE(types.matches(ValType::reference(defined(0), false), type_funcref));
  EXPECT_FALSE(types.matches(type_funcref, type_funcref.with_nullable(false)));
  EXPECT_FALSE(types.matches(type_i32, type_i64));
}

TEST(EngineTypes, DescriptorsAreOfTheTypes) {
  EngineConfig config;
  config.features.set(Feature::custom_descriptors);
  Engine engine{config};
  constexpr std::string_view pair = "(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))";
  const auto a = compile_text(engine, "(module " + std::string{pair} + ")");
  const auto b = compile_text(engine, "(module (type (func)) " + std::string{pair} + ")");
  const auto c = compile_text(engine, "(module (rec (type (struct)) (type (struct))))");
  EXPECT_EQ(a->type_ids()[0], b->type_ids()[1]);
  EXPECT_EQ(a->type_ids()[1], b->type_ids()[2]);
  EXPECT_NE(a->type_ids()[0], c->type_ids()[0]);
  EXPECT_NE(a->type_ids()[1], c->type_ids()[1]);
  const EngineTypes& types = engine.types();
  EXPECT_EQ(types[b->type_ids()[1]].descriptor, a->type_ids()[1]);
  EXPECT_EQ(types[b->type_ids()[2]].describes, a->type_ids()[0]);
}

TEST(EngineTypes, ExactTypes) {
  EngineConfig config;
  config.features.set(Feature::custom_descriptors);
  Engine engine{config};
  const auto module = compile_text(engine,
                                   "(module (type $a (sub (struct))) (type $b (sub $a (struct)))"
                                   " (type (func (param (ref (exact $a))))) (type (func (param (ref $a)))))");
  const EngineTypes& types = engine.types();
  const u32 a = module->type_ids()[0], b = module->type_ids()[1];
  EXPECT_TRUE(types.matches(HeapType{Heap::index, a, true}, HeapType{Heap::index, a}));
  EXPECT_TRUE(types.matches(HeapType{Heap::index, b, true}, HeapType{Heap::index, a}));
  EXPECT_TRUE(types.matches(HeapType{Heap::none, 0}, HeapType{Heap::index, a, true}));
  EXPECT_FALSE(types.matches(HeapType{Heap::index, b, true}, HeapType{Heap::index, a, true}));
  EXPECT_FALSE(types.matches(HeapType{Heap::index, a}, HeapType{Heap::index, a, true}));
  EXPECT_NE(module->type_ids()[2], module->type_ids()[3]);
  EXPECT_TRUE(types[module->type_ids()[2]].func.params[0].heap().is_exact);
}

TEST(EngineTypes, ContinuationTypes) {
  EngineConfig config;
  config.features.set(Feature::stack_switching);
  Engine engine{config};
  const auto a =
      compile_text(engine, "(module (type (func)) (type (func (param i32))) (type (cont 0)) (type (cont 1)))");
  const auto b = compile_text(engine, "(module (type (func (param i32))) (type (cont 0)))");
  EXPECT_EQ(a->type_ids()[3], b->type_ids()[1]);
  EXPECT_NE(a->type_ids()[2], a->type_ids()[3]);
  const EngineTypes& types = engine.types();
  EXPECT_EQ(types[b->type_ids()[1]].continued, a->type_ids()[1]);
  EXPECT_TRUE(types.matches(HeapType{Heap::index, a->type_ids()[2]}, HeapType{Heap::cont, 0}));
  EXPECT_TRUE(types.matches(HeapType{Heap::nocont, 0}, HeapType{Heap::index, a->type_ids()[2]}));
  EXPECT_FALSE(types.matches(HeapType{Heap::index, a->type_ids()[2]}, HeapType{Heap::any, 0}));
}

TEST(EngineTypes, ThreadsAgree) {
  Engine engine;
  std::vector<std::vector<u32>> ids(4, std::vector<u32>(500));
  std::vector<std::thread> threads;
  for (size_t t = 0; t < ids.size(); ++t) {
    threads.emplace_back([&, t] {
      for (u32 i = 0; i < 500; ++i) {
        // A type of its own for each i: i's bits as parameters.
        FuncType type;
        for (u32 bit = 0; bit < 9; ++bit) type.params.push_back((i >> bit & 1) != 0 ? type_i32 : type_f64);
        ids[t][i] = engine.types().intern(type).value();
        EXPECT_EQ(engine.types()[ids[t][i]].func, type);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine.types().size(), 500u);
  for (const auto& other : ids) EXPECT_EQ(other, ids[0]);
}

}  // namespace
}  // namespace invar
