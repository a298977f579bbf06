#include "decoder/base/parallel.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

namespace invar {

u32 available_threads() { return std::max(std::thread::hardware_concurrency(), 1u); }

void run_on_threads(u32 threads, const std::function<void()>& work) {
  std::vector<std::thread> helpers;
  try {
    for (u32 i = 1; i < threads; ++i) helpers.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads to be had: those there are do it all.
  }
  work();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace invar
