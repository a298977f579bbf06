// invar inspect: what a module is made of.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "decoder/binary/module_decoder.h"
#include "decoder/binary/name_section.h"
#include "tools/invar/command.h"

namespace invar::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string_view section_name(u8 id) {
  constexpr std::string_view names[] = {"custom", "type",  "import", "function", "table", "memory",     "global",
                                        "export", "start", "elem",   "code",     "data",  "data count", "tag"};
  return id < std::size(names) ? names[id] : "unknown";
}

/// Bytes of a name that are not UTF-8 cannot occur: the decoder has checked it.
std::string text(std::string_view name) { return std::string{name}; }

/// The proposals without which the module would not be accepted: each is switched off in turn.
std::vector<std::string_view> needed_features(const Module& module) {
  std::vector<std::string_view> needed;
  for (size_t i = 0; i < feature_count; ++i) {
    const auto feature = static_cast<Feature>(i);
    if (feature == Feature::mvp || !module.features.has(feature)) continue;
    Features without = module.features;
    without.set(feature, false);
    if (!decode_module(module.source, without)) needed.push_back(info(feature).name);
  }
  return needed;
}

Json sections_of(const Module& module) {
  Json sections = Json::array();
  for (const SectionInfo& section : module.sections) {
    sections.push_back(
        {{"name", section_name(section.id)}, {"offset", section.contents.offset}, {"size", section.contents.size}});
  }
  for (const CustomSection& section : module.customs) {
    sections.push_back({{"name", "custom \"" + text(section.name) + "\""},
                        {"offset", section.contents.offset},
                        {"size", section.contents.size}});
  }
  const auto offset = [](const Json& section) { return section["offset"].get<u32>(); };
  std::ranges::sort(sections.get_ref<Json::array_t&>(), {}, offset);
  return sections;
}

Json describe(const Module& module) {
  Json out;
  out["bytes"] = module.source.bytes.size();
  out["name"] = text(read_names(module).module);
  out["sections"] = sections_of(module);
  out["imports"] = Json::array();
  for (const Import& import : module.imports) {
    out["imports"].push_back({{"module", text(import.module)},
                              {"name", text(import.name)},
                              {"kind", to_string(import.kind)},
                              {"type", describe_item(module, import.kind, import.index)}});
  }
  out["exports"] = Json::array();
  for (const Export& item : module.exports) {
    out["exports"].push_back({{"name", text(item.name)},
                              {"kind", to_string(item.kind)},
                              {"index", item.index},
                              {"type", describe_item(module, item.kind, item.index)}});
  }
  out["defined"] = {{"types", module.types.size()},
                    {"functions", module.functions.size() - module.imported_functions},
                    {"tables", module.tables.size() - module.imported_tables},
                    {"memories", module.memories.size() - module.imported_memories},
                    {"globals", module.globals.size() - module.imported_globals},
                    {"tags", module.tags.size() - module.imported_tags},
                    {"elems", module.elems.size()},
                    {"datas", module.datas.size()}};
  if (module.start) out["start"] = *module.start;
  out["features"] = needed_features(module);
  return out;
}

std::string for_people(const std::string& file, const Json& module) {
  std::string out;
  const auto line = [&]<class... T>(fmt::format_string<T...> format, T&&... arguments) {
    fmt::format_to(std::back_inserter(out), format, std::forward<T>(arguments)...);
    out += '\n';
  };
  const auto word = [](const Json& value) -> const std::string& { return value.get_ref<const std::string&>(); };

  line("{}: {} bytes{}", file, module["bytes"].get<u64>(),
       word(module["name"]).empty() ? "" : ", named " + word(module["name"]));
  line("\nsections               offset       size");
  for (const Json& section : module["sections"]) {
    line("  {:<18} {:>#8x} {:>10}", word(section["name"]), section["offset"].get<u32>(), section["size"].get<u32>());
  }
  line("\ndefined");
  for (const auto& [what, count] : module["defined"].items()) {
    if (count.get<u64>() != 0) line("  {:<18} {:>8}", what, count.get<u64>());
  }
  if (module.contains("start")) line("  {:<18} {:>8}", "start function", module["start"].get<u32>());
  for (const char* list : {"imports", "exports"}) {
    if (module[list].empty()) continue;
    line("\n{}", list);
    for (const Json& item : module[list]) {
      const std::string name = item.contains("module")
                                   ? fmt::format("\"{}\" \"{}\"", word(item["module"]), word(item["name"]))
                                   : fmt::format("\"{}\"", word(item["name"]));
      line("  {:<7} {}: {}", word(item["kind"]), name, word(item["type"]));
    }
  }
  line("\nproposals that it uses");
  for (const Json& feature : module["features"]) {
    const FeatureInfo& row = info(*find_feature(word(feature)));
    line("  {:<24} {}", row.name, row.text);
  }
  if (module["features"].empty()) line("  none: WebAssembly 1.0 is enough");
  return out;
}

}  // namespace

int inspect_command(const Arguments& arguments) {
  CLI::App app{"Shows a valid module's sections, imports, exports, and the proposals that it uses.", "invar inspect"};
  std::string file;
  bool json = false;
  app.add_option("FILE", file, "A module, in text or binary; - is standard input")->required();
  app.add_flag("--json", json, "For programs");
  const FeatureOptions feature_options{app};
  if (const std::optional<int> status = parse(app, arguments)) return *status;
  const std::expected<Features, int> features = feature_options.features();
  if (!features) return features.error();

  const auto module = load_module(file, *features);
  if (!module) return complain(fmt::format("{}: {}", file, module.error().message()));
  const Json description = describe(**module);
  return print(json ? description.dump(1) + "\n" : for_people(file, description)) ? 0 : exit_failure;
}

}  // namespace invar::tool
