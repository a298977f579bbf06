#include "spec-tests/report/processes.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace invar::spec {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool write_all(int fd, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t written = write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<size_t>(written);
  }
  return true;
}

bool read_all(int fd, void* data, size_t size) {
  char* at = static_cast<char*>(data);
  while (size != 0) {
    const ssize_t got = read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

// What a child sends: a header, then the text.
enum class MessageKind : u32 { note, result };
struct MessageHeader {
  MessageKind kind;
  u32 size;
};

bool send(int fd, MessageKind kind, std::string_view text) {
  const MessageHeader header{kind, static_cast<u32>(text.size())};
  return write_all(fd, &header, sizeof header) && write_all(fd, text.data(), text.size());
}

class ChildLog final : public TaskLog {
 public:
  ChildLog(int fd, std::span<u8> board) : fd_(fd), board_(board) {}
  std::span<u8> board() override { return board_; }
  void note(std::string_view text) override { send(fd_, MessageKind::note, text); }

 private:
  int fd_;
  std::span<u8> board_;
};

class LocalLog final : public TaskLog {
 public:
  std::span<u8> board() override { return board_; }
  void note(std::string_view text) override { notes += text; }
  std::string notes;

 private:
  u8 board_[task_board_bytes] = {};
};

using Task = std::function<std::string(size_t task, TaskLog& log)>;

/// A child and the parent's ends of its pipes.
class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    stop();
    if (board_ != nullptr) munmap(board_, task_board_bytes);
  }

  bool alive() const { return pid_ > 0; }
  bool busy() const { return task_.has_value(); }
  size_t task() const { return *task_; }
  int fd() const { return from_child_; }
  std::span<u8> board() const { return {board_, task_board_bytes}; }
  double seconds() const { return seconds_since(started_); }

  bool start(const Task& task) {
    if (board_ == nullptr) {
      void* const shared = mmap(nullptr, task_board_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
      if (shared == MAP_FAILED) return false;
      board_ = static_cast<u8*>(shared);
    }
    int down[2], up[2];
    if (pipe(down) != 0) return false;
    if (pipe(up) != 0) {
      close(down[0]);
      close(down[1]);
      return false;
    }
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would read the result
      if (getppid() != parent) _exit(1);
      close(down[1]);
      close(up[0]);
      serve(down[0], up[1], task);
    }
    close(down[0]);
    close(up[1]);
    to_child_ = down[1];
    from_child_ = up[0];
    if (pid_ < 0) stop();
    return alive();
  }

  /// False if the child is gone already.
  bool begin(size_t task) {
    std::memset(board_, 0, task_board_bytes);
    task_ = task;
    notes.clear();
    received_.clear();
    started_ = Clock::now();
    return write_all(to_child_, &task, sizeof task);
  }

  /// Takes what the child has sent. A result, if it is complete; `ended` if there will be no more.
  std::optional<std::string> receive(bool& ended) {
    char buffer[65536];
    const ssize_t got = read(from_child_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) return std::nullopt;
    ended = got <= 0;
    if (got > 0) received_.append(buffer, static_cast<size_t>(got));
    for (;;) {
      MessageHeader header;
      if (received_.size() < sizeof header) return std::nullopt;
      std::memcpy(&header, received_.data(), sizeof header);
      if (received_.size() - sizeof header < header.size) return std::nullopt;
      std::string text = received_.substr(sizeof header, header.size);
      received_.erase(0, sizeof header + header.size);
      if (header.kind == MessageKind::result) {
        task_.reset();
        return text;
      }
      notes += text;
    }
  }

  u64 resident_bytes() const {
    std::unique_ptr<FILE, int (*)(FILE*)> file{std::fopen(fmt::format("/proc/{}/statm", pid_).c_str(), "r"),
                                               std::fclose};
    unsigned long size = 0, resident = 0;
    if (!file || std::fscanf(file.get(), "%lu %lu", &size, &resident) != 2) return 0;
    return u64{resident} * static_cast<u64>(sysconf(_SC_PAGESIZE));
  }

  /// Ends the process, if it has not ended; how it did.
  std::string stop() {
    if (to_child_ >= 0) close(to_child_);
    if (from_child_ >= 0) close(from_child_);
    to_child_ = from_child_ = -1;
    task_.reset();
    if (pid_ <= 0) return {};
    int status = 0;
    // One that has ended by itself keeps its status. One that waits for a task might never see its pipe closed: the
    // children that were made after it hold it too.
    kill(pid_, SIGKILL);
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    if (WIFSIGNALED(status)) {
      const int signal = WTERMSIG(status);
      return fmt::format("killed by signal {} ({})", signal, strsignal(signal));
    }
    return fmt::format("its process ended with status {}", WEXITSTATUS(status));
  }

  std::string notes;

 private:
  [[noreturn]] void serve(int in, int out, const Task& task) const {
    size_t index = 0;
    while (read_all(in, &index, sizeof index)) {
      ChildLog log{out, board()};
      if (!send(out, MessageKind::result, task(index, log))) _exit(1);
    }
    _exit(0);  // not exit: what the parent has not flushed yet is the parent's
  }

  pid_t pid_ = 0;
  int to_child_ = -1;
  int from_child_ = -1;
  u8* board_ = nullptr;
  std::optional<size_t> task_;
  Clock::time_point started_;
  std::string received_;
};

