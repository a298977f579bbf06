// The sink that makes threaded code: a small register allocator over one pass.
//
// Operands stay where they are (locals, constants, registers) until an instruction consumes them. A result goes to a
// register; when that register is needed for something else, or when the value must be in memory (calls, branches,
// block boundaries), its producer is patched to store it as well, which costs no instruction. `local.set` patches the
// producer likewise. At labels all live operands are in their home slots and registers hold nothing.
#pragma once

#include <optional>
#include <utility>

#include "decoder/validate/sink.h"
#include "engine/interp/code_buffer.h"
#include "engine/interp/frame.h"
#include "engine/interp/handler_table.h"
#include "engine/interp/numeric_traits.h"
#include "engine/interp/operand_stack.h"
#include "engine/runtime/compiled_module.h"

namespace invar::interp {

constexpr bool fits_s32(u64 value) { return static_cast<s64>(value) == static_cast<s32>(value); }
constexpr bool fits_s16(ValType type, u64 value) {
  const s64 number = type == type_i32 ? static_cast<s32>(value) : static_cast<s64>(value);
  return number == static_cast<s16>(number);
}

/// Any reference: where only the width counts.
inline constexpr ValType type_reference = ValType::reference({Heap::any, 0}, true);

class LoweringSink : public NullSink {
 public:
  /// `record_offsets`: keep track of which instruction each word was made for.
  LoweringSink(CompiledModule& compiled, bool record_offsets);

  // What was made.
  std::span<const u64> words() const { return code_.words(); }
  u32 frame_slots() const { return max_slot_; }
  u32 zero_slots() const { return stack_begin_ - link_ - link_slots; }
  u32 link() const { return link_; }
  bool frame_too_large() const { return too_large_; }
  /// If recorded: position in the code, module offset, in the order of the instructions.
  const std::vector<std::pair<u32, u32>>& offsets() const { return offsets_; }
  const HandlerTable& handlers() const { return handlers_; }

