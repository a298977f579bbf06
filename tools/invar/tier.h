// The options that choose between interpreter and compiler.
#pragma once

#include "engine/runtime/engine.h"
#include "jit/compiler.h"
#include "tools/invar/command.h"

namespace invar::tool {

/// --tier, and what developers ask of the compiler.
class TierOptions {
 public:
  enum class Tiers : u8 { all, compiled_only };
  explicit TierOptions(CLI::App& app, Tiers tiers = Tiers::all);
  /// Is all to be compiled code if the options do not say? Otherwise what pays, where there is a compiler.
  void prefer_compiled() {
    if (tier_.empty()) tier_ = "jit";
  }
  /// Was there anything of it in the options, or preferred?
  bool is_said() const { return !tier_.empty() || lazy_; }
  /// The compiler to use, null for the interpreter alone; or an exit status.
  std::expected<std::unique_ptr<Compiler>, int> compiler() const;
  /// What these options say of the engine's configuration, which has its compiler.
  void apply(EngineConfig& config) const;

 private:
  std::string_view tier() const;

  std::string tier_;  ///< Empty: not said.
  std::vector<std::string> dumps_;
  std::string functions_;
  unsigned effort_ = 1, threads_ = 0;
  bool lazy_ = false, check_ = false, jitdump_ = false;
};

}  // namespace invar::tool
