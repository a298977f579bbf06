#include "spec-tests/report/merge.h"

#include <fmt/format.h>

#include <algorithm>

namespace invar::spec {

Result<Report> merge(std::vector<Report> reports) {
  Report merged;
  for (Report& report : reports) {
    for (RunReport& run : report.runs) {
      const auto same = std::ranges::find(merged.runs, run.configuration, &RunReport::configuration);
      if (same == merged.runs.end()) {
        merged.runs.push_back(std::move(run));
        continue;
      }
      same->shard += (same->shard.empty() || run.shard.empty() ? "" : ", ") + run.shard;
      same->scripts.insert(same->scripts.end(), std::make_move_iterator(run.scripts.begin()),
                           std::make_move_iterator(run.scripts.end()));
    }
  }
  for (RunReport& run : merged.runs) {
    std::ranges::sort(run.scripts, {}, &ScriptReport::name);
    const auto twice = std::ranges::adjacent_find(run.scripts, {}, &ScriptReport::name);
    if (twice != run.scripts.end()) {
      return fail(ErrorCode::api_misuse,
                  fmt::format(": {} is there twice for {}", twice->name, run.configuration.name()));
    }
    // All parts of N make the whole.
    const size_t slash = run.shard.rfind('/');
    if (slash != std::string::npos &&
        std::to_string(std::ranges::count(run.shard, '/')) == run.shard.substr(slash + 1)) {
      run.shard.clear();
    }
  }
  return merged;
}

}  // namespace invar::spec
