#include "engine/interp/backtrace.h"

#include <map>
#include <mutex>

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/lowering.h"
#include "engine/interp/machine_boundary.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/engine.h"
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

/// An instruction of a function: its offset in the module, or the position of a word of its threaded code.
struct FramePosition {
  const Code* code;
  bool is_machine;
  u32 at;
};

/// The frames of a long backtrace that are shown: the innermost ones, and the outermost as a ring.
class FrameList {
 public:
  void add(const FramePosition& position) {
    if (first_.size() < shown_frames) {
      first_.push_back(position);
    } else if (last_.size() < shown_frames) {
      last_.push_back(position);
    } else {
      last_[next_++ % shown_frames] = position;
    }
  }
  template <class See>
  void for_each(See see) const {
    for (const FramePosition& position : first_) see(position);
    for (size_t i = 0; i < last_.size(); ++i) see(last_[(next_ + i) % last_.size()]);
  }

 private:
  std::vector<FramePosition> first_, last_;
  size_t next_ = 0;
};

/// Describes positions; each function's offsets are found once, however often it is on the stack.
class Describer {
 public:
  TrapFrame describe(const FramePosition& position) {
    const Code& code = *position.code;
    TrapFrame frame;
    frame.function_index = code.function;
    frame.offset = position.is_machine ? position.at : tables_.try_emplace(&code, code).first->second.at(position.at);
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
  // Often behind all others.
  map.ranges.insert_or_assign(map.ranges.end(), range.begin, range);
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

namespace {

void collect(Store& store, const u64* ip, const Slot* fp, FrameList& frames);

/// The frames of compiled code from the position on, and those behind them.
void collect_machine(Store& store, MachinePosition at, FrameList& frames) {
  const u64* const entry = find_entry(*store.engine().config().compiler, at,
                                      [&](const MachineSite& site) { frames.add({site.code, true, site.offset}); });
  const Link link = link_of_entry(entry);
  if (link.return_ip != exit_code()) collect(store, link.return_ip - 1, link.caller_fp, frames);
}

/// `ip`: of an instruction, or the last word of a call.
void collect(Store& store, const u64* ip, const Slot* fp, FrameList& frames) {
  while (fp) {
    // The word in front of what a call returns to tells which call that was.
    const u64* const return_ip = ip + 1;
    if (return_ip == tail_return_code()) {
      const Link link = reinterpret_cast<const TailLink*>(fp)->link;
      ip = link.return_ip - 1;
      fp = link.caller_fp;
      continue;
    }
    if (return_ip == exit_code()) return;
    if (returns_to_machine(return_ip)) return collect_machine(store, machine_caller(fp), frames);
    const CodeRange range = find_code_range(ip);
    if (!range.code) return;
    // What compiled code calls in place of an instruction is no function of the program's.
    if (range.code->module->is_own(range.code->function)) {
      frames.add({range.code, false, static_cast<u32>(ip - range.begin)});
    }
    const Link link = load_link(fp, range.code->link);
    ip = link.return_ip - 1;
    fp = link.caller_fp;
  }
}

void append(Store& store, const FrameList& frames) {
  Describer describer;
  frames.for_each(
      [&](const FramePosition& position) { store.pending_trap.backtrace.push_back(describer.describe(position)); });
}

}  // namespace

void append_backtrace(Store& store, const u64* ip, const Slot* fp) {
  FrameList frames;
  collect(store, ip, fp, frames);
  append(store, frames);
}

void append_machine_backtrace(Store& store, const u8* pc, const u64* frame) {
  FrameList frames;
  collect_machine(store, {pc, frame}, frames);
  append(store, frames);
}

}  // namespace invar::interp
