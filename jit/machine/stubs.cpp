#include "jit/machine/stubs.h"

#include <cstdlib>

namespace invar::jit {

void pad_to(asmjit::BaseAssembler& as, u32 offset) {
  if (as.offset() > offset) abort();  // a gate has become longer than its room
  const std::vector<u8> zeros(offset - as.offset());
  as.embed(zeros.data(), zeros.size());
}

std::vector<u8> code_of(asmjit::CodeHolder& holder) {
  holder.flatten();
  holder.resolveUnresolvedLinks();
  std::vector<u8> bytes(holder.codeSize());
  holder.relocateToBase(0);
  holder.copyFlattenedData(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace invar::jit
