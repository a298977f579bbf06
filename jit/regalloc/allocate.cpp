#include "jit/regalloc/allocate.h"

#include "jit/regalloc/intervals.h"
#include "jit/regalloc/resolve.h"
#include "jit/regalloc/scan.h"

namespace invar::jit {
namespace {

RegSet lowest(RegSet set, u32 count) {
  RegSet result = 0;
  for (; set != 0 && count != 0; --count, set &= set - 1) result |= set & -set;
  return result;
}

}  // namespace

Allocation allocate_registers(const MachineCode& code, const RegisterFile& file, const AllocationOptions& options) {
  RegSet allocatable = file.allocatable;
  if (options.register_limit != 0) {
    allocatable = lowest(file.allocatable & all_of_class[0], options.register_limit) |
                  lowest(file.allocatable & all_of_class[1], options.register_limit);
  }
  const regalloc::Intervals intervals = regalloc::build_intervals(code, allocatable, options.coarse);
  regalloc::Pieces pieces = regalloc::scan(code, intervals, allocatable, options.coarse, options.random_seed);
  Allocation allocation;
  regalloc::resolve(code, file, intervals, pieces, allocation);
  return allocation;
}

}  // namespace invar::jit
