#include "jit/machine/stubs.h"

namespace invar::jit {

std::vector<u8> code_of(asmjit::CodeHolder& holder) {
  holder.flatten();
  holder.resolveUnresolvedLinks();
  std::vector<u8> bytes(holder.codeSize());
  holder.relocateToBase(0);
  holder.copyFlattenedData(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace invar::jit
