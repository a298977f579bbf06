// libFuzzer target: any text must give a binary or one clear error. What is a valid module is printed and parsed again,
// and from the first printing on nothing may change any more.

#include <cstdlib>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "decoder/text/printer.h"

namespace {

using namespace invar;

constexpr size_t max_text = 1 << 22;

/// binary -> module -> text -> binary; nothing if the module is invalid or its text too long.
std::optional<std::vector<u8>> reprint(const std::vector<u8>& bytes) {
  const Result<std::shared_ptr<const Module>> module = decode_module(bytes, Features::all());
  if (!module) {
    if (module.error().message().empty()) std::abort();
    return std::nullopt;
  }
  const Result<std::string> source = text::print_module(**module, {.max_size = max_text});
  if (!source) return std::nullopt;
  const Result<std::vector<u8>> again = text::parse_module(*source, Features::all());
  if (!again) std::abort();
  return *again;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view source{reinterpret_cast<const char*>(data), size};
  const Result<std::vector<u8>> named = text::parse_module(source, {Features::all(), true});
  const Result<std::vector<u8>> bytes = text::parse_module(source, Features::all());
  if (named.has_value() != bytes.has_value()) std::abort();
  if (!bytes) {
    const Error& error = bytes.error();
    if (error.message().empty() || error.position.line == 0) std::abort();
    return 0;
  }
  for (const auto* binary : {&*bytes, &*named}) {
    const auto once = reprint(*binary);
    if (!once) continue;
    const auto twice = reprint(*once);
    if (!twice || *twice != *once) std::abort();
  }
  return 0;
}
