// Benchmarks over modules that are known only at run time.
#pragma once

namespace invar::micro {

void register_load_benchmarks();

}  // namespace invar::micro
