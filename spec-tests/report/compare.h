// Do configurations agree? Their traces say where they do not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec-tests/report/report.h"

namespace invar::spec {

/// Where two runs of a script part.
struct Difference {
  std::string script;
  std::string a, b;               ///< Which of the runs' configurations.
  std::optional<size_t> command;  ///< Index of the first that differs; none if they differ in the final state, or in
                                  ///< whether there is such a script.
  std::string what;               ///< In words, with the command's line and id where the script can be read.
};

/// Scripts in the order of their names; empty if the runs agree on everything.
std::vector<Difference> compare(const RunReport& a, const RunReport& b);

/// Each run with the first of all; runs that take NaNs' bits otherwise (deterministic ones) only among themselves.
std::vector<Difference> compare(const std::vector<const RunReport*>& runs);
std::vector<Difference> compare(const Report& report);

/// The differences within a report for people; a single line if there are none.
std::string comparison(const Report& report);
std::string comparison(const std::vector<Difference>& differences, size_t runs);

}  // namespace invar::spec
