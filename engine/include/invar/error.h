// Failures: traps, and everything else that can go wrong.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace invar::api {

class Exception;

/// Why running code stopped. spec: exec/runtime#results
enum class TrapKind : std::uint8_t {
  none,
  unreachable,
  integer_overflow,
  integer_divide_by_zero,
  invalid_conversion_to_integer,
  out_of_bounds_memory_access,
  out_of_bounds_table_access,
  undefined_element,
  uninitialized_element,
  indirect_call_type_mismatch,
  null_reference,
  null_function_reference,
  null_exception_reference,
  null_structure_reference,
  null_array_reference,
  null_i31_reference,
  null_descriptor_reference,
  null_continuation_reference,
  continuation_consumed,
  unhandled_tag,
  cast_failure,
  descriptor_cast_failure,
  out_of_bounds_array_access,
  unaligned_atomic,
  expected_shared_memory,
  call_stack_exhausted,
  allocation_failure,
  out_of_fuel,
  interrupted,
  uncaught_exception,
  unsupported_instruction,
  host_error,
  exit,
};

/// One wasm function that was active when a trap happened.
struct Frame {
  std::string module;    ///< From the name section; may be empty.
  std::string function;  ///< From the name section or an export; may be empty.
  std::uint32_t function_index = 0;
  std::uint32_t offset = 0;  ///< Of the instruction, in the module's bytes.
};

/// A trap. The instance stays usable.
struct Trap {
  TrapKind kind = TrapKind::none;
  std::string message;                                   ///< "integer divide by zero", or a host function's own words.
  int exit_code = 0;                                     ///< If kind is exit: the program asked to end.
  std::vector<Frame> backtrace;                          ///< Innermost first.
  std::shared_ptr<const Exception> exception = nullptr;  ///< If kind is uncaught_exception: what was thrown.

  /// Message and backtrace, a line each.
  std::string to_string() const;
};

enum class ErrorKind : std::uint8_t {
  malformed,   ///< The bytes or the text do not follow the grammar. spec: binary, text
  invalid,     ///< Well formed, but validation fails. spec: valid
  unlinkable,  ///< An import is missing or has the wrong type. spec: exec/modules
  trap,        ///< See Error::trap.
  exhaustion,  ///< Out of stack, memory, fuel or time. See Error::trap if code was running.
  exception,   ///< A wasm exception that nobody caught: see Trap::exception.
  host,        ///< The environment: files, limits, wrong use of this interface.
};

struct Error {
  ErrorKind kind = ErrorKind::host;
  std::string message;       ///< One line.
  std::optional<Trap> trap;  ///< If code was running.
};

template <class T>
using Result = std::expected<T, Error>;

/// For host functions: fail with a message ...
inline std::unexpected<Error> host_failure(std::string message) {
  Trap trap{TrapKind::host_error, message, 0, {}, nullptr};
  return std::unexpected(Error{ErrorKind::host, std::move(message), std::move(trap)});
}
/// ... or end the program.
inline std::unexpected<Error> exit_program(int code) {
  return std::unexpected(
      Error{ErrorKind::host, "program exit", Trap{TrapKind::exit, "program exit", code, {}, nullptr}});
}

}  // namespace invar::api
