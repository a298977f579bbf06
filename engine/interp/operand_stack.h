// What the lowering knows of the running frame: the operand stack, whose entries are not in memory before they must be,
// the locals, and what the registers hold.
#pragma once

#include <array>

#include "decoder/types.h"
#include "engine/interp/handlers.h"
#include "engine/interp/scratch_stack.h"

namespace invar::interp {

/// The two register files: r0, r1 and f0, f1.
enum class File : u8 { integer, floating };
inline constexpr u32 registers_per_file = 2;
constexpr File file_of(ValType type) {
  // Nearly every instruction asks, so: one comparison.
  static_assert(static_cast<u32>(ValKind::f64) == static_cast<u32>(ValKind::f32) + 1);
  static_assert(static_cast<u32>(ValKind::v128) == static_cast<u32>(ValKind::f32) + 2);
  return static_cast<File>(static_cast<u32>(type.kind()) - static_cast<u32>(ValKind::f32) < 3);
}
/// Registers that handlers for the type can use (vectors: f0 only).
constexpr u32 usable_registers(ValType type) { return type == type_v128 ? 1 : registers_per_file; }

constexpr Loc loc_of(u32 reg) { return reg == 0 ? Loc::reg0 : Loc::reg1; }
constexpr u32 reg_of(Loc loc) { return loc == Loc::reg0 ? 0 : 1; }
constexpr bool is_register(Loc loc) { return loc == Loc::reg0 || loc == Loc::reg1; }

struct Local {
  ValType type;
  File file;
  u32 slot;
  u32 uses;  ///< Stack entries that still refer to it.
};

/// Names what a register may hold: the value of a local, or of a stack entry.
enum class Value : u32 { nothing };
/// Locals are counted from 1. All entries come behind them.
constexpr Value value_of_local(u32 number) { return static_cast<Value>(number); }
constexpr Value value_of_entry(u32 index) { return static_cast<Value>(u32{1} << 30 | index); }

/// An operand not yet consumed.
struct Entry {
  enum class Where : u8 {
    slot,   ///< In its home slot (perhaps in a register as well).
    local,  ///< Still in the local that it was read from.
    constant,
    reg,  ///< In a register only. Its producer can still be told to write the home slot, too.
  };
  Where where;
  File file;  ///< Of its type.
  u8 reg;     ///< If `reg`: which one,
  ValType type;
  u32 home;      ///< The slot that is this stack position's own.
  Value value;   ///< What a register with its value holds: the local's value if `local`, else the entry's.
  u32 producer;  ///< position of the instruction that made it,
  union {
    Row row;   ///< and its handlers by destination.
    u64 bits;  ///< If `constant`; an i32 zero-extended.
  };
  /// The number of its local, or 0.
  u32 local() const { return where == Where::local ? static_cast<u32>(value) : 0; }
};

using OperandStack = ScratchStack<Entry>;

/// What the registers of a file hold.
class RegisterFile {
 public:
  /// `only_place`: the value, of a stack entry, is nowhere else.
  void hold(u32 reg, Value value, bool only_place = false) {
    held_[1 + reg] = static_cast<u32>(value) | (only_place ? only : 0);
    older_ = 1 - reg;
  }
  /// The register that holds the value, else Loc::slot.
  Loc find(Value value) const {
    const bool first = (held_[1] & ~only) == static_cast<u32>(value);
    const bool second = (held_[2] & ~only) == static_cast<u32>(value);
    return static_cast<Loc>(first + 2 * second);  // it is in one at most
  }
  /// Empties a register; none if `loc` is Loc::slot.
  void release(Loc loc) { held_[static_cast<u32>(loc)] = 0; }
  void forget(Value value) { release(find(value)); }
  /// Forgets the values of the stack entries from `index` on.
  void forget_entries(u32 index) {
    for (u32& held : held_) {
      if ((held & ~only) >= static_cast<u32>(value_of_entry(index))) held = 0;
    }
  }
  bool holds_only_place(u32 reg) const { return (held_[1 + reg] & only) != 0; }
  /// The stack entry of which holds_only_place() is true.
  u32 entry_in(u32 reg) const { return held_[1 + reg] & ~(only | static_cast<u32>(value_of_entry(0))); }
  /// The register for something new: an empty one, else one whose value is elsewhere too, else the older value's.
  u32 choose() const {
    const bool same = ((held_[1] ^ held_[2]) & only) == 0;
    const u32 cheaper = same ? older_ : held_[1] >> only_shift;
    return held_[1] == 0 ? 0 : held_[2] == 0 ? 1 : cheaper;
  }

 private:
  static constexpr u32 only_shift = 31, only = u32{1} << only_shift;
  static_assert(static_cast<u32>(Loc::slot) == 0 && static_cast<u32>(Loc::reg0) == 1);
  static_assert(static_cast<u32>(Loc::reg1) == registers_per_file);

  /// By Loc: what reg0 and reg1 hold, a Value and perhaps `only`. At Loc::slot there is nothing.
  std::array<u32, 3> held_ = {};
  u32 older_ = 0;  ///< The register that did not get its value last.
};

class Registers {
 public:
  void clear() { files_ = {}; }
  RegisterFile& operator[](File file) { return files_[static_cast<u32>(file)]; }

 private:
  std::array<RegisterFile, 2> files_;
};

}  // namespace invar::interp
