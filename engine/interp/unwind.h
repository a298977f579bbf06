// From a throw to its handler, through the frames between them. spec: exec/instructions#throw_ref
#pragma once

#include <array>
#include <utility>

#include "engine/interp/handler_table.h"
#include "engine/runtime/objects.h"
#include "engine/tiering/compiler.h"

namespace invar::interp {

struct MachinePosition;  // machine_boundary.h

/// What is thrown.
struct Thrown {
  const Tag* tag;
  const Slot* arguments;
  Ref exception;  ///< Null until somebody asks for it.
};

/// Where code runs.
struct Position {
  const u64* ip;
  Slot* fp;
  Instance* inst;
};

/// Moves `at` from the throwing instruction to the innermost handler for it, which has then received what it asks for.
/// If that is in compiled code, `at` is code that leads there (MachineContext::land).
/// uncaught_exception: there is none before the call from the host; Store::pending_trap has the exception.
/// allocation_failure: there is no room for the exception. `at` is then as it was.
TrapKind unwind(Thrown thrown, Position& at);

/// The same for what a host function throws that the interpreter called: at.ip is where it would return to.
TrapKind unwind_from_host(Thrown thrown, Position& at);

/// The same for what compiled code throws, at a position of its; at.inst is its instance.
TrapKind unwind_from_machine(Thrown thrown, MachinePosition from, Position& at);

/// What a position in threaded code means to unwinding.
struct UnwindSite {
  const u64* at = nullptr;
  const u64* begin = nullptr;              ///< Of the function's code.
  const HandlerTable* table = nullptr;     ///< The function's, or null.
  const HandlerTable* handlers = nullptr;  ///< The same, or null if nothing catches here.
  u32 scope = HandlerTable::none;
  u32 link = 0;  ///< Slot of the frame's link.
  u32 frame_slots = 0;
};

/// One store's recently used sites: programs throw at few places, through few others.
class UnwindCache {
 public:
  /// `at` must lie in the code of one of the store's instances.
  const UnwindSite& find(const u64* at) {
    UnwindSite& site = sites_[index_of(reinterpret_cast<u64>(at) / sizeof(u64))];
    if (site.at != at) [[unlikely]]
      fill(site, at);
    return site;
  }
  /// The same for what compiled code returns to.
  const MachineSite& find(const Compiler& compiler, const u8* pc) {
    auto& [at, site] = machine_sites_[index_of(reinterpret_cast<u64>(pc))];
    if (at != pc) [[unlikely]] {
      at = pc;
      site = compiler.find(pc, 0);
    }
    return site;
  }

 private:
  static constexpr u32 bits = 7;
  static u64 index_of(u64 address) { return address * 0x9e37'79b9'7f4a'7c15u >> (64 - bits); }
  static void fill(UnwindSite& site, const u64* at);
  std::array<UnwindSite, 1u << bits> sites_;
  std::array<std::pair<const u8*, MachineSite>, 1u << bits> machine_sites_{};
};

}  // namespace invar::interp
