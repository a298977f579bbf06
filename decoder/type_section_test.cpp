#include "decoder/type_section.h"

#include <gtest/gtest.h>

#include "decoder/implementation_limits.h"

namespace invar {
namespace {

constexpr ValType ref(u32 index, bool nullable = false) { return ValType::reference({Heap::index, index}, nullable); }
constexpr ValType ref(Heap heap, bool nullable = false) { return ValType::reference({heap, 0}, nullable); }

SubType func(std::vector<ValType> params, std::vector<ValType> results, u32 super = SubType::no_supertype,
             bool is_final = false) {
  SubType type;
  type.is_final = is_final;
  type.supertype = super;
  type.func = {std::move(params), std::move(results)};
  return type;
}

SubType structure(std::vector<FieldType> fields, u32 super = SubType::no_supertype, bool is_final = false) {
  SubType type;
  type.kind = CompositeKind::struct_;
  type.is_final = is_final;
  type.supertype = super;
  type.fields = std::move(fields);
  return type;
}

SubType array(FieldType element, u32 super = SubType::no_supertype) {
  SubType type = structure({element}, super);
  type.kind = CompositeKind::array;
  return type;
}

FieldType field(ValType type, bool is_mutable = false, Packing packing = Packing::none) {
  return {type, packing, is_mutable};
}

/// Adds groups and expects that to work.
struct Section : TypeSection {
  Section& add(std::vector<SubType> group) {
    const Result<void> result = add_group(std::move(group));
    EXPECT_TRUE(result) << result.error().message();
    return *this;
  }
  ErrorCode error(std::vector<SubType> group) {
    const Result<void> result = add_group(std::move(group));
    EXPECT_FALSE(result);
    return result ? ErrorCode::host_limit : result.error().code;
  }
};

TEST(TypeSection, EqualTypesHaveOneCanonicalIndex) {
  Section types;
  types.add({func({type_i32}, {})});
  types.add({func({type_i64}, {})});
  types.add({func({type_i32}, {})});
  EXPECT_EQ(types.canonical(0), 0u);
  EXPECT_EQ(types.canonical(1), 1u);
  EXPECT_EQ(types.canonical(2), 0u);
  EXPECT_TRUE(types.matches(ref(2), ref(0)));
  EXPECT_TRUE(types.same(ref(0), ref(2)));
  EXPECT_FALSE(types.matches(ref(1), ref(0)));
}

TEST(TypeSection, FinalityDistinguishes) {
  Section types;
  types.add({func({}, {}, SubType::no_supertype, true)}).add({func({}, {})});
  EXPECT_NE(types.canonical(0), types.canonical(1));
}

TEST(TypeSection, ParamsAndResultsAreNotConfused) {
  Section types;
  types.add({func({type_i32, type_i32}, {})}).add({func({type_i32}, {type_i32})}).add({func({}, {type_i32, type_i32})});
  EXPECT_EQ(types.canonical(1), 1u);
  EXPECT_EQ(types.canonical(2), 2u);
}

TEST(TypeSection, RecursiveGroupsAreComparedByUnrolling) {
  Section types;
  types.add({func({}, {ref(0, true)})});                          // 0: names itself
  types.add({func({}, {ref(1, true)})});                          // 1: so does this
  types.add({func({}, {ref(0, true)})});                          // 2: names 0 from outside
  types.add({structure({field(ref(4))}), array(field(ref(3)))});  // 3, 4: name each other
  types.add({structure({field(ref(6))}), array(field(ref(5)))});  // 5, 6
  types.add({structure({field(ref(4))})});                        // 7: like 3, but alone
  EXPECT_EQ(types.canonical(1), 0u);
  EXPECT_EQ(types.canonical(2), 2u);
  EXPECT_EQ(types.canonical(5), 3u);
  EXPECT_EQ(types.canonical(6), 4u);
  EXPECT_EQ(types.canonical(7), 7u);
  // References to equal types are equal.
  types.add({func({ref(3)}, {})}).add({func({ref(5)}, {})});
  EXPECT_EQ(types.canonical(9), 8u);
}

TEST(TypeSection, DeclaredSubtypes) {
  Section types;
  types.add({structure({field(type_i32)})});
  types.add({structure({field(type_i32), field(type_i64)}, 0)});
  types.add({structure({field(type_i32), field(type_i64), field(type_f32)}, 1)});
  types.add({structure({field(type_i32), field(type_i64)})});  // no declared supertype
  EXPECT_TRUE(types.is_subtype(2, 0));
  EXPECT_TRUE(types.is_subtype(2, 1));
  EXPECT_TRUE(types.is_subtype(1, 1));
  EXPECT_FALSE(types.is_subtype(0, 2));
  EXPECT_FALSE(types.is_subtype(3, 0));
  EXPECT_EQ(types.depth(2), 2u);
  EXPECT_TRUE(types.matches(ref(2), ref(Heap::struct_)));
  EXPECT_TRUE(types.matches(ref(2), ref(Heap::eq, true)));
  EXPECT_FALSE(types.matches(ref(2), ref(Heap::array)));
  EXPECT_TRUE(types.matches(ref(Heap::none, true), ref(2, true)));
  EXPECT_FALSE(types.matches(ref(Heap::none, true), ref(2)));
  EXPECT_FALSE(types.matches(ref(Heap::nofunc), ref(2)));
}

TEST(TypeSection, FieldsVaryOnlyIfImmutable) {
  Section types;
  types.add({array(field(ref(Heap::any, true)))});
  types.add({array(field(ref(Heap::eq, true)), 0)});
  EXPECT_EQ(types.error({array(field(ref(Heap::eq, true), true), 0)}), ErrorCode::sub_type);
  Section mutable_types;
  mutable_types.add({array(field(ref(Heap::any, true), true))});
  EXPECT_EQ(mutable_types.error({array(field(ref(Heap::eq, true), true), 0)}), ErrorCode::sub_type);
  Section packed;
  packed.add({array(field(type_i32, true, Packing::i8))});
  EXPECT_EQ(packed.error({array(field(type_i32, true, Packing::i16), 0)}), ErrorCode::sub_type);
}

TEST(TypeSection, FunctionsVaryInBothDirections) {
  Section types;
  types.add({func({ref(Heap::eq)}, {ref(Heap::eq)})});
  types.add({func({ref(Heap::any)}, {ref(Heap::i31)}, 0)});
  EXPECT_TRUE(types.is_subtype(1, 0));
  EXPECT_EQ(types.error({func({ref(Heap::i31)}, {ref(Heap::eq)}, 0)}), ErrorCode::sub_type);
}

TEST(TypeSection, Errors) {
  Section types;
  types.add({func({}, {}, SubType::no_supertype, true)});
  EXPECT_EQ(types.error({func({}, {}, 0)}), ErrorCode::sub_type);             // of a final type
  EXPECT_EQ(Section().error({func({ref(1)}, {})}), ErrorCode::unknown_type);  // behind the group
  EXPECT_EQ(Section().error({func({}, {}, 0)}), ErrorCode::unknown_type);     // of itself
  EXPECT_EQ(Section().add({structure({})}).error({func({}, {}, 0)}), ErrorCode::sub_type);
}

TEST(TypeSection, AbstractHeapTypes) {
  const TypeSection types;
  EXPECT_TRUE(types.matches(ref(Heap::i31), ref(Heap::eq)));
  EXPECT_TRUE(types.matches(ref(Heap::array), ref(Heap::any)));
  EXPECT_TRUE(types.matches(ref(Heap::none), ref(Heap::i31)));
  EXPECT_FALSE(types.matches(ref(Heap::i31), ref(Heap::struct_)));
  EXPECT_FALSE(types.matches(ref(Heap::func), ref(Heap::any)));
  EXPECT_TRUE(types.matches(ref(Heap::noexn), ref(Heap::exn)));
  EXPECT_TRUE(types.matches(ref(Heap::noextern), ref(Heap::extern_, true)));
  EXPECT_FALSE(types.matches(ref(Heap::extern_, true), ref(Heap::extern_)));
  EXPECT_TRUE(types.matches(type_bottom, type_i32));
  EXPECT_FALSE(types.matches(type_i32, type_i64));
  EXPECT_EQ(types.top({Heap::nofunc, 0}), Heap::func);
  EXPECT_EQ(types.bottom({Heap::struct_, 0}), Heap::none);
}

TEST(ValType, ExactnessTakesNoBitOfTheIndex) {
  for (const u32 index : {0u, 1u, max_types - 1, 0xffffffu}) {
    for (const bool nullable : {false, true}) {
      const ValType exact = ValType::reference({Heap::index, index, true}, nullable);
      EXPECT_EQ(exact.heap(), (HeapType{Heap::index, index, true}));
      EXPECT_EQ(exact.nullable(), nullable);
      EXPECT_EQ(exact.with_nullable(true).heap(), exact.heap());
      EXPECT_NE(exact, ref(index, nullable));
      EXPECT_EQ(ref(index, nullable).heap(), (HeapType{Heap::index, index}));
    }
  }
  EXPECT_EQ(to_string(ValType::reference({Heap::index, 7, true}, true)), "(ref null (exact 7))");
}

TEST(TypeSection, ExactTypes) {
  const auto exact = [](u32 index) { return ValType::reference({Heap::index, index, true}, false); };
  Section types;
  types.add({structure({})}).add({structure({}, 0)}).add({structure({})}).add({func({}, {})});
  EXPECT_TRUE(types.matches(exact(1), ref(0)));
  EXPECT_TRUE(types.matches(exact(0), exact(2)));  // equal types
  EXPECT_TRUE(types.matches(exact(1), ref(Heap::struct_, true)));
  EXPECT_TRUE(types.matches(ref(Heap::none), exact(1)));
  EXPECT_FALSE(types.matches(exact(1), exact(0)));
  EXPECT_FALSE(types.matches(ref(0), exact(0)));
  EXPECT_FALSE(types.matches(ref(Heap::nofunc), exact(1)));
  EXPECT_FALSE(types.matches(ref(Heap::none), exact(3)));
  EXPECT_FALSE(types.same(exact(0), ref(0)));
  // Exactness is part of a type's identity, and of what fields may be.
  types.add({func({exact(0)}, {})}).add({func({ref(0)}, {})}).add({func({exact(2)}, {})});
  EXPECT_NE(types.canonical(5), types.canonical(4));
  EXPECT_EQ(types.canonical(6), types.canonical(4));
  types.add({structure({field(ref(0), true)})});
  EXPECT_EQ(types.error({structure({field(exact(0), true)}, 7)}), ErrorCode::sub_type);
}

TEST(TypeSection, DescriptorsMatchOnAllLevels) {
  const auto pair = [](u32 start, u32 super = SubType::no_supertype, u32 super_descriptor = SubType::no_supertype) {
    std::vector<SubType> group = {structure({}, super), structure({}, super_descriptor)};
    group[0].descriptor = start + 1;
    group[1].describes = start;
    return group;
  };
  Section types;
  types.add(pair(0)).add(pair(2, 0, 1)).add(pair(4));
  EXPECT_EQ(types.canonical(5), 1u);
  EXPECT_NE(types.canonical(3), 1u);
  EXPECT_TRUE(types.is_subtype(3, 1));
  EXPECT_EQ(Section(types).error(pair(6, 0)), ErrorCode::descriptor_mismatch);
  EXPECT_EQ(Section(types).error(pair(6, SubType::no_supertype, 1)), ErrorCode::described_mismatch);
  EXPECT_EQ(Section(types).error({structure({}, 0)}), ErrorCode::sub_type);
  EXPECT_EQ(Section(types).error({structure({}, 1)}), ErrorCode::sub_type);
  std::vector<SubType> alone = {structure({})};
  alone[0].descriptor = 0xffffff;
  EXPECT_EQ(Section(types).error(alone), ErrorCode::descriptor_outside_group);
}

TEST(TypeSection, SupertypesAreLimited) {
  Section types;
  types.add({structure({})});
  for (u32 depth = 1; depth <= max_supertype_depth; ++depth) types.add({structure({}, depth - 1)});
  EXPECT_EQ(types.depth(max_supertype_depth), max_supertype_depth);
  EXPECT_TRUE(types.is_subtype(max_supertype_depth, 0));
  EXPECT_EQ(types.error({structure({}, max_supertype_depth)}), ErrorCode::limit_exceeded);
}

TEST(TypeSection, ManyEqualTypesAreNoTrouble) {
  Section types;
  for (u32 i = 0; i < 200'000; ++i) types.add({func({type_i32, ref(Heap::any)}, {type_f64})});
  EXPECT_EQ(types.canonical(199'999), 0u);
}

TEST(TypeSection, OneGreatGroup) {
  std::vector<SubType> group;
  for (u32 i = 0; i < 100'000; ++i) group.push_back(structure({field(ref((i + 1) % 100'000))}));
  Section types;
  types.add(group).add(std::vector<SubType>(group));
  // The second group names the first one's members from outside, so it differs.
  EXPECT_EQ(types.canonical(100'000), 100'000u);
}

}  // namespace
}  // namespace invar
