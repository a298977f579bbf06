// Random functions, each allocation of which the checker proves.
#include <gtest/gtest.h>

#include "jit/regalloc/checker.h"
#include "jit/regalloc/code_builder.h"
#include "jit/regalloc/random_code.h"

namespace invar::jit {
namespace {

void try_seeds(u32 first, u32 end, u32 size, bool split_at_random, bool coarse = false) {
  for (u32 seed = first; seed < end; ++seed) {
    const OwnScratch scratch;
    const u32 registers = seed % 31 == 0 ? 14 : 3 + seed % 7;
    const MachineCode code = random_code({seed, registers, size});
    ASSERT_EQ(fault_of(code), nullptr) << seed;
    const RegisterFile file = small_file(registers);
    const Allocation allocation =
        allocate_registers(code, file, {.coarse = coarse, .random_seed = split_at_random ? seed : 0});
    ASSERT_EQ(check_allocation(code, file, allocation), "") << seed;
  }
}

TEST(RandomCode, Small) { try_seeds(1, 2000, 12, false); }
TEST(RandomCode, Medium) { try_seeds(2000, 3500, 60, false); }
TEST(RandomCode, Large) { try_seeds(3500, 3600, 500, false); }
TEST(RandomCode, Coarse) { try_seeds(4000, 6000, 60, false, true); }
TEST(RandomCode, SplitAtRandom) { try_seeds(1, 1500, 50, true); }

// What is made for few registers is all right for a machine that has more of them than it may use.
TEST(RandomCode, LimitedRegisters) {
  for (u32 seed = 1; seed < 300; ++seed) {
    const OwnScratch scratch;
    const u32 registers = 3 + seed % 5;
    const MachineCode code = random_code({seed, registers, 40});
    const Allocation allocation = allocate_registers(code, small_file(12), {.register_limit = registers});
    ASSERT_EQ(check_allocation(code, small_file(registers), allocation), "") << seed;
  }
}

}  // namespace
}  // namespace invar::jit
