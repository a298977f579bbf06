#include "jit/ir/print.h"

#include <fmt/format.h>

namespace invar::jit {

namespace {

constexpr std::string_view type_names[] = {"", "i32", "i64", "f32", "f64", "v128"};
constexpr std::string_view kind_names[] = {
#define NODE(name, is_pure) #name,
#include "jit/ir/nodes.def"
#undef NODE
};

std::string name_of(const Function& function, Value value) {
  const Node& node = function.nodes[value];
  if (node.kind == Kind::constant) return fmt::format("{}:{:#x}", type_names[static_cast<size_t>(node.type)], node.imm);
  if (node.kind == Kind::vector_constant) {
    std::string out = "v128:";
    for (const u8 byte : function.vector(value).bytes) out += fmt::format("{:02x}", byte);
    return out;
  }
  return fmt::format("v{}", value);
}

std::string line(const Function& function, Value value) {
  const Node& node = function.nodes[value];
  std::string out = "  ";
  if (node.type != Type::none) {
    out += fmt::format("v{}:{} = ", value, type_names[static_cast<size_t>(node.type)]);
  }
  out += node.op != Op::unreachable ? info(node.op).mnemonic : kind_names[static_cast<size_t>(node.kind)];
  for (const Value input : function.inputs(node)) out += " " + name_of(function, input);
  if (node.imm != 0) out += fmt::format(" #{:#x}", node.imm);
  if (node.offset != 0) out += fmt::format("    ;; {}", told_offset(function, node.offset));
  return out + "\n";
}

std::string numbers(std::string_view label, std::span<const u32> blocks) {
  if (blocks.empty()) return {};
  std::string out = fmt::format(" {}", label);
  for (const u32 block : blocks) out += fmt::format(" b{}", block);
  return out;
}

}  // namespace

std::string told_offset(const Function& function, u32 offset) {
  if (offset < InlinedCode::first_position) return fmt::format("{:#x}", offset);
  const InlinedCode::Position& position = function.inlined.positions[offset - InlinedCode::first_position];
  return fmt::format("{:#x} in function {}", position.offset, function.inlined.calls[position.call].callee);
}

std::string to_string(const Function& function) {
  std::string out;
  for (size_t i = 0; i < function.blocks.size(); ++i) {
    const Block& block = function.blocks[i];
    out += fmt::format("b{}:{}{}", i, numbers("from", block.predecessors), numbers("to", block.successors));
    if (block.loop_end != 0) out += fmt::format(" loop up to b{}", block.loop_end - 1);
    if (block.is_rare) out += " rare";
    out += "\n";
    for (const Value phi : block.phis) out += line(function, phi);
    for (const Value node : block.nodes) out += line(function, node);
  }
  return out;
}

}  // namespace invar::jit
