// The one traversal of function bodies: decodes, validates, and tells a sink (sink.h) what it found.
#pragma once

#include <cstring>
#include <type_traits>

#include "decoder/base/error.h"
#include "decoder/implementation_limits.h"
#include "decoder/module.h"
#include "decoder/validate/fast_rows.h"
#include "decoder/validate/sink.h"
#include "decoder/validate/walker_state.h"

namespace invar {

/// Walks function bodies and constant expressions of one module. Reusable: make one per thread and walk many.
///
/// `checked = false` walks code that a checked walk has accepted before: the same calls to the sink with the least
/// work.
///
/// `run` handles the frequent instructions, many of them in their regular form only, with the stack pointer in a
/// register; whatever it does not like goes to `step`.
template <class Sink, bool checked = true>
class FunctionWalker : private WalkerState {
 public:
  FunctionWalker(const Module& module, Sink& sink) : WalkerState(module), sink_(sink) {}

  /// Walks the body of a defined function. Calls begin, the instructions, finish.
  Result<void> walk(u32 function);

  /// Walks a constant expression of type `expected`, which may read the immutable ones of the first `visible_globals`
  /// globals. Calls the instructions and, in the end, finish(true); not begin.
  Result<void> walk_const(const ConstExpr& expression, ValType expected, u32 visible_globals);

 private:
  static constexpr bool is_null = std::is_same_v<Sink, NullSink>;
  /// Locals in the flat list. A sink gets them all; without one, a million small functions that declare the greatest
  /// number of locals shall not cost more than their bytes.
  static constexpr u32 flat_locals = is_null ? 1024 : ~u32{0};

  template <bool constant>
  void run();
  template <bool constant>
  bool step(u8 byte);
  /// Does the sink see the instruction in hand? An unchecked walk skips dead code, and meets no instruction in it.
  bool is_live() const { return !checked || live_; }
  void instruction(Op op) {
    if (is_live()) sink_.instruction(op, at_);
  }

  // Operands; walker_operands.h
  bool pop(ValType expected);
  bool pop_any(ValType& type);
  bool pop_reference(ValType& type);
  /// What is left of a reference that pop_reference() found when it is known not to be null.
  static ValType not_null(ValType type) { return type.is_ref() ? type.with_nullable(false) : type_bottom_ref; }
  void push(ValType type) { *top_++ = type; }
  bool pop_types(std::span<const ValType> types);
  bool push_types(std::span<const ValType> types);
  /// What a branch that is not taken does to the operands: they become what the label says.
  bool exchange(std::span<const ValType> types);
  bool apply(const Signature& signature, ValType address = type_i32);

  // Control; walker_control.h
  bool set_unreachable();
  bool skip_dead();
  bool begin_block(Op op, FrameKind kind);
  bool try_table();
  bool end_arm();
  bool next_arm(FrameKind kind);
  bool leave_frame();
  bool else_();
  bool catch_();
  bool catch_all();
  bool delegate();
  bool end();
  Control* target(u32 depth);
  bool br();
  bool br_if();
  bool br_table();
  bool return_();
  bool br_on_null();
  bool br_on_non_null();
  bool br_on_cast(Op op);
  bool throw_();
  bool rethrow();
  bool call(bool tail);
  bool call_indirect(bool tail);
  bool call_ref(bool tail);
  bool finish_call(const FuncType& type, bool tail);

  // Everything else; walker_values.h, walker_references.h
  bool select();
  bool select_t();
  bool read_local(u32& index);
  bool local_get();
  bool local_set(bool tee);
  template <bool constant>
  bool global_get();
  bool global_set();
  bool plain(Op op);
  bool constant_value(Op op);
  bool memory_access(Op op);
  bool memory_op(Op op);
  bool table_op(Op op);
  bool ref_null();
  template <bool constant>
  bool ref_func();
  bool ref_eq();
  bool ref_as_non_null();
  bool ref_is_null();
  bool struct_new(Op op);
  bool struct_access(Op op);
  bool array_new(Op op);
  bool array_new_fixed();
  bool array_new_segment(Op op);
  bool array_access(Op op);
  bool array_len();
  bool array_fill();
  bool array_copy();
  bool array_init(Op op);
  bool ref_test(Op op);
  bool ref_get_desc();
  bool ref_cast_desc(Op op);
  bool convert_extern(Op op);

