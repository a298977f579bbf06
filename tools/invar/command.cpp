#include "tools/invar/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "engine/platform/file.h"

namespace invar::tool {

namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool is_binary(std::span<const u8> bytes) {
  constexpr u8 magic[] = {0, 'a', 's', 'm'};
  return bytes.size() >= sizeof magic && std::memcmp(bytes.data(), magic, sizeof magic) == 0;
}

/// Is it text at all? Otherwise it is taken for a binary, and the decoder says what is wrong with it.
bool is_text(std::string_view bytes) {
  return !bytes.empty() && bytes.substr(0, 4096).find('\0') == std::string_view::npos;
}

std::string names_of_features() {
  std::string names;
  for (const FeatureInfo& feature : feature_infos) names += (names.empty() ? "" : ", ") + std::string{feature.name};
  return names;
}

std::string limits_text(const Limits& limits) {
  return limits.has_max ? fmt::format("{} {}", limits.min, limits.max) : fmt::format("{}", limits.min);
}

}  // namespace

std::optional<int> parse(CLI::App& app, const Arguments& arguments) {
  try {
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    print(app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    return complain(fmt::format("{}\nTry: {} --help", error.what(), app.get_name()), exit_usage);
  }
  return std::nullopt;
}

FeatureOptions::FeatureOptions(CLI::App& app) {
  const std::string names = names_of_features();
  app.add_option("--enable", enabled_, "Allow a proposal: " + names)->type_name("FEATURE")->allow_extra_args(false);
  app.add_option("--disable", disabled_, "Reject what needs a proposal")->type_name("FEATURE")->allow_extra_args(false);
}

std::expected<Features, int> FeatureOptions::features() const {
  Features features;
  for (const auto* names : {&enabled_, &disabled_}) {
    for (const std::string& name : *names) {
      const std::optional<Feature> feature = find_feature(name);
      if (!feature) {
        return std::unexpected(
            complain(fmt::format("no feature \"{}\"; there are {}", name, names_of_features()), exit_usage));
      }
      features.set(*feature, names == &enabled_);
    }
  }
  return features;
}

int complain(std::string_view message, int status) {
  write_all(STDERR_FILENO, fmt::format("invar: {}\n", message));
  return status;
}

bool print(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return true;
  complain(fmt::format("cannot write: {}", std::strerror(errno)));
  return false;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  const bool standard_output = path == "-";
  FILE* const file = standard_output ? stdout : std::fopen(path.c_str(), "wb");
  bool good = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (file != nullptr) good = (standard_output ? std::fflush(file) : std::fclose(file)) == 0 && good;
  if (!good) return fail(ErrorCode::api_misuse, fmt::format(": cannot write {}: {}", path, std::strerror(errno)));
  return {};
}

Result<ModuleBytes> load_binary(const std::string& path, const Features& features) {
  INVAR_TRY_ASSIGN(ModuleBytes file, read_file(path));
  if (is_binary(file.bytes) || !is_text(as_text(file))) return file;
  INVAR_TRY_ASSIGN(std::vector<u8> bytes,
                   text::parse_module(as_text(file), text::ParseOptions{.features = features, .debug_names = true}));
  auto owner = std::make_shared<const std::vector<u8>>(std::move(bytes));
  const std::span<const u8> view = *owner;
  return ModuleBytes{view, std::move(owner)};
}

Result<std::shared_ptr<const Module>> load_module(const std::string& path, const Features& features) {
  INVAR_TRY_ASSIGN(ModuleBytes bytes, load_binary(path, features));
  return decode_module(std::move(bytes), features);
}

std::string describe_item(const Module& module, ExternKind kind, u32 index) {
  switch (kind) {
    case ExternKind::func:
      return to_string(module.func_type(index));
    case ExternKind::table: {
      const TableType& type = module.tables[index].type;
      return fmt::format("{}{} {}", type.is_64 ? "i64 " : "", limits_text(type.limits), to_string(type.element));
    }
    case ExternKind::memory: {
      const MemoryType& type = module.memories[index];
      std::string page_size;
      if (type.page_size_log2 != 16) page_size = fmt::format(" (pagesize {})", u64{1} << type.page_size_log2);
      return fmt::format("{}{}{}{}", type.is_64 ? "i64 " : "", limits_text(type.limits),
                         type.is_shared ? " shared" : "", page_size);
    }
    case ExternKind::global: {
      const GlobalType& type = module.globals[index].type;
      return (type.is_mutable ? "mut " : "") + to_string(type.type);
    }
    case ExternKind::tag:
      return to_string(module.types[module.tags[index].type].func);
  }
  return {};
}

}  // namespace invar::tool
