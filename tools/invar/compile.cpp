// invar compile: translate a module to machine code, for `invar run` to load.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "decoder/binary/module_decoder.h"
#include "engine/runtime/compiled_module.h"
#include "engine/tiering/compiled_file.h"
#include "tools/invar/command.h"
#include "tools/invar/tier.h"

namespace invar::tool {

namespace {

constexpr std::string_view footer =
    "\n`invar run OUT ...` runs it without compiling. OUT has the module's own bytes, too, and what it was made for: "
    "this\n"
    "build of invar, processors that have what this one has, and the options above. It is trusted like an executable.";

}  // namespace

int compile_command(const Arguments& arguments) {
  CLI::App app{"Compiles a module to machine code.", "invar compile"};
  std::string file, out;
  EngineConfig config;
  bool explicit_bounds = false;
  app.add_option("FILE", file, "The module, in text or binary; - is standard input")->required();
  app.add_option("-o,--output", out, "Where to write; - is standard output")->type_name("OUT")->required();
  app.add_flag("--fuel", config.fuel, "For runs with --fuel");
  app.add_flag("--timeout", config.interruptible, "For runs with --timeout");
  app.add_flag("--deterministic", config.deterministic, "For runs with --deterministic");
  app.add_flag("--explicit-bounds", explicit_bounds, "For runs with --explicit-bounds");
  const FeatureOptions feature_options{app};
  const TierOptions tier_options{app, TierOptions::Tiers::compiled_only};
  app.footer(std::string{footer});
  if (const std::optional<int> status = parse(app, arguments)) return *status;

  const std::expected<Features, int> features = feature_options.features();
  if (!features) return features.error();
  config.features = *features;
  if (explicit_bounds) config.bounds_checks = BoundsChecks::explicit_;
  const std::expected<std::unique_ptr<Compiler>, int> compiler = tier_options.compiler();
  if (!compiler) return compiler.error();
  config.compiler = compiler->get();
  tier_options.apply(config);

  const Result<ModuleBytes> bytes = load_binary(file, config.features);
  if (!bytes) return complain(bytes.error().message());
  Engine engine(config);
  const std::string key = config.compiler->code_key(engine);
  if (key.empty()) return complain("compile: this build of invar has no id, by which others could be told from it");
  const auto report = [&](const Error& error) { return complain(fmt::format("{}: {}", file, error.message())); };
  const auto module = decode_module(*bytes, config.features);
  if (!module) return report(module.error());
  const auto compiled = CompiledModule::create(engine, *module);
  if (!compiled) return report(compiled.error());
  (*compiled)->compile_all();
  const std::vector<u8> made = write_compiled_file(key, bytes->bytes, config.compiler->save(**compiled));
  const Result<void> written = write_file(out, {reinterpret_cast<const char*>(made.data()), made.size()});
  return written ? 0 : complain(written.error().message());
}

}  // namespace invar::tool
