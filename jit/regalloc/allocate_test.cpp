// Small functions of which it is known what good code is.
#include "jit/regalloc/allocate.h"

#include <gtest/gtest.h>

#include "jit/regalloc/checker.h"
#include "jit/regalloc/code_builder.h"
#include "jit/regalloc/intervals.h"

namespace invar::jit {
namespace {

constexpr RegSet all_registers = ~RegSet{0};

/// Ends a loop of one block: one more jumps back with these values. Begins what comes behind.
void end_loop(CodeBuilder& builder, u32 header, std::vector<VReg> values) {
  const u32 back = builder.block();
  builder.jump(header, back);
  builder.add({});
  builder.jump(back, header, std::move(values));
  const u32 exit = builder.block();
  builder.jump(header, exit);
  builder.loop(header, exit);
}

class Allocate : public testing::Test {
 protected:
  void run(u32 registers = 4) {
    code = builder.finish();
    allocation = allocate_registers(code, small_file(registers));
    EXPECT_EQ(check_allocation(code, small_file(registers), allocation), "");
  }

  // A value that an instruction of its own defines.
  VReg defined(RegClass reg_class = RegClass::integer, bool wide = false) {
    const VReg value = builder.value(reg_class, wide);
    builder.add({define(value)});
    return value;
  }

  Place place(u32 instruction, u32 operand) const {
    return allocation.places[code.instructions[instruction].first_operand + operand];
  }

