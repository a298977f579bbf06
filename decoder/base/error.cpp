#include "decoder/base/error.h"

#include <fmt/format.h>

namespace invar {

namespace {

struct ErrorRow {
  ErrorCategory category;
  std::string_view text;
};

constexpr ErrorRow error_rows[] = {
#define ERROR(name, category, text) {ErrorCategory::category, text},
#include "decoder/base/errors.def"
#undef ERROR
};

}  // namespace

ErrorCategory category_of(ErrorCode code) { return error_rows[static_cast<size_t>(code)].category; }

std::string_view text_of(ErrorCode code) { return error_rows[static_cast<size_t>(code)].text; }

std::string Error::message() const {
  std::string out{text_of(code)};
  out += detail;
  if (position.line != 0) out += fmt::format(" (line {}, column {})", position.line, position.column);
  if (offset) out += fmt::format(" (at offset 0x{:x}", *offset);
  if (function) {
    out += offset ? ", " : " (";
    out += fmt::format("in function {}", *function);
    if (!function_name.empty()) out += fmt::format(" <{}>", function_name);
  }
  if (offset || function) out += ")";
  return out;
}

}  // namespace invar
