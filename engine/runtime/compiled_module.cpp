#include "engine/runtime/compiled_module.h"

#include <algorithm>

#include "decoder/binary/name_section.h"
#include "engine/interp/backtrace.h"
#include "engine/interp/frame.h"
#include "engine/interp/handler_table.h"
#include "engine/interp/interpreter.h"
#include "engine/runtime/call.h"
#include "engine/tiering/background_compiler.h"
#include "engine/tiering/tier_up.h"

namespace invar {

struct CompiledModule::Names {
  NameSection section;
  std::vector<std::string_view> exported;  ///< By function index; empty if it is not exported.
};

CompiledModule::CompiledModule(Engine& engine, std::shared_ptr<const Module> module, std::vector<u32> type_ids,
                               bool guard_pages)
    : engine_(engine), module_(std::move(module)), type_ids_(std::move(type_ids)), guard_pages_(guard_pages) {
  const u64* const stub = lowering_stub();
  const Compiler* const compiler = engine_.config().compiler;
  if (compiler != nullptr) continuation_functions_ = interp::ContinuationFunctions(*module_);
  codes.resize(module_->functions.size() + continuation_functions_.size());
  const void* const unbound = compiler != nullptr ? compiler->unbound_entry() : nullptr;
  std::vector<u32> links;  // by type index
  links.reserve(module_->types.size());
  layouts_.reserve(module_->types.size());
  type_headers_.reserve(module_->types.size());
  for (const SubType& type : module_->types.all()) {
    const u32 id = type_ids_[layouts_.size()];
    layouts_.push_back(&engine_.types().layout(id));
    type_headers_.push_back(engine_.types().mark(id));
    links.push_back(std::max(slots_of(type.func.params), slots_of(type.func.results)));
  }
  for (u32 i = 0; i < codes.size(); ++i) {
    codes[i].entry = stub;
    const FuncType* const stand_in = is_own(i) ? nullptr : &func_type(i);
    codes[i].link = stand_in == nullptr ? links[module_->functions[i].type]
                                        : std::max(slots_of(stand_in->params), slots_of(stand_in->results));
    codes[i].frame.slots = codes[i].link + interp::link_slots;  // which the caller stores before the stub runs
    codes[i].function = i;
    codes[i].machine_entry = unbound;
    codes[i].module = this;
    codes[i].is_requested = codes[i].is_refused = stand_in != nullptr;
  }
}

CompiledModule::~CompiledModule() {
  if (Compiler* const compiler = engine_.config().compiler) {
    if (BackgroundCompiler* const background = engine_.known_background_compiler()) background->forget(*this);
    compiler->forget(*this);
  }
  for (const auto& code : code_storage) interp::forget_code(code.get());
}

Result<std::shared_ptr<CompiledModule>> CompiledModule::create(Engine& engine, std::shared_ptr<const Module> module) {
  INVAR_TRY_ASSIGN(auto type_ids, engine.types().intern(module->types));
  return std::shared_ptr<CompiledModule>(
      new CompiledModule(engine, std::move(module), std::move(type_ids), engine.guard_pages()));
}

std::shared_ptr<CompiledModule> CompiledModule::with_explicit_checks() {
  std::call_once(explicit_once_, [this] { explicit_.reset(new CompiledModule(engine_, module_, type_ids_, false)); });
  return explicit_;
}

void CompiledModule::compile_ahead() {
  const EngineConfig& config = engine_.config();
  if (config.compiler != nullptr && !config.tier_up && !config.lazy_compilation) compile_all();
}

void CompiledModule::compile_all() {
  std::call_once(ahead_once_, [this] { invar::compile_all(*this); });
}

const CompiledModule::Names& CompiledModule::names() const {
  std::call_once(names_once_, [this] {
    auto names = std::make_shared<Names>();
    names->section = read_names(*module_);
    names->exported.resize(module_->functions.size());
    for (const Export& item : module_->exports) {
      if (item.kind == ExternKind::func && names->exported[item.index].empty()) names->exported[item.index] = item.name;
    }
    names_ = std::move(names);
  });
  return *names_;
}

std::string CompiledModule::function_name(u32 function) const {
  const Names& known = names();
  if (const std::string_view name = known.section.functions.find(function); !name.empty()) return std::string(name);
  return function < known.exported.size() ? std::string(known.exported[function]) : std::string();
}

std::string CompiledModule::tag_name(u32 tag) const {
  if (const std::string_view name = names().section.tags.find(tag); !name.empty()) return std::string(name);
  const auto is_the_tag = [tag](const auto& item) { return item.kind == ExternKind::tag && item.index == tag; };
  const auto exported = std::ranges::find_if(module_->exports, is_the_tag);
  return exported == module_->exports.end() ? std::string() : std::string(exported->name);
}

std::string CompiledModule::module_name() const { return std::string(names().section.module); }

}  // namespace invar
