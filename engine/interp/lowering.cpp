#include "engine/interp/lowering.h"

#include <algorithm>
#include <limits>
#include <new>

#include "decoder/validate/function_walker.h"
#include "engine/interp/backtrace.h"
#include "engine/interp/frame.h"
#include "engine/interp/interpreter.h"
#include "engine/interp/lowering_sink.h"
#include "engine/tiering/compiler.h"

namespace invar::interp {

struct Lowerer {
  explicit Lowerer(CompiledModule& compiled) : sink(compiled, false), walker(compiled.module(), sink) {}
  LoweringSink sink;
  FunctionWalker<LoweringSink, false> walker;
};

namespace {

/// What a function with more words needed is not kept for the next ones.
constexpr size_t words_kept = size_t{1} << 16;

/// In turns of loops.
s32 patience_for(const CompiledModule& compiled, u32 function) {
  const u64 patience = compiled.engine().config().tier_up_patience;
  const u64 bytes = compiled.module().functions[function].body.size;
  return static_cast<s32>(std::min<u64>(patience + bytes * patience / 1000, u64{1} << 30));
}

}  // namespace

TrapKind lower(Code& code) {
  CompiledModule& compiled = *code.module;
  const std::lock_guard lock(compiled.mutex);
  if (code.entry != lowering_stub()) return TrapKind::none;  // another thread was faster

  Compiler* const compiler = compiled.engine().config().compiler;
  if (compiler && !compiled.engine().config().tier_up && compiler->compile(code)) return TrapKind::none;

  const auto lowerer = compiled.lowerer ? std::move(compiled.lowerer) : std::make_shared<Lowerer>(compiled);
  const LoweringSink& sink = lowerer->sink;
  if (!lowerer->walker.walk(code.function)) return TrapKind::unsupported_instruction;
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
  if (compiler) code.patience = patience_for(compiled, code.function);
  store_frame_size(code, {sink.frame_slots(), sink.zero_slots()});
  register_code({entry, entry + words.size(), &code, handlers});
  __atomic_store_n(&code.entry, entry, __ATOMIC_RELEASE);
  return TrapKind::none;
}

/// Whether the function has run long enough is measured in turns of its loops: more for larger ones, which take longer
/// to compile.
const u64* tier_up(Code& code, u32 block) {
  // What cannot be compiled is not tried again.
  constexpr s32 forever = std::numeric_limits<s32>::max();
  CompiledModule& compiled = *code.module;
  Compiler& compiler = *compiled.engine().config().compiler;
  const std::lock_guard lock(compiled.mutex);
  if (!code.is_compiled) {
    code.patience = forever;
    code.is_compiled = code.enters_loops = compiler.compile(code);
    if (!code.is_compiled) return nullptr;
  }
  if (block == no_block) return code.entry;
  if (block == inner_loop) return nullptr;
  const u64* const words = compiler.compile_loop(code, block);
  code.enters_loops = words != nullptr;
  return words;
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
