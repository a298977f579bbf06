#include "jit/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/interp/backtrace.h"
#include "engine/interp/handlers.h"
#include "engine/platform/executable_memory.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/store.h"
#include "jit/code_map.h"
#include "jit/ir/block_order.h"
#include "jit/ir/inductions.h"
#include "jit/ir/print.h"
#include "jit/ir/ssa_sink.h"
#include "jit/ir/verify.h"
#include "jit/machine/machine.h"
#include "jit/regalloc/checker.h"
#include "jit/runtime/builtins.h"

namespace invar::jit {

namespace {

/// What compiled code's traps come to: the end of the run that the interpreter is in.
u64 trap_from_machine(const Instance* instance, u32 kind, const u8* pc, const u64* frame) {
  interp::append_machine_backtrace(*instance->store, pc, frame);
  return kind;
}

/// All that keeps a whole module with the interpreter: tracing, which is its own, and continuations, which could not
/// take frames of compiled code with them.
bool is_compilable(const CompiledModule& module) {
  if (module.engine().config().trace_call != nullptr) return false;
  const auto is_continuation = [](const SubType& type) { return type.kind == CompositeKind::cont; };
  return !std::ranges::any_of(module.module().types.all(), is_continuation);
}

/// Where the compiler finds itself wrong.
void die_if(const Code& code, const std::string& error) {
  if (error.empty()) return;
  fmt::print(stderr, "invar: compiler error in function {}: {}\n", code.function, error);
  abort();
}

class MachineCompiler final : public Compiler {
 public:
  explicit MachineCompiler(const CompilerOptions& options) : options_(options) {}

  /// False: the system gives no memory for code.
  bool start();

  bool compile(Code& code) override;
  const u64* compile_loop(Code& code, u32 block) override;
  const void* interpreter_entry(const FuncType& type) override { return stubs_for(type).to_interpreter; }
  void prepare(MachineContext& context) override;
  MachineSite find(const u8* pc, u32 level) const override { return map_.find(pc, level); }
  void forget(const CompiledModule& module) override;

 private:
  struct Stubs {
    const u8* enter = nullptr;
    const u8* enter_loop = nullptr;
    const u8* to_interpreter = nullptr;
    u64 words[3] = {};  ///< What compiled code's calls of interpreted functions go through.
  };
  struct ModuleCode {
    platform::ExecutableMemory memory;
    std::vector<const u8*> functions;
    std::map<std::pair<const Code*, u32>, const u64*> loops;  ///< By function and block.
  };

  const Stubs& stubs_for(const FuncType& type);
  const u8* make(Code& code, std::optional<u32> loop);
  static const u64* keep(CompiledModule& module, std::initializer_list<u64> words);
  /// For developers: why a function is not compiled. Returns nullptr.
  const u8* refuse(const Code& code, std::string_view reason) const;
  const u8* place(platform::ExecutableMemory& memory, const std::vector<u8>& bytes);

