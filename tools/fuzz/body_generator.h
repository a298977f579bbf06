// Writes one random function body, guided by types: every call leaves exactly what it was asked for on the stack.
#pragma once

#include <vector>

#include "tools/fuzz/plan.h"

namespace invar::fuzz {

class BodyGenerator {
 public:
  BodyGenerator(const Plan& plan, u32 function, Choices& choices);
  ByteWriter generate();

 private:
  struct Label {
    std::vector<ValType> types;  ///< What a branch to it takes.
    bool is_catch = false;       ///< A legacy handler: `rethrow` may name it.
  };

  // Values (body_values.cpp). `depth` bounds the nesting.
  void value(ValType type, u32 depth);
  void values(std::span<const ValType> types, u32 depth);
  void number_value(ValType type, u32 depth);
  void reference_value(ValType type, u32 depth);
  void new_reference(ValType type, u32 depth);
  bool field_value(ValType type, u32 depth);
  void leaf(ValType type);
  void constant(ValType type);
  bool variable(ValType type);
  void table_row(Op op, u32 depth);
  void address(u32 memory, u32 access, u32 depth);
  void small_index(ValType type, u32 below, u32 depth);
  void object(u32 type, u32 depth);
  void length(u32 depth);
  void query(u32 depth);
  void i31_value(u32 depth);

  // Control (body_control.cpp).
  void control_value(ValType type, u32 depth);
  bool call_value(ValType type, u32 depth);
  void if_value(ValType type, u32 depth);
  void block_value(ValType type, bool loop, u32 depth);
  void try_table_value(ValType type, u32 depth);
  void legacy_try_value(ValType type, u32 depth);
  bool branch_value(ValType type, u32 depth);
  void branch_statement(u32 depth);
  void leave(u32 depth);
  void call(u32 function, u32 depth);

  // Continuations (body_continuations.cpp).
  void continuation_statement(u32 depth);
  void resume(u32 resumed, u32 local, u32 done, u32 depth);
  void continuation_value(ValType type, u32 depth);

  // Statements (body_statements.cpp).
  void statement(u32 depth);
  void statements(u32 depth);
  void set_variable(u32 depth);
  void memory_statement(u32 depth);
  void table_statement(u32 depth);
  void object_statement(u32 depth);
  void discard(std::span<const ValType> types);
  void store_statement(u32 depth);

  void op(Op op) { write_op(out_, op); }
  void op(Op op, u32 index) {
    write_op(out_, op);
    out_.u32_leb(index);
  }
  void op(Op op, u32 first, u32 second) {
    write_op(out_, op);
    out_.u32_leb(first);
    out_.u32_leb(second);
  }
  void i32_const(s32 value);
  void block_type(std::span<const ValType> results);
  void open(Op op, std::span<const ValType> results);
  void close();
  u32 some_label(auto accept);
  u32 pick(size_t count) { return choices_.below(static_cast<u32>(count)); }

  static constexpr u32 none = ~u32{0};
  const Plan& plan_;
  Choices& choices_;
  const u32 function_;
  const FuncType& type_;
  std::vector<ValType> locals_;
  std::vector<Label> labels_;
  ByteWriter out_;
  ValType last_address_type_ = type_i32;  ///< Of the memory that table_row() chose last.
  u32 budget_ = 150;                      ///< Instructions that may still be made, roughly.
};

/// A random index among those that `accept` accepts, or `none`.
u32 BodyGenerator::some_label(auto accept) {
  const u32 count = static_cast<u32>(labels_.size()), start = pick(count);
  for (u32 i = 0; i < count; ++i) {
    const u32 depth = (start + i) % count;
    if (accept(labels_[count - 1 - depth])) return depth;
  }
  return none;
}

}  // namespace invar::fuzz
