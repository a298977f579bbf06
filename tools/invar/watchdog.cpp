#include "tools/invar/watchdog.h"

#include <unistd.h>

#include "tools/invar/command.h"

namespace invar::tool {

Watchdog::Watchdog(Store& store, std::chrono::duration<double> limit)
    : thread_([this, &store, limit] {
        std::unique_lock lock{mutex_};
        if (ended_.wait_for(lock, limit, [this] { return done_; })) return;
        store.interrupt();
        if (ended_.wait_for(lock, std::chrono::seconds{1}, [this] { return done_; })) return;
        _exit(complain("trap: interrupted: the time limit is reached", exit_trap));
      }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{mutex_};
    done_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace invar::tool