  // The sink's calls; see sink.h.
  void begin(const BodyInfo& body);
  void finish(bool reachable);
  void instruction(Op op, u32 offset);
  void unreachable();
  void block(const BlockType& type);
  void loop(const BlockType& type);
  void if_(const BlockType& type);
  void else_(bool reachable);
  void end(bool reachable);
  void br(u32 depth);
  void br_if(u32 depth);
  void br_table(std::span<const u32> depths);
  void return_();
  void br_on_null(u32 depth);
  void br_on_non_null(u32 depth);
  void call(u32 function);
  void call_indirect(u32 type, u32 table);
  void call_ref(u32 type);
  void return_call(u32 function);
  void return_call_indirect(u32 type, u32 table);
  void return_call_ref(u32 type);
  void drop(ValType type);
  void select(ValType type);
  void local_get(u32 local);
  void local_set(u32 local);
  void local_tee(u32 local);
  void global_get(u32 global);
  void global_set(u32 global);
  void i32_const(u32 value);
  void i64_const(u64 value);
  void f32_const(u32 bits);
  void f64_const(u64 bits);
  void v128_const(const V128& value);
  void test(Op op);
  void compare(Op op) { binary(op); }
  void unary(Op op);
  void binary(Op op);
  void ternary(Op op);
  void wide(Op op);
  void shuffle(const V128& lanes);
  void extract_lane(Op op, u8 lane);
  void replace_lane(Op op, u8 lane);
  void load(Op op, Memarg memarg);
  void store(Op op, Memarg memarg);
  void load_lane(Op op, const Memarg& memarg, u8 lane);
  void store_lane(Op op, const Memarg& memarg, u8 lane);
  void memory_size(u32 memory);
  void memory_grow(u32 memory);
  void memory_fill(u32 memory);
  void memory_copy(u32 to, u32 from);
  void memory_init(u32 data, u32 memory);
  void data_drop(u32 data);
  void table_get(u32 table);
  void table_set(u32 table);
  void table_size(u32 table);
  void table_grow(u32 table);
  void table_fill(u32 table);
  void table_copy(u32 to, u32 from);
  void table_init(u32 elem, u32 table);
  void elem_drop(u32 elem);
  void ref_null(HeapType type);
  void ref_is_null();
  void ref_func(u32 function);
  void ref_as_non_null();
  void ref_eq();
  void br_on_cast(Op op, u32 depth, ValType from, ValType to);
  void struct_new(Op op, u32 type);
  void struct_get(Op op, u32 type, u32 field);
  void struct_set(u32 type, u32 field);
  void array_new(Op op, u32 type);
  void array_new_fixed(u32 type, u32 count);
  void array_new_data(u32 type, u32 data);
  void array_new_elem(u32 type, u32 elem);
  void array_get(Op op, u32 type);
  void array_set(u32 type);
  void array_len();
  void array_fill(u32 type);
  void array_copy(u32 to, u32 from);
  void array_init_data(u32 type, u32 data);
  void array_init_elem(u32 type, u32 elem);
  void ref_test(ValType type);
  void ref_cast(ValType type);
  void ref_get_desc(u32 type);
  void ref_cast_desc(ValType type);
  void convert_extern(Op op);
  void ref_i31();
  void i31_get(Op op);
  void atomic_load(Op op, const Memarg& memarg);
  void atomic_store(Op op, const Memarg& memarg);
  void atomic_rmw(Op op, const Memarg& memarg);
  void atomic_cmpxchg(Op op, const Memarg& memarg);
  void atomic_wait(Op op, const Memarg& memarg);
  void atomic_notify(const Memarg& memarg);
  void atomic_fence();
  void try_table(const BlockType& type, std::span<const CatchClause> clauses);
  void throw_(u32 tag);
  void throw_ref();
  void try_(const BlockType& type);
  void catch_(u32 tag, bool reachable);
  void catch_all(bool reachable);
  void delegate(u32 depth, bool reachable);
  void rethrow(u32 depth);

  // Continuations (lowering_continuations.cpp).
  void cont_new(u32 type);
  void cont_bind(u32 from, u32 to);
  void suspend(u32 tag);
  void resume(Op op, u32 type, u32 tag, std::span<const OnClause> clauses);
  void switch_(u32 type, u32 tag);

 private:
  static constexpr u32 none = ~u32{0};

  /// Where an instruction finds an operand that it consumes.
  struct Operand {
    Loc loc = Loc::slot;
    u32 slot = 0;   ///< If loc is slot.
    u64 value = 0;  ///< If loc is imm.
    /// What stands for it in a field of 16 bits.
    u32 narrow() const { return loc == Loc::imm ? static_cast<u32>(value) : slot; }
  };
  /// Which immediates the consumer takes; `any`: it has a form for each constant that comes.
  enum class Immediate : u8 { none, bits16, any };

  /// What stands at `at`, in front of a numeric instruction, and made an operand of it that nothing else wants: perhaps
  /// they become one with what follows.
  struct Front {
    enum class Kind : u8 {
      none,
      shift,  ///< A shift of a by b.value, in front of the addition of a constant.
      mask,   ///< A mask `op` (is_mask) of a and b, in front of a test.
    };
    Kind kind = Kind::none;
    Op op = Op::unreachable;
    u32 at = none;
    Operand a = {}, b = {};
  };
  /// A guarded load `op` of two words at `at`, in front of an instruction whose operand a it made, or if `is_second` b
  /// (which may have other uses). None: `at` is `none`.
  struct LoadInFront {
    u32 at = none;
    Op op = Op::unreachable;
    u8 mode = 0;
    bool is_second = false;
  };

  /// A numeric instruction with its operands, b perhaps an immediate; `unreachable` stands for any other.
  struct Numeric {
    Op op = Op::unreachable;
    Operand a, b;
    Op second = Op::unreachable;  ///< Fused with it (fusions.def), and its other operand.
    Operand c = {};
  };

