#include "engine/platform/fault.h"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "engine/platform/virtual_memory.h"

namespace invar::platform {

constinit thread_local TrapLanding* current_landing = nullptr;

namespace {

// The registry: one cell per 4 GiB of a 48-bit address space. A reservation is at least 8 GiB, so of each cell at most
// one begins in it, and at most one of those that began before ends in it. 1 MiB of zeros, touched where used.
constexpr u32 cell_log2 = 32;
constexpr u64 cell_count = u64{1} << 16;

struct Cell {
  std::atomic<u64> begin{0};  ///< From here to the end of the cell is ours.
  std::atomic<u64> end{0};    ///< From the start of the cell to here is ours.
};
Cell cells[cell_count];

/// The interpreter without tail calls has its state in a frame of its own (dispatch_loop.h).
constexpr u64 room_for_callees = 4096;

/// Runs in place of the faulting code, but on the stack that it was entered from.
[[noreturn]] void land(TrapLanding* landing) { _longjmp(landing->env, 1); }

// What differs between machines and systems: the registers in a signal's context.

#if defined(__linux__) && defined(__x86_64__)
void redirect(ucontext_t& context, TrapLanding* landing) {
  auto& registers = context.uc_mcontext.gregs;
  landing->fault.arg0 = static_cast<u64>(registers[REG_R12]);
  landing->fault.arg1 = static_cast<u64>(registers[REG_R13]);
  landing->fault.pc = static_cast<u64>(registers[REG_RIP]);
  landing->fault.frame = static_cast<u64>(registers[REG_RBP]);
  registers[REG_RDI] = reinterpret_cast<greg_t>(landing);
  registers[REG_RIP] = reinterpret_cast<greg_t>(&land);
  registers[REG_RSP] = static_cast<greg_t>((landing->stack & ~u64{15}) - 8);  // as behind a call
}
#elif defined(__linux__) && defined(__aarch64__)
void redirect(ucontext_t& context, TrapLanding* landing) {
  auto& machine = context.uc_mcontext;
  landing->fault.arg0 = machine.regs[20];
  landing->fault.arg1 = machine.regs[21];
  landing->fault.pc = machine.pc;
  landing->fault.frame = machine.regs[29];
  machine.regs[0] = reinterpret_cast<u64>(landing);
  machine.pc = reinterpret_cast<u64>(&land);
  machine.sp = landing->stack & ~u64{15};
}
#else
#define INVAR_NO_FAULT_HANDLER
#endif

#ifndef INVAR_NO_FAULT_HANDLER

struct sigaction previous_segv;
struct sigaction previous_bus;

/// Hands a fault that is not ours to whoever came before us.
void pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& previous = signal == SIGBUS ? previous_bus : previous_segv;
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
    // The system's own treatment: back to it, and let the instruction fault again. (A fault cannot be ignored.)
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr);
    // A signal sent by kill() would not come again by itself.
    if (info->si_code <= 0) raise(signal);
  } else {
    previous.sa_handler(signal);
  }
}

void handle(int signal, siginfo_t* info, void* context) {
  TrapLanding* const landing = current_landing;
  const u64 address = reinterpret_cast<u64>(info->si_addr);
  // si_code <= 0: sent by a process, no fault at all.
  if (landing == nullptr || info->si_code <= 0 || !is_registered(address)) return pass_on(signal, info, context);
  current_landing = landing->previous;
  landing->fault.address = address;
  redirect(*static_cast<ucontext_t*>(context), landing);
}

void install_handlers() {
  struct sigaction action{};
  action.sa_sigaction = handle;
  // SA_NODEFER: a handler further down the chain may itself leave by longjmp.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGSEGV, &action, &previous_segv) != 0 || sigaction(SIGBUS, &action, &previous_bus) != 0) abort();
}

/// The handler must not need the interrupted stack, which may be exhausted.
class AlternateStack {
 public:
  AlternateStack() {
    stack_t present{};
    if (sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) == 0 && present.ss_size >= size) return;
    memory_ = reserve_zeroed(size);
    if (memory_ == nullptr) return;  // faults are then handled on the normal stack
    stack_t mine{};
    mine.ss_sp = memory_;
    mine.ss_size = size;
    if (sigaltstack(&mine, &previous_) != 0) {
      release(memory_, size);
      memory_ = nullptr;
    }
  }
  ~AlternateStack() {
    if (memory_ == nullptr) return;
    stack_t present{};
    // Somebody else may have put theirs in place meanwhile.
    if (sigaltstack(nullptr, &present) == 0 && present.ss_sp == memory_) sigaltstack(&previous_, nullptr);
    release(memory_, size);
  }
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  static constexpr size_t size = 65536;
  u8* memory_ = nullptr;
  stack_t previous_{};
};

void prepare_thread() {
  static std::once_flag once;
  std::call_once(once, install_handlers);
  thread_local AlternateStack stack;
}

#else

void prepare_thread() {}

#endif

thread_local bool thread_is_prepared = false;

}  // namespace

void push_landing(TrapLanding& landing) {
  if (!thread_is_prepared) {
    prepare_thread();
    thread_is_prepared = true;
  }
  landing.previous = current_landing;
  landing.stack = reinterpret_cast<u64>(__builtin_frame_address(0)) - room_for_callees;
  // The handler runs in this thread: the compiler alone could misplace the store.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  current_landing = &landing;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void pop_landing(TrapLanding& landing) {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  current_landing = landing.previous;
}

bool register_reservation(const u8* base, u64 size) {
#ifdef INVAR_NO_FAULT_HANDLER
  return false;
#endif
  const u64 begin = reinterpret_cast<u64>(base);
  if (begin == 0 || size < min_registered_size || begin + size < begin) return false;
  const u64 first = begin >> cell_log2, last = (begin + size - 1) >> cell_log2;
  if (last >= cell_count) return false;
  cells[first].begin.store(begin, std::memory_order_release);
  for (u64 i = first + 1; i < last; ++i) cells[i].begin.store(i << cell_log2, std::memory_order_release);
  cells[last].end.store(begin + size, std::memory_order_release);
  return true;
}

void unregister_reservation(const u8* base, u64 size) {
  const u64 begin = reinterpret_cast<u64>(base);
  const u64 first = begin >> cell_log2, last = (begin + size - 1) >> cell_log2;
  if (last >= cell_count) return;
  for (u64 i = first; i < last; ++i) cells[i].begin.store(0, std::memory_order_release);
  cells[last].end.store(0, std::memory_order_release);
}

bool is_registered(u64 address) {
  const u64 index = address >> cell_log2;
  if (index >= cell_count) return false;
  const u64 begin = cells[index].begin.load(std::memory_order_acquire);
  return (begin != 0 && address >= begin) || address < cells[index].end.load(std::memory_order_acquire);
}

}  // namespace invar::platform
