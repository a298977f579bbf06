// Expected failures as data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"

namespace invar::spec {

/// One line: `PATH: REASON`, `PATH [N]: REASON` or `PATH#ID: REASON`. Of the script at PATH (or any path that ends in
/// /PATH) some commands fail, or exactly N, or the command with this id.
struct Expectation {
  std::string path;
  std::optional<u32> failures;
  std::string id;  ///< Empty if the line is about the whole script.
  std::string reason;
};

class Expectations {
 public:
  /// Empty lines and lines that begin with '#' say nothing. A script has one line of its own, or lines for commands of
  /// it. Error: api_misuse, naming the line.
  static Result<Expectations> parse(std::string_view text);

  /// The lines for a script.
  std::vector<const Expectation*> find(std::string_view script) const;
  const std::vector<Expectation>& all() const { return lines_; }

 private:
  std::vector<Expectation> lines_;
};

}  // namespace invar::spec
