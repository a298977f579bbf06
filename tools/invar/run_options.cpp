#include "tools/invar/run_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <limits>

#include "decoder/text/number.h"
#include "engine/platform/file.h"
#include "tools/invar/code_cache.h"
#include "tools/invar/tier.h"
#include "tools/invar/trace.h"

namespace invar::tool {

namespace {

/// Splits "NAME=REST"; NAME must not be empty.
std::optional<std::pair<std::string, std::string>> split_at_equals(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) return std::nullopt;
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

std::unexpected<int> misuse(std::string_view option, std::string_view value, std::string_view form) {
  return std::unexpected(complain(fmt::format("{} {}: not of the form {}", option, value, form), exit_usage));
}

/// A list of values, one for each time the option is given: an option never swallows FILE.
void add_list(CLI::App& app, const std::string& name, std::vector<std::string>& values, const std::string& what,
              const std::string& type) {
  app.add_option(name, values, what)->type_name(type)->allow_extra_args(false);
}

/// FILE and ARGS are no options, so that nothing behind FILE is taken for one; the usage line names them all the same.
class Formatter final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: invar run [OPTIONS] FILE [ARGS...]\n";
  }
};

/// Only a look: what cannot be read is complained of later.
bool begins_like_compiled_file(const std::string& path) {
  u8 bytes[8];
  return path != "-" && is_compiled_file(read_beginning(path, bytes));
}

constexpr const char* examples =
    "\nOptions stand in front of FILE; everything behind it is the program's. A program sees no file, directory or\n"
    "environment variable but what --dir and --env give it.\n"
    "\n"
    "examples:\n"
    "  invar run hello.wasm\n"
    "  invar run --dir data::/data:ro --env LANG=C tool.wasm --input /data/in.txt\n"
    "  invar run --invoke add math.wat 2 3\n"
    "  invar run --preload env=library.wasm --max-memory 64M --timeout 2.5 program.wasm";

}  // namespace

std::optional<u64> parse_size(std::string_view text) {
  unsigned shift = 0;
  if (text.ends_with('K')) shift = 10;
  if (text.ends_with('M')) shift = 20;
  if (text.ends_with('G')) shift = 30;
  if (shift != 0) text.remove_suffix(1);
  const std::optional<u64> number = text::parse_natural(text, std::numeric_limits<u64>::max() >> shift);
  if (!number) return std::nullopt;
  return *number << shift;
}

std::optional<wasi::Preopen> parse_directory(std::string_view text) {
  wasi::Preopen directory;
  if (text.ends_with(":ro") && !text.ends_with("::ro")) {
    directory.read_only = true;
    text.remove_suffix(3);
  }
  const size_t separator = text.find("::");
  directory.host_path = text.substr(0, separator);
  directory.guest_path = separator == std::string_view::npos ? text : text.substr(separator + 2);
  if (directory.host_path.empty() || directory.guest_path.empty()) return std::nullopt;
  return directory;
}