  /// A branch condition: an instruction of family Test or Compare with its operands.
  struct Condition {
    Op op;
    Operand a, b;
    bool negated = false;  ///< Holds if the instruction yields 0.
    LoadInFront load = {};
  };

  /// A branch whose distance is not known yet: it goes to the upper half of `word`, relative to `at`.
  struct Branch {
    u32 at, word;
  };

  /// `local = local + constant`, an instruction of two words at `at`, perhaps two such in one.
  struct Step {
    u32 at = none;
    u32 slot = 0, by = 0, reg = 0;
    bool twice = false;                ///< Then the above is the second, and this is
    u32 first_slot = 0, first_by = 0;  ///< the first; the other register has its sum.
  };

  enum class LabelKind : u8 { function, block, loop, if_, else_, catch_ };
  struct Label {
    std::span<const ValType> params, results;
    LabelKind kind;
    bool rethrown;  ///< Does the catch block rethrow?
    u32 height;     ///< Stack entries below the parameters.
    u32 slot;       ///< Home of the first parameter and the first result.
    u32 position;   ///< Of a loop's start.
    u32 fixups;     ///< First of the branches to the end, or none.
    u32 else_word;  ///< Of an `if` without `else` so far: the word with the distance of its branch.
    u32 else_base;
    u32 outer_scope;  ///< The scope (HandlerTable) around the block.
    u32 scope;        ///< Who gets what is thrown, or delegated, to the label.
    u32 try_scope;    ///< A try block's own scope, or none,
    u32 last_clause;  ///< and its last clause so far.
    u32 catches;      ///< First of the clauses that wait for the label's position, or none.
    u32 outer_loop;   ///< LoweringSink::loop_ around the block.
    /// What a branch to the label carries.
    std::span<const ValType> branch_types() const { return kind == LabelKind::loop ? params : results; }
  };
  struct Fixup {
    u32 word, base, next;
  };

  void note_instruction(u32 offset);

  // Stack and registers (lowering_values.cpp).
  Entry& push(Entry::Where where, ValType type, File file, Value value);
  Entry& push(Entry::Where where, ValType type);
  void remove();
  void remove_from_home(u32 count);
  void pop();
  Operand take(Immediate immediates = Immediate::none);
  u32 take_in_slot();
  Operand find(const Entry& entry, bool consumed);
  Operand locate_constant(const Entry& entry, Immediate immediates);
  Operand locate(const Entry& entry);
  INVAR_RARE void spill(u32 index);
  void spill_registers();
  void to_home(u32 index);
  void top_to_home(u32 count);
  void flush(u32 constants_from);
  void copy_to_slot(const Entry& entry, u32 slot);
  void emit_copy(Width width, const Operand& from, u32 slot);
  Operand emit_constant(ValType type, u64 value, u32 slot);
  void keep_old_value(u32 number);
  void after_label();
  /// `loc`: a register, or Loc::slot for none.
  void pin(File file, Loc loc) { pinned_ |= static_cast<u32>(loc) << (registers_per_file * static_cast<u32>(file)); }
  bool is_pinned(File file, u32 reg) const {
    return (pinned_ >> (registers_per_file * static_cast<u32>(file) + reg) & 1) != 0;
  }
  bool is_last(const Entry& entry) const { return entry.where == Entry::Where::reg && entry.producer == last_; }

  /// Emits an instruction whose handlers by destination are `row`, and pushes its result.
  void emit_result_words(ValType type, Row row, u64 word1);
  void emit_result(ValType type, Row row, u32 f1, u32 f2, u32 f3);
  void emit_result_upper(ValType type, Row row, u32 f1, u32 upper);
  void settle_nan(Op op);
  void emit_binary(Op op, Operand a, Operand b);
  void emit_binary_with(Op op, Operand a, u64 constant);

