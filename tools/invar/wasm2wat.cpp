// invar wasm2wat: binary format -> text format.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "decoder/text/printer.h"
#include "tools/invar/command.h"

namespace invar::tool {

int wasm2wat_command(const Arguments& arguments) {
  CLI::App app{"Translates a module from the binary format to the text format.", "invar wasm2wat"};
  std::string input, output = "-";
  app.add_option("FILE", input, "The module; - is standard input")->required();
  app.add_option("-o,--output", output, "Where to write (default: standard output)");
  text::PrintOptions print_options;
  app.add_flag("--offsets", print_options.offsets,
               "Show where each instruction stands in the binary, as in backtraces");
  const FeatureOptions feature_options{app};
  app.footer("\nexample:\n  invar wasm2wat program.wasm | less");
  if (const std::optional<int> status = parse(app, arguments)) return *status;
  const std::expected<Features, int> features = feature_options.features();
  if (!features) return features.error();

  const auto module = load_module(input, *features);
  if (!module) return complain(fmt::format("{}: {}", input, module.error().message()));
  const Result<std::string> source = text::print_module(**module);
  if (!source) return complain(fmt::format("{}: {}", input, source.error().message()));
  const Result<void> written = write_file(output, *source);
  return written ? 0 : complain(written.error().message());
}

}  // namespace invar::tool
