// What the lowering knows of the running frame: the operand stack, whose entries are not in memory before they must be,
// and what the registers hold.
#pragma once

#include <array>
#include <vector>

#include "decoder/types.h"
#include "engine/interp/handlers.h"

namespace invar::interp {

/// The two register files: r0, r1 and f0, f1.
enum class File : u8 { integer, floating };
inline constexpr u32 registers_per_file = 2;
constexpr File file_of(ValType type) {
  return type.kind() == ValKind::f32 || type.kind() == ValKind::f64 || type.kind() == ValKind::v128 ? File::floating
                                                                                                    : File::integer;
}
/// Registers that handlers for the type can use (vectors: f0 only).
constexpr u32 usable_registers(ValType type) { return type == type_v128 ? 1 : registers_per_file; }

/// An operand not yet consumed.
struct Entry {
  enum class Where : u8 {
    slot,   ///< In its home slot (perhaps in a register as well).
    local,  ///< Still in the local that it was read from.
    constant,
    reg,  ///< In a register only. Its producer can still be told to write the home slot, too.
  };
  Where where;
  u8 reg = 0;  ///< If in a register.
  ValType type;
  u32 home;           ///< The slot that is this stack position's own.
  u32 local = 0;      ///< If `local`.
  u32 producer = 0;   ///< If `reg`: position of the instruction,
  Row row = nullptr;  ///< and its handlers by destination.
  u64 value = 0;      ///< If `constant`: the bits, an i32 zero-extended.
};

struct RegisterState {
  enum class Holds : u8 {
    nothing,
    entry,  ///< The only place of a stack entry.
    copy,   ///< What a stack entry's home slot holds as well.
    local,  ///< What a local's slot holds as well.
  };
  Holds holds = Holds::nothing;
  u32 index = 0;  ///< Of the stack entry or local.
  u32 age = 0;    ///< Larger is more recent.
};

class Registers {
 public:
  RegisterState& at(File file, u32 reg) { return states_[static_cast<u32>(file)][reg]; }
  void clear() { states_ = {}; }
  void hold(File file, u32 reg, RegisterState::Holds what, u32 index) { at(file, reg) = {what, index, ++clock_}; }
  /// The register that holds a local's value, or -1. `usable`: only the first so many registers count.
  int find_local(File file, u32 local, u32 usable) {
    for (u32 r = 0; r < usable; ++r) {
      const RegisterState& state = at(file, r);
      if (state.holds == RegisterState::Holds::local && state.index == local) return static_cast<int>(r);
    }
    return -1;
  }
  int find_copy(File file, u32 entry, u32 usable) {
    for (u32 r = 0; r < usable; ++r) {
      const RegisterState& state = at(file, r);
      if (state.holds == RegisterState::Holds::copy && state.index == entry) return static_cast<int>(r);
    }
    return -1;
  }
  void forget_local(File file, u32 local) {
    for (u32 r = 0; r < registers_per_file; ++r) {
      RegisterState& state = at(file, r);
      if (state.holds == RegisterState::Holds::local && state.index == local) state = {};
    }
  }

 private:
  std::array<std::array<RegisterState, registers_per_file>, 2> states_;
  u32 clock_ = 0;
};

}  // namespace invar::interp
