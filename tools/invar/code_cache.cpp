#include "tools/invar/code_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "decoder/base/checksum.h"
#include "engine/platform/file.h"

namespace invar::tool {

namespace {

std::unexpected<Error> failure(const std::string& path, std::string_view why) {
  return fail(ErrorCode::io_error, fmt::format(" {}: {}", path, why));
}

/// Does it belong to this user, and can nobody else write it?
bool is_ours(const struct stat& status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// All directories of the path, for this user alone.
bool make_directories(const std::string& path) {
  for (size_t end = 1; end <= path.size(); ++end) {
    if (end < path.size() && path[end] != '/') continue;
    if (mkdir(path.substr(0, end).c_str(), 0700) != 0 && errno != EEXIST && end == path.size()) return false;
  }
  return true;
}

/// For modules and keys that are different, different names, but by an unlikely chance.
std::string name_of(std::span<const u8> module, const std::string& key) {
  const std::span<const u8> text{reinterpret_cast<const u8*>(key.data()), key.size()};
  return to_string(checksum(module)) + '-' + to_string(checksum(text)).substr(0, 16) + ".invar";
}

bool write_whole(int file, std::span<const u8> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::string CodeCache::default_directory() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  // Relative ones are to be ignored, says the XDG Base Directory Specification.
  if (const std::string base = variable("XDG_CACHE_HOME"); base.starts_with('/')) return base + "/invar/code";
  const std::string home = variable("HOME");
  return home.empty() ? std::string() : home + "/.cache/invar/code";
}

Result<CodeCache> CodeCache::open(const std::string& directory) {
  if (!make_directories(directory)) return failure(directory, std::strerror(errno));
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failure(directory, std::strerror(errno));
  CodeCache cache(directory, descriptor);
  struct stat status{};
  if (fstat(descriptor, &status) != 0) return failure(directory, std::strerror(errno));
  if (!is_ours(status)) return failure(directory, "another user owns it or can write there");
  return cache;
}

CodeCache::~CodeCache() {
  if (descriptor_ >= 0) close(descriptor_);
}

CodeCache::CodeCache(CodeCache&& other) noexcept
    : directory_(std::move(other.directory_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Result<std::optional<CompiledFile>> CodeCache::find(std::span<const u8> module, const std::string& key) const {
  const std::string name = name_of(module, key), path = directory_ + '/' + name;
  const int file = openat(descriptor_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  if (file < 0) return failure(path, std::strerror(errno));
  struct stat status{};
  const bool is_usable = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && is_ours(status);
  Result<ModuleBytes> bytes = is_usable ? read_file(file, path) : failure(path, "another user owns it or can write it");
  close(file);
  if (!bytes) return std::unexpected(std::move(bytes).error());
  Result<CompiledFile> found = read_compiled_file(*std::move(bytes));
  if (!found) return failure(path, found.error().message());
  // By chance, another module or key may have the same name.
  if (found->key != key || !std::ranges::equal(found->module, module)) return std::nullopt;
  return *std::move(found);
}

Result<void> CodeCache::store(std::span<const u8> module, const std::string& key, std::span<const u8> file) const {
  const std::string name = name_of(module, key), path = directory_ + '/' + name;
  const std::string temporary = fmt::format("{}.{}.new", name, getpid());
  const int made = openat(descriptor_, temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (made < 0) return failure(path, std::strerror(errno));
  const bool is_written = write_whole(made, file);
  const int error = errno;
  const bool is_closed = close(made) == 0;
  if (is_written && is_closed && renameat(descriptor_, temporary.c_str(), descriptor_, name.c_str()) == 0) return {};
  const std::string why = std::strerror(is_written ? errno : error);
  unlinkat(descriptor_, temporary.c_str(), 0);
  return failure(path, why);
}

}  // namespace invar::tool
