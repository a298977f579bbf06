#include "engine/tiering/background_compiler.h"

#include <system_error>
#include <utility>

#include "engine/runtime/objects.h"

namespace invar {

void carry_out(Compiler& compiler, const BackgroundCompiler::Request& request, const StopFlag* stop) {
  Code& code = *request.code;
  if (request.entry == nullptr) {
    if (!compiler.compile(code, stop)) __atomic_store_n(&code.is_refused, true, __ATOMIC_RELAXED);
    return;
  }
  const u64* const words = compiler.compile_loop(code, {request.block, request.around}, stop);
  if (words != nullptr) __atomic_store_n(request.entry, reinterpret_cast<u64>(words), __ATOMIC_RELEASE);
}

BackgroundCompiler::~BackgroundCompiler() {
  {
    const std::lock_guard lock(mutex_);
    loops_.clear();
    functions_.clear();
    stop_ = ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool BackgroundCompiler::request(Request request) {
  {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) {
      try {
        thread_ = std::thread([this] { work(); });
      } catch (const std::system_error&) {
        return false;
      }
    }
    (request.entry != nullptr ? loops_ : functions_).push_back(std::move(request));
  }
  changed_.notify_all();
  return true;
}

void BackgroundCompiler::forget(const CompiledModule& module) {
  std::unique_lock lock(mutex_);
  const auto is_its = [&](const Request& request) { return request.code->module == &module; };
  std::erase_if(loops_, is_its);
  std::erase_if(functions_, is_its);
  if (under_way_ != &module) return;
  stop_ = true;
  changed_.wait(lock, [&] { return under_way_ != &module; });
}

bool BackgroundCompiler::is_busy() {
  const std::lock_guard lock(mutex_);
  return under_way_ != nullptr || !loops_.empty() || !functions_.empty();
}

void BackgroundCompiler::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return under_way_ == nullptr && loops_.empty() && functions_.empty(); });
}

void BackgroundCompiler::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || !loops_.empty() || !functions_.empty(); });
    if (ends_) return;
    std::deque<Request>& queue = loops_.empty() ? functions_ : loops_;
    const Request request = std::move(queue.front());
    queue.pop_front();
    under_way_ = request.code->module;
    stop_ = false;
    lock.unlock();
    carry_out(compiler_, request, &stop_);
    lock.lock();
    under_way_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace invar
