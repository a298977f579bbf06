#include "jit/disassembly.h"

namespace invar::jit {

bool has_disassembler() { return false; }

std::string disassemble(const EmittedFunction& /*function*/, Architecture /*architecture*/,
                        const std::function<std::string(u32 offset)>& /*comment*/) {
  return "no disassembler\n";
}

}  // namespace invar::jit