std::expected<RunOptions, int> parse_run_options(const Arguments& arguments) {
  RunOptions options;
  std::vector<std::string> directories, environment, preloads;
  std::string argv0, max_memory, max_heap, max_stack, fuel, trace, cache;
  bool deterministic = false, explicit_bounds = false;

  CLI::App app{"Runs a module: a WASI program from its _start, or one exported function.", "invar run"};
  app.formatter(std::make_shared<Formatter>());
  app.prefix_command();
  app.add_option("--invoke", options.invoke, "Call this exported function; ARGS are its arguments, the results printed")
      ->type_name("NAME");
  add_list(app, "--dir", directories, "Let the program use a directory (:ro only to read)", "HOST[::GUEST][:ro]");
  add_list(app, "--env", environment, "Set an environment variable of the program", "NAME=VALUE");
  app.add_option("--argv0", argv0, "The program's own name (default: FILE)")->type_name("NAME");
  add_list(app, "--preload", preloads, "Instantiate a module first, for imports from NAME", "NAME=FILE");
  app.add_option("--max-memory", max_memory, "Limit of all memories together, as 64M")->type_name("BYTES");
  app.add_option("--max-heap", max_heap, "Limit of all structs and arrays together (default 4G)")->type_name("BYTES");
  app.add_option("--max-stack", max_stack, "Size of the stack (default 8M)")->type_name("BYTES");
  app.add_option("--fuel", fuel, "Stop after about so many instructions, always the same")->type_name("N");
  app.add_option("--timeout", options.timeout_seconds, "Stop after this time")->type_name("SECONDS");
  app.add_flag("--deterministic", deterministic, "Canonical NaNs, virtual clocks and seeded random numbers");
  app.add_flag("--explicit-bounds", explicit_bounds, "Check the bounds of memories in code, not by guard pages");
  app.add_option("--trace", trace, "For developers: write every call to standard error")
      ->type_name("calls")
      ->check(CLI::IsMember({"calls"}));
  const FeatureOptions feature_options{app};
  TierOptions tier_options{app};
  app.add_flag("--cache{}", cache, "Keep compiled code, and look for it, in --cache=DIR (default ~/.cache/invar/code)");
  app.footer(examples);
  if (const std::optional<int> status = parse(app, arguments)) return std::unexpected(*status);

  // What follows the first word that is no option was not looked at.
  options.arguments = app.remaining();
  if (!options.arguments.empty() && options.arguments.front() == "--")
    options.arguments.erase(options.arguments.begin());
  if (options.arguments.empty()) return std::unexpected(complain("no FILE (see invar run --help)", exit_usage));
  options.file = options.arguments.front();
  options.arguments.erase(options.arguments.begin());
  if (options.file.size() > 1 && options.file.starts_with('-')) {
    return std::unexpected(complain(fmt::format("no option {} (see invar run --help)", options.file), exit_usage));
  }

  const std::expected<Features, int> features = feature_options.features();
  if (!features) return std::unexpected(features.error());
  options.engine.features = *features;
  const bool caches = app.count("--cache") != 0;
  if (caches || begins_like_compiled_file(options.file)) tier_options.prefer_compiled();
  std::expected<std::unique_ptr<Compiler>, int> compiler = tier_options.compiler();
  if (!compiler) return std::unexpected(compiler.error());
  options.compiler = *std::move(compiler);
  options.engine.compiler = options.compiler.get();
  options.wants_compiled = tier_options.is_said();
  if (caches) {
    if (options.compiler == nullptr) {
      return std::unexpected(complain("--cache is for compiled code (--tier jit or auto)", exit_usage));
    }
    options.cache = cache.empty() ? CodeCache::default_directory() : cache;
    if (options.cache->empty()) {
      return std::unexpected(complain("--cache: there is no home directory; say --cache=DIR", exit_usage));
    }
  }
  tier_options.apply(options.engine);
  if (!fuel.empty()) {
    const std::optional<u64> units = text::parse_natural(fuel, std::numeric_limits<s64>::max());
    if (!units) return misuse("--fuel", fuel, "N");
    options.fuel = static_cast<s64>(*units);
  }
  if (options.timeout_seconds && !(*options.timeout_seconds > 0 && *options.timeout_seconds < 1e9)) {
    return misuse("--timeout", fmt::format("{}", *options.timeout_seconds), "SECONDS, more than 0");
  }
  options.engine.fuel = options.fuel.has_value();
  options.engine.interruptible = options.timeout_seconds.has_value();
  options.engine.deterministic = deterministic;
  if (trace == "calls") options.engine.trace_call = print_call;
  if (explicit_bounds) options.engine.bounds_checks = BoundsChecks::explicit_;

  if (!max_memory.empty()) {
    const std::optional<u64> size = parse_size(max_memory);
    if (!size) return misuse("--max-memory", max_memory, "N, NK, NM or NG");
    options.limits.max_memory_bytes = *size;
  }
  if (!max_heap.empty()) {
    const std::optional<u64> size = parse_size(max_heap);
    if (!size) return misuse("--max-heap", max_heap, "N, NK, NM or NG");
    options.limits.max_heap_bytes = *size;
  }
  if (!max_stack.empty()) {
    const std::optional<u64> size = parse_size(max_stack);
    if (!size) return misuse("--max-stack", max_stack, "N, NK, NM or NG");
    options.limits.max_stack_bytes = *size;
  }
  for (const std::string& text : preloads) {
    auto parts = split_at_equals(text);
    if (!parts) return misuse("--preload", text, "NAME=FILE");
    options.preloads.push_back({std::move(parts->first), std::move(parts->second)});
  }

  wasi::Config& wasi = options.wasi;
  wasi.args = {argv0.empty() ? options.file : argv0};
  if (!options.invoke) wasi.args.insert(wasi.args.end(), options.arguments.begin(), options.arguments.end());
  for (const std::string& text : environment) {
    auto parts = split_at_equals(text);
    if (!parts) return misuse("--env", text, "NAME=VALUE");
    wasi.env.push_back(*std::move(parts));
  }
  for (const std::string& text : directories) {
    std::optional<wasi::Preopen> directory = parse_directory(text);
    if (!directory) return misuse("--dir", text, "HOST[::GUEST][:ro]");
    wasi.preopens.push_back(*std::move(directory));
  }
  wasi.stdio = {0, 1, 2};
  wasi.clocks = {.realtime = true, .monotonic = true, .cpu = true, .virtual_time = {}};
  wasi.random = {.system = true, .seed = {}};
  if (deterministic) {
    wasi.clocks.virtual_time.emplace();
    wasi.random = {.system = false, .seed = 0};
  }
  return options;
}

}  // namespace invar::tool
