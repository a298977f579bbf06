// invar validate: are these modules valid?
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tools/invar/command.h"

namespace invar::tool {

int validate_command(const Arguments& arguments) {
  CLI::App app{"Checks modules, in text or binary. Prints one line for each that is malformed or invalid.",
               "invar validate"};
  std::vector<std::string> files;
  app.add_option("FILE", files, "Modules; - is standard input")->required();
  const FeatureOptions feature_options{app};
  app.footer("\nThe exit status is 0 if all are valid, else 1.");
  if (const std::optional<int> status = parse(app, arguments)) return *status;
  const std::expected<Features, int> features = feature_options.features();
  if (!features) return features.error();

  int status = 0;
  for (const std::string& file : files) {
    const auto module = load_module(file, *features);
    if (!module) status = complain(fmt::format("{}: {}", file, module.error().message()));
  }
  return status;
}

}  // namespace invar::tool
