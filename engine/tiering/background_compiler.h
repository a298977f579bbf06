// Compiles what has become hot on a thread of its own, while the interpreter goes on.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/tiering/compiler.h"

namespace invar {

/// Thread-safe. The thread is started by the first request.
class BackgroundCompiler {
 public:
  explicit BackgroundCompiler(Compiler& compiler) : compiler_(compiler) {}
  /// Drops what is left to do, and waits for what is under way to notice.
  ~BackgroundCompiler();
  BackgroundCompiler(const BackgroundCompiler&) = delete;
  BackgroundCompiler& operator=(const BackgroundCompiler&) = delete;

  /// A function, or (`entry` is not null) a loop of it.
  struct Request {
    Code* code = nullptr;
    u32 block = 0;                   ///< As LoopPlace has it,
    std::vector<const u64*> around;  ///< and this.
    u64* entry = nullptr;            ///< Gets what compile_loop() returns, if that is not nullptr.
  };
  /// Loops go first: something waits in them. Otherwise what was requested first is done first. False: the system gives
  /// no thread.
  bool request(Request request);
  /// Drops requests for functions of a module that is about to go; waits if one of them is being compiled.
  void forget(const CompiledModule& module);
  /// Is there anything to do, or under way?
  bool is_busy();
  /// Waits until there is not. For tests.
  void wait();

 private:
  void work();

  Compiler& compiler_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Request> loops_, functions_;
  const CompiledModule* under_way_ = nullptr;  ///< Whose function is being compiled.
  StopFlag stop_{false};                       ///< What is under way is to end.
  bool ends_ = false;
  std::thread thread_;
};

/// Does the request at once.
void carry_out(Compiler& compiler, const BackgroundCompiler::Request& request, const StopFlag* stop);

}  // namespace invar
