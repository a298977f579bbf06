// Errors and Result<T>: what every fallible operation of the project returns.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decoder/base/int.h"

namespace invar {

/// The spec's kinds of failure, and `host` for everything that the spec leaves to the environment
/// (files, limits of this implementation, misuse of the API).
enum class ErrorCategory : u8 { malformed, invalid, unlinkable, trap, exhaustion, exception, host };

/// One enumerator per row of errors.def.
enum class ErrorCode : u16 {
#define ERROR(name, category, text) name,
#include "decoder/base/errors.def"
#undef ERROR
};

/// The row's category and text.
ErrorCategory category_of(ErrorCode code);
std::string_view text_of(ErrorCode code);

/// A position in a text-format source, both from 1; line 0 means "none".
struct TextPosition {
  u32 line = 0;
  u32 column = 0;
};

/// One failure. `message()` is one line: the row's text first (what the spec suite expects is a prefix of it), then
/// the detail, then where.
struct Error {
  ErrorCode code;
  std::string detail;           ///< Completes the row's text: ": expected i32, got i64". May be empty.
  std::optional<u64> offset;    ///< Byte offset in the binary.
  TextPosition position;        ///< Position in the text source.
  std::optional<u32> function;  ///< Index of the function whose body is at fault.
  std::string function_name;    ///< Its name from the name section, when known.

  ErrorCategory category() const { return category_of(code); }
  std::string message() const;
};

template <class T>
using Result = std::expected<T, Error>;

/// Builds the error side of a Result.
inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}, std::optional<u64> offset = {}) {
  return std::unexpected<Error>(Error{code, std::move(detail), offset, {}, {}, {}});
}

}  // namespace invar

/// Evaluates a Result and returns its error from the enclosing function, or goes on.
#define INVAR_TRY(expression)                                      \
  do {                                                             \
    if (auto invar_try_result = (expression); !invar_try_result) { \
      return std::unexpected(std::move(invar_try_result).error()); \
    }                                                              \
  } while (false)

#define INVAR_CONCAT_(a, b) a##b
#define INVAR_CONCAT(a, b) INVAR_CONCAT_(a, b)
#define INVAR_TRY_ASSIGN_(name, declaration, expression)      \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name).error()); \
  declaration = *std::move(name)

/// `INVAR_TRY_ASSIGN(auto x, f())`: as INVAR_TRY, and keeps the value.
#define INVAR_TRY_ASSIGN(declaration, expression) \
  INVAR_TRY_ASSIGN_(INVAR_CONCAT(invar_result_, __LINE__), declaration, expression)