/// Whether a pipe still has a reader is told by write then, not by a signal.
class BrokenPipesAreErrors {
 public:
  BrokenPipesAreErrors() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~BrokenPipesAreErrors() { std::signal(SIGPIPE, before_); }
  BrokenPipesAreErrors(const BrokenPipesAreErrors&) = delete;
  BrokenPipesAreErrors& operator=(const BrokenPipesAreErrors&) = delete;

 private:
  void (*before_)(int);
};

void run_here(size_t count, const Task& task, const std::function<void(size_t task, TaskEnd end)>& done) {
  for (size_t i = 0; i < count; ++i) {
    LocalLog log;
    const Clock::time_point start = Clock::now();
    std::string result = task(i, log);
    done(i, {std::move(result), {}, log.board(), std::move(log.notes), seconds_since(start)});
  }
}

}  // namespace

std::string run_tasks(size_t count, const ProcessOptions& options, const Task& task,
                      const std::function<void(size_t task, TaskEnd end)>& done) {
  if (options.in_this_process) {
    run_here(count, task, done);
    return {};
  }
  const BrokenPipesAreErrors broken_pipes;
  std::vector<std::unique_ptr<Worker>> workers;
  size_t next = 0, ended = 0;
  while (workers.size() < std::min<size_t>(options.jobs, count)) workers.push_back(std::make_unique<Worker>());

  const auto lose = [&](Worker& worker, std::string reason) {
    const size_t lost = worker.task();
    const double seconds = worker.seconds();
    const std::string how = worker.stop();
    ++ended;
    done(lost, {{}, reason.empty() ? how : reason, worker.board(), std::move(worker.notes), seconds});
  };

  while (ended < count) {
    for (const auto& worker : workers) {
      while (!worker->busy() && next < count) {
        // A process that ended while it had nothing to do (the system may end any) has lost nothing.
        if (worker->alive() && !worker->begin(next)) worker->stop();
        if (!worker->alive() && (!worker->start(task) || !worker->begin(next))) {
          return fmt::format("cannot make a process: {}", std::strerror(errno));
        }
        ++next;
      }
    }
    std::vector<pollfd> waiting;
    std::vector<Worker*> owners;
    for (const auto& worker : workers) {
      if (!worker->busy()) continue;
      waiting.push_back({worker->fd(), POLLIN, 0});
      owners.push_back(worker.get());
    }
    constexpr int look_every_ms = 50;
    if (poll(waiting.data(), waiting.size(), look_every_ms) < 0 && errno != EINTR) return "cannot wait for processes";
    for (size_t i = 0; i < owners.size(); ++i) {
      Worker& worker = *owners[i];
      if (waiting[i].revents != 0) {
        const size_t current = worker.task();
        const double seconds = worker.seconds();
        bool gone = false;
        if (std::optional<std::string> result = worker.receive(gone)) {
          ++ended;
          done(current, {*std::move(result), {}, worker.board(), std::move(worker.notes), seconds});
          continue;
        }
        if (gone) {
          lose(worker, {});
          continue;
        }
      }
      if (worker.seconds() > options.timeout_seconds) {
        lose(worker, fmt::format("not done after {} s", options.timeout_seconds));
      } else if (options.memory_bytes != ~u64{0} && worker.seconds() > 0.02 &&
                 worker.resident_bytes() > options.memory_bytes) {
        lose(worker, fmt::format("takes more than {} MiB of memory", options.memory_bytes >> 20));
      }
    }
  }
  return {};
}

}  // namespace invar::spec
