// invar wat2wasm: text format -> binary format.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "engine/platform/file.h"
#include "tools/invar/command.h"

namespace invar::tool {

namespace {

std::string output_name(const std::string& input) {
  if (input == "-") return "-";
  const size_t dot = input.rfind('.');
  const size_t slash = input.rfind('/');
  const bool has_suffix = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return (has_suffix ? input.substr(0, dot) : input) + ".wasm";
}

}  // namespace

int wat2wasm_command(const Arguments& arguments) {
  CLI::App app{"Translates a module from the text format to the binary format.", "invar wat2wasm"};
  std::string input, output;
  bool names = false, unchecked = false;
  app.add_option("FILE", input, "The text; - is standard input")->required();
  app.add_option("-o,--output", output, "Where to write; - is standard output (default: FILE with .wasm)");
  app.add_flag("-g,--debug-names", names, "Write $names to the name section");
  app.add_flag("--no-check", unchecked, "Do not validate the result");
  const FeatureOptions feature_options{app};
  app.footer("\nexample:\n  invar wat2wasm hello.wat -o hello.wasm");
  if (const std::optional<int> status = parse(app, arguments)) return *status;
  const std::expected<Features, int> features = feature_options.features();
  if (!features) return features.error();

  const auto fault = [&](const Error& error) { return complain(fmt::format("{}: {}", input, error.message())); };
  const Result<ModuleBytes> source = read_file(input);
  if (!source) return complain(source.error().message());
  const Result<std::vector<u8>> binary =
      text::parse_module(as_text(*source), text::ParseOptions{.features = *features, .debug_names = names});
  if (!binary) return fault(binary.error());
  if (!unchecked) {
    const auto module = decode_module(*binary, *features);
    if (!module) return fault(module.error());
  }
  const std::string_view bytes{reinterpret_cast<const char*>(binary->data()), binary->size()};
  const Result<void> written = write_file(output.empty() ? output_name(input) : output, bytes);
  return written ? 0 : complain(written.error().message());
}

}  // namespace invar::tool
