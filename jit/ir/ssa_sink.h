// The sink that makes a Function of a body: SSA form directly, for control flow is structured.
#pragma once

#include <optional>
#include <unordered_map>

#include "decoder/validate/sink.h"
#include "engine/gc/layout.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/trap.h"
#include "engine/tiering/compiler.h"
#include "jit/ir/assigned_locals.h"
#include "jit/ir/known_contents.h"
#include "jit/ir/node_maker.h"

namespace invar::jit {

class SsaSink : public NullSink {
 public:
  SsaSink(const CompiledModule& compiled, Function& function)
      : compiled_(compiled),
        module_(compiled.module()),
        function_(function),
        maker_(function),
        known_(function, maker_) {}

  /// Calls of small functions within these indices are to be replaced by what those do.
  void inline_functions(u32 first, u32 last) { inlines_ = true, first_inlined_ = first, last_inlined_ = last; }

  /// Reads whose result is known are not to be done.
  void reuse_contents() { known_.enable(); }

  /// Builds `function`. False if it has something that is not compiled.
  bool build(u32 function) { return build_from(function, none); }
  /// Builds what runs from a loop on, until control leaves for the beginning of a loop around it.
  bool build_loop(u32 function, const LoopPlace& loop) {
    around_ = loop.around;
    return build_from(function, loop.block);
  }
  /// What is not compiled, if build() failed at an instruction.
  Op refused() const { return refused_; }

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
  void call(u32 function);
  void call_indirect(u32 type, u32 table);
  void call_ref(u32 type);
  void return_call(u32 function);
  void return_call_indirect(u32 type, u32 table);
  void return_call_ref(u32 type);
  void try_table(const BlockType& type, std::span<const CatchClause> clauses);
  void throw_(u32 tag);
  void throw_ref();
  void try_(const BlockType& type);
  void catch_(u32 tag, bool reachable) { begin_catch(tag, reachable); }
  void catch_all(bool reachable) { begin_catch(none, reachable); }
  void delegate(u32 depth, bool reachable);
  void rethrow(u32 depth);
  void br_on_null(u32 depth);
  void br_on_non_null(u32 depth);
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
  void compare(Op op);
  void unary(Op op);
  void binary(Op op);
  void ternary(Op op);
  void wide(Op op);
  void shuffle(const V128& lanes);
  void extract_lane(Op op, u8 lane);
  void replace_lane(Op op, u8 lane);
  void load(Op op, const Memarg& memarg);
  void store(Op op, const Memarg& memarg);
  void load_lane(Op op, const Memarg& memarg, u8 lane);
  void store_lane(Op op, const Memarg& memarg, u8 lane);
  void atomic_load(Op op, const Memarg& memarg);
  void atomic_store(Op op, const Memarg& memarg);
  void atomic_rmw(Op op, const Memarg& memarg);
  void atomic_cmpxchg(Op op, const Memarg& memarg);
  void atomic_wait(Op op, const Memarg& memarg);
  void atomic_notify(const Memarg& memarg);
  void atomic_fence();
  void cont_new(u32 type);
  void cont_bind(u32 from, u32 to);
  void suspend(u32 tag);
  void resume(Op op, u32 type, u32 tag, std::span<const OnClause> clauses);
  void switch_(u32 type, u32 tag);
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
  void ref_as_non_null();
  void ref_eq();
  void ref_null(HeapType type);
  void ref_is_null();
  void ref_func(u32 function);
  void ref_i31();
  void i31_get(Op op);
  void convert_extern(Op op);
  void ref_test(ValType type);
  void ref_cast(ValType type);
  void ref_get_desc(u32 type);
  void ref_cast_desc(ValType type);
  void br_on_cast(Op op, u32 depth, ValType from, ValType to);
  void struct_new(Op op, u32 type);
  void struct_get(Op op, u32 type, u32 index);
  void struct_set(u32 type, u32 index);
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

 private:
  static constexpr u32 none = ~u32{0};
  /// What edges carry, in total: only hostile functions need more.
  static constexpr u32 max_saved = u32{1} << 25;
  /// The same of nodes: some, and so many for each byte.
  static constexpr size_t max_nodes = size_t{1} << 17, max_nodes_per_byte = 64;

