// The heap by itself: allocation, reachability from roots that tests make, limits.
#include "engine/gc/heap.h"

#include <cstring>

#include "engine/runtime/reference.h"
#include "engine/runtime/testing.h"

namespace invar {
namespace {

constexpr std::string_view types_source = R"((module
  (type $node (struct (field (mut anyref)) (field (mut i64))))
  (type $bytes (array (mut i8)))
  (type $refs (array (mut anyref)))
  (type $mixed (struct (field i8) (field i16) (field i8) (field f64) (field v128) (field i16) (field funcref)
                       (field (ref null $node)) (field externref)))
  (type $payload (func (param i32 anyref v128 exnref funcref)))
))";
enum TypeIndex : u32 { node, bytes, refs, mixed, payload };

EngineConfig stressed() {
  EngineConfig config;
  config.stress_collection = true;
  return config;
}

class HeapTest : public RuntimeTest {
 protected:
  explicit HeapTest(EngineConfig config = {}, const StoreLimits& limits = {})
      : RuntimeTest(config, limits), module(compile_text(engine, types_source)) {}

  const gc::Layout& layout(TypeIndex type) const { return engine.types().layout(module->type_ids()[type]); }
  gc::Heap& heap() { return store.heap(); }
  const Slot* stack() const { return store.stack_base; }  // nothing on the value stack counts

  Ref make_node(Ref next, u64 value) {
    gc::Object* made = heap().new_struct(layout(node), stack());
    if (made == nullptr) return null_ref;
    std::memcpy(made->at(8), &next, 8);
    std::memcpy(made->at(16), &value, 8);
    return ref_of(made);
  }
  static Ref next_of(Ref ref) {
    Ref next;
    std::memcpy(&next, object_of(ref)->at(8), 8);
    return next;
  }
  static u64 value_of(Ref ref) {
    u64 value;
    std::memcpy(&value, object_of(ref)->at(16), 8);
    return value;
  }

  std::shared_ptr<CompiledModule> module;
};

class StressedHeapTest : public HeapTest {
 protected:
  StressedHeapTest() : HeapTest(stressed()) {}
};

TEST_F(HeapTest, SizeClassesAscendAndFitTheirSizes) {
  for (u32 i = 1; i < gc::class_count; ++i) {
    EXPECT_LT(gc::cell_sizes[i - 1], gc::cell_sizes[i]);
    EXPECT_EQ(gc::cell_sizes[i] % gc::granule_bytes, 0u);
  }
  for (u64 bytes = 8; bytes <= gc::max_cell_bytes; ++bytes) {
    const u32 at = gc::class_of(bytes);
    ASSERT_GE(gc::cell_sizes[at], bytes);
    if (at > 0) {
      ASSERT_LT(gc::cell_sizes[at - 1], bytes);
    }
  }
  EXPECT_EQ(gc::class_of(gc::max_cell_bytes + 1), gc::large_class);
  EXPECT_EQ(gc::class_of(~u64{0}), gc::large_class);
}

TEST_F(HeapTest, LayoutsPackFieldsAndKnowTheReferences) {
  const gc::Layout& of_mixed = layout(mixed);
  std::vector<u32> offsets;
  for (const auto& field : of_mixed.fields) offsets.push_back(field.offset);
  EXPECT_EQ(offsets, (std::vector<u32>{8, 10, 12, 16, 24, 40, 48, 56, 64}));
  EXPECT_EQ(of_mixed.references, (std::vector<u32>{56, 64}));
  EXPECT_EQ(of_mixed.bytes, 72u);
  EXPECT_EQ(of_mixed.slots, 10u);
  EXPECT_FALSE(of_mixed.plain);
  EXPECT_TRUE(layout(node).plain);
  EXPECT_TRUE(layout(refs).traced_elements);
  EXPECT_FALSE(layout(bytes).traced_elements);
  EXPECT_EQ(layout(payload).references, (std::vector<u32>{24, 48}));
  EXPECT_EQ(layout(payload).slots, 6u);
}

