#include "jit/ir/start_at.h"

#include <algorithm>
#include <utility>

namespace invar::jit {

namespace {

constexpr u32 unreached = ~u32{0};

ScratchVector<u32> numbers_of_reached(const Function& function, u32 entry) {
  ScratchVector<u32> numbers(function.blocks.size(), unreached);
  ScratchVector<u32> work = {entry};
  numbers[entry] = 0;
  while (!work.empty()) {
    const u32 block = work.back();
    work.pop_back();
    for (const u32 successor : function.blocks[block].successors) {
      if (numbers[successor] != unreached) continue;
      numbers[successor] = 0;
      work.push_back(successor);
    }
  }
  u32 next = 0;
  for (u32& number : numbers) {
    if (number != unreached) number = next++;
  }
  return numbers;
}

/// Dominators of blocks in an order in which all but loops' headers stand behind their predecessors.
void find_dominators(Function& function) {
  for (u32 i = 1; i < function.blocks.size(); ++i) {
    Block& block = function.blocks[i];
    u32 dominator = block.predecessors[0];
    for (const u32 predecessor : block.predecessors) {
      if (predecessor >= i) continue;
      u32 a = dominator, b = predecessor;
      while (a != b) {
        if (function.blocks[a].depth < function.blocks[b].depth) std::swap(a, b);
        a = function.blocks[a].dominator;
      }
      dominator = a;
    }
    block.dominator = dominator;
    block.depth = function.blocks[dominator].depth + 1;
  }
}

}  // namespace

void start_at(Function& function, u32 entry) {
  const ScratchVector<u32> numbers = numbers_of_reached(function, entry);
  ScratchVector<Block> blocks;
  for (u32 i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == unreached) continue;
    Block block = std::move(function.blocks[i]);
    // Phis lose what came from blocks that are gone.
    for (const Value phi : block.phis) {
      Node& node = function.nodes[phi];
      const std::span<Value> list = function.list(node);
      u32 kept = 0;
      for (u32 k = 0; k < block.predecessors.size(); ++k) {
        if (numbers[block.predecessors[k]] != unreached) list[kept++] = list[k];
      }
      node.inputs[1] = kept;
    }
    block.predecessors.remove_if([&](u32 predecessor) { return numbers[predecessor] == unreached; });
    for (u32& predecessor : block.predecessors) predecessor = numbers[predecessor];
    for (u32& successor : block.successors) successor = numbers[successor];
    if (block.loop_end != 0) {
      u32 end = block.loop_end;
      while (end < numbers.size() && numbers[end] == unreached) ++end;
      block.loop_end = end == numbers.size() ? unreached : numbers[end];  // how many there are is not known yet
    }
    blocks.push_back(std::move(block));
  }
  for (Block& block : blocks) {
    if (block.loop_end == unreached) block.loop_end = static_cast<u32>(blocks.size());
  }
  function.blocks = std::move(blocks);
  function.blocks[0].dominator = 0;
  function.blocks[0].depth = 0;
  find_dominators(function);
}

}  // namespace invar::jit
