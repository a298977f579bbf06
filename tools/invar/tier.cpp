#include "tools/invar/tier.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>

#include "decoder/text/number.h"
#include "jit/jitdump.h"

namespace invar::tool {

TierOptions::TierOptions(CLI::App& app) {
  app.add_option("--tier", tier_,
                 "interp (the default), jit: machine code from the first call on, or auto: once it pays")
      ->type_name("TIER")
      ->check(CLI::IsMember({"interp", "jit", "auto"}));
  app.add_option("--dump", dumps_, "For developers: write what is compiled to standard error")
      ->type_name("ir|asm")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"ir", "asm"}));
  app.add_option("--compile-only", functions_, "For developers: compile only the functions with these indices")
      ->type_name("FIRST[-LAST]");
  app.add_flag("--jitdump", jitdump_, "For developers: write jit-PID.dump, by which perf knows compiled functions");
  app.add_flag("--check-compiler", check_, "For developers: verify the compiler's work on each function");
}

std::expected<std::unique_ptr<Compiler>, int> TierOptions::compiler() const {
  if (tier_ == "interp") return nullptr;
  jit::CompilerOptions options;
  options.check = check_;
  options.dump_ir = std::ranges::find(dumps_, "ir") != dumps_.end();
  options.dump_asm = std::ranges::find(dumps_, "asm") != dumps_.end();
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
  if (!made) return std::unexpected(complain("--tier: there is no compiler for this machine, or in this build"));
  return made;
}

}  // namespace invar::tool
