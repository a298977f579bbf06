#include "spec-tests/report/processes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <vector>

namespace invar::spec {
namespace {

struct Ends {
  std::map<size_t, TaskEnd> ends;
  std::map<size_t, u8> boards;  // the first byte
};

Ends run(size_t count, const ProcessOptions& options,
         const std::function<std::string(size_t task, TaskLog& log)>& task) {
  Ends all;
  EXPECT_EQ(run_tasks(count, options, task,
                      [&](size_t i, TaskEnd end) {
                        all.boards[i] = end.board[0];
                        EXPECT_TRUE(all.ends.emplace(i, std::move(end)).second) << i;
                      }),
            "");
  EXPECT_EQ(all.ends.size(), count);
  return all;
}

TEST(Processes, EveryTaskIsDoneOnce) {
  for (const u32 jobs : {1u, 3u, 50u}) {
    const Ends all = run(20, {.jobs = jobs}, [](size_t task, TaskLog&) { return std::string(task * 10000, 'x'); });
    for (const auto& [task, end] : all.ends) {
      EXPECT_EQ(end.result.size(), task * 10000);
      EXPECT_EQ(end.accident, "");
    }
  }
}

TEST(Processes, ACrashCostsItsOwnResultAlone) {
  const Ends all = run(6, {.jobs = 2}, [](size_t task, TaskLog& log) {
    log.board()[0] = static_cast<u8>(task + 1);
    log.note("so ");
    log.note("far");
    if (task == 1) raise(SIGKILL);
    if (task == 3) _exit(7);
    return std::string{"done"};
  });
  EXPECT_EQ(all.ends.at(1).accident.substr(0, 18), "killed by signal 9");
  EXPECT_EQ(all.ends.at(3).accident, "its process ended with status 7");
  for (const size_t task : {1u, 3u}) {
    EXPECT_EQ(all.ends.at(task).notes, "so far");
    EXPECT_EQ(all.ends.at(task).result, "");
    EXPECT_EQ(all.boards.at(task), task + 1);
  }
  for (const size_t task : {0u, 2u, 4u, 5u}) EXPECT_EQ(all.ends.at(task).result, "done");
}

TEST(Processes, ATaskThatHangsIsEnded) {
  const Ends all = run(3, {.jobs = 1, .timeout_seconds = 0.3}, [](size_t task, TaskLog&) {
    while (task == 1) pause();
    return std::string{"done"};
  });
  EXPECT_EQ(all.ends.at(1).accident, "not done after 0.3 s");
  EXPECT_EQ(all.ends.at(2).result, "done");
}

TEST(Processes, ATaskThatTakesAllMemoryIsEnded) {
  const Ends all =
      run(2, {.jobs = 1, .timeout_seconds = 60, .memory_bytes = u64{512} << 20}, [](size_t task, TaskLog&) {
        std::vector<std::string> taken;
        while (task == 0) {
          taken.emplace_back(size_t{8} << 20, 'x');
          usleep(5000);
          if (taken.size() > 300) break;
        }
        return std::string{"done"};
      });
  EXPECT_EQ(all.ends.at(0).accident, "takes more than 512 MiB of memory");
  EXPECT_EQ(all.ends.at(1).result, "done");
}

TEST(Processes, InThisProcessForDebuggers) {
  const pid_t here = getpid();
  const Ends all = run(3, {.in_this_process = true}, [&](size_t task, TaskLog& log) {
    EXPECT_EQ(getpid(), here);
    log.note("note");
    return std::to_string(task);
  });
  EXPECT_EQ(all.ends.at(2).result, "2");
  EXPECT_EQ(all.ends.at(2).notes, "note");
}

}  // namespace
}  // namespace invar::spec