  enum class LabelKind : u8 { function, inlined, block, loop, if_, else_, try_, catch_ };
  struct Label {
    LabelKind kind;
    u32 height;  ///< Values on the stack below the parameters.
    u32 types;   ///< In label_types_: parameters, then results.
    u32 params, results;
    u32 construct;  ///< Its number for AssignedLocals.
    u32 first_edge = none;
    u32 edges = 0;
    u32 header = 0;  ///< Of a loop.
    /// Of a loop around the one that is begun in: its threaded code.
    const u64* interpreted = nullptr;
    u32 condition = 0;     ///< Of an `if`: the block that decides,
    u32 saved = 0;         ///< and in saved_: the parameters and the assigned locals there.
    u32 scope = none;      ///< The innermost try block around what stands in the block, as its number in tries_.
    u32 own_scope = none;  ///< Of a try block: its own.
  };
  /// A try block: what is thrown in it, by way of edges, comes to a block in which its clauses are tried in order.
  struct Try {
    u32 construct;
    u32 entry;              ///< The block in front of it, and
    u32 entry_values;       ///< in saved_: the assigned locals there.
    u32 first_edge = none;  ///< Blocks that end with a call that may throw, a throw, or a jump.
    u32 edges = 0;
    u32 last_clause = none;
    u32 values = 0;   ///< In saved_: the assigned locals where the edges meet.
    u32 clause = 0;   ///< What is caught: the clause's number.
    u32 rest = none;  ///< The block, without an end yet, where what the clauses so far do not catch goes on.
    bool is_rethrown = false;
  };
  /// A way to a label: from the block's end, with values (in saved_) for its results, or a loop's parameters, and for
  /// the locals that the construct assigns.
  struct Edge {
    u32 block;
    u32 values;
    u32 next;
  };

  bool build_from(u32 function, u32 block);
  bool try_to_build(u32 function, u32 block);
  void enter_from_interpreter(const Label& label);
  void leave_to_interpreter(const Label& label);
  Value slot(Type type, u32 index);
  void push(Value value) { stack_.push_back(value); }
  Value pop() {
    const Value value = maker_.resolve(stack_.back());
    stack_.pop_back();
    return value;
  }
  u32 new_block(u32 dominator);
  u32 block_behind(u32 predecessor);
  void add_successor(u32 block, u32 successor);
  void open_label(LabelKind kind, const BlockType& type);
  Label& label_at(u32 depth) { return labels_[labels_.size() - 1 - depth]; }
  std::span<const u32> assigned(const Label& label) const {
    if (label.construct == none) return {};
    return assigned_.of(label.construct);
  }
  std::span<const ValType> branch_types(const Label& label) const;
  u32 save(const Label& label, u32 count);
  void restore(const Label& label, u32 saved, u32 count);
  void add_edge(Label& label);
  void jump_to(u32 depth);
  void bind(const Label& label);
  u32 meet(u32 first_edge, u32 values);
  void close_loop(const Label& label);
  void leave(Kind kind, u64 imm);
  void return_values();
  void call_function(u32 function, const FuncType& type);
  const FuncType* call_in_place(const interp::ContinuationInstruction& instruction);
  void call_through(Kind kind, u32 type_index, u64 imm);
  void pop_operands(size_t count);
  void finish_call(Value call, std::span<const ValType> results);
  Value results_area();

  // ssa_exceptions.cpp
  void open_try(const BlockType& type);
  void add_throw(u32 scope);
  void may_throw();
  void leave_by_throw(Value what, Value arguments);
  Value machine_state(u64 at);
  Value throw_arguments(u32 slots);
  u32 add_clause(u32 scope, u32 tag, bool wants_exception);
  void begin_handlers(u32 scope);
  void restore_caught(const Try& from);
  void begin_clause(u32 scope, u32 clause, bool is_last);
  void catch_clauses(const Label& label);
  void push_arguments(u32 tag);
  void end_handlers(u32 scope);
  void begin_catch(u32 tag, bool reachable);
  u32 common_dominator(u32 a, u32 b) const;
  bool fits_guarded(const Memarg& memarg) const;
  void builtin(Builtin builtin, u32 operands, std::span<const u64> immediates, Type result);
  void resolve_all();

  // ssa_inline.cpp
  /// What is to be as it was behind a call whose callee is walked.
  struct Caller {
    u32 callee;
    u32 call;   ///< In Function::inlined.
    u32 label;  ///< The callee's own one.
    ScratchVector<Value> locals;
    AssignedLocals assigned;
    u32 constructs, entered;
    Value tick;
    u32 fuel_count;
    Op op;
  };
  bool is_inlinable(u32 function);
  void inline_call(u32 function, u32 offset);
  void begin_inlined(const BodyInfo& body);
  void finish_inlined(bool reachable);
  /// The position for nodes of the instruction at the offset.
  u32 position_of(u32 offset) { return callers_.empty() ? offset : inlined_position(offset); }
  u32 inlined_position(u32 offset);

