#include "tools/invar/tier.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>

#include "decoder/text/number.h"
#include "jit/disassembly.h"
#include "jit/jitdump.h"

namespace invar::tool {

TierOptions::TierOptions(CLI::App& app, Tiers tiers) {
  if (tiers == Tiers::all) {
    app.add_option("--tier", tier_,
                   "auto (the default): interpreted first, machine code once it pays; interp: never; or jit: machine "
                   "code, made before the program runs")
        ->type_name("TIER")
        ->check(CLI::IsMember({"interp", "jit", "auto"}));
    app.add_flag("--lazy", lazy_, "With jit: compile each function at its first call");
  } else {
    tier_ = "jit";
  }
  app.add_option("-O", effort_, "Effort of the compiler: -O0 for code soon, -O1 (the default) for fast code")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({0u, 1u}));
  app.add_option("--compile-threads", threads_, "Threads that compile a module (default: one for each processor)")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  app.add_option("--dump", dumps_, "For developers: write the graph after each pass, and the code, to standard error")
      ->type_name("ir,asm")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->check(CLI::IsMember({"ir", "asm"}));
  app.add_option("--compile-only", functions_, "For developers: compile only the functions with these indices")
      ->type_name("FIRST[-LAST]");
  app.add_flag("--jitdump", jitdump_, "For developers: write jit-PID.dump, by which perf knows compiled functions");
  app.add_flag("--check-compiler", check_, "For developers: verify the compiler's work on each function");
}

std::string_view TierOptions::tier() const {
  if (!tier_.empty()) return tier_;
  return lazy_ ? "jit" : "auto";
}

void TierOptions::apply(EngineConfig& config) const {
  config.tier_up = config.compiler != nullptr && tier() == "auto";
  config.lazy_compilation = lazy_;
  // What is dumped comes in the functions' order.
  config.compilation_threads = dumps_.empty() ? threads_ : 1;
}

std::expected<std::unique_ptr<Compiler>, int> TierOptions::compiler() const {
  if (tier() == "interp") return nullptr;
  jit::CompilerOptions options;
  options.effort = effort_;
  options.check = check_;
  options.dump_ir = std::ranges::find(dumps_, "ir") != dumps_.end();
  options.dump_asm = std::ranges::find(dumps_, "asm") != dumps_.end();
  if (options.dump_asm && !jit::has_disassembler()) {
    return std::unexpected(complain("--dump asm: this build has no disassembler"));
  }
  if (!dumps_.empty()) options.dump = [](std::string_view text) { fmt::print(stderr, "{}", text); };
  if (jitdump_) {
    auto made = jit::JitDump::create();
    if (!made) return std::unexpected(complain(fmt::format("--jitdump: {}", made.error())));
    options.placed = [file = std::shared_ptr(std::move(*made))](auto code, auto name) { file->add(code, name); };
  }
  if (!functions_.empty()) {
    const size_t dash = functions_.find('-');
    const std::string_view all = functions_;
    const auto number = [](std::string_view text) {
      return text::parse_natural(text, std::numeric_limits<unsigned>::max());
    };
    const auto first = number(all.substr(0, dash));
    const auto last = dash == std::string::npos ? first : number(all.substr(dash + 1));
    if (!first || !last) {
      return std::unexpected(
          complain(fmt::format("--compile-only {}: not of the form FIRST[-LAST]", functions_), exit_usage));
    }
    options.first_function = static_cast<unsigned>(*first);
    options.last_function = static_cast<unsigned>(*last);
  }
  std::unique_ptr<Compiler> made = jit::make_compiler(options);
  if (!made && !tier_.empty()) {
    return std::unexpected(complain("--tier: there is no compiler for this machine, or in this build"));
  }
  return made;
}

}  // namespace invar::tool
