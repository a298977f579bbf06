// The options that choose between interpreter and compiler.
#pragma once

#include "jit/compiler.h"
#include "tools/invar/command.h"

namespace invar::tool {

/// --tier, and what developers ask of the compiler.
class TierOptions {
 public:
  explicit TierOptions(CLI::App& app);
  /// The compiler to use, null for the interpreter alone; or an exit status.
  std::expected<std::unique_ptr<Compiler>, int> compiler() const;
  /// EngineConfig::tier_up
  bool tiers_up() const { return tier_ == "auto"; }

 private:
  std::string tier_ = "interp";
  std::vector<std::string> dumps_;
  std::string functions_;
  bool check_ = false, jitdump_ = false;
};

}  // namespace invar::tool