TEST_F(StressedHeapTest, WhatARootHoldsStaysAndTheRestIsOverwritten) {
  gc::HostRoot* root = heap().hold(make_node(null_ref, 7));
  const Ref kept = root->ref;
  const Ref lost = make_node(null_ref, 8);
  EXPECT_EQ(value_of(lost), 8u);
  heap().collect(stack());
  EXPECT_EQ(value_of(kept), 7u);
  EXPECT_EQ(value_of(lost), 0xdbdbdbdbdbdbdbdbu);
  root->release();
  heap().collect(stack());
  EXPECT_EQ(value_of(kept), 0xdbdbdbdbdbdbdbdbu);
  EXPECT_EQ(heap().committed_bytes(), 0u);
}

TEST_F(StressedHeapTest, WordsOfTheStackAreRootsUpToItsEnd) {
  Slot* const slots = store.stack_base;
  slots[0] = make_node(null_ref, 1);
  slots[1] = ref_of(heap().new_struct(layout(node), slots + 1));
  const Ref first = slots[0], second = slots[1];
  heap().collect(slots + 2);
  EXPECT_EQ(value_of(first), 1u);
  EXPECT_NE(object_of(second)->header, 0xdbdbdbdbu);
  // Addresses within objects, and anything else that is no object's address, keep nothing.
  slots[0] += 8;
  slots[2] = first;
  heap().collect(slots + 2);
  EXPECT_EQ(value_of(first), 0xdbdbdbdbdbdbdbdbu);
}

TEST_F(StressedHeapTest, ExceptionsKeepTheirPayload) {
  auto tag = store.new_tag(module->type_ids()[payload]);
  ASSERT_TRUE(tag);
  gc::HostRoot* first = heap().hold(make_node(null_ref, 42));
  const u64 slots[] = {5, first->ref, 6, 7, 0, 0};
  gc::ExceptionObject* made = heap().new_exception(**tag, slots, stack());
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->kind(), gc::ObjectKind::exception);
  store.pending_exception = ref_of(made);
  first->release();
  // An exception that holds an exception.
  const u64 outer_slots[] = {9, 0, 0, 0, store.pending_exception, 0};
  gc::ExceptionObject* outer = heap().new_exception(**tag, outer_slots, stack());
  store.pending_exception = ref_of(outer);
  heap().collect(stack());
  EXPECT_EQ(outer->tag, *tag);
  ASSERT_EQ(outer->payload()[4], ref_of(made));
  EXPECT_EQ(made->payload()[0], 5u);
  EXPECT_EQ(made->payload()[3], 7u);
  EXPECT_EQ(value_of(made->payload()[1]), 42u);
  store.pending_exception = null_ref;
  heap().collect(stack());
  EXPECT_EQ(heap().live_bytes(), 0u);
}

TEST_F(HeapTest, LongListsNeedNoNativeStack) {
  Ref list = null_ref;
  for (u64 i = 0; i < 3'000'000; ++i) {
    store.pending_exception = list;  // a root as good as any
    list = make_node(list, i);
  }
  store.pending_exception = list;
  heap().collect(stack());
  EXPECT_EQ(heap().live_bytes(), 3'000'000u * 32);
  u64 length = 0;
  for (Ref at = list; at != null_ref; at = next_of(at)) ++length;
  EXPECT_EQ(length, 3'000'000u);
  store.pending_exception = null_ref;
  heap().collect(stack());
  EXPECT_EQ(heap().committed_bytes(), 0u);
}

TEST_F(HeapTest, AMarkStackThatCannotGrowLosesNothing) {
  // A binary tree, wide and deep: arrays of four.
  gc::RootList list;
  heap().add(list);
  u64 made = 0;
  for (u32 i = 0; i < 10'000; ++i) {
    gc::Object* array = heap().new_array(layout(refs), 4, true, stack());
    ++made;
    for (u32 child = 0; child < 4 && !list.slots.empty() && i % 3 == 0; ++child) {
      const Ref ref = list.slots.back();
      list.slots.pop_back();
      std::memcpy(array->at(8 + 8 * child), &ref, 8);
    }
    list.slots.push_back(ref_of(array));
  }
  heap().collect(stack());
  EXPECT_EQ(heap().live_bytes(), made * 48);
  for (const u64 limit : {16, 200}) {
    heap().limit_mark_stack(limit);
    heap().collect(stack());
    EXPECT_EQ(heap().live_bytes(), made * 48) << limit;
  }
}