  const CompilerOptions options_;
  std::mutex mutex_;  // guards what follows, but for map_
  platform::ExecutableMemory memory_;
  Gates gates_;
  const u8* gates_code_ = nullptr;
  u64 land_ = 0;                                                   ///< A word of threaded code.
  std::unordered_map<std::string, std::unique_ptr<Stubs>> stubs_;  ///< By what the types are for machine code.
  std::unordered_map<const CompiledModule*, std::unique_ptr<ModuleCode>> modules_;
  CodeMap map_;
};

/// Copies code to where it can run; nullptr if there is no memory.
const u8* MachineCompiler::place(platform::ExecutableMemory& memory, const std::vector<u8>& bytes) {
  // A call may be the last instruction: what it returns to must not be where other code begins.
  const platform::CodeBlock block = memory.take(bytes.size() + 1);
  if (block.code == nullptr) return nullptr;
  std::memcpy(block.writable, bytes.data(), bytes.size());
  platform::ExecutableMemory::finish(block, bytes.size());
  return block.code;
}

bool MachineCompiler::start() {
  gates_ = machine::make_gates({.trap = reinterpret_cast<const void*>(&trap_from_machine),
                                .check = reinterpret_cast<const void*>(&check_indirect_call),
                                .poll = reinterpret_cast<const void*>(&poll_interrupt),
                                .throw_ = reinterpret_cast<const void*>(&throw_from_machine)});
  gates_code_ = place(memory_, gates_.code);
  if (gates_code_ == nullptr) return false;
  map_.add_entry(gates_code_ + gates_.enter, gates_.entered - gates_.enter);
  land_ = reinterpret_cast<u64>(gates_code_ + gates_.land);
  return true;
}

void MachineCompiler::prepare(MachineContext& context) {
  context.trap_gate = gates_code_ + gates_.trap;
  context.builtin_gate = gates_code_ + gates_.builtin;
  context.check_gate = gates_code_ + gates_.check;
  context.poll_gate = gates_code_ + gates_.poll;
  context.throw_gate = gates_code_ + gates_.throw_;
  context.land = &land_;
  context.enter_gate = gates_code_ + gates_.enter;
  context.entered = gates_code_ + gates_.entered;
  context.restored = gates_code_ + gates_.restored;
  context.builtins = builtin_table();
}

const MachineCompiler::Stubs& MachineCompiler::stubs_for(const FuncType& type) {
  std::string key;
  for (const ValType param : type.params) key += static_cast<char>(type_of(param));
  key += ':';
  for (const ValType result : type.results) key += static_cast<char>(type_of(result));
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Stubs>& stubs = stubs_[key];
  if (stubs) return *stubs;
  stubs = std::make_unique<Stubs>();
  const TypeStubs made = machine::make_type_stubs(type, stubs->words);
  if (made.code.empty()) return *stubs;  // such functions are neither compiled nor called by compiled code
  const u8* const code = place(memory_, made.code);
  if (code == nullptr) return *stubs;
  stubs->words[0] = reinterpret_cast<u64>(interp::control_handlers.call_from_machine);
  stubs->words[1] = reinterpret_cast<u64>(code + made.return_to_machine);
  stubs->words[2] = reinterpret_cast<u64>(interp::control_handlers.tail_call_from_machine);
  stubs->enter = code + made.enter;
  stubs->enter_loop = code + made.enter_loop;
  stubs->to_interpreter = code + made.to_interpreter;
  return *stubs;
}

/// Compiles the function, or what runs from a loop on. Empty (nullptr) if it stays with the interpreter.
const u8* MachineCompiler::make(Code& code, std::optional<u32> loop) {
  CompiledModule& module = *code.module;
  if (!is_compilable(module)) return nullptr;
  if (code.function < options_.first_function || code.function > options_.last_function) return nullptr;
  if (stubs_for(module.module().func_type(code.function)).enter == nullptr) return nullptr;

  Function function;
  SsaSink sink(module, function);
  if (options_.inlines) sink.inline_functions(options_.first_function, options_.last_function);
  const bool is_built = loop ? sink.build_loop(code.function, *loop) : sink.build(code.function);
  if (!is_built) return refuse(code, info(sink.refused()).mnemonic);
  tighten_loops(function);
  bound_inductions(function);
  if (options_.dump_ir) options_.dump(to_string(function));
  if (options_.check) die_if(code, verify(function));
  machine::LoweredFunction lowered;
  if (!options_.baseline) lowered.features = machine::cpu_features();
  if (!machine::Lowering(module, function, lowered).lower())
    return refuse(code, "more results than registers for them, or what this machine lacks");
  const Allocation allocation = allocate_registers(lowered.code, machine::register_file);
  if (options_.check) die_if(code, check_allocation(lowered.code, machine::register_file, allocation));
  EmittedFunction emitted;
  const std::string error = machine::emit(function, lowered, allocation, options_.dump_asm, emitted);
  if (!error.empty()) return refuse(code, error);
  if (options_.dump_asm) options_.dump(fmt::format("function {}\n{}", code.function, emitted.listing));

  const std::lock_guard lock(mutex_);
  std::unique_ptr<ModuleCode>& owner = modules_[&module];
  if (!owner) owner = std::make_unique<ModuleCode>();
  const u8* const begin = place(owner->memory, emitted.code);
  if (begin == nullptr) return nullptr;
  owner->functions.push_back(begin);
  const size_t size = emitted.code.size();
  map_.add_function(begin, &code, std::move(emitted), std::move(function.handlers), std::move(function.inlined));
  if (options_.placed) {
    const std::string name = module.function_name(code.function);
    options_.placed({begin, size}, name.empty() ? fmt::format("wasm[{}]", code.function) : name);
  }
  return begin;
}

bool MachineCompiler::compile(Code& code) {
  const u8* const begin = make(code, std::nullopt);
  if (begin == nullptr) return false;
  const Stubs& stubs = stubs_for(code.module->module().func_type(code.function));
  const u64* const entry = keep(*code.module, {reinterpret_cast<u64>(stubs.enter), reinterpret_cast<u64>(&code)});
  __atomic_store_n(&code.machine_entry, begin, __ATOMIC_RELEASE);
  __atomic_store_n(&code.entry, entry, __ATOMIC_RELEASE);
  return true;
}

const u64* MachineCompiler::compile_loop(Code& code, u32 block) {
  const std::pair<const Code*, u32> key{&code, block};
  {
    const std::lock_guard lock(mutex_);
    const std::unique_ptr<ModuleCode>& owner = modules_[code.module];
    if (owner) {
      if (const auto known = owner->loops.find(key); known != owner->loops.end()) return known->second;
    }
  }
  const u8* const begin = make(code, block);
  const Stubs& stubs = stubs_for(code.module->module().func_type(code.function));
  const u64* words = nullptr;
  if (begin != nullptr) {
    words = keep(*code.module,
                 {reinterpret_cast<u64>(stubs.enter_loop), reinterpret_cast<u64>(&code), reinterpret_cast<u64>(begin)});
  }
  const std::lock_guard lock(mutex_);
  if (const auto& owner = modules_[code.module]) owner->loops[key] = words;
  return words;
}

/// Words of threaded code that last as long as the module.
const u64* MachineCompiler::keep(CompiledModule& module, std::initializer_list<u64> words) {
  auto storage = std::make_unique<u64[]>(words.size());
  std::ranges::copy(words, storage.get());
  module.code_storage.push_back(std::move(storage));
  return module.code_storage.back().get();
}

const u8* MachineCompiler::refuse(const Code& code, std::string_view reason) const {
  if (options_.dump) options_.dump(fmt::format("function {}: not compiled: {}\n", code.function, reason));
  return nullptr;
}

void MachineCompiler::forget(const CompiledModule& module) {
  const std::lock_guard lock(mutex_);
  const auto it = modules_.find(&module);
  if (it == modules_.end()) return;
  for (const u8* const begin : it->second->functions) map_.remove(begin);
  modules_.erase(it);
}

}  // namespace

std::unique_ptr<Compiler> make_compiler(const CompilerOptions& options) {
  if (!machine::cpu_features().required) return nullptr;
  auto compiler = std::make_unique<MachineCompiler>(options);
  if (!compiler->start()) return nullptr;
  return compiler;
}

}  // namespace invar::jit
