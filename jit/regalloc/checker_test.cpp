// That the checker sees what is wrong.
#include "jit/regalloc/checker.h"

#include <gtest/gtest.h>

#include "jit/regalloc/code_builder.h"
#include "jit/regalloc/random_code.h"

namespace invar::jit {
namespace {

constexpr Place r0 = Place::in(0), r1 = Place::in(1), r2 = Place::in(2);
constexpr RegClass integer = RegClass::integer;

// One block, whose operands have these places.
std::string check(CodeBuilder& builder, ScratchVector<Place> places, ScratchVector<Move> moves = {}, u32 slots = 0) {
  const MachineCode code = builder.finish();
  return check_allocation(code, small_file(4), {std::move(places), std::move(moves), slots});
}

struct TwoValues {
  CodeBuilder builder;
  VReg a = builder.value(), b = builder.value();
  TwoValues() {
    builder.block();
    builder.add({define(a)});
    builder.add({define(b)});
  }
};

class Checker : public testing::Test {
  OwnScratch scratch_;
};

TEST_F(Checker, Uses) {
  const auto run = [](Place first, Place second, Place used) {
    TwoValues code;
    code.builder.add({use(code.a)});
    return check(code.builder, {first, second, used});
  };
  EXPECT_EQ(run(r0, r1, r0), "");
  EXPECT_NE(run(r0, r1, r1), "");
  EXPECT_NE(run(r0, r0, r0), "");
  EXPECT_NE(run(r0, r1, Place{}), "");
}

TEST_F(Checker, WhatIsUnwoundToFindsNothingInRegisters) {
  // A call that writes b may unwind to the last block, which reads one of them.
  const auto run = [](bool reads_a, Place used, ScratchVector<Move> moves) {
    CodeBuilder builder;
    const VReg a = builder.value(), b = builder.value();
    builder.block();
    builder.add({define(a)});
    builder.add({define(b, Constraint::fixed, 0)}, 0b111);
    builder.unwind();
    const u32 returned = builder.block();
    builder.add({use(b)});
    const u32 unwound = builder.block();
    builder.add({use(reads_a ? a : b, Constraint::any)});
    builder.jump(0, returned);
    builder.jump(0, unwound);
    return check(builder, {r1, r0, r0, used}, std::move(moves), 1);
  };
  const Place slot = Place::slot(0);
  EXPECT_EQ(run(true, slot, {{1, r1, slot, integer, false}}), "");
  EXPECT_EQ(run(true, r2, {{1, r1, slot, integer, false}, {3, slot, r2, integer, false}}), "");
  EXPECT_NE(run(true, r1, {{1, r1, slot, integer, false}}), "");
  EXPECT_NE(run(true, slot, {}), "");
  EXPECT_NE(run(false, r0, {}), "");
}

TEST_F(Checker, MovesAndSlots) {
  const auto run = [](ScratchVector<Move> moves, Place used, Constraint constraint = Constraint::reg) {
    TwoValues code;
    code.builder.add({use(code.a, constraint)});
    return check(code.builder, {r0, r0, used}, std::move(moves), 2);
  };
  const Place slot = Place::slot(1);
  EXPECT_EQ(run({{1, r0, r1, integer, false}}, r1), "");
  EXPECT_NE(run({{2, r0, r1, integer, false}}, r1), "");
  EXPECT_EQ(run({{1, r0, slot, integer, false}}, slot, Constraint::any), "");
  EXPECT_NE(run({{1, r0, slot, integer, false}}, slot), "");
  EXPECT_EQ(run({{1, r0, slot, integer, false}, {2, slot, r2, integer, false}}, r2), "");
  EXPECT_NE(run({{1, r0, Place::slot(2), integer, false}}, Place::slot(2), Constraint::any), "");
  EXPECT_NE(run({{1, r0, slot, RegClass::vector, false}}, slot, Constraint::any), "");
}

TEST_F(Checker, WideValuesTakeTwoSlots) {
  const auto run = [](u32 slot, bool wide, u32 other) {
    CodeBuilder builder;
    const VReg a = builder.value(RegClass::vector, true), b = builder.value(RegClass::vector);
    builder.block();
    builder.add({define(a)});
    builder.add({define(b)});
    builder.add({use(a, Constraint::any), use(b, Constraint::any)});
    const Place x0 = Place::in(vector_register(0));
    return check(
        builder, {x0, x0, Place::slot(slot), Place::slot(other)},
        {{1, x0, Place::slot(slot), RegClass::vector, wide}, {2, x0, Place::slot(other), RegClass::vector, false}}, 4);
  };
  EXPECT_EQ(run(0, true, 2), "");
  EXPECT_NE(run(0, false, 2), "");
  EXPECT_NE(run(0, true, 1), "");
  EXPECT_NE(run(1, true, 3), "");
}

TEST_F(Checker, Clobbers) {
  const auto run = [](Access access, Place used) {
    TwoValues code;
    code.builder.add({{code.a, access, Constraint::reg, no_reg, integer}}, set_of(0));
    code.builder.add({use(code.b)});
    return check(code.builder, {used, used == r1 ? r0 : r1, used, used == r1 ? r0 : r1});
  };
  EXPECT_EQ(run(Access::early_use, r0), "");
  EXPECT_NE(run(Access::late_use, r0), "");
  EXPECT_NE(run(Access::early_use, r1), "");  // The other is destroyed.
}

TEST_F(Checker, OperandsOfOneInstruction) {
  const auto run = [](std::vector<Operand> operands, ScratchVector<Place> places) {
    TwoValues code;
    for (Operand& operand : operands) {
      if (is_use(operand.access))
        operand.value = code.a;
      else if (operand.access != Access::temporary)
        operand.value = code.builder.value();
    }
    code.builder.add(std::move(operands));
    places.insert(places.begin(), {r0, r1});
    return check(code.builder, std::move(places));
  };
  EXPECT_EQ(run({use(0), define(0)}, {r0, r0}), "");
  EXPECT_NE(run({late_use(0), define(0)}, {r0, r0}), "");
  EXPECT_NE(run({use(0), define_early(0)}, {r0, r0}), "");
  EXPECT_NE(run({use(0), temporary(integer)}, {r0, r0}), "");
  EXPECT_NE(run({define(0), temporary(integer)}, {r2, r2}), "");
  EXPECT_NE(run({define(0), define(0)}, {r2, r2}), "");
  EXPECT_EQ(run({use(0), define(0, Constraint::tied)}, {r0, r0}), "");
  EXPECT_NE(run({use(0), define(0, Constraint::tied)}, {r0, r2}), "");
  EXPECT_NE(run({use(0, Constraint::fixed, 2)}, {r0}), "");
  EXPECT_NE(run({define(0)}, {Place::slot(0)}), "");
  EXPECT_NE(run({define(0)}, {Place::in(9)}), "");
  EXPECT_NE(run({define(0)}, {Place::in(vector_register(0))}), "");
}

TEST_F(Checker, ParametersAndLoops) {
  const auto run = [](ScratchVector<Move> moves) {
    CodeBuilder builder;
    builder.block();
    const VReg a = builder.value(), b = builder.value(), x = builder.value(), y = builder.value();
    builder.add({define(a)});
    builder.add({define(b)});
    builder.add({});
    const u32 header = builder.block({x, y});
    builder.jump(0, header, {a, b});
    builder.add({use(x), use(y)});
    const u32 back = builder.block();
    builder.jump(header, back);
    builder.add({});  // 4
    builder.jump(back, header, {y, x});
    const u32 exit = builder.block();
    builder.jump(header, exit);
    builder.loop(header, exit);
    builder.add({});
    return check(builder, {r0, r1, r0, r1}, std::move(moves));
  };
  EXPECT_EQ(run({{4, r0, r2, integer, false}, {4, r1, r0, integer, false}, {4, r2, r1, integer, false}}), "");
  EXPECT_NE(run({}), "");
  EXPECT_NE(run({{4, r0, r1, integer, false}, {4, r1, r0, integer, false}}), "");
}

// Few of the moves that the allocator makes could be left out: where a block is reached from one in which the value is
// in its register still, and where only unused parameters take it.
TEST_F(Checker, MissesMoves) {
  u32 moves = 0, seen = 0;
  for (u32 seed = 1; seed < 60; ++seed) {
    const MachineCode code = random_code({seed, 4, 30});
    const Allocation allocation = allocate_registers(code, small_file(4));
    for (size_t i = 0; i < allocation.moves.size(); ++i) {
      Allocation less = allocation;
      less.moves.erase(less.moves.begin() + static_cast<std::ptrdiff_t>(i));
      ++moves;
      seen += !check_allocation(code, small_file(4), less).empty();
    }
  }
  EXPECT_GT(moves, 500u);
  EXPECT_GT(seen * 100, moves * 85);
}

}  // namespace
}  // namespace invar::jit