  /// Operands of the types are popped into consecutive slots; returns the first.
  u32 gather(u32 count);
  void push_slots(std::span<const ValType> types);
  void bulk(Handler handler, u32 operands, std::span<const ValType> results, u32 upper);
  Access access_of(Memarg memarg) const;
  /// Where an access goes, with the arithmetic in front that it takes over, as it stands in the instruction.
  struct Address {
    u32 mode;       ///< In address_modes.
    u32 base = 0;   ///< Its slot.
    u32 upper = 0;  ///< The upper half of word 1,
    bool has_word2 = false;
    u64 word2 = 0;
  };
  Address plain_address(const Operand& operand, Access access, Memarg memarg);
  Address take_address(Op op, Access access, Memarg memarg);
  Address take_made_address(Op op, Memarg memarg);
  void emit_load(ValType type, Row row, const Address& address);
  void emit_store(Handler handler, const Address& address, const Operand& value);
  /// The instruction that made the entry, if it is the last, numeric and (`fused`) one of two; else nullptr.
  const Numeric* made_by(const Entry& entry, bool fused = false) const {
    const bool matches =
        is_last(entry) && last_numeric_.op != Op::unreachable && (last_numeric_.second != Op::unreachable) == fused;
    return matches ? &last_numeric_ : nullptr;
  }
  Numeric take_back();
  void discard_code(u32 at);
  /// Is it a mask that a branch can take over?
  static bool masks(const Numeric& numeric) {
    return is_mask(numeric.op) &&
           (numeric.b.loc != Loc::imm || fits_s16(numeric.op == Op::i32_and ? type_i32 : type_i64, numeric.b.value));
  }
  /// Is it the last instruction that made the entry, a shift by a constant?
  bool makes_shift(const Entry& entry) const {
    const Numeric* made = made_by(entry);
    return made && made->op == Op::i32_shl && made->b.loc == Loc::imm;
  }
  void keep_in_front();
  void note_front(Front::Kind kind);
  void pin_operand(File file, const Operand& operand) {
    if (is_register(operand.loc)) pin(file, operand.loc);
  }
  bool fuse_load(Op op, bool on_top);
  void emit_test(Op op, Operand a);
  bool fuse(Op op, bool on_top);
  bool fuse_last(Op op);
  void note_numeric(Op op, Operand a, Operand b);
  void note_step(u32 slot, u32 reg);
  std::optional<Branch> branch_on_step(const Condition& condition, bool taken_if);
  LoadInFront load_in_front(const Operand& a, const Operand& b) const;
  u32 use_of_loaded(const LoadInFront& load) const;
  std::optional<Branch> branch_on_load(const Condition& condition, bool taken_if);
  void emit_atomic_rmw(Op op, const Memarg& memarg, u32 address, u32 operand, u32 replacement);
  void wait_or_notify(Handler handler, u32 operands, const Memarg& memarg);
  u32 local_slot(u32 number) const { return locals_[number].slot; }

  // References and objects (lowering_references.cpp).
  template <class HandlerAt>
  void check_top(HandlerAt handler_at, u32 upper);
  ValType engine_type(ValType type) const;
  bool names_object(ValType type) const;
  const gc::Layout& layout_of(u32 type) const;
  void allocate(Row row, u32 operands, u32 type, u32 upper);
  void whole_array(Handler handler, u32 operands, u32 type, u32 segment);

  // Continuations (lowering_continuations.cpp).
  u32 gather_for_switch(u32 count);
  void finish_switch(std::span<const ValType> results);
  u32 add_on_clauses(std::span<const OnClause> clauses);

  // Exceptions (lowering_exceptions.cpp).
  void enter_scope(u32 scope);
  void open_scope();
  void close_scope(const Label& label);
  void add_clause(const HandlerTable::Clause& clause);
  void link_clause(Label& target);
  void bind_clauses(Label& label);
  void return_caught();
  void begin_catch(u32 tag, bool reachable);

