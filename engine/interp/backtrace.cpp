#include "engine/interp/backtrace.h"

#include <map>
#include <mutex>

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/lowering.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/store.h"

namespace invar::interp {

namespace {

/// All lowered functions of the process by the address of their code.
struct CodeMap {
  std::mutex mutex;
  std::map<const u64*, CodeRange> ranges;
};

CodeMap& code_map() {
  static CodeMap map;
  return map;
}

/// Frames that a backtrace shows at each end.
constexpr size_t shown_frames = 32;

/// Describes positions; each function's offsets are found once, however often it is on the stack.
class Describer {
 public:
  TrapFrame describe(const Code& code, const u64* ip) {
    TrapFrame frame;
    frame.function_index = code.function;
    const u64* const entry = __atomic_load_n(&code.entry, __ATOMIC_ACQUIRE);
    frame.offset = tables_.try_emplace(&code, code).first->second.at(static_cast<size_t>(ip - entry));
    frame.module = code.module->module_name();
    frame.function = code.module->function_name(code.function);
    return frame;
  }

 private:
  std::map<const Code*, OffsetTable> tables_;
};

}  // namespace

void register_code(const CodeRange& range) {
  CodeMap& map = code_map();
  const std::lock_guard lock(map.mutex);
  map.ranges[range.begin] = range;
}

void forget_code(const u64* begin) {
  CodeMap& map = code_map();
  const std::lock_guard lock(map.mutex);
  map.ranges.erase(begin);
}

CodeRange find_code_range(const u64* ip) {
  CodeMap& map = code_map();
  const std::lock_guard lock(map.mutex);
  auto it = map.ranges.upper_bound(ip);
  if (it == map.ranges.begin()) return {};
  --it;
  return ip < it->second.end ? it->second : CodeRange{};
}

void append_backtrace(Store& store, const u64* ip, const Slot* fp) {
  struct Position {
    const Code* code;
    const u64* ip;
  };
  std::vector<Position> first, last;  // the innermost frames; the outermost ones as a ring
  size_t count = 0;
  bool is_return_address = false;
  while (fp) {
    if (ip == tail_return_code()) {
      const Link link = reinterpret_cast<const TailLink*>(fp)->link;
      ip = link.return_ip;
      fp = link.caller_fp;
      continue;
    }
    if (ip == exit_code()) break;
    const u64* at = is_return_address ? ip - 1 : ip;
    const Code* code = find_code(at);
    if (!code) break;
    if (first.size() < shown_frames) {
      first.push_back({code, at});
    } else if (last.size() < shown_frames) {
      last.push_back({code, at});
    } else {
      last[count % shown_frames] = {code, at};
    }
    if (first.size() == shown_frames && !last.empty()) ++count;
    const Link link = load_link(fp, code->link);
    ip = link.return_ip;
    fp = link.caller_fp;
    is_return_address = true;
  }
  std::vector<TrapFrame>& backtrace = store.pending_trap.backtrace;
  Describer describer;
  for (const Position& position : first) backtrace.push_back(describer.describe(*position.code, position.ip));
  const size_t start = last.size() < shown_frames ? 0 : count % shown_frames;
  for (size_t i = 0; i < last.size(); ++i) {
    const Position& position = last[(start + i) % last.size()];
    backtrace.push_back(describer.describe(*position.code, position.ip));
  }
}

}  // namespace invar::interp
