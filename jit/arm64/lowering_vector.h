#pragma once
#include "jit/arm64/lowering.h"
namespace invar::jit::arm64 {
class VectorLowering {
 public:
  VectorLowering(Lowering& lowering, Value value) : lowering_(lowering), value_(value) {}
  struct Row {};
  static const Row* row_of(Op) { return nullptr; }
  void lower(const Row&) {}
  void lower_truth() { lowering_.supported_ = false; }
  void lower_canonical_nan() { lowering_.supported_ = false; }
  Lowering& lowering_;
  Value value_;
};
}  // namespace invar::jit::arm64
