// Arguments, environment, clocks, randomness and the program's end.
#include <sched.h>

#include "wasi/p1/functions.h"

namespace invar::wasi::p1 {
namespace {

u32 total_size(const std::vector<std::string>& strings) {
  size_t size = 0;  // `create` made sure that it fits
  for (const std::string& text : strings) size += text.size() + 1;
  return static_cast<u32>(size);
}

/// Writes the strings, each with a NUL, one after the other at `strings_at`, and their addresses at `array_at`.
Errno copy_strings(const Call& call, const std::vector<std::string>& strings, Address array_at, Address strings_at) {
  const GuestMemory& memory = call.memory;
  if (!memory.contains(array_at.value, u64{4} * strings.size())) return Errno::fault;
  if (!memory.contains(strings_at.value, total_size(strings))) return Errno::fault;
  u8* entry = memory.base + array_at.value;
  u32 address = strings_at.value;
  for (const std::string& text : strings) {
    store(entry, address);
    std::memcpy(memory.base + address, text.c_str(), text.size() + 1);
    entry += 4;
    address += static_cast<u32>(text.size() + 1);
  }
  return Errno::success;
}

enum class Effect : u8 { end, ignore, stop };
struct Signal {
  Effect effect;
  u32 status;
};
constexpr Effect end = Effect::end, ignore = Effect::ignore, stop = Effect::stop;
constexpr Signal signals[] = {
#define WASI_SIGNAL(name, number, effect, status) {effect, status},
#include "wasi/p1/signals.def"
#undef WASI_SIGNAL
};

}  // namespace

Errno args_get(Call& call, Address argv, Address argv_buf) {
  return copy_strings(call, call.context.args, argv, argv_buf);
}

Errno args_sizes_get(Call& call, Out<u32> argc, Out<u32> argv_buf_size) {
  argc.set(static_cast<u32>(call.context.args.size()));
  argv_buf_size.set(total_size(call.context.args));
  return Errno::success;
}

Errno environ_get(Call& call, Address strings, Address strings_buf) {
  return copy_strings(call, call.context.env, strings, strings_buf);
}

Errno environ_sizes_get(Call& call, Out<u32> count, Out<u32> buf_size) {
  count.set(static_cast<u32>(call.context.env.size()));
  buf_size.set(total_size(call.context.env));
  return Errno::success;
}

Errno clock_res_get(Call& call, ClockId id, Out<u64> resolution) {
  P1_TRY_ASSIGN(const u64 value, call.context.clocks.resolution(id));
  resolution.set(value);
  return Errno::success;
}

Errno clock_time_get(Call& call, ClockId id, u64, Out<u64> time) {
  P1_TRY_ASSIGN(const u64 value, call.context.clocks.now(id));
  time.set(value);
  return Errno::success;
}

Errno random_get(Call& call, Buffer buf) { return to_errno(call.context.random.fill(buf)); }

Errno sched_yield(Call&) {
  ::sched_yield();
  return Errno::success;
}

Exit proc_exit(Call&, u32 code) { return {code}; }

// A signal that the program sends to itself ends the program, never the process that it runs in.
Errno proc_raise(Call& call, u32 signal) {
  if (signal >= std::size(signals)) return Errno::inval;
  if (signals[signal].effect == Effect::stop) return Errno::notsup;
  if (signals[signal].effect == Effect::end) call.exit_code = signals[signal].status;
  return Errno::success;
}

}  // namespace invar::wasi::p1
