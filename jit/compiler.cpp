#include "jit/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/interp/backtrace.h"
#include "engine/interp/handlers.h"
#include "engine/interp/interpreter.h"
#include "engine/platform/build_id.h"
#include "engine/platform/executable_memory.h"
#include "engine/platform/file.h"
#include "engine/platform/virtual_memory.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/store.h"
#include "jit/code_image.h"
#include "jit/code_map.h"
#include "jit/disassembly.h"
#include "jit/ir/optimize.h"
#include "jit/ir/print.h"
#include "jit/ir/ssa_sink.h"
#include "jit/ir/verify.h"
#include "jit/machine/machine.h"
#include "jit/regalloc/checker.h"
#include "jit/runtime/builtins.h"
#include "jit/scratch.h"

namespace invar::jit {

namespace {

/// What compiled code's traps come to: the end of the run that the interpreter is in.
u64 trap_from_machine(const Instance* instance, u32 kind, const u8* pc, const u64* frame) {
  interp::append_machine_backtrace(*instance->store, pc, frame);
  return kind;
}

/// Tracing is the interpreter's own.
bool is_compilable(const CompiledModule& module) { return module.engine().config().trace_call == nullptr; }

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

  bool compile(Code& code, const StopFlag* stop) override;
  const u64* compile_loop(Code& code, const LoopPlace& loop, const StopFlag* stop) override;
  const void* unbound_entry() const override { return gates_.code + Gates::bind; }
  bool bind(Code& code) override;
  void prepare(MachineContext& context) override;
  MachineSite find(const u8* pc, u32 level) const override { return map_.find(pc, level); }
  std::string code_key(const Engine& engine) const override;
  SavedCode save(const CompiledModule& module) override;
  bool restore(CompiledModule& module, const ModuleBytes& saved) override;
  void forget(const CompiledModule& module) override;

 private:
  struct Stubs {
    const u8* enter = nullptr;
    const u8* enter_loop = nullptr;
    const u8* to_interpreter = nullptr;
    const u8* to_host = nullptr;  ///< If that has been asked for.
    u64 words[3] = {};            ///< What compiled code's calls of interpreted functions go through.
  };
  struct ModuleCode {
    explicit ModuleCode(bool compilable) : is_compilable(compilable) {}
    const bool is_compilable;
    platform::ExecutableMemory memory;
    /// A function, or what runs from a loop of it on.
    struct Placed {
      const u8* begin;
      u64 size;
      u32 function;
      bool is_loop;
    };
    std::vector<Placed> placed;
    ModuleBytes image;                       ///< What has been restored,
    const u8* image_code = nullptr;          ///< and where its code is.
    std::deque<std::array<u64, 3>> entries;  ///< Threaded code that leads to them.
  };

  void make_gates();
  Stubs& stubs_for(const FuncType& type);
  ModuleCode& code_of(const CompiledModule& module);
  static void publish(Code& code, const u64* entry);
  static const u8* make_executable(ModuleCode& owner, std::span<const u8> code);
  const u64* make(Code& code, const LoopPlace* loop, const StopFlag* stop);
  AllocationOptions allocation_options(const Code& code) const;
  /// For developers.
  void tell_placed(const CompiledModule& module, u32 function, std::span<const u8> code) const;
  class GraphDump;
  void dump(std::string_view text);
  /// The same: why a function is not compiled. Returns nullptr.
  const u64* refuse(const Code& code, std::string_view reason);
  const u64* make_in(Arena& arena, Code& code, const LoopPlace* loop, const StopFlag* stop);
  static const u8* place(platform::ExecutableMemory& memory, std::span<const u8> bytes);