TEST_F(HeapTest, LongArraysOfReferencesNeedNoLongMarkStack) {
  constexpr u32 count = 300'000;
  gc::Object* array = heap().new_array(layout(refs), count, true, stack());
  store.stack_base[0] = ref_of(array);
  for (u32 i = 0; i < count; ++i) {
    const Ref ref = ref_of(heap().new_array(layout(bytes), 8, true, stack() + 1));
    std::memcpy(array->at(8 + 8 * i), &ref, 8);
  }
  heap().limit_mark_stack(300);
  heap().collect(stack() + 1);
  EXPECT_GE(heap().live_bytes(), count * 24u);
  EXPECT_EQ(heap().mark_overflows(), 0u);
  heap().limit_mark_stack(100);
  heap().collect(stack() + 1);
  EXPECT_GE(heap().live_bytes(), count * 24u);
  EXPECT_GT(heap().mark_overflows(), 0u);
}

TEST_F(HeapTest, LargeObjectsComeAndGo) {
  gc::Object* made = heap().new_array(layout(bytes), 1'000'000, true, stack());
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->length, 1'000'000u);
  for (u32 i = 0; i < 1'000'000; ++i) ASSERT_EQ(*made->at(8 + i), 0);
  store.stack_base[0] = ref_of(made);
  heap().collect(stack() + 1);
  EXPECT_GE(heap().live_bytes(), 1'000'000u);
  heap().collect(stack());
  EXPECT_EQ(heap().live_bytes(), 0u);
  EXPECT_EQ(heap().committed_bytes(), 0u);
}

TEST_F(HeapTest, CellsAreReusedAndZeroedWhenAsked) {
  for (u32 round = 0; round < 3; ++round) {
    for (u32 i = 0; i < 1000; ++i) {
      gc::Object* made = heap().new_array(layout(bytes), 100, true, stack());
      for (u32 k = 0; k < 100; ++k) ASSERT_EQ(*made->at(8 + k), 0);
      std::memset(made->at(8), 0xff, 100);
    }
    heap().collect(stack());
  }
  EXPECT_EQ(heap().committed_bytes(), 0u);
}

class SmallHeapTest : public HeapTest {
 protected:
  SmallHeapTest() : HeapTest({}, {.max_guarded_memories = 16, .max_heap_bytes = u64{1} << 20}) {}
};

TEST_F(SmallHeapTest, AllocationFailsAtTheLimitAndWorksAgainBehindIt) {
  EXPECT_EQ(heap().new_array(layout(bytes), ~u32{0}, true, stack()), nullptr);
  EXPECT_EQ(heap().new_array(layout(refs), ~u32{0}, true, stack()), nullptr);
  EXPECT_EQ(heap().collections(), 0u);
  for (u32 round = 0; round < 3; ++round) {
    Ref list = null_ref;
    u64 count = 0;
    for (;; ++count) {
      store.pending_exception = list;
      const Ref longer = make_node(list, count);
      if (longer == null_ref) break;
      list = longer;
    }
    EXPECT_GT(count, 20'000u);
    EXPECT_LE(heap().committed_bytes(), u64{1} << 20);
    store.pending_exception = null_ref;
  }
}

TEST_F(SmallHeapTest, GarbageNeverHitsTheLimit) {
  for (u32 i = 0; i < 300'000; ++i) ASSERT_NE(make_node(null_ref, i), null_ref);
  for (u32 i = 0; i < 300; ++i) ASSERT_NE(heap().new_array(layout(bytes), 100'000, false, stack()), nullptr);
  EXPECT_LT(heap().collections(), 400u);
}

TEST_F(SmallHeapTest, ANearlyFullHeapDoesNotCollectAtEveryAllocation) {
  Ref list = null_ref;
  for (u64 i = 0; i < 28'000; ++i) {
    store.pending_exception = list;
    list = make_node(list, i);
    ASSERT_NE(list, null_ref);
  }
  store.pending_exception = list;
  const u64 before = heap().collections();
  for (u32 i = 0; i < 100'000; ++i) ASSERT_NE(make_node(null_ref, i), null_ref);
  // 3.2 MB of garbage, of which at least 1/32 MB fits between two collections.
  EXPECT_LT(heap().collections() - before, 105u);
}

}  // namespace
}  // namespace invar
