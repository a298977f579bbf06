#include "spec-tests/report/markup.h"

namespace invar::spec {

std::string escape(std::string_view text, Letters letters) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<u8>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += byte < 0x20 || c == 0x7f || (letters == Letters::ascii && byte >= 0x80) ? '?' : c;
    }
  }
  return out;
}

}  // namespace invar::spec
