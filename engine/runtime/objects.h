// The store's objects as running code sees them. Layouts are read by the interpreter's handlers and, later, by
// compiled code: keep what they touch together and at the front.
// spec: exec/runtime
#pragma once

#include <memory>
#include <vector>

#include "decoder/module.h"
#include "decoder/types.h"
#include "engine/runtime/trap.h"
#include "engine/tiering/machine_context.h"

namespace invar {

namespace gc {
class Heap;
struct Layout;
}  // namespace gc
class Store;
class CompiledModule;
struct Instance;
struct Func;

/// One 8-byte cell of a frame, of arguments and of results. An i32 is zero-extended; an f32 occupies the low half (the
/// high half is unspecified); a v128 takes two cells; a reference is a 64-bit word, null is 0.
using Slot = u64;

/// Slots that a value of the type takes.
constexpr u32 slots_of(ValType type) { return type == type_v128 ? 2 : 1; }

/// A reference value: null, a Func*, a host pointer, a heap object or a tagged i31.
using Ref = u64;

struct Memory {
  u8* base = nullptr;    ///< Never moves while `guarded`, nor that of a shared memory.
  u64 size = 0;          ///< Bytes committed and accessible. Read it by length().
  bool guarded = false;  ///< 8 GiB + guard reserved: memory32 accesses need no bounds check.
  MemoryType type;       ///< `limits.min` is the declared minimum.
  u64 reserved = 0;      ///< Bytes of address space behind base.
  u64 max_pages = 0;     ///< Growth stops here: declared maximum, address type, or the store's limit.
  Store* store = nullptr;

  /// Pages before, or -1 if it cannot grow by `delta` pages.
  s64 grow(u64 delta);
  /// `size` as the thread sees it now: another may be growing a shared memory.
  u64 length() const { return __atomic_load_n(&size, __ATOMIC_RELAXED); }
  /// The same before an access to what may have been added just now.
  u64 settled_length() const { return __atomic_load_n(&size, __ATOMIC_ACQUIRE); }
  u64 pages() const { return settled_length() >> type.page_size_log2; }
};

struct Table {
  Ref* elements = nullptr;
  u64 size = 0;
  TableType type;
  u64 max_size = 0;
  Store* store = nullptr;
  /// The type's concrete heap type, if it has one, as an engine-wide type id.
  u32 element_type_id = 0;
  u64 capacity = 0;  ///< Elements of address space behind `elements`; memory is taken where it is touched.

  /// Elements before, or -1.
  s64 grow(u64 delta, Ref init);
};

struct alignas(16) Global {
  Slot value[2] = {0, 0};
  GlobalType type;
  u32 type_id = 0;  ///< Engine-wide id of a concrete heap type.
  Store* store = nullptr;
};

/// Exceptions are caught by the tag's identity: two tags of one type are two tags.
struct Tag {
  u32 type_id = 0;
  const FuncType* type = nullptr;
  Store* store = nullptr;
  u32 argument_slots = 0;  ///< Of the type's parameters.
  // Where it was defined, for people; null if the host made it.
  const CompiledModule* module = nullptr;
  u32 index = 0;
};

struct alignas(u64) FrameSize {
  u32 slots = 0;       ///< Whole frame: parameters, link, locals, operands.
  u32 zero_slots = 0;  ///< Declared locals to clear behind the link.
};

/// What calling a function needs. For wasm functions shared by all instances of a compiled module and filled in when
/// the function is first called; each host function has one of its own.
struct Code {
  const u64* entry = nullptr;  ///< First word of threaded code; at first a stub that lowers the function.
  FrameSize frame;             ///< At first room for the link only. See load_frame_size()
  u32 link = 0;                ///< Slot of the frame's link: max(parameter slots, result slots).
  u32 function = 0;            ///< Function index in the module.
  CompiledModule* module = nullptr;
  /// What compiled code calls: machine code, or a way to the interpreter or the host, which is found at the first call
  /// (Compiler::unbound_entry). Null without a compiler.
  const void* machine_entry = nullptr;
  /// With EngineConfig::tier_up: counts down to when it is compiled. Threads may miss each other's steps.
  s32 patience = 0;
  u16 calls = 0;              ///< So many have been interpreted, likewise; begins anew when there is no room.
  bool is_requested = false;  ///< The compiler has it, or has been asked for it. Guarded by the module's mutex.
  bool is_refused = false;    ///< The compiler leaves it to the interpreter.
};

/// Called with the arguments in slots[0...]; leaves the results in slots[0...]. Anything but TrapKind::none stops the
/// program; details go to Store::pending_trap.
using HostCallback = TrapKind (*)(void* environment, Instance* caller, Slot* slots);

/// A function instance; its address is the funcref.
struct Func {
  Code* code = nullptr;
  Instance* instance = nullptr;  ///< Null for a host function.
  u32 type_id = 0;               ///< Engine-wide canonical type id.
  const FuncType* type = nullptr;
  HostCallback host = nullptr;
  void* environment = nullptr;
  Store* store = nullptr;
};

/// A module instance. The arrays hold imports first, like the module's index spaces.
struct Instance {
  // Hot: read by handlers.
  Memory** memories = nullptr;
  Slot** globals = nullptr;  ///< Value cells of each global.
  Table** tables = nullptr;
  Func** functions = nullptr;
  Slot* stack_limit = nullptr;    ///< A frame must end below it.
  const u32* type_ids = nullptr;  ///< Engine-wide id of each type index.
  Store* store = nullptr;
  u8* memory0 = nullptr;  ///< memories[0]->base if that is guarded, else null.
  gc::Heap* heap = nullptr;
  MachineContext machine;                      ///< Read by compiled code, like the above.
  const u32* type_headers = nullptr;           ///< By type index: CompiledModule::type_headers,
  const gc::Layout* const* layouts = nullptr;  ///< and CompiledModule::layouts.
  const u32* const* displays = nullptr;        ///< EngineTypes::displays

  const Module* module = nullptr;
  CompiledModule* compiled = nullptr;
  std::vector<bool> dropped_elems;
  std::vector<bool> dropped_datas;
  /// Element segments as references, evaluated at instantiation.
  std::vector<std::vector<Ref>> elems;

  // What the arrays above point into.
  std::vector<Memory*> memory_list;
  std::vector<Slot*> global_cells;
  std::vector<Global*> global_list;
  std::vector<Table*> table_list;
  std::vector<Func*> function_list;
  std::vector<Tag*> tag_list;
};

}  // namespace invar
