// libFuzzer target: any bytes must give a valid module or one clear error. What is accepted is walked again, unchecked:
// both walks must tell a sink the same.

#include <cstdlib>

#include "decoder/binary/module_decoder.h"
#include "decoder/binary/name_section.h"
#include "decoder/validate/function_walker.h"

namespace {

using namespace invar;

/// Condenses the calls into one number.
struct HashSink : NullSink {
  u64 hash = 1;
  void add(u64 value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u; }
  void instruction(Op op, u32 offset) { add(static_cast<u64>(op) << 32 | offset); }
  void finish(bool reachable) { add(reachable); }
  void else_(bool reachable) { add(reachable); }
  void end(bool reachable) { add(reachable); }
  void catch_(u32 tag, bool reachable) { add(2 * u64{tag} + reachable); }
  void catch_all(bool reachable) { add(reachable); }
  void delegate(u32 depth, bool reachable) { add(2 * u64{depth} + reachable); }
  void block(const BlockType& type) { add(type.params.size() * 65537 + type.results.size()); }
  void drop(ValType type) { add(type.bits()); }
  void select(ValType type) { add(type.bits()); }
  void local_get(u32 index) { add(index); }
  void i32_const(u32 value) { add(value); }
  void i64_const(u64 value) { add(value); }
  void load(Op, const Memarg& memarg) { add(memarg.offset + memarg.memory + memarg.align_log2); }
  void br_table(std::span<const u32> depths) {
    for (u32 depth : depths) add(depth);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ModuleBytes bytes{{data, size}, nullptr};
  const Result<std::shared_ptr<const Module>> module = decode_module(bytes, Features::all());
  if (!module) {
    if (module.error().message().empty()) std::abort();
    return 0;
  }
  read_names(**module);
  HashSink checked_sink, unchecked_sink;
  FunctionWalker<HashSink> checked(**module, checked_sink);
  FunctionWalker<HashSink, false> unchecked(**module, unchecked_sink);
  for (u32 i = (*module)->imported_functions; i < (*module)->functions.size(); ++i) {
    if (!checked.walk(i) || !unchecked.walk(i) || checked_sink.hash != unchecked_sink.hash) std::abort();
  }
  return 0;
}
