#include "engine/tiering/tier_up.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "decoder/base/parallel.h"
#include "engine/interp/handlers.h"
#include "engine/runtime/compiled_module.h"
#include "engine/tiering/background_compiler.h"

namespace invar {

namespace {

using Request = BackgroundCompiler::Request;

void set_patience(Code& code, s32 patience) { __atomic_store_n(&code.patience, patience, __ATOMIC_RELAXED); }

void ask(CompiledModule& module, Request request) {
  const EngineConfig& config = module.engine().config();
  if (config.background_compilation && module.engine().background_compiler().request(request)) return;
  carry_out(*config.compiler, request, nullptr);
}

void ask_for_function(Code& code) {
  code.is_requested = true;
  ask(*code.module, {.code = &code, .around = {}});
}

/// What is asked for next, or looked at again, at the soonest; never, if the compiler does not take the function.
bool is_hopeless(Code& code) {
  const bool refused = __atomic_load_n(&code.is_refused, __ATOMIC_RELAXED);
  set_patience(code, refused ? std::numeric_limits<s32>::max() : patience_for(*code.module, code.function));
  return refused;
}

}  // namespace

void compile_all(CompiledModule& module) {
  Compiler& compiler = *module.engine().config().compiler;
  const std::vector<FunctionDecl>& functions = module.module().functions;
  u64 bytes = 0;
  for (u32 i = module.module().imported_functions; i < functions.size(); ++i) bytes += functions[i].body.size;
  // A thread takes as long to start as a few hundred bytes to compile.
  constexpr u64 bytes_per_thread = 4096;
  u32 threads = module.engine().config().compilation_threads;
  if (threads == 0) threads = available_threads();
  threads = static_cast<u32>(std::clamp<u64>(bytes / bytes_per_thread, 1, threads));
  // On several threads large ones go first: what comes last is short, so that all threads end at about the same time.
  const u32 large = threads > 1 ? 1u << 14 : 0;
  std::vector<u32> order;
  order.reserve(functions.size());
  for (const bool is_large : {true, false}) {
    for (u32 i = module.module().imported_functions; i < functions.size(); ++i) {
      if ((functions[i].body.size >= large) == is_large && !module.codes[i].is_requested) order.push_back(i);
    }
  }
  std::atomic<size_t> next{0};
  run_on_threads(threads, [&] {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < order.size();) {
      Code& code = module.codes[order[i]];
      code.is_requested = true;
      code.is_refused = !compiler.compile(code);
    }
  });
}

/// What the interpreter spends on a function before it is compiled grows with what compiling it takes.
s32 patience_for(const CompiledModule& module, u32 function) {
  const u64 patience = module.engine().config().tier_up_patience;
  const u64 bytes = module.module().functions[function].body.size;
  return static_cast<s32>(std::min<u64>(patience + bytes * patience / 1000, u64{1} << 30));
}

const u64* tier_up(Code& code, const u64* words) {
  const std::lock_guard lock(code.module->mutex);
  if (is_hopeless(code)) return nullptr;
  if (!code.is_requested) ask_for_function(code);
  const u64* const entry = __atomic_load_n(&code.entry, __ATOMIC_ACQUIRE);
  return entry == words ? nullptr : entry;
}

const u64* tier_up_loop(Code& code, const u64* words) {
  using interp::WarmUpLoop;
  u64* const entry = const_cast<u64*>(words + WarmUpLoop::entry);
  u64 known = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
  const auto result = [&] { return known > WarmUpLoop::asked_for ? reinterpret_cast<const u64*>(known) : nullptr; };
  if (result() != nullptr) return result();
  const std::lock_guard lock(code.module->mutex);
  if (is_hopeless(code)) return nullptr;
  // A function that is called again and again will be left soon; what has been called once may never be called again.
  if (code.calls > 1 && !code.is_requested) {
    ask_for_function(code);
    if (code.module->engine().config().background_compilation) return nullptr;
  }
  known = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
  if (known == 0) {
    std::vector<const u64*> around;
    for (const u64* at = words; at[WarmUpLoop::to_outer] != 0;) {
      at -= at[WarmUpLoop::to_outer];
      around.push_back(at);
    }
    const u32 block = static_cast<u32>(words[1] >> 32);
    __atomic_store_n(entry, WarmUpLoop::asked_for, __ATOMIC_RELAXED);
    ask(*code.module, {.code = &code, .block = block, .around = std::move(around), .entry = entry});
    known = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
  }
  return result();
}

}  // namespace invar
