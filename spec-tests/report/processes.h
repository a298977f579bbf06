// Runs tasks in child processes, so that one that crashes, hangs or takes all memory costs its own result alone.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "decoder/base/int.h"

namespace invar::spec {

/// A task's way to say how far it is, which is kept if its process ends early.
class TaskLog {
 public:
  virtual ~TaskLog() = default;
  /// Memory that the parent sees as the task leaves it; zeroed before each task.
  virtual std::span<u8> board() = 0;
  /// Keeps the text; the parent sees all of the task's notes, one after the other.
  virtual void note(std::string_view text) = 0;
};
inline constexpr size_t task_board_bytes = 1024;

struct TaskEnd {
  std::string result;  ///< What the task returned.
  /// Set if there is no result: "killed by signal 11 (Segmentation fault)", "not done after 60 s".
  std::string accident;
  std::span<const u8> board;
  std::string notes;
  double seconds = 0;
};

struct ProcessOptions {
  u32 jobs = 1;                  ///< Processes at the same time.
  double timeout_seconds = 60;   ///< For each task.
  u64 memory_bytes = ~u64{0};    ///< Resident memory of each process, looked at several times a second.
  bool in_this_process = false;  ///< No processes and no limits: for debuggers.
};

/// Runs tasks 0 to count - 1, begun in this order. `task` runs in a child; `done` in this process, as tasks end. The
/// caller must have no other threads. A process runs one task after the other; after an accident another takes its
/// place. Error in words if no process can be made.
std::string run_tasks(size_t count, const ProcessOptions& options,
                      const std::function<std::string(size_t task, TaskLog& log)>& task,
                      const std::function<void(size_t task, TaskEnd end)>& done);

}  // namespace invar::spec
