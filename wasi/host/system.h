// What every call to the operating system returns, and who owns a descriptor.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <expected>
#include <utility>

#include "decoder/base/int.h"

namespace invar::wasi {

/// An errno value, or `not_capable`.
struct SysError {
  int code;
  friend bool operator==(SysError, SysError) = default;
};

/// The request would reach beyond what was granted. No errno has this number.
inline constexpr int not_capable = 1 << 16;

template <class T>
using SysResult = std::expected<T, SysError>;
using SysStatus = SysResult<void>;

inline std::unexpected<SysError> sys_fail(int code) { return std::unexpected(SysError{code}); }
inline std::unexpected<SysError> last_error() { return sys_fail(errno); }

/// The result of a system call that answers 0 or -1 and errno.
inline SysStatus status_of(int answer) {
  if (answer < 0) return last_error();
  return {};
}

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

/// Takes a new descriptor from a system call's answer.
inline SysResult<UniqueFd> fd_of(int answer) {
  if (answer < 0) return last_error();
  return UniqueFd(answer);
}

}  // namespace invar::wasi

/// Evaluates a SysResult and returns its error from the enclosing function, or goes on.
#define WASI_TRY(expression)                                                                                    \
  do {                                                                                                          \
    if (auto wasi_try_result = (expression); !wasi_try_result) return std::unexpected(wasi_try_result.error()); \
  } while (false)

#define WASI_CONCAT_(a, b) a##b
#define WASI_CONCAT(a, b) WASI_CONCAT_(a, b)
#define WASI_TRY_ASSIGN_(name, declaration, expression) \
  auto name = (expression);                             \
  if (!name) return std::unexpected(name.error());      \
  declaration = *std::move(name)

/// As WASI_TRY, and keeps the value: `WASI_TRY_ASSIGN(UniqueFd fd, open_it())`.
#define WASI_TRY_ASSIGN(declaration, expression) \
  WASI_TRY_ASSIGN_(WASI_CONCAT(wasi_result_, __LINE__), declaration, expression)