  const CompilerOptions options_;
  std::mutex dump_mutex_;
  std::mutex mutex_;  // guards what follows, but for map_
  platform::ExecutableMemory memory_;
  platform::CodeBlock gates_;
  bool has_gates_ = false;                                         ///< Else they are still to be made.
  u64 land_ = 0;                                                   ///< A word of threaded code.
  std::unordered_map<std::string, std::unique_ptr<Stubs>> stubs_;  ///< By what the types are for machine code.
  std::unordered_map<const CompiledModule*, std::unique_ptr<ModuleCode>> modules_;
  std::vector<std::unique_ptr<Arena>> arenas_;  ///< Those that no thread compiles in.
  CodeMap map_;
};

/// Copies code to where it can run; nullptr if there is no memory.
const u8* MachineCompiler::place(platform::ExecutableMemory& memory, std::span<const u8> bytes) {
  // A call may be the last instruction: what it returns to must not be where other code begins.
  const platform::CodeBlock block = memory.take(bytes.size() + 1);
  if (block.code == nullptr) return nullptr;
  std::memcpy(block.writable, bytes.data(), bytes.size());
  platform::ExecutableMemory::finish(block, bytes.size());
  return block.code;
}

bool MachineCompiler::start() {
  gates_ = memory_.take(Gates::bytes);
  if (gates_.code == nullptr) return false;
  land_ = reinterpret_cast<u64>(gates_.code + Gates::land);
  return true;
}

/// Before anything leads to compiled code. Programs that nothing is compiled of do without.
void MachineCompiler::make_gates() {
  if (std::exchange(has_gates_, true)) return;
  const std::vector<u8> code = machine::make_gates({.trap = reinterpret_cast<const void*>(&trap_from_machine),
                                                    .check = reinterpret_cast<const void*>(&check_indirect_call),
                                                    .poll = reinterpret_cast<const void*>(&poll_interrupt),
                                                    .bind = reinterpret_cast<const void*>(&bind_entry),
                                                    .throw_ = reinterpret_cast<const void*>(&throw_from_machine)});
  // A child of a fork may write what its parent has; it is the same.
  std::memcpy(gates_.writable, code.data(), code.size());
  platform::ExecutableMemory::finish(gates_, code.size());
  map_.add_entry(gates_.code + Gates::entered - machine::enter_bytes, machine::enter_bytes);
}

void MachineCompiler::prepare(MachineContext& context) {
  context.trap_gate = gates_.code + Gates::trap;
  context.builtin_gate = gates_.code + Gates::builtin;
  context.check_gate = gates_.code + Gates::check;
  context.poll_gate = gates_.code + Gates::poll;
  context.throw_gate = gates_.code + Gates::throw_;
  context.land = &land_;
  context.enter_gate = gates_.code + Gates::entered - machine::enter_bytes;
  context.entered = gates_.code + Gates::entered;
  context.restored = gates_.code + Gates::restored;
  context.builtins = builtin_table();
}

/// Empty if there is no memory.
MachineCompiler::Stubs& MachineCompiler::stubs_for(const FuncType& type) {
  std::string key;
  for (const ValType param : type.params) key += static_cast<char>(type_of(param));
  key += ':';
  for (const ValType result : type.results) key += static_cast<char>(type_of(result));
  const std::lock_guard lock(mutex_);
  make_gates();
  std::unique_ptr<Stubs>& stubs = stubs_[key];
  if (!stubs) stubs = std::make_unique<Stubs>();
  if (stubs->enter != nullptr) return *stubs;
  const TypeStubs made = machine::make_type_stubs(type, stubs->words);
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

bool MachineCompiler::bind(Code& code) {
  const bool is_host = code.module == nullptr;
  Stubs& stubs = stubs_for(is_host ? *host_function_of(code).type : code.module->func_type(code.function));
  const void* entry = stubs.to_interpreter;
  if (is_host) {
    const std::lock_guard lock(mutex_);
    if (stubs.to_host == nullptr) stubs.to_host = place(memory_, machine::make_host_stub(*host_function_of(code).type));
    entry = stubs.to_host;
  }
  if (entry == nullptr) return false;
  const void* unbound = unbound_entry();  // perhaps it has just been compiled
  __atomic_compare_exchange_n(&code.machine_entry, &unbound, entry, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
  return true;
}

MachineCompiler::ModuleCode& MachineCompiler::code_of(const CompiledModule& module) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<ModuleCode>& code = modules_[&module];
  if (!code) code = std::make_unique<ModuleCode>(is_compilable(module));
  return *code;
}

/// Compiles the function, or what runs from a loop on. The threaded code that leads there: an address, the Code, and
/// the machine code. nullptr if it stays with the interpreter.
const u64* MachineCompiler::make(Code& code, const LoopPlace* loop, const StopFlag* stop) {
  std::unique_ptr<Arena> arena;
  {
    const std::lock_guard lock(mutex_);
    if (!arenas_.empty()) {
      arena = std::move(arenas_.back());
      arenas_.pop_back();
    }
  }
  if (!arena) arena = std::make_unique<Arena>();
  const u64* const entry = make_in(*arena, code, loop, stop);
  const std::lock_guard lock(mutex_);
  arenas_.push_back(std::move(arena));
  return entry;
}

/// The graph as each pass left it, if that is wanted.
class MachineCompiler::GraphDump {
 public:
  GraphDump(MachineCompiler& compiler, const Function& function) : compiler_(compiler), function_(function) {}

  void tell(std::string_view pass) {
    if (!compiler_.options_.dump_ir) return;
    std::string graph = to_string(function_);
    const bool is_new = graph != last_;
    compiler_.dump(fmt::format("function {}, {}:\n{}", function_.index, pass, is_new ? graph : "  as before\n"));
    last_ = std::move(graph);
  }

 private:
  MachineCompiler& compiler_;
  const Function& function_;
  std::string last_;
};

/// make(), with scratch memory from the arena.
const u64* MachineCompiler::make_in(Arena& arena, Code& code, const LoopPlace* loop, const StopFlag* stop) {
  const ScratchScope scope(arena);
  const auto stops = [stop] { return stop != nullptr && stop->load(std::memory_order_relaxed); };
  CompiledModule& module = *code.module;
  ModuleCode& owner = code_of(module);
  if (!owner.is_compilable) return nullptr;
  if (code.function < options_.first_function || code.function > options_.last_function) return nullptr;
  const Stubs& stubs = stubs_for(module.module().func_type(code.function));
  if (stubs.enter == nullptr || stops()) return nullptr;

  Function function;
  SsaSink sink(module, function);
  const bool has_time = options_.effort > 0;
  if (has_time) sink.reuse_contents();
  if (options_.inlines && has_time) sink.inline_functions(options_.first_function, options_.last_function);
  const bool is_built = loop ? sink.build_loop(code.function, *loop) : sink.build(code.function);
  if (!is_built) return refuse(code, info(sink.refused()).mnemonic);
  GraphDump graph_dump(*this, function);
  graph_dump.tell("built");
  if (has_time) {
    for (const Pass& pass : passes()) {
      pass.run(function, module.module());
      graph_dump.tell(pass.name);
    }
  }
  if (stops()) return nullptr;
  if (options_.check) die_if(code, verify(function));
  machine::LoweredFunction lowered;
  if (!options_.baseline) lowered.features = machine::cpu_features();
  if (!machine::Lowering(module, function, lowered).lower()) return refuse(code, "what this machine lacks");
  if (stops()) return nullptr;
  const Allocation allocation = allocate_registers(lowered.code, machine::register_file, allocation_options(code));
  if (options_.check) die_if(code, check_allocation(lowered.code, machine::register_file, allocation));
  if (stops()) return nullptr;
  EmittedFunction emitted;
  const std::string error = machine::emit(function, lowered, allocation, options_.dump_asm, emitted);
  if (!error.empty()) return refuse(code, error);
  if (options_.dump_asm) {
    const auto told = [&](u32 offset) { return told_offset(function, offset); };
    dump(fmt::format("function {}, code:\n{}", code.function, disassemble(emitted, own_architecture, told)));
  }

  const std::lock_guard lock(mutex_);
  const u8* const begin = place(owner.memory, emitted.code);
  if (begin == nullptr) return nullptr;
  owner.placed.push_back({begin, emitted.code.size(), code.function, loop != nullptr});
  map_.add_function(
      begin, emitted.code.size(), &code,
      {std::move(emitted.sites), std::move(function.inlined), std::move(function.handlers), emitted.frame_bytes});
  tell_placed(module, code.function, {begin, emitted.code.size()});
  return owner.entries
      .emplace_back(std::array{reinterpret_cast<u64>(loop ? stubs.enter_loop : stubs.enter),
                               reinterpret_cast<u64>(&code), reinterpret_cast<u64>(begin)})
      .data();
}

AllocationOptions MachineCompiler::allocation_options(const Code& code) const {
  constexpr u32 few = 6;  // any instruction can do with these
  AllocationOptions made{.coarse = options_.effort == 0};
  if (options_.pressure == 0) return made;
  made.random_seed = options_.pressure + code.function;
  made.register_limit = made.random_seed % 2 == 0 ? 0 : few;
  return made;
}

void MachineCompiler::tell_placed(const CompiledModule& module, u32 function, std::span<const u8> code) const {
  if (!options_.placed) return;
  const std::string name = module.function_name(function);
  options_.placed(code, name.empty() ? fmt::format("wasm[{}]", function) : name);
}

/// `entry`: from make().
void MachineCompiler::publish(Code& code, const u64* entry) {
  __atomic_store_n(&code.machine_entry, reinterpret_cast<const void*>(entry[2]), __ATOMIC_RELEASE);
  __atomic_store_n(&code.entry, entry, __ATOMIC_RELEASE);
}

bool MachineCompiler::compile(Code& code, const StopFlag* stop) {
  const u64* const entry = make(code, nullptr, stop);
  if (entry != nullptr) publish(code, entry);
  return entry != nullptr;
}

const u64* MachineCompiler::compile_loop(Code& code, const LoopPlace& loop, const StopFlag* stop) {
  return make(code, &loop, stop);
}

void MachineCompiler::dump(std::string_view text) {
  const std::lock_guard lock(dump_mutex_);
  options_.dump(text);
}

const u64* MachineCompiler::refuse(const Code& code, std::string_view reason) {
  if (options_.dump) dump(fmt::format("function {}: not compiled: {}\n", code.function, reason));
  return nullptr;
}

std::string MachineCompiler::code_key(const Engine& engine) const {
  const std::string build = platform::build_id();
  const bool is_whole = options_.first_function == 0 && options_.last_function == ~0u && options_.pressure == 0;
  if (build.empty() || !is_whole) return {};
  const EngineConfig& config = engine.config();
  const auto word = [](bool is) { return is ? "yes" : "no"; };
  return fmt::format(
      "build={} cpu={} effort={} inlines={} bounds={} fuel={} interruptible={} deterministic={} features={:x}", build,
      machine::to_string(options_.baseline ? machine::CpuFeatures{} : machine::cpu_features()), options_.effort,
      word(options_.inlines), engine.guard_pages() ? "guard" : "explicit", word(config.fuel),
      word(config.interruptible), word(config.deterministic), config.features.bits());
}

SavedCode MachineCompiler::save(const CompiledModule& module) {
  ModuleCode& owner = code_of(module);
  std::vector<ModuleCode::Placed> placed;
  {
    const std::lock_guard lock(mutex_);
    placed = owner.placed;
  }
  std::erase_if(placed, &ModuleCode::Placed::is_loop);
  std::ranges::sort(placed, {}, &ModuleCode::Placed::function);
  ImageWriter writer;
  for (const auto& [begin, size, function, is_loop] : placed) {
    writer.add(function, {begin, size}, map_.tables_of(begin));
  }
  return std::move(writer).finish();
}

/// Where the image's code can run: where it stands in its file, if that is mapped, else in memory of its own.
const u8* MachineCompiler::make_executable(ModuleCode& owner, std::span<const u8> code) {
  const auto address = reinterpret_cast<uintptr_t>(code.data());
  if (is_mapped_file(owner.image) && address % platform::page_size() == 0) {
    auto* const begin = const_cast<u8*>(code.data());  // only to change what may be done there
    if (platform::protect(begin, platform::round_to_pages(code.size()), platform::Protection::read_execute)) {
      platform::flush_instruction_cache(begin, code.size());
      return begin;
    }
  }
  return place(owner.memory, code);
}

bool MachineCompiler::restore(CompiledModule& module, const ModuleBytes& saved) {
  ModuleCode& owner = code_of(module);
  const std::optional<CodeImage> image = read_image(saved.bytes, module.module());
  if (!owner.is_compilable || !image) return false;
  std::vector<const Stubs*> stubs(module.module().types.size());  // by type index
  const auto stubs_of = [&](u32 function) {
    const Stubs*& known = stubs[module.module().functions[function].type];
    if (known == nullptr) known = &stubs_for(module.module().func_type(function));
    return known;
  };
  for (const FunctionRecord& record : image->functions) {
    if (stubs_of(record.function)->enter == nullptr) return false;
  }
  if (!image->functions.empty()) {
    const std::lock_guard lock(mutex_);
    owner.image = saved;
    owner.image_code = make_executable(owner, image->code);
    if (owner.image_code == nullptr) return false;
    map_.add_image(owner.image_code, *image, module.codes.data());
    for (const FunctionRecord& record : image->functions) {
      Code& code = module.codes[record.function];
      const u8* const begin = owner.image_code + record.code_offset;
      const u64* const entry = owner.entries
                                   .emplace_back(std::array{reinterpret_cast<u64>(stubs_of(record.function)->enter),
                                                            reinterpret_cast<u64>(&code), reinterpret_cast<u64>(begin)})
                                   .data();
      tell_placed(module, record.function, {begin, record.code_size});
      code.is_requested = true;
      publish(code, entry);
    }
  }
  for (u32 i = module.module().imported_functions; i < module.codes.size(); ++i) {
    Code& code = module.codes[i];
    code.is_refused |= !code.is_requested;
    code.is_requested = true;
  }
  return true;
}

void MachineCompiler::forget(const CompiledModule& module) {
  const std::lock_guard lock(mutex_);
  const auto it = modules_.find(&module);
  if (it == modules_.end()) return;
  for (const ModuleCode::Placed& placed : it->second->placed) map_.remove(placed.begin);
  if (it->second->image_code != nullptr) map_.remove(it->second->image_code);
  modules_.erase(it);
}

}  // namespace

std::unique_ptr<Compiler> make_compiler(const CompilerOptions& options) {
  if (!is_supported_machine()) return nullptr;
  auto compiler = std::make_unique<MachineCompiler>(options);
  if (!compiler->start()) return nullptr;
  return compiler;
}

}  // namespace invar::jit
