#include "engine/interp/lowering.h"

#include <algorithm>
#include <new>

#include "decoder/validate/function_walker.h"
#include "engine/interp/backtrace.h"
#include "engine/interp/frame.h"
#include "engine/interp/interpreter.h"
#include "engine/interp/lowering_sink.h"
#include "engine/tiering/compiler.h"
#include "engine/tiering/tier_up.h"

namespace invar::interp {

struct Lowerer {
  explicit Lowerer(CompiledModule& compiled) : sink(compiled, false), walker(compiled.module(), sink) {}
  LoweringSink sink;
  FunctionWalker<LoweringSink, false> walker;
};

namespace {

/// What a function with more words needed is not kept for the next ones.
constexpr size_t words_kept = size_t{1} << 16;

}  // namespace

TrapKind lower(Code& code) {
  CompiledModule& compiled = *code.module;
  const std::lock_guard lock(compiled.mutex);
  // Another thread may have been faster.
  if (__atomic_load_n(&code.entry, __ATOMIC_ACQUIRE) != lowering_stub()) return TrapKind::none;

  const EngineConfig& config = compiled.engine().config();
  if (config.compiler && config.lazy_compilation && !code.is_requested) {
    code.is_requested = true;
    if (config.compiler->compile(code)) return TrapKind::none;
  }

  const auto lowerer = compiled.lowerer ? std::move(compiled.lowerer) : std::make_shared<Lowerer>(compiled);
  const LoweringSink& sink = lowerer->sink;
  const bool is_own = compiled.is_own(code.function);
  if (!is_own) {
    const u32 number = code.function - static_cast<u32>(compiled.module().functions.size());
    compiled.continuation_functions().walk(number, code.function, lowerer->sink);
  } else if (!lowerer->walker.walk(code.function)) {
    return TrapKind::unsupported_instruction;
  }
  const std::span<const u64> words = sink.words();
  if (words.size() <= words_kept) compiled.lowerer = lowerer;
  if (sink.frame_too_large()) return TrapKind::call_stack_exhausted;

  std::unique_ptr<u64[]> storage(new (std::nothrow) u64[words.size()]);
  if (!storage) return TrapKind::allocation_failure;
  std::copy(words.begin(), words.end(), storage.get());
  const u64* entry = storage.get();
  compiled.code_storage.push_back(std::move(storage));
  const HandlerTable* handlers = nullptr;
  if (!sink.handlers().clauses.empty() || !sink.handlers().scopes.empty()) {
    compiled.handler_tables.push_back(std::make_unique<HandlerTable>(sink.handlers()));
    handlers = compiled.handler_tables.back().get();
  }
  if (config.tier_up && is_own) code.patience = patience_for(compiled, code.function);
  store_frame_size(code, {sink.frame_slots(), sink.zero_slots()});
  register_code({entry, entry + words.size(), &code, handlers});
  __atomic_store_n(&code.entry, entry, __ATOMIC_RELEASE);
  return TrapKind::none;
}

OffsetTable::OffsetTable(const Code& code) {
  LoweringSink sink(*code.module, true);
  FunctionWalker<LoweringSink, false> walker(code.module->module(), sink);
  if (walker.walk(code.function)) offsets_ = sink.offsets();
}

u32 OffsetTable::at(size_t position) const {
  // Fusion may have taken words back: the last instruction that began at or before the word made it.
  u32 offset = 0;
  for (const auto& [at, module_offset] : offsets_) {
    if (at <= position) offset = module_offset;
  }
  return offset;
}

}  // namespace invar::interp
