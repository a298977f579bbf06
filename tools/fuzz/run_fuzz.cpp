// libFuzzer target: random valid modules must run alike in every configuration.

#include <cstdio>
#include <cstdlib>

#include "tools/fuzz/differential.h"
#include "tools/fuzz/module_generator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<invar::u8> module = invar::fuzz::generate_module({data, size});
  if (const auto problem = invar::fuzz::run_everywhere(module)) {
    std::fprintf(stderr, "%s\n", problem->c_str());
    if (std::FILE* const file = std::fopen("failing.wasm", "wb")) {
      std::fwrite(module.data(), 1, module.size(), file);
      std::fclose(file);
    }
    std::abort();
  }
  return 0;
}