  // Control (lowering_control.cpp).
  void open_label(LabelKind kind, const BlockType& type);
  Label& label_at(u32 depth) { return labels_[labels_.size() - 1 - depth]; }
  void restore_stack(const Label& label, bool with_results);
  void link_branch(Label& label, u32 word, u32 base);
  void bind(u32 word, u32 base);
  void bind_fixups(Label& label);
  Condition take_condition();
  Branch emit_branch_on(const Condition& condition, bool taken_if);
  /// Are the operands that a branch carries elsewhere than where the label wants them, whatever their registers?
  bool moves_needed(const Label& label) const {
    const size_t count = label.branch_types().size();
    return count != 0 && stack_[stack_.size() - count].home != label.slot;
  }
  void move_to_label(const Label& label);
  Branch emit_br();
  void emit_jump(u32 depth);
  void jump_around(const Branch& branch, u32 depth);
  void branch_on_reference(u32 depth, bool taken_if_null);
  void emit_return();
  void begin_segment(bool polls) {
    if (fuel_ || interruptible_) emit_tick(polls);
  }
  void emit_tick(bool polls);
  void warm_up();
  void warm_up_loop();
  void settle_fuel();
  void finish_call(std::span<const ValType> results);
  u32 argument_slots(const FuncType& type) const;
  void gather_arguments(const FuncType& type);
  void restore_instance_behind_call();

  const Module& module_;
  CompiledModule& compiled_;
  const bool guards_memory_0_;
  const bool interruptible_;
  const bool fuel_;
  const bool deterministic_;
  const bool traces_;
  const bool tiers_up_;
  const bool record_offsets_;
  const bool watches_;  ///< Wants to know of each instruction.

  CodeBuffer code_;
  OperandStack stack_;
  Registers registers_;
  std::vector<Local> locals_;  ///< By number; the first stands for none.
  ScratchStack<Label> labels_;
  ScratchStack<Fixup> fixups_;
  std::vector<std::pair<u32, u32>> offsets_;
  HandlerTable handlers_;
  u32 scope_ = none;  ///< The innermost try block's.
  u32 function_ = 0;
  u32 blocks_ = 0;   ///< So many have begun, of any kind.
  u32 loop_ = none;  ///< Where the innermost loop around the instruction in hand begins.
  const FuncType* type_ = nullptr;
  u32 link_ = 0;
  u32 stack_begin_ = 0;  ///< Home of the lowest operand,
  u32 top_slot_ = 0;     ///< of the next.
  u32 max_slot_ = 0;
  u32 flushed_ = 0;  ///< So many entries, from the bottom, are in slots or constants.
  u32 pinned_ = 0;   ///< Registers (bit 2 * file + register) that operands of the instruction in hand are in.
  bool too_large_ = false;

  // The last instruction, if nothing separates it from the next: what can be changed or fused.
  u32 last_ = none;
  Numeric last_numeric_;
  Front front_;       ///< Of last_numeric_.
  LoadInFront load_;  ///< Of last_numeric_, if it is of family Test or Compare.
  /// If it is a load with guard pages.
  Op last_load_ = Op::unreachable;
  u8 last_load_mode_ = 0;
  u8 last_load_reg_ = 0;
  Step step_;             ///< Valid if the code ends behind it.
  u32 last_copy_ = none;  ///< Position of the last instruction if it is a copy that another may join,
  u32 last_copies_ = 0;   ///< and how many it makes.
  /// Position of the last instruction if its handler could be this one, which jumps as well: the upper half of word 1
  /// is then the distance.
  u32 jump_at_ = none;
  Handler jump_handler_ = nullptr;
  u32 tick_ = none;  ///< Position of the tick that pays for the segment.
  u32 fuel_count_ = 0;
};

}  // namespace invar::interp

#include "engine/interp/lowering_sink_inline.h"
