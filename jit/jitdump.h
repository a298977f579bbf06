// A file by which Linux's perf knows compiled functions: `perf record -k mono invar run --jitdump …`, then
// `perf inject --jit -i perf.data -o perf.jit.data` and `perf report -i perf.jit.data`.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decoder/base/int.h"

namespace invar::jit {

class JitDump {
 public:
  /// Begins jit-PID.dump in the current directory, the name that perf expects. Or what is wrong.
  static std::expected<std::unique_ptr<JitDump>, std::string> create();
  ~JitDump();
  JitDump(const JitDump&) = delete;
  JitDump& operator=(const JitDump&) = delete;

  /// Code that stands where it will run.
  void add(std::span<const u8> code, std::string_view name);

 private:
  JitDump(int file, void* marker) : file_(file), marker_(marker) {}
  int file_;
  void* marker_;  ///< An executable mapping of the file: by it perf notices that there is one.
  u64 count_ = 0;
};

}  // namespace invar::jit