  OwnScratch scratch;
  CodeBuilder builder;
  MachineCode code;
  Allocation allocation;
};

class AllocateSizes : public testing::Test {
  OwnScratch scratch_;
};

TEST_F(Allocate, LoopCarriedValuesNeedNoMoves) {
  builder.block();
  const VReg limit = defined(), zero = defined(), start = defined();
  builder.add({});
  const VReg sum = builder.value(), i = builder.value();
  const u32 header = builder.block({sum, i});
  builder.jump(0, header, {zero, start});
  builder.add({use(i), use(limit)});
  const u32 body = builder.block();
  builder.jump(header, body);
  const VReg next_sum = builder.value(), next_i = builder.value();
  builder.add({use(sum), define(next_sum, Constraint::tied), use(i)});
  builder.add({use(i), define(next_i, Constraint::tied)});
  builder.add({});
  builder.jump(body, header, {next_sum, next_i});
  const u32 exit = builder.block();
  builder.jump(header, exit);
  builder.loop(header, exit);
  builder.add({use(sum)});
  run(3);
  EXPECT_EQ(allocation.moves.size(), 0u);
  EXPECT_EQ(allocation.slots, 0u);
}

TEST_F(Allocate, ArmsLeaveTheirValueInTheRegisterOfTheJoin) {
  builder.block();
  const VReg condition = defined(), other = defined();
  builder.add({use(condition)});
  const u32 left = builder.block();
  builder.jump(0, left);
  const VReg a = defined();
  builder.add({});
  const u32 right = builder.block();
  builder.jump(0, right);
  const VReg b = defined();
  builder.add({});
  const VReg result = builder.value();
  const u32 join = builder.block({result});
  builder.jump(left, join, {a});
  builder.jump(right, join, {b});
  builder.add({use(result), use(other)});
  run();
  EXPECT_EQ(allocation.moves.size(), 0u);
}

TEST_F(Allocate, AValueAcrossACallIsStoredOnceAndReloadedOnce) {
  builder.block();
  const VReg value = defined();           // 0
  builder.add({use(value)});              // 1
  builder.add({}, all_registers);         // 2
  builder.add({}, all_registers);         // 3
  builder.add({});                        // 4
  builder.add({use(value)});              // 5
  builder.add({use(value), use(value)});  // 6
  run();
  ASSERT_EQ(allocation.moves.size(), 2u);
  EXPECT_EQ(allocation.moves[0].instruction, 1u);
  EXPECT_TRUE(allocation.moves[0].to.is_slot());
  EXPECT_EQ(allocation.moves[1].instruction, 5u);
  EXPECT_EQ(allocation.moves[1].from, allocation.moves[0].to);
  EXPECT_EQ(place(5, 0), place(6, 0));
  EXPECT_EQ(allocation.slots, 1u);
}

TEST_F(Allocate, AValueAcrossACallInALoopIsReloadedWhereItIsUsed) {
  builder.block();
  const VReg value = defined(), start = defined();
  builder.add({});  // 2
  const VReg i = builder.value();
  const u32 header = builder.block({i});
  builder.jump(0, header, {start});
  builder.add({}, all_registers);  // 3
  builder.add({});                 // 4
  const VReg next = builder.value();
  builder.add({use(value), define(next)});  // 5
  builder.add({use(next)});                 // 6
  end_loop(builder, header, {next});
  builder.add({use(value)});
  run();
  ASSERT_EQ(allocation.moves.size(), 2u);
  EXPECT_TRUE(allocation.moves[0].to.is_slot());
  EXPECT_EQ(allocation.moves[0].instruction, 1u);
  EXPECT_EQ(allocation.moves[1].instruction, 5u);
}

TEST_F(Allocate, ALoopWithoutCallsFindsItsValuesReloaded) {
  builder.block();
  const VReg value = defined(), start = defined();
  builder.add({}, all_registers);
  builder.add({});  // 3
  const VReg i = builder.value();
  const u32 header = builder.block({i});
  builder.jump(0, header, {start});
  builder.add({});  // 4
  const VReg next = builder.value();
  builder.add({use(value), define(next), use(i)});
  builder.add({use(next)});
  end_loop(builder, header, {next});
  builder.add({});
  run();
  for (const Move& move : allocation.moves) EXPECT_LT(move.instruction, 4u);
}

TEST_F(Allocate, ACallThatSparesARegisterSparesTheValue) {
  builder.block();
  const VReg value = defined();
  builder.add({}, all_registers & ~set_of(2));
  builder.add({use(value)});
  run();
  EXPECT_EQ(allocation.moves.size(), 0u);
  EXPECT_EQ(place(0, 0), Place::in(2));
}

TEST_F(Allocate, TiedDefinitionsTakeTheRegister) {
  builder.block();
  const VReg a = defined(), b = builder.value(), c = builder.value();
  builder.add({use(a), define(b, Constraint::tied), use(a)});
  builder.add({use(b), define(c, Constraint::tied)});
  builder.add({use(c)});
  run();
  EXPECT_EQ(allocation.moves.size(), 0u);
  EXPECT_EQ(place(0, 0), place(2, 1));
}

TEST_F(Allocate, TiedDefinitionsCopyWhatLivesOn) {
  builder.block();
  const VReg a = defined(), b = builder.value();
  builder.add({use(a), define(b, Constraint::tied)});
  builder.add({use(a), use(b)});
  run();
  ASSERT_EQ(allocation.moves.size(), 1u);
  EXPECT_EQ(allocation.moves[0].instruction, 1u);
  EXPECT_EQ(place(1, 0), place(1, 1));
  EXPECT_EQ(allocation.moves[0].to, place(1, 1));
}

TEST_F(Allocate, FixedOperandsAreMadeAndTakenInPlace) {
  builder.block();
  const VReg a = defined(), b = defined(), result = builder.value(), next = builder.value();
  builder.add({use(a, Constraint::fixed, 3), use(b, Constraint::fixed, 1), define(result, Constraint::fixed, 0)},
              all_registers);
  builder.add({use(result), define(next, Constraint::tied)});
  builder.add({use(next, Constraint::fixed, 0)});
  run();
  EXPECT_EQ(allocation.moves.size(), 0u);
}

TEST_F(Allocate, AnyUsesReadTheSlot) {
  builder.block();
  const VReg a = defined();
  builder.add({}, all_registers);
  builder.add({use(a, Constraint::any)});
  run();
  EXPECT_EQ(allocation.moves.size(), 1u);
  EXPECT_TRUE(place(2, 0).is_slot());
}

TEST_F(Allocate, UnusedDefinitionsHaveRegistersOfTheirOwn) {
  builder.block();
  const VReg a = builder.value(), b = builder.value(), c = defined(RegClass::vector, true);
  builder.add({define(a), define(b)});
  builder.add({use(c, Constraint::any)});
  run();
  EXPECT_TRUE(place(1, 0).is_register());
  EXPECT_NE(place(1, 0), place(1, 1));
}

TEST_F(Allocate, SwapsGoThroughTheScratchRegister) {
  builder.block();
  const VReg a = defined(), b = defined();
  builder.add({});
  const VReg x = builder.value(), y = builder.value();
  const u32 header = builder.block({x, y});
  builder.jump(0, header, {a, b});
  builder.add({use(x), use(y)});
  end_loop(builder, header, {y, x});
  builder.add({});
  run();
  ASSERT_EQ(allocation.moves.size(), 3u);
  EXPECT_EQ(allocation.moves[0].to, Place::in(31));
  EXPECT_EQ(allocation.moves[2].from, Place::in(31));
}

TEST_F(Allocate, SlotsAreSwappedToo) {
  builder.block();
  const VReg a = defined(RegClass::vector, true), b = defined(RegClass::vector, true);
  builder.add({});
  const VReg x = builder.value(RegClass::vector, true), y = builder.value(RegClass::vector, true);
  const u32 header = builder.block({x, y});
  builder.jump(0, header, {a, b});
  builder.add({}, all_registers);
  builder.add({use(x, Constraint::any), use(y, Constraint::any)}, all_registers);
  end_loop(builder, header, {y, x});
  builder.add({});
  run();
  EXPECT_EQ(allocation.slots, 6u);  // One more for the swap.
}

TEST_F(Allocate, SlotsAreUsedAgain) {
  builder.block();
  for (u32 i = 0; i < 10; ++i) {
    const VReg value = defined();
    builder.add({}, all_registers);
    builder.add({use(value)});
  }
  run();
  EXPECT_EQ(allocation.slots, 1u);
  EXPECT_EQ(allocation.moves.size(), 20u);
}

TEST_F(Allocate, ARegisterThatIsNotGivenAwayCanBeFixed) {
  builder.block();
  const VReg a = builder.value();
  builder.add({define(a, Constraint::fixed, 30)});
  builder.add({use(a)});
  builder.add({use(a, Constraint::fixed, 30)});
  run();
  EXPECT_EQ(allocation.moves.size(), 2u);
  EXPECT_LT(place(1, 0).reg(), 4u);
}

// --- Sizes of hostile code ------------------------------------------------------------------------------------------

// Many values live through many blocks, each of which is followed by one in which none of them is.
TEST_F(AllocateSizes, ManyValuesThroughManyBlocks) {
  CodeBuilder builder;
  std::vector<VReg> values;
  builder.block();
  for (u32 i = 0; i < 3000; ++i) {
    values.push_back(builder.value());
    builder.add({define(values.back())});
  }
  builder.add({});
  u32 from = builder.current();
  for (u32 i = 0; i < 3000; ++i) {
    builder.jump(from, builder.block());
    builder.add({});
    builder.jump(from, builder.block());
    builder.add({});
    from = builder.current();
  }
  for (VReg value : values) builder.add({use(value)});
  const MachineCode code = builder.finish();
  const RegisterFile file = small_file(8);
  const regalloc::Intervals intervals = regalloc::build_intervals(code, file.allocatable, false);
  const size_t size = code.blocks.size() + code.instructions.size();
  EXPECT_LT(intervals.ranges.size(), 64 * size + 1'010'000);
  const Allocation allocation = allocate_registers(code, file);
  EXPECT_LT(allocation.moves.size(), 3 * size);
}

// The same code twice costs twice.
TEST_F(AllocateSizes, MovesGrowWithTheCode) {
  const auto moves = [](u32 loops) {
    CodeBuilder builder;
    builder.block();
    std::vector<VReg> locals;
    for (u32 i = 0; i < 20; ++i) {
      locals.push_back(builder.value());
      builder.add({define(locals.back())});
    }
    for (u32 i = 0; i < loops; ++i) {
      const u32 before = builder.current();
      builder.add({});
      const VReg x = builder.value(), y = builder.value();
      const u32 header = builder.block({x});
      builder.jump(before, header, {locals[i % 20]});
      builder.add({use(x), define(y, Constraint::tied), use(locals[(i + 7) % 20])});
      builder.add({use(y), use(locals[(i + 13) % 20], Constraint::any)}, i % 3 == 0 ? all_registers : 0);
      end_loop(builder, header, {y});
      locals[i % 20] = y;
    }
    for (VReg value : locals) builder.add({use(value)});
    const MachineCode code = builder.finish();
    return allocate_registers(code, small_file(8)).moves.size();
  };
  EXPECT_LT(moves(2000), moves(1000) * 21 / 10);
}

}  // namespace
}  // namespace invar::jit