  // Continuations; walker_continuations.h
  bool cont_new();
  bool cont_bind();
  bool suspend();
  bool resume(Op op);
  bool switch_();

  ValType address_of_memory(u32 memory) const { return module_.memories[memory].address_type(); }
  ValType address_of_table(u32 table) const { return module_.tables[table].type.address_type(); }

  Sink& sink_;
  std::vector<u32> labels_;
  std::vector<CatchClause> clauses_;
  std::vector<OnClause> on_clauses_;
};

/// Calls the sink if it is to see the current instruction.
#define INVAR_TELL(sink, call)        \
  do {                                \
    if (this->is_live()) (sink).call; \
  } while (false)
#define INVAR_EMIT(call) INVAR_TELL(this->sink_, call)

template <class Sink, bool checked>
Result<void> FunctionWalker<Sink, checked>::walk(u32 function) {
  if (begin_body(module_.functions[function], flat_locals)) {
    sink_.begin(BodyInfo{function, own_type_, locals_});
    run<false>();
  }
  if (stopped_) return error(function);
  return {};
}

template <class Sink, bool checked>
Result<void> FunctionWalker<Sink, checked>::walk_const(const ConstExpr& expression, ValType expected,
                                                       u32 visible_globals) {
  visible_globals_ = visible_globals;
  if (begin_expression(expression, expected)) run<true>();
  if (stopped_) return error({});
  return {};
}

template <class Sink, bool checked>
template <bool constant>
void FunctionWalker<Sink, checked>::run() {
  const u8* const base = module_.source.bytes.data();
  const u8* pc = in_.pos();
  const u8* const code_end = in_.end();
  ValType* top = top_;
  ValType* floor = floor_;
  const ValType* const locals = locals_.data();
  const size_t flat_count = tracks_inits_ ? 0 : locals_.size();
  // Regular accesses go to memory 0 with 32-bit addresses.
  const bool memory32 = !module_.memories.empty() && !module_.memories[0].is_64;
  Sink& sink = sink_;
  // Code that has been checked before does not end within an instruction.
  const auto at_end = [&] { return checked && pc == code_end; };

  while (pc != code_end) {
    const u8* const start = pc;
    const u8 byte = *pc++;
    const FastRow& row = fast_rows[byte];
    const Op op = row.op;
    const auto note = [&] {
      if (!is_null && is_live()) sink.instruction(op, static_cast<u32>(start - base));
    };
    // Around what is not done here.
    const auto leave = [&] {
      top_ = top;
      in_.set_pos(start + 1);
      at_ = static_cast<u32>(start - base);
    };
    const auto resume = [&] {
      pc = in_.pos();
      top = top_;
      floor = floor_;
    };
    if constexpr (!constant) {
      switch (row.shape) {
        case FastShape::general:
          break;
        case FastShape::local_get: {
          if (at_end() || *pc >= flat_count || *pc >= 0x80) break;
          const u32 index = *pc++;
          *top++ = locals[index];
          note();
          INVAR_TELL(sink, local_get(index));
          continue;
        }
        case FastShape::local_set: {
          if (at_end() || *pc >= flat_count || *pc >= 0x80) break;
          const u32 index = *pc;
          if (checked && (top == floor || top[-1] != locals[index])) break;
          ++pc;
          --top;
          note();
          INVAR_TELL(sink, local_set(index));
          continue;
        }
        case FastShape::local_tee: {
          if (at_end() || *pc >= flat_count || *pc >= 0x80) break;
          const u32 index = *pc;
          if (checked && (top == floor || top[-1] != locals[index])) break;
          ++pc;
          note();
          INVAR_TELL(sink, local_tee(index));
          continue;
        }
        case FastShape::i32_const: {
          const Leb<s32> value = decode_signed_leb<s32>(pc, code_end);
          if (value.next == nullptr) break;
          pc = value.next;
          *top++ = type_i32;
          note();
          INVAR_TELL(sink, i32_const(static_cast<u32>(value.value)));
          continue;
        }
        case FastShape::i64_const: {
          const Leb<s64> value = decode_signed_leb<s64>(pc, code_end);
          if (value.next == nullptr) break;
          pc = value.next;
          *top++ = type_i64;
          note();
          INVAR_TELL(sink, i64_const(static_cast<u64>(value.value)));
          continue;
        }
        case FastShape::block:
          leave();
          if (!begin_block(op, FrameKind::block)) return;
          resume();
          continue;
        case FastShape::loop:
          leave();
          if (!begin_block(op, FrameKind::loop)) return;
          resume();
          continue;
        case FastShape::if_:
          leave();
          if (!begin_block(op, FrameKind::if_)) return;
          resume();
          continue;
        case FastShape::end:
          leave();
          if (!end()) return;
          resume();
          if (!control_.empty()) continue;
          if (pc != code_end) fail(ErrorCode::section_size_mismatch);
          return;
        case FastShape::br:
          leave();
          note();
          if (!br()) return;
          resume();
          continue;
        case FastShape::call:
          leave();
          note();
          if (!call(false)) return;
          resume();
          continue;
        case FastShape::br_if: {
          // To a label without operands.
          if (at_end() || (checked && *pc >= control_.size()) || *pc >= 0x80) break;
          const u32 depth = *pc;
          Control& to = *(control_.end() - 1 - depth);
          if (!to.label_types().empty()) break;
          if (checked && (top == floor || top[-1] != type_i32)) break;
          if (is_live()) to.branched = true;
          ++pc;
          --top;
          note();
          INVAR_TELL(sink, br_if(depth));
          continue;
        }
        case FastShape::test:
        case FastShape::unary:
          if (checked && (top == floor || top[-1] != row.params[0])) break;
          top[-1] = row.result;
          note();
          if (row.shape == FastShape::test) {
            INVAR_TELL(sink, test(op));
          } else {
            INVAR_TELL(sink, unary(op));
          }
          continue;
        case FastShape::compare:
        case FastShape::binary:
          if (checked && (top - floor < 2 || top[-2] != row.params[0] || top[-1] != row.params[1])) break;
          --top;
          top[-1] = row.result;
          note();
          if (row.shape == FastShape::compare) {
            INVAR_TELL(sink, compare(op));
          } else {
            INVAR_TELL(sink, binary(op));
          }
          continue;
        case FastShape::load:
        case FastShape::store: {
          if (at_end() || *pc > row.max_align || !memory32) break;
          const u32 align = *pc;
          const Leb<u32> offset = decode_unsigned_leb<u32>(pc + 1, code_end);
          if (offset.next == nullptr) break;
          if (row.shape == FastShape::load) {
            if (checked && (top == floor || top[-1] != type_i32)) break;
            top[-1] = row.result;
          } else {
            if (checked && (top - floor < 2 || top[-2] != type_i32 || top[-1] != row.params[1])) break;
            top -= 2;
          }
          pc = offset.next;
          note();
          const Memarg memarg{offset.value, 0, align};
          if (row.shape == FastShape::load) {
            INVAR_TELL(sink, load(op, memarg));
          } else {
            INVAR_TELL(sink, store(op, memarg));
          }
          continue;
        }
      }
    }
    leave();
    if (!step<constant>(byte)) return;
    resume();
    if (control_.empty()) {
      if (pc != code_end) fail(ErrorCode::section_size_mismatch);
      return;
    }
  }
  at_ = static_cast<u32>(pc - base);
  fail(ErrorCode::unexpected_end_of_section);
}

template <class Sink, bool checked>
template <bool constant>
bool FunctionWalker<Sink, checked>::step(u8 byte) {
  const Op op = is_prefix(byte) ? find_op(byte, in_.u32_leb()) : find_op(byte);
  if (op == no_op || !features_.has(info(op).feature)) [[unlikely]] {
    if (!in_.ok()) return take_reader_error();
    // Once more, for the message.
    in_.set_pos(module_.source.bytes.data() + at_);
    read_op(in_, features_);
    return take_reader_error();
  }
  if constexpr (constant) {
    if (!is_constant(op, features_)) return fail(ErrorCode::constant_expression_required);
    if (op == Op::end) return end();
    instruction(op);
  } else {
    switch (op) {
      case Op::try_:
        return begin_block(op, FrameKind::try_);
      // The sink sees these if it saw the block begin, even if the code in front of them is dead.
      case Op::else_:
        return else_();
      case Op::catch_:
        return catch_();
      case Op::catch_all:
        return catch_all();
      case Op::delegate:
        return delegate();
      default:
        instruction(op);
    }
    switch (op) {
      case Op::unreachable:
        INVAR_EMIT(unreachable());
        return set_unreachable();
      case Op::nop:
        return true;
      case Op::br_if:
        return br_if();
      case Op::br_table:
        return br_table();
      case Op::return_:
        return return_();
      case Op::br_on_null:
        return br_on_null();
      case Op::br_on_non_null:
        return br_on_non_null();
      case Op::br_on_cast:
      case Op::br_on_cast_fail:
      case Op::br_on_cast_desc_eq:
      case Op::br_on_cast_desc_eq_fail:
        return br_on_cast(op);
      case Op::try_table:
        return try_table();
      case Op::throw_:
        return throw_();
      case Op::throw_ref:
        if (!pop(type_exnref)) return false;
        INVAR_EMIT(throw_ref());
        return set_unreachable();
      case Op::rethrow:
        return rethrow();
      case Op::call_indirect:
        return call_indirect(false);
      case Op::call_ref:
        return call_ref(false);
      case Op::return_call:
        return call(true);
      case Op::return_call_indirect:
        return call_indirect(true);
      case Op::return_call_ref:
        return call_ref(true);
      case Op::drop: {
        ValType type;
        if (!pop_any(type)) return false;
        INVAR_EMIT(drop(type));
        return true;
      }
      case Op::select:
        return select();
      case Op::select_t:
        return select_t();
      case Op::local_get:
        return local_get();
      case Op::local_set:
        return local_set(false);
      case Op::local_tee:
        return local_set(true);
      case Op::global_set:
        return global_set();
      case Op::ref_is_null:
        return ref_is_null();
      case Op::ref_eq:
        return ref_eq();
      case Op::ref_as_non_null:
        return ref_as_non_null();
      case Op::struct_get:
      case Op::struct_get_s:
      case Op::struct_get_u:
      case Op::struct_set:
        return struct_access(op);
      case Op::array_new_data:
      case Op::array_new_elem:
        return array_new_segment(op);
      case Op::array_get:
      case Op::array_get_s:
      case Op::array_get_u:
      case Op::array_set:
        return array_access(op);
      case Op::array_len:
        return array_len();
      case Op::array_fill:
        return array_fill();
      case Op::array_copy:
        return array_copy();
      case Op::array_init_data:
      case Op::array_init_elem:
        return array_init(op);
      case Op::ref_test:
      case Op::ref_test_null:
      case Op::ref_cast:
      case Op::ref_cast_null:
        return ref_test(op);
      case Op::ref_get_desc:
        return ref_get_desc();
      case Op::ref_cast_desc_eq:
      case Op::ref_cast_desc_eq_null:
        return ref_cast_desc(op);
      case Op::cont_new:
        return cont_new();
      case Op::cont_bind:
        return cont_bind();
      case Op::suspend:
        return suspend();
      case Op::resume:
      case Op::resume_throw:
      case Op::resume_throw_ref:
        return resume(op);
      case Op::switch_:
        return switch_();
      case Op::i31_get_s:
      case Op::i31_get_u:
        if (!pop(ValType::reference({Heap::i31, 0}, true))) return false;
        push(type_i32);
        INVAR_EMIT(i31_get(op));
        return true;
      default:
        break;
    }
  }
  // What constant expressions may have, and what the table says all about.
  switch (op) {
    case Op::global_get:
      return global_get<constant>();
    case Op::ref_null:
      return ref_null();
    case Op::ref_func:
      return ref_func<constant>();
    case Op::struct_new:
    case Op::struct_new_default:
    case Op::struct_new_desc:
    case Op::struct_new_default_desc:
      return struct_new(op);
    case Op::array_new:
    case Op::array_new_default:
      return array_new(op);
    case Op::array_new_fixed:
      return array_new_fixed();
    case Op::any_convert_extern:
    case Op::extern_convert_any:
      return convert_extern(op);
    case Op::ref_i31:
      if (!pop(type_i32)) return false;
      push(ValType::reference({Heap::i31, 0}, false));
      INVAR_EMIT(ref_i31());
      return true;
    default:
      return plain(op);
  }
}

}  // namespace invar

#include "decoder/validate/walker_continuations.h"
#include "decoder/validate/walker_control.h"
#include "decoder/validate/walker_operands.h"
#include "decoder/validate/walker_references.h"
#include "decoder/validate/walker_values.h"

#undef INVAR_EMIT
#undef INVAR_TELL