  // ssa_objects.cpp
  /// Blocks without an end yet, in which a reference is of a type or not.
  struct Outcome {
    ScratchVector<u32> matching, other;
  };
  Outcome test_type(Value reference, ValType type);
  void test_defined_type(Value reference, ValType type, Outcome& outcome);
  Outcome test_descriptor(bool nullable);
  void cast(const Outcome& outcome, ValType type, TrapKind trap);
  Value descriptor_of(Value object);
  Value low_bits(Value reference, u32 mask);
  u32 fork(Value condition);
  void join(std::span<const u32> blocks);
  Value joined(Type type, std::span<const Value> values);
  bool is_non_null(Value reference) const;
  void note_non_null(Value reference);
  void check_non_null(Value reference, TrapKind trap);
  void push_reference(Value value, ValType type);
  Value field(Value object, u64 offset);
  Value element(Value array, Value index, gc::Storage storage);
  struct Element {
    Value array, index;
  };
  Element pop_element();
  static MemoryPlace place_of(const Element& element, gc::Storage storage, Op op);
  static MemoryPlace place_of(Value object, const gc::Layout::Field& field, Op op);
  Value load_from(Value place, Op op, Type type);
  /// What is known to be there, or what `load` makes.
  template <class Load>
  Value read(const MemoryPlace& place, Load load) {
    Value value = known_.find(place);
    if (value == no_value) known_.note(place, value = load());
    return value;
  }
  MemoryPlace place_of(u32 global) const;
  std::optional<MemoryPlace> place_of(Op op, u32 bytes, const Memarg& memarg, Value address) const;
  void note_store(const std::optional<MemoryPlace>& place, Value value);
  void store_to(Value place, Op op, Value value);
  Value load_slot(Value slots, u64 offset, Type type);
  void store_slot(Value slots, u64 offset, Value value);
  Value length_of(Value array);
  const gc::Layout& layout_of(u32 type) const;
  Value header_of(u32 type);
  Value allocate(u32 type);
  Value call_builtin(Builtin builtin, std::span<const Value> arguments, Type result);
  void push_made(Builtin builtin, std::span<const Value> arguments);
  void new_from_segment(Builtin builtin, u32 type, u32 segment);
  void init_from_segment(Builtin builtin, u32 type, u32 segment);
  std::pair<Value, Value> as_slots(Value value);
  Value with_upper(Value count, u64 upper);

  void begin_segment(bool polls);
  void settle_fuel();
  Value settled(Op op, Value value);
  Value located(Op op, const Memarg& memarg, Value address);
  Value atomic(Op op, const Memarg& memarg, Type type, Value address, Value operand, Value replacement);
  void push_number(Builtin builtin, std::span<const Value> arguments);
  void fail() {
    if (supported_) refused_ = op_;
    supported_ = false;
  }
  bool dead() const { return !supported_; }

  const CompiledModule& compiled_;
  const Module& module_;
  Function& function_;
  NodeMaker maker_;
  KnownContents known_;
  AssignedLocals assigned_;
  bool supported_ = true;
  Op op_ = Op::unreachable,
     refused_ = Op::unreachable;  ///< The instruction in hand, and the first that is not compiled.
  ScratchVector<Value> stack_;
  ScratchVector<Value> locals_;
  ScratchVector<Label> labels_;
  ScratchVector<ValType> label_types_;
  ScratchVector<Edge> edges_;
  ScratchVector<Value> saved_;
  ScratchVector<Try> tries_;          ///< By number in Function::handlers.
  ScratchVector<u32> catch_labels_;   ///< By clause: the label that a try_table's goes to, counted from the outermost.
  ScratchVector<u32> far_dominator_;  ///< By block; see new_block.
  ScratchVector<Value> scratch_;
  std::unordered_map<Value, u32> non_null_;  ///< References that are not null from the end of a block on.
  std::unordered_map<Value, u32> checked_;   ///< Conditions that do not hold behind a check in a block.
  std::unordered_map<Value, std::pair<Value, u32>> lengths_;  ///< Of arrays, and the block in which that was read.
  ScratchVector<Caller> callers_;                             ///< Innermost last.
  std::unordered_map<u32, bool> inlinable_;                   ///< Functions that were asked about.
  size_t most_nodes_ = 0;
  bool inlines_ = false;
  u32 first_inlined_ = 0, last_inlined_ = 0, own_bytes_ = 0, inlined_bytes_ = 0;
  u32 constructs_ = 0;
  u32 loop_depth_ = 0;
  Value tick_ = no_value;  ///< Pays for the segment in hand.
  u32 fuel_count_ = 0;
  u32 entered_ = none;                  ///< The loop to begin in, and
  u32 entry_ = none;                    ///< the block that brings the interpreter's values there.
  std::span<const u64* const> around_;  ///< LoopPlace::around
  u32 operand_slots_ = 0;               ///< Where the interpreter's frame has its operands;
  ScratchVector<u32> local_slots_;      ///< by local: where it has it,
  ScratchVector<Value> unchanged_;      ///< and what still has the value there, or no_value.
};

}  // namespace invar::jit
