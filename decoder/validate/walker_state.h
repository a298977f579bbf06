// What a FunctionWalker knows at a point of the code, and the rules that do not depend on its sink.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decoder/base/byte_reader.h"
#include "decoder/binary/immediates.h"
#include "decoder/module.h"
#include "decoder/validate/signature.h"
#include "decoder/validate/sink.h"

namespace invar {

enum class FrameKind : u8 { function, constant, block, loop, if_, else_, try_table, try_, catch_, catch_all };

/// An open block. spec: appendix/algorithm#control-stack
struct Control {
  const ValType* params;
  const ValType* results;
  u32 height;  ///< Operands below the block's own.
  u32 inits;   ///< Locals initialised before the block.
  u32 visit;   ///< Number of the last br_table that named it.
  u16 param_count;
  u16 result_count;
  FrameKind kind;
  bool unreachable;  ///< The rest of the block cannot be reached: its operand stack is polymorphic.
  bool live;         ///< The block was entered by live code, so the sink knows it.
  bool branched;     ///< Live code reaches the block's end otherwise than from the last instruction in it.

  std::span<const ValType> param_types() const { return {params, param_count}; }
  std::span<const ValType> result_types() const { return {results, result_count}; }
  std::span<const ValType> label_types() const { return kind == FrameKind::loop ? param_types() : result_types(); }
};

/// The base of all walkers. Operands lie in one array that always has room for a value per byte of code left, so that
/// simple instructions push without a check. Errors are sticky: the first one stops the walk.
class WalkerState {
 protected:
  explicit WalkerState(const Module& module);

  // Errors. Each function that can fail returns false if it did (or if an earlier one did).
  bool fail(ErrorCode code, std::string detail = {});
  bool fail_unknown(ErrorCode code, u32 index);
  /// The operands on the stack are not what the instruction wants.
  bool fail_operand(ValType expected, ValType actual);
  bool fail_underflow(std::span<const ValType> expected);
  bool fail_block_end(std::span<const ValType> expected);
  bool take_reader_error() { return in_.ok() || fail(ErrorCode::unexpected_end_of_section); }
  std::unexpected<Error> error(std::optional<u32> function);

  // Operands.
  /// Makes room for `count` more operands besides one per byte of code left.
  bool reserve(size_t count) {
    if (static_cast<size_t>(capacity_end_ - top_) >= count + in_.remaining() + 4) [[likely]]
      return true;
    return grow_operands(count);
  }
  bool grow_operands(size_t count);
  bool pop_slow(ValType expected);
  bool pop_checked(ValType expected) {
    if (top_ != floor_ && top_[-1] == expected) [[likely]] {
      --top_;
      return true;
    }
    return pop_slow(expected);
  }
  bool pop_any_checked(ValType& type);
  bool pop_reference_checked(ValType& type);
  bool pop_types_slow(std::span<const ValType> types);
  /// Do the topmost operands match `types`? Leaves them where they are.
  bool check_top(std::span<const ValType> types);
  bool top_equals(std::span<const ValType> types) const {
    if (static_cast<size_t>(top_ - floor_) < types.size()) return false;
    if (types.size() <= 4) return std::equal(types.begin(), types.end(), top_ - types.size());
    return std::memcmp(types.data(), top_ - types.size(), types.size_bytes()) == 0;
  }
  /// Is the stack empty and polymorphic? Then all pops succeed: a loop of many may stop.
  bool pops_anything() const { return top_ == floor_ && control_.back().unreachable; }
  bool pop_signature_slow(const Signature& signature, ValType address);

  // Control.
  Control& frame() { return control_.back(); }
  /// The block that a label depth names; null (and an error) if there is none.
  Control* label(u32 depth) {
    if (depth < control_.size()) [[likely]]
      return &*(control_.end() - 1 - depth);
    fail_unknown(ErrorCode::unknown_label, depth);
    return nullptr;
  }
  bool read_block_types(BlockType& type) {
    if (!in_.at_end() && in_.peek() == code_empty_block) {
      in_.byte();
      type = {};
      return true;
    }
    return read_block_types_slow(type);
  }
  bool read_block_types_slow(BlockType& type);
  BlockType single_result(ValType type);
  void push_frame(FrameKind kind, const BlockType& type, bool live) {
    control_.push_back({type.params.data(), type.results.data(), height(), static_cast<u32>(inits_.size()), 0,
                        static_cast<u16>(type.params.size()), static_cast<u16>(type.results.size()), kind, false, live,
                        false});
    floor_ = top_;
  }
  void set_floor() { floor_ = operands_.get() + frame().height; }
  u32 height() const { return static_cast<u32>(top_ - operands_.get()); }
  bool check_if_without_else(const Control& control);
  /// Would these types be accepted by the label? For catch clauses.
  bool check_label_accepts(std::span<const ValType> types, u32 depth);
  bool check_catch_clause(const CatchClause& clause);
  void forget_inits(u32 count) {
    if (inits_.size() > count) forget_inits_slow(count);
  }
  void forget_inits_slow(u32 count);

