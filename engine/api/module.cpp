#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "engine/api/convert.h"
#include "engine/platform/file.h"
#include "engine/tiering/compiler.h"

namespace invar::api {

namespace {

/// Does it look like the binary format? Everything else is taken for text.
bool is_binary(std::span<const u8> bytes) { return !bytes.empty() && bytes[0] == 0; }

invar::Result<std::shared_ptr<CompiledModule>> compile(invar::Engine& engine, ModuleBytes bytes) {
  const DecodeOptions options{.threads = engine.config().validation_threads};
  INVAR_TRY_ASSIGN(auto module, decode_module(std::move(bytes), engine.config().features, options));
  return CompiledModule::create(engine, std::move(module));
}

invar::Result<std::shared_ptr<CompiledModule>> compile(invar::Engine& engine, std::vector<u8> bytes) {
  auto owner = std::make_shared<const std::vector<u8>>(std::move(bytes));
  const std::span<const u8> view = *owner;
  return compile(engine, ModuleBytes{view, std::move(owner)});
}

invar::Result<std::shared_ptr<CompiledModule>> compile_text(invar::Engine& engine, std::string_view text) {
  const text::ParseOptions options{.features = engine.config().features, .debug_names = true};
  INVAR_TRY_ASSIGN(auto bytes, text::parse_module(text, options));
  return compile(engine, std::move(bytes));
}

std::optional<FuncType> func_type(const CompiledModule& compiled, invar::ExternKind kind, u32 index) {
  if (kind != invar::ExternKind::func) return std::nullopt;
  const u32 id = compiled.type_ids()[compiled.module().functions[index].type];
  return to_public(compiled.engine().types()[id].func);
}

}  // namespace

Engine::Engine() : impl_(std::make_shared<invar::Engine>()) {}

Result<Engine> Engine::create(const Config& config) {
  EngineConfig out;
  for (const auto& [name, on] : config.features) {
    const std::optional<Feature> feature = find_feature(name);
    if (!feature) return misuse("unknown feature: " + name);
    out.features.set(*feature, on);
  }
  out.bounds_checks = config.guard_pages ? BoundsChecks::guard_pages : BoundsChecks::explicit_;
  out.fuel = config.fuel;
  out.interruptible = config.interruptible;
  out.deterministic = config.deterministic;
  out.validation_threads = config.validation_threads;
  out.compiler = config.compiler.get();
  out.lazy_compilation = config.tiering == Tiering::lazy;
  out.tier_up = config.tiering == Tiering::automatic;
  out.compilation_threads = config.compilation_threads;
  // The compiler goes after the engine.
  const auto release = [compiler = config.compiler](const invar::Engine* engine) { delete engine; };
  return Engine(std::shared_ptr<invar::Engine>(new invar::Engine(out), release));
}

Result<Module> Module::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes) {
  return from_bytes(engine, std::vector<u8>(bytes.begin(), bytes.end()));
}

Result<Module> Module::from_bytes(const Engine& engine, std::vector<std::uint8_t>&& bytes) {
  auto made = compile(engine.internal(), std::move(bytes));
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  return Module(engine.shared(), *std::move(made));
}

Result<Module> Module::from_text(const Engine& engine, std::string_view text) {
  auto made = compile_text(engine.internal(), text);
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  return Module(engine.shared(), *std::move(made));
}

Result<Module> Module::from_file(const Engine& engine, const std::string& path) {
  auto file = read_file(path);
  if (!file) return std::unexpected(to_public(std::move(file).error()));
  auto made = is_binary(file->bytes) ? compile(engine.internal(), *std::move(file))
                                     : compile_text(engine.internal(), as_text(*file));
  if (!made) {
    Error error = to_public(std::move(made).error());
    error.message = path + ": " + error.message;
    return std::unexpected(std::move(error));
  }
  return Module(engine.shared(), *std::move(made));
}

std::vector<ImportInfo> Module::imports() const {
  std::vector<ImportInfo> out;
  for (const Import& item : impl_->module().imports) {
    out.push_back(
        {item.module, item.name, static_cast<ExternKind>(item.kind), func_type(*impl_, item.kind, item.index)});
  }
  return out;
}

std::vector<ExportInfo> Module::exports() const {
  std::vector<ExportInfo> out;
  for (const Export& item : impl_->module().exports) {
    out.push_back({item.name, static_cast<ExternKind>(item.kind), func_type(*impl_, item.kind, item.index)});
  }
  return out;
}

std::optional<std::span<const std::uint8_t>> Module::custom_section(std::string_view name) const {
  for (const CustomSection& section : impl_->module().customs) {
    if (section.name == name) return impl_->module().bytes(section.contents);
  }
  return std::nullopt;
}

}  // namespace invar::api
