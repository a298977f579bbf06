// Expected failures as data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"

namespace invar::spec {

/// One line, `PATH: REASON` or `PATH [N]: REASON`: the script at PATH (or any path that ends in /PATH) has failing
/// commands; if N is given, exactly that many.
struct Expectation {
  std::string path;
  std::optional<u32> failures;
  std::string reason;
};

class Expectations {
 public:
  /// Empty lines and lines that begin with '#' say nothing. Error: api_misuse, naming the line.
  static Result<Expectations> parse(std::string_view text);

  /// The line for a script; nullptr if there is none.
  const Expectation* find(std::string_view script) const;
  const std::vector<Expectation>& all() const { return lines_; }

 private:
  std::vector<Expectation> lines_;
};

}  // namespace invar::spec