  // Locals.
  /// Reads the local declarations and begins a body. At most `flat` locals are kept in the flat list.
  bool begin_body(const FunctionDecl& function, u32 flat);
  bool begin_expression(const ConstExpr& expression, ValType expected);
  ValType local_type_slow(u32 index) const;
  ValType local_type(u32 index) const { return index < locals_.size() ? locals_[index] : local_type_slow(index); }
  bool check_local_get_slow(u32 index);
  void note_local_set_slow(u32 index);

  // Rules on the module's items.
  bool check_type(ValType type);
  bool check_heap_type(HeapType type);
  const FuncType* function_type(u32 type_index);
  const SubType* composite_type(u32 type_index, CompositeKind kind);
  const FieldType* struct_field(u32 type_index, u32 field);
  const FieldType* array_element(u32 type_index);
  bool check_defaultable(u32 type_index);
  bool check_packing(const FieldType& field, bool signed_or_unsigned);
  bool check_memory(u32 index);
  bool check_table(u32 index);
  bool check_elem(u32 index);
  bool check_data(u32 index);
  bool check_memarg(Op op, const Memarg& memarg);
  /// May the array be filled from that data or element segment?
  bool check_array_segment(bool is_data, const FieldType& element, u32 segment);
  bool check_tail_call(const FuncType& callee);
  /// Of a tag that can be thrown: one without results.
  const FuncType* tag_type(u32 index);
  /// Of any tag: code can be suspended with all of them.
  const FuncType* suspension_type(u32 index);
  /// A reference to a new object of that type.
  ValType new_reference(u32 type_index) const { return ValType::reference({Heap::index, type_index, exact_}, false); }
  bool check_cast(HeapType type);
  bool check_has_descriptor(HeapType type);
  /// What a cast by descriptor wants as its descriptor.
  ValType descriptor_operand(HeapType type) const {
    return ValType::reference({Heap::index, types_[type.index].descriptor, type.is_exact}, true);
  }

  // Rules of continuations (walker_continuations.cpp).
  /// The function type of a continuation type.
  const FuncType* continuation_type(u32 type_index);
  /// The same of a label's or a parameter list's last type.
  const FuncType* last_continuation_type(std::span<const ValType> types, std::string_view whose);
  bool all_match(std::span<const ValType> from, std::span<const ValType> to) const;
  bool check_bind(const FuncType& type, const FuncType& rest);
  bool check_on_clause(const OnClause& clause, std::span<const ValType> results);
  bool check_switch(const FuncType& type, u32 tag);

  const Module& module_;
  const Features& features_;
  const bool exact_;  ///< Are the types of new objects and of functions exact?
  const TypeSection& types_;
  ByteReader in_;
  u32 at_ = 0;  ///< Offset of the current instruction.
  bool stopped_ = false;
  bool live_ = true;
  bool tracks_inits_ = false;

  ValType* top_ = nullptr;
  ValType* floor_ = nullptr;  ///< The current block's first operand.
  ValType* capacity_end_ = nullptr;
  std::unique_ptr<ValType[]> operands_;

  std::vector<Control> control_;
  u32 visits_ = 0;  ///< Number of br_tables so far.

  const FuncType* own_type_ = nullptr;
  u32 local_count_ = 0;
  std::vector<ValType> locals_;  ///< The first ones; see local_type.
  u32 visible_globals_ = 0;

 private:
  struct LocalRun {
    u32 end;  ///< Index of the first local behind the run.
    ValType type;
  };
  void begin_code();

  std::vector<LocalRun> runs_;
  std::vector<std::unique_ptr<ValType>> single_types_;  ///< Results of block types that no static table has.
  std::vector<u32> inits_;           ///< Locals that were initialised and are to be forgotten at the block's end.
  std::vector<u32> initialised_in_;  ///< Per local: the number of the body in which it is initialised.
  u32 body_number_ = 0;
  Error error_{ErrorCode::unexpected_end, {}, {}, {}, {}, {}};
};

}  // namespace invar
