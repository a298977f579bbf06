#include "jit/ir/assigned_locals.h"

#include <algorithm>
#include <utility>

#include "decoder/validate/function_walker.h"

namespace invar::jit {

namespace {
constexpr size_t max_kept = size_t{1} << 24;
constexpr u32 none = ~u32{0};
}  // namespace

struct AssignedLocalsSink : NullSink {
  explicit AssignedLocalsSink(AssignedLocals& out) : result(out) {}

  void block(const BlockType& /*type*/) { open(); }
  void loop(const BlockType& /*type*/) { open(); }
  void if_(const BlockType& /*type*/) { open(); }
  void try_(const BlockType& /*type*/) { open(); }
  void try_table(const BlockType& /*type*/, std::span<const CatchClause> /*clauses*/) { open(); }
  void end(bool /*reachable*/) { close(); }
  void delegate(u32 /*depth*/, bool /*reachable*/) { close(); }
  void local_set(u32 local) { assigned.push_back(local); }
  void local_tee(u32 local) { assigned.push_back(local); }

  void open() {
    opened.push_back({static_cast<u32>(result.ranges_.size()), assigned.size()});
    result.ranges_.emplace_back();
  }
  /// What the inner blocks assign stays on `assigned`, for the outer one.
  void close() {
    const auto [construct, start] = opened.back();
    opened.pop_back();
    // Each once: the construct is the last that saw it. In order, so that parameters come first.
    size_t end = start;
    for (size_t i = start; i < assigned.size(); ++i) {
      const u32 local = assigned[i];
      if (local >= seen_by.size()) seen_by.resize(local + 1, none);
      if (std::exchange(seen_by[local], construct) != construct) assigned[end++] = local;
    }
    assigned.resize(end);
    std::sort(assigned.begin() + static_cast<std::ptrdiff_t>(start), assigned.end());
    const size_t count = end - start;
    if (result.locals_.size() + count > max_kept) {
      too_many = true;
      return;
    }
    result.ranges_[construct] = {static_cast<u32>(result.locals_.size()), static_cast<u32>(count)};
    result.locals_.insert(result.locals_.end(), assigned.begin() + static_cast<std::ptrdiff_t>(start), assigned.end());
  }

  struct Open {
    u32 construct;
    size_t start;
  };
  AssignedLocals& result;
  ScratchVector<Open> opened;
  ScratchVector<u32> assigned;
  ScratchVector<u32> seen_by;  // By local.
  bool too_many = false;
};

bool AssignedLocals::scan(const Module& module, u32 function) {
  ranges_.clear();
  locals_.clear();
  AssignedLocalsSink sink(*this);
  FunctionWalker<AssignedLocalsSink, false> walker(module, sink);
  return walker.walk(function).has_value() && !sink.too_many;
}

}  // namespace invar::jit
