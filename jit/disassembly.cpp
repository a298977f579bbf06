#include "jit/disassembly.h"

#include <capstone/capstone.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace invar::jit {

namespace {

/// Where a branch or an access relative to the instruction leads, as an offset in the code.
struct Target {
  u64 offset;
  std::string text;  ///< How the operands have it.
};

std::optional<Target> target_of(csh handle, const cs_insn& instruction, Architecture architecture) {
  const std::string operands = instruction.op_str;
  if (architecture == Architecture::x86_64) {
    const cs_x86& x86 = instruction.detail->x86;
    for (u32 i = 0; i < x86.op_count; ++i) {
      const cs_x86_op& operand = x86.operands[i];
      if (operand.type == X86_OP_MEM && operand.mem.base == X86_REG_RIP) {
        const size_t at = operands.find("rip");
        return Target{instruction.address + instruction.size + static_cast<u64>(operand.mem.disp),
                      operands.substr(at, operands.find(']', at) - at)};
      }
    }
  }
  const bool is_branch =
      cs_insn_group(handle, &instruction, CS_GRP_JUMP) || cs_insn_group(handle, &instruction, CS_GRP_CALL);
  const bool is_literal = architecture == Architecture::aarch64 &&
                          (instruction.id == ARM64_INS_ADR || instruction.id == ARM64_INS_BL ||
                           (instruction.id == ARM64_INS_LDR && operands.find('[') == std::string::npos));
  if (!is_branch && !is_literal) return std::nullopt;
  const size_t at = operands.find_last_of(" ,") == std::string::npos ? 0 : operands.find_last_of(" ,") + 1;
  const std::string last = operands.substr(at);
  const size_t digits = last.starts_with('#') ? 1 : 0;
  char* end = nullptr;
  const u64 offset = std::strtoull(last.c_str() + digits, &end, 0);
  if (*end != 0 || last.size() == digits) return std::nullopt;
  return Target{offset, last};
}

}  // namespace

bool has_disassembler() { return true; }

std::string disassemble(const EmittedFunction& function, Architecture architecture,
                        const std::function<std::string(u32 offset)>& comment) {
  csh handle = 0;
  const bool is_x86 = architecture == Architecture::x86_64;
  if (cs_open(is_x86 ? CS_ARCH_X86 : CS_ARCH_ARM64, is_x86 ? CS_MODE_64 : CS_MODE_ARM, &handle) != CS_ERR_OK) {
    return "no disassembler\n";
  }
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  cs_insn* instructions = nullptr;
  const size_t count = cs_disasm(handle, function.code.data(), function.data_begin, 0, 0, &instructions);

  std::vector<std::optional<Target>> targets(count);
  std::map<u64, std::string> labels;
  for (size_t i = 0; i < count; ++i) {
    targets[i] = target_of(handle, instructions[i], architecture);
    if (targets[i]) labels.try_emplace(targets[i]->offset);
  }
  u32 blocks = 0;
  for (auto& [offset, name] : labels) {
    name = offset < function.data_begin ? fmt::format("L{}", blocks++)
                                        : fmt::format("data+{}", offset - function.data_begin);
  }
  std::string text;
  auto line = function.lines.begin();
  u32 commented = 0;
  for (size_t i = 0; i < count; ++i) {
    const cs_insn& instruction = instructions[i];
    if (const auto label = labels.find(instruction.address); label != labels.end()) text += label->second + ":\n";
    std::string operands = instruction.op_str;
    if (targets[i])
      operands.replace(operands.find(targets[i]->text), targets[i]->text.size(), labels[targets[i]->offset]);
    u32 offset = commented;
    for (; line != function.lines.end() && line->position <= instruction.address; ++line) offset = line->offset;
    text += fmt::format("  {}{}{}", instruction.mnemonic, operands.empty() ? "" : " ", operands);
    if (offset != commented && offset != 0) text += fmt::format("    ;; {}", comment(offset));
    text += "\n";
    commented = offset;
  }
  const u64 end = count == 0 ? 0 : instructions[count - 1].address + instructions[count - 1].size;
  if (end != function.data_begin) text += fmt::format("  no instruction at {}\n", end);
  if (count != 0) cs_free(instructions, count);
  cs_close(&handle);
  return text;
}

}  // namespace invar::jit
