// Error numbers as guests see them.
#pragma once

#include <string_view>

#include "wasi/host/system.h"

namespace invar::wasi {

/// One enumerator per row of errno.def.
enum class Errno : u16 {
#define WASI_ERRNO(name, number, host) name = number,
#include "wasi/p1/errno.def"
#undef WASI_ERRNO
};

/// The guest's number for a host error; `io` for one that has none.
Errno to_errno(SysError error);
inline Errno to_errno(Errno error) { return error; }
inline Errno to_errno(const SysStatus& status) { return status ? Errno::success : to_errno(status.error()); }

std::string_view name_of(Errno error);

}  // namespace invar::wasi

/// Evaluates an expected<T, SysError or Errno>; returns its error from the enclosing function, which answers an Errno,
/// or keeps the value.
#define P1_TRY_ASSIGN_(name, declaration, expression) \
  auto name = (expression);                           \
  if (!name) return to_errno(name.error());           \
  declaration = *std::move(name)
#define P1_TRY_ASSIGN(declaration, expression) \
  P1_TRY_ASSIGN_(WASI_CONCAT(p1_result_, __LINE__), declaration, expression)
