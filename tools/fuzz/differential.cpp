#include "tools/fuzz/differential.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "decoder/text/printer.h"
#include "engine/runtime/call.h"
#include "engine/runtime/instantiate.h"
#include "jit/compiler.h"

namespace invar::fuzz {

namespace {

constexpr s64 fuel_per_call = 20'000;

struct Configuration {
  std::string_view name;
  BoundsChecks bounds;
  bool stress = false;
  bool compiled = false, tiers_up = false, background = false;
  u32 compiler = 0;  ///< Which, if compiled: see compiler().
};
constexpr Configuration configurations[] = {
    {"guard pages", BoundsChecks::guard_pages},
    {"explicit checks", BoundsChecks::explicit_},
    {"a collection at every allocation", BoundsChecks::guard_pages, true},
    {"compiled", BoundsChecks::guard_pages, false, true},
    {"compiled, explicit checks, a collection at every allocation", BoundsChecks::explicit_, true, true},
    {"compiled after a while", BoundsChecks::guard_pages, false, true, true},
    {"compiled beside", BoundsChecks::guard_pages, false, true, true, true},
    {"compiled for any processor", BoundsChecks::guard_pages, false, true, false, false, 1},
    {"compiled without effort", BoundsChecks::guard_pages, false, true, false, false, 2},
    {"compiled with few registers", BoundsChecks::guard_pages, false, true, false, false, 3},
};

/// Null on machines without one: then the interpreter is compared with itself.
Compiler* compiler(u32 which) {
  static const std::unique_ptr<Compiler> made[] = {
      jit::make_compiler({.check = true}), jit::make_compiler({.check = true, .baseline = true}),
      jit::make_compiler({.effort = 0, .check = true}), jit::make_compiler({.check = true, .pressure = 1})};
  return made[which].get();
}

/// One line for each thing that was observed.
using Observations = std::vector<std::string>;

std::string bits_of(ValType type, const Slot* slots) {
  switch (type.kind()) {
    case ValKind::v128:
      return fmt::format("{:016x}{:016x}", slots[1], slots[0]);
    case ValKind::ref:
      return slots[0] == 0 ? "null" : "reference";
    case ValKind::i32:
    case ValKind::f32:
      return fmt::format("{:08x}", static_cast<u32>(slots[0]));
    default:
      return fmt::format("{:016x}", slots[0]);
  }
}

u64 hash_of(const Memory& memory) {
  u64 hash = memory.size;
  for (u64 i = 0; i < memory.size; ++i) hash = (hash ^ memory.base[i]) * 0x9e3779b97f4a7c15u;
  return hash;
}

void observe_state(const Instance& instance, Observations& seen) {
  for (size_t i = 0; i < instance.global_list.size(); ++i) {
    const Global& global = *instance.global_list[i];
    seen.push_back(fmt::format("global {}: {}", i, bits_of(global.type.type, global.value)));
  }
  for (size_t i = 0; i < instance.memory_list.size(); ++i) {
    seen.push_back(fmt::format("memory {}: {:016x}", i, hash_of(*instance.memory_list[i])));
  }
  for (size_t i = 0; i < instance.table_list.size(); ++i) {
    const Table& table = *instance.table_list[i];
    std::string line = fmt::format("table {}:", i);
    for (u64 at = 0; at < table.size; ++at) line += table.elements[at] == 0 ? " null" : " reference";
    seen.push_back(std::move(line));
  }
}

Observations run(const std::shared_ptr<const Module>& module, const Configuration& configuration) {
  Observations seen;
  Engine engine({.features = Features::all(),
                 .bounds_checks = configuration.bounds,
                 .fuel = true,
                 .deterministic = true,
                 .stress_collection = configuration.stress,
                 .compiler = configuration.compiled ? compiler(configuration.compiler) : nullptr,
                 .tier_up = configuration.tiers_up,
                 .tier_up_patience = 3,
                 .background_compilation = configuration.background});
  Store store(engine, {.max_memory_bytes = u64{64} << 20, .max_guarded_memories = 4, .max_heap_bytes = u64{256} << 20});
  store.fuel = fuel_per_call;
  const auto compiled = CompiledModule::create(engine, module);
  if (!compiled) return {compiled.error().message()};
  const auto instance = instantiate(store, *compiled, {});
  if (!instance) return {instance.error().message()};
  for (u32 i = 0;; ++i) {
    const auto found = find_export(**instance, std::to_string(i));
    if (!found) break;
    const Func& function = *std::get<Func*>(*found);
    store.fuel = fuel_per_call;
    std::vector<Slot> results(slots_of(function.type->results));
    const TrapKind trap = call(store, function, {}, results);
    std::string line = fmt::format("call {}:", i);
    if (trap != TrapKind::none) {
      line += fmt::format(" {}", text_of(trap));
    } else {
      const Slot* slot = results.data();
      for (const ValType type : function.type->results) {
        line += " " + bits_of(type, slot);
        slot += slots_of(type);
      }
    }
    seen.push_back(std::move(line));
    observe_state(**instance, seen);
  }
  return seen;
}

/// Text and back again: the first time encodings may get shorter, the second time nothing may change.
std::optional<std::string> check_text(std::shared_ptr<const Module> module) {
  std::vector<u8> first;
  for (int round = 0; round < 2; ++round) {
    const auto printed = text::print_module(*module, {.max_size = size_t{4} << 20});
    if (!printed) return std::nullopt;  // too long a text
    auto parsed = text::parse_module(*printed, Features::all());
    if (!parsed) return "the printed text does not parse: " + parsed.error().message();
    if (round == 1) return *parsed == first ? std::nullopt : std::optional<std::string>("the text is no fixed point");
    first = *parsed;
    auto decoded = decode_module(*std::move(parsed), Features::all());
    if (!decoded) return "the printed text is not valid: " + decoded.error().message();
    module = *std::move(decoded);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> run_everywhere(std::span<const u8> bytes) {
  const auto module = decode_module(ModuleBytes{bytes, nullptr}, Features::all());
  if (!module) return "not valid: " + module.error().message();
  if (auto problem = check_text(*module)) return problem;
  Observations first;
  for (const Configuration& configuration : configurations) {
    Observations seen = run(*module, configuration);
    if (&configuration == configurations) {
      first = std::move(seen);
      continue;
    }
    if (seen == first) continue;
    const auto [a, b] = std::ranges::mismatch(first, seen);
    return fmt::format("{}: {}; {}: {}", configurations[0].name, a == first.end() ? "nothing" : *a, configuration.name,
                       b == seen.end() ? "nothing" : *b);
  }
  return std::nullopt;
}

}  // namespace invar::fuzz
