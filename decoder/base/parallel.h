// The same work on several threads.
#pragma once

#include <functional>

#include "decoder/base/int.h"

namespace invar {

/// Threads that can run at the same time here; at least 1.
u32 available_threads();

/// Runs `work` on `threads` threads, this one among them, and waits for all. If the system gives fewer threads, fewer
/// run it: each must take what there is to do from where all see it, until nothing is left.
void run_on_threads(u32 threads, const std::function<void()>& work);

}  // namespace invar
