#include "jit/ir/assigned_locals.h"

#include <algorithm>

#include "decoder/validate/function_walker.h"

namespace invar::jit {

namespace {
constexpr size_t max_kept = size_t{1} << 24;
}

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
    const auto first = assigned.begin() + static_cast<std::ptrdiff_t>(start);
    std::sort(first, assigned.end());
    assigned.erase(std::unique(first, assigned.end()), assigned.end());
    const size_t count = assigned.size() - start;
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
