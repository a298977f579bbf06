#include "spec-tests/report/discovery.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

namespace invar::spec {

namespace fs = std::filesystem;

namespace {

struct RecordedTime {
  std::string_view name;
  u64 time;
};
constexpr RecordedTime recorded_times[] = {
#define TIME(name, microseconds) {name, microseconds},
#include "spec-tests/report/times.def"
#undef TIME
};

ScriptFile describe(const fs::path& path, const fs::path& root) {
  std::error_code ignored;
  std::string name = script_name(path.string(), root.string());
  std::string directory = fs::path{name}.parent_path().string();
  return {path.string(), std::move(name), std::move(directory), fs::file_size(path, ignored)};
}

}  // namespace

std::string script_name(const std::string& path, const std::string& root) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(path, ignored);
  fs::path name;
  for (const fs::path& part : whole) {
    if (part == "spec" || part == "proposals" || part == "cases") name.clear();
    name /= part;
  }
  if (name != whole) return name.string();
  fs::path above = fs::weakly_canonical(root, ignored);
  if (!above.has_filename()) above = above.parent_path();  // "folder/"
  above = above.parent_path();
  return whole.lexically_relative(above).string();
}

Result<std::vector<ScriptFile>> find_scripts(const std::vector<std::string>& paths) {
  std::vector<ScriptFile> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) return fail(ErrorCode::io_error, " " + path);
      files.push_back(describe(path, fs::path{path}.parent_path()));
      continue;
    }
    for (fs::recursive_directory_iterator at{path, error}, end; at != end; at.increment(error)) {
      if (error) break;
      if (at->path().extension() == ".wast" && at->is_regular_file(error)) files.push_back(describe(at->path(), path));
    }
    if (error) return fail(ErrorCode::io_error, " " + path + ": " + error.message());
  }
  std::ranges::sort(files, {}, [](const ScriptFile& file) { return std::tie(file.name, file.path); });
  const auto same = [](const ScriptFile& a, const ScriptFile& b) { return a.name == b.name && a.path == b.path; };
  files.erase(std::ranges::unique(files, same).begin(), files.end());
  return files;
}

u64 estimated_time(const ScriptFile& script) {
  for (const RecordedTime& recorded : recorded_times) {
    if (recorded.name == script.name) return recorded.time;
  }
  // Microseconds of a processor of 2024: a process and an engine, then some 25 MB of script a second.
  return 500 + script.bytes / 25;
}

std::vector<ScriptFile> select(const std::vector<ScriptFile>& scripts, Shard shard) {
  // The longest first, each to the shard that has least so far.
  std::vector<size_t> order(scripts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return std::pair{~estimated_time(scripts[i]), i}; });
  std::vector<u64> load(shard.count);
  std::vector<bool> mine(scripts.size());
  for (const size_t i : order) {
    const auto least = std::ranges::min_element(load);
    mine[i] = static_cast<u32>(least - load.begin()) + 1 == shard.index;
    *least += estimated_time(scripts[i]);
  }
  std::vector<ScriptFile> chosen;
  for (size_t i = 0; i < scripts.size(); ++i) {
    if (mine[i]) chosen.push_back(scripts[i]);
  }
  return chosen;
}

}  // namespace invar::spec
