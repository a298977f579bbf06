// Lowering of blocks, branches, calls and returns.
#include <algorithm>
#include <map>

#include "engine/interp/frame.h"
#include "engine/interp/lowering.h"
#include "engine/interp/lowering_sink.h"
#include "engine/runtime/engine.h"
#include "engine/semantics/identities.h"

namespace invar::interp {

namespace {

u32 total_slots(std::span<const ValType> types) {
  u32 total = 0;
  for (const ValType type : types) total += slots_of(type);
  return total;
}

/// What a call counts, a turn of a loop being 1.
constexpr u32 warmth_of_call = 8;
/// A loop with more words counts more for a turn.
constexpr u32 words_of_small_loop = 64, most_warmth = 1000;

}  // namespace

void LoweringSink::begin(const BodyInfo& body) {
  code_.clear();
  stack_.clear();
  registers_.clear();
  labels_.clear();
  fixups_.clear();
  offsets_.clear();
  handlers_ = {};
  scope_ = none;
  type_ = body.type;
  locals_.resize(1 + body.locals.size());

  const u32 param_slots = total_slots(type_->params);
  link_ = std::max(param_slots, total_slots(type_->results));
  u32 slot = 0;
  for (u32 i = 0; i < body.locals.size(); ++i) {
    if (i == type_->params.size()) slot = link_ + link_slots;
    locals_[1 + i] = {.type = body.locals[i], .file = file_of(body.locals[i]), .slot = slot, .uses = 0};
    slot += slots_of(body.locals[i]);
  }
  stack_begin_ = body.locals.size() > type_->params.size() ? slot : link_ + link_slots;
  max_slot_ = top_slot_ = stack_begin_;
  flushed_ = 0;
  pinned_ = 0;
  too_large_ = false;
  after_label();
  tick_ = none;
  open_label(LabelKind::function, {{}, type_->results});
  if (traces_) code_.emit_wide(control_handlers.trace_call, 0, 0, body.function);
  function_ = body.function;
  blocks_ = 0;
  loop_ = none;
  warm_up();
  begin_segment(true);
}

/// Counts down to when the function is compiled.
void LoweringSink::warm_up() {
  if (!tiers_up_) return;
  code_.emit_wide(control_handlers.warm_up, warmth_of_call, 0, 0);
  code_.append(reinterpret_cast<u64>(&compiled_.codes[function_]));
}

/// The same at the beginning of a loop; how much a turn counts is known at its end.
void LoweringSink::warm_up_loop() {
  const u32 at = code_.position();
  if (tiers_up_) {
    code_.emit_wide(control_handlers.warm_up_loop, 0, 0, blocks_);
    code_.append(reinterpret_cast<u64>(&compiled_.codes[function_]));
    code_.append(0);
    code_.append(loop_ == none ? 0 : at - loop_);
  }
  loop_ = at;
}

void LoweringSink::finish(bool reachable) {
  if (reachable) emit_return();
  return_caught();
  settle_fuel();
  too_large_ |= max_slot_ > max_frame_slots;
}

// Fuel: each segment (from a label on) pays for all its instructions when it begins.

void LoweringSink::settle_fuel() {
  if (tick_ != none) code_.set_upper(tick_ + 1, fuel_count_);
  tick_ = none;
  fuel_count_ = 0;
}

/// `polls`: the segment is a function's or a loop's first, where a running program is interrupted.
void LoweringSink::emit_tick(bool polls) {
  if (fuel_) settle_fuel();
  if (!fuel_ && !polls) return;
  const u32 at = code_.emit_wide(control_handlers.tick, 0, 0, 0);
  if (fuel_) tick_ = at;
  last_ = none;
  last_copy_ = none;
}

// Labels

void LoweringSink::open_label(LabelKind kind, const BlockType& type) {
  const u32 height = stack_.size() - static_cast<u32>(type.params.size());
  if (kind != LabelKind::function && kind != LabelKind::loop) ++blocks_;
  labels_.push() = {.params = type.params,
                    .results = type.results,
                    .kind = kind,
                    .rethrown = false,
                    .height = height,
                    .slot = type.params.empty() ? top_slot_ : stack_[height].home,
                    .position = code_.position(),
                    .fixups = none,
                    .else_word = none,
                    .else_base = 0,
                    .outer_scope = scope_,
                    .scope = scope_,
                    .try_scope = none,
                    .last_clause = none,
                    .catches = none,
                    .outer_loop = loop_};
}

/// Resets the operand stack to the label's parameters or results, in their slots.
void LoweringSink::restore_stack(const Label& label, bool with_results) {
  while (stack_.size() > label.height) pop();
  flushed_ = std::min(flushed_, label.height);
  push_slots(with_results ? label.results : label.params);
}

void LoweringSink::link_branch(Label& label, u32 word, u32 base) {
  if (label.kind == LabelKind::loop) {
    code_.set_upper(word, label.position - base);
  } else {
    fixups_.push() = {word, base, label.fixups};
    label.fixups = fixups_.size() - 1;
  }
}

void LoweringSink::bind(u32 word, u32 base) { code_.set_upper(word, code_.position() - base); }

void LoweringSink::bind_fixups(Label& label) {
  for (u32 i = label.fixups; i != none; i = fixups_[i].next) bind(fixups_[i].word, fixups_[i].base);
  label.fixups = none;
}

void LoweringSink::block(const BlockType& type) {
  flush(stack_.size());
  open_label(LabelKind::block, type);
}

void LoweringSink::loop(const BlockType& type) {
  flush(static_cast<u32>(stack_.size() - type.params.size()));
  after_label();
  open_label(LabelKind::loop, type);
  warm_up_loop();
  ++blocks_;
  begin_segment(true);
}

void LoweringSink::if_(const BlockType& type) {
  const Condition condition = take_condition();
  flush(static_cast<u32>(stack_.size() - type.params.size()));
  open_label(LabelKind::if_, type);
  const Branch branch = emit_branch_on(condition, false);
  labels_.back().else_word = branch.word;
  labels_.back().else_base = branch.at;
  begin_segment(false);
}

void LoweringSink::else_(bool reachable) {
  Label& label = labels_.back();
  if (reachable) {
    top_to_home(static_cast<u32>(label.results.size()));
    const Branch branch = emit_br();
    link_branch(label, branch.word, branch.at);
  }
  restore_stack(label, false);
  bind(label.else_word, label.else_base);
  label.else_word = none;
  label.kind = LabelKind::else_;
  after_label();
  begin_segment(false);
}

void LoweringSink::end(bool reachable) {
  Label& label = labels_.back();
  if (label.kind == LabelKind::loop && tiers_up_) {
    const u32 words = code_.position() - label.position;
    code_.set_field(label.position, 0, std::min(1 + words / words_of_small_loop, most_warmth));
  }
  loop_ = label.outer_loop;
  if (reachable && label.kind == LabelKind::catch_) {
    move_to_label(label);  // from above the exception
  } else if (reachable) {
    top_to_home(static_cast<u32>(label.results.size()));
  }
  if (label.else_word != none) bind(label.else_word, label.else_base);
  bind_fixups(label);
  bind_clauses(label);
  restore_stack(label, true);
  after_label();
  close_scope(label);
  labels_.pop();
  begin_segment(false);
}

// Branches

/// Pops an i32 that decides a branch. A comparison made for it is taken back, to become part of the branch.
LoweringSink::Condition LoweringSink::take_condition() {
  const Numeric* made = made_by(stack_.back());
  if (made && has_branch_form(made->op) && (!is_mask(made->op) || masks(*made))) {
    const bool is_masked = front_.kind == Front::Kind::mask;
    const bool has_load = !is_mask(made->op);
    const Numeric taken = take_back();
    if (is_masked) {
      discard_code(front_.at);
      pin_operand(File::integer, front_.a);
      pin_operand(File::integer, front_.b);
      return {.op = front_.op, .a = front_.a, .b = front_.b, .negated = true};
    }
    return {.op = taken.op, .a = taken.a, .b = taken.b, .load = has_load ? load_ : LoadInFront{}};
  }
  const Operand value = take();
  return {.op = Op::i32_eqz, .a = value, .b = {}, .negated = true, .load = load_in_front(value, {})};
}

/// Emits a branch without its distance.
LoweringSink::Branch LoweringSink::emit_branch_on(const Condition& condition, bool taken_if) {
  if (const auto branch = branch_on_step(condition, taken_if)) return *branch;
  if (const auto branch = branch_on_load(condition, taken_if)) return *branch;
  const bool taken = taken_if != condition.negated;
  const Operand& b = condition.b;
  const char type = traits_of(condition.op).second;
  const bool is_float = type == 'f' || type == 'd';
  const bool is_wide = b.loc == Loc::imm && !is_float && !fits_s16(type == 'i' ? type_i32 : type_i64, b.value);
  const Handler handler =
      is_wide ? wide_branch_handler(taken ? condition.op : semantics::inverse(condition.op), condition.a.loc)
              : branch_handler(condition.op, condition.a.loc, b.loc, taken);
  const u32 at = code_.emit_wide(handler, condition.a.slot, b.narrow(), 0);
  if (is_wide || (b.loc == Loc::imm && is_float)) code_.append(b.value);
  pinned_ = 0;
  last_ = none;
  last_copy_ = none;
  return {at, at + 1};
}

/// Brings the top operands home: the results, at the end of a block, and what a branch carries if no moves are needed.
void LoweringSink::top_to_home(u32 count) {
  for (u32 i = stack_.size() - count; i < stack_.size(); ++i) to_home(i);
}

/// Brings the operands that a branch carries to the label's slots.
void LoweringSink::move_to_label(const Label& label) {
  const u32 count = static_cast<u32>(label.branch_types().size());
  if (!moves_needed(label)) {
    top_to_home(count);
    return;
  }
  const u32 first = stack_.size() - count;
  // Downwards within the operands, so in this order no copy overwrites what a later one reads.
  u32 slot = label.slot;
  for (u32 i = first; i < stack_.size(); ++i) {
    copy_to_slot(stack_[i], slot);
    slot += slots_of(stack_[i].type);
  }
}

/// Emits a jump without its distance. What stands in front of it, if it is a copy, a small constant or a step, becomes
/// part of it.
LoweringSink::Branch LoweringSink::emit_br() {
  const u32 end = code_.position();
  const auto is_last_at = [&](u32 at) { return at != none && at + 2 == end; };
  Branch branch{end, end + 1};
  if (is_last_at(jump_at_)) {
    code_.set_handler(jump_at_, jump_handler_);
    branch = {jump_at_, jump_at_ + 1};
  } else if (is_last_at(last_copy_) && last_copies_ == 2) {
    code_.set_handler(last_copy_, copy2_and_jump_handler());
    branch = {last_copy_, end};
    code_.append(0);
  } else if (is_last_at(step_.at) && !step_.twice) {
    code_.truncate(step_.at);
    branch = {step_.at, step_.at + 1};
    code_.emit(step_and_jump_handler(), step_.slot, step_.by);
  } else {
    code_.emit(control_handlers.br);
  }
  last_ = none;
  last_copy_ = none;
  jump_at_ = none;
  step_.at = none;
  return branch;
}

/// Moves operands and jumps, or returns. Leaves what the lowering knows of the stack as it was.
void LoweringSink::emit_jump(u32 depth) {
  Label& label = label_at(depth);
  if (label.kind == LabelKind::function) {
    emit_return();
    return;
  }
  move_to_label(label);
  const Branch branch = emit_br();
  link_branch(label, branch.word, branch.at);
}

void LoweringSink::br(u32 depth) { emit_jump(depth); }

void LoweringSink::br_if(u32 depth) {
  const Condition condition = take_condition();
  Label& label = label_at(depth);
  if (label.kind != LabelKind::function && !moves_needed(label)) {
    move_to_label(label);
    const Branch branch = emit_branch_on(condition, true);
    link_branch(label, branch.word, branch.at);
    return;
  }
  jump_around(emit_branch_on(condition, false), depth);
}

/// Completes a branch: it skips a sequence that moves operands and jumps, whose effects on registers
/// the path around it does not see.
void LoweringSink::jump_around(const Branch& branch, u32 depth) {
  const Registers registers = registers_;
  emit_jump(depth);
  registers_ = registers;
  bind(branch.word, branch.at);
  last_ = none;
  last_copy_ = none;
  jump_at_ = none;
}

void LoweringSink::br_table(std::span<const u32> depths) {
  const Operand index = take();
  const LoadInFront load = load_in_front(index, {});
  // All labels take the same operands; bringing them home suits those that want them there.
  const u32 arity = static_cast<u32>(label_at(depths[0]).branch_types().size());
  top_to_home(arity);
  const u32 count = static_cast<u32>(depths.size());
  const Handler loads = load.at != none && load.at + 2 == code_.position()
                            ? load_and_table_handler(load.op, load.mode, use_of_loaded(load))
                            : nullptr;
  const u32 at =
      loads ? load.at : code_.emit_wide(control_handlers.br_table[static_cast<u32>(index.loc)], 0, index.slot, count);
  if (loads) {
    code_.set_handler(at, loads);
    code_.append(count);
  }
  pinned_ = 0;
  last_ = none;
  const u32 table = code_.position();
  for (size_t i = 0; i < depths.size(); ++i) code_.append(0);
  // Targets that need moves go through a stub, made once for each label.
  std::map<u32, u32> stubs;  // depth -> position
  const Registers registers = registers_;
  for (u32 i = 0; i < depths.size(); ++i) {
    Label& label = label_at(depths[i]);
    if (label.kind != LabelKind::function && !moves_needed(label)) {
      link_branch(label, table + i, at);
      continue;
    }
    const auto [stub, is_new] = stubs.try_emplace(depths[i], code_.position());
    if (is_new) {
      registers_ = registers;
      last_copy_ = none;
      jump_at_ = none;
      emit_jump(depths[i]);
    }
    code_.set_upper(table + i, stub->second - at);
  }
}

/// br_on_null and br_on_non_null; the latter carries the reference along.
void LoweringSink::branch_on_reference(u32 depth, bool taken_if_null) {
  to_home(stack_.size() - 1);
  const Entry reference = stack_.back();
  if (taken_if_null) pop();
  const auto emit = [&](bool if_null) {
    const Handler handler = if_null ? control_handlers.br_if_null : control_handlers.br_if_not_null;
    last_ = none;
    last_copy_ = none;
    return code_.emit_wide(handler, reference.home, 0, 0);
  };
  Label& label = label_at(depth);
  if (label.kind != LabelKind::function && !moves_needed(label)) {
    move_to_label(label);
    const u32 at = emit(taken_if_null);
    link_branch(label, at + 1, at);
  } else {
    const u32 at = emit(!taken_if_null);
    jump_around({at, at + 1}, depth);
  }
  if (taken_if_null) {
    push(Entry::Where::slot, reference.type);
  } else {
    pop();
  }
}

void LoweringSink::br_on_null(u32 depth) { branch_on_reference(depth, true); }
void LoweringSink::br_on_non_null(u32 depth) { branch_on_reference(depth, false); }

void LoweringSink::unreachable() {
  code_.emit(control_handlers.unreachable);
  last_ = none;
}

// Returns

void LoweringSink::return_() { emit_return(); }

void LoweringSink::emit_return() {
  const std::span<const ValType> results = type_->results;
  last_copy_ = none;
  if (results.empty()) {
    code_.emit(control_handlers.return_nothing, link_);
  } else if (results.size() == 1) {
    const u32 index = stack_.size() - 1;
    const Width width = width_of(results[0]);
    const Entry& entry = stack_[index];
    const bool small = width == Width::int_64 && entry.where == Entry::Where::constant && fits_s32(entry.bits);
    if (small) {
      code_.emit(return_handler(width, Loc::imm), link_, 0, entry.bits & 0xffff, entry.bits >> 16 & 0xffff);
    } else {
      const Operand value = locate(entry);
      pinned_ = 0;
      code_.emit(return_handler(width, value.loc), link_, value.slot);
    }
  } else {
    // Parameters whose slots results will take are read before anything is written.
    const u32 first = static_cast<u32>(stack_.size() - results.size());
    for (u32 i = first; i < stack_.size(); ++i) {
      if (stack_[i].where == Entry::Where::local && local_slot(stack_[i].local()) < link_) {
        copy_to_slot(stack_[i], stack_[i].home);
      }
    }
    u32 slot = 0;
    for (u32 i = first; i < stack_.size(); ++i) {
      const Entry& entry = stack_[i];
      if (entry.where == Entry::Where::local && local_slot(entry.local()) < link_) {
        emit_copy(width_of(entry.type), {.slot = entry.home}, slot);
      } else {
        copy_to_slot(entry, slot);
      }
      slot += slots_of(entry.type);
    }
    code_.emit(control_handlers.return_nothing, link_);
  }
  last_ = none;
  last_copy_ = none;
}

// Calls

u32 LoweringSink::argument_slots(const FuncType& type) const { return total_slots(type.params); }

/// Takes the arguments, from where they are the callee's parameters, and brings everything else out of the registers.
void LoweringSink::gather_arguments(const FuncType& type) {
  gather(static_cast<u32>(type.params.size()));
  spill_registers();
}

void LoweringSink::finish_call(std::span<const ValType> results) {
  registers_.clear();
  last_ = none;
  last_copy_ = none;
  push_slots(results);
  // A single result is in the first register, too.
  if (results.size() == 1) {
    registers_[file_of(results[0])].hold(0, value_of_entry(stack_.size() - 1));
  }
}

void LoweringSink::restore_instance_behind_call() { code_.emit(control_handlers.restore_instance, link_); }

void LoweringSink::call(u32 function) {
  const FuncType& type = module_.func_type(function);
  gather_arguments(type);
  const u32 base = top_slot_;
  if (function < module_.imported_functions) {
    if (traces_) code_.emit_wide(control_handlers.trace_call, base, 0, function);
    code_.emit(control_handlers.call_import, base, 0, link_);
    code_.append(function);
    restore_instance_behind_call();
  } else {
    code_.emit(control_handlers.call, base);
    code_.append(reinterpret_cast<u64>(&compiled_.codes[function]));
  }
  finish_call(type.results);
}

void LoweringSink::call_indirect(u32 type_index, u32 table) {
  const FuncType& type = module_.types[type_index].func;
  const Operand index = take();
  gather_arguments(type);
  pinned_ = 0;
  code_.emit(control_handlers.call_indirect[static_cast<u32>(index.loc)], top_slot_, index.slot, link_);
  code_.append(u64{compiled_.type_ids()[type_index]} | u64{table} << 32);
  restore_instance_behind_call();
  finish_call(type.results);
}

void LoweringSink::call_ref(u32 type_index) {
  const FuncType& type = module_.types[type_index].func;
  to_home(stack_.size() - 1);
  const u32 callee = stack_.back().home;
  pop();
  gather_arguments(type);
  code_.emit(control_handlers.call_ref, top_slot_, callee, link_);
  code_.append(0);
  restore_instance_behind_call();
  finish_call(type.results);
}

void LoweringSink::return_call(u32 function) {
  const FuncType& type = module_.func_type(function);
  gather_arguments(type);
  const u32 arguments = argument_slots(type);
  if (function < module_.imported_functions) {
    code_.emit(control_handlers.return_call_import, top_slot_, 0, link_, arguments);
    code_.append(function);
  } else {
    code_.emit(control_handlers.return_call, top_slot_, 0, link_, arguments);
    code_.append(reinterpret_cast<u64>(&compiled_.codes[function]));
  }
  last_ = none;
}

void LoweringSink::return_call_indirect(u32 type_index, u32 table) {
  const FuncType& type = module_.types[type_index].func;
  to_home(stack_.size() - 1);
  const u32 index = stack_.back().home;
  pop();
  gather_arguments(type);
  code_.emit(control_handlers.return_call_indirect[static_cast<u32>(Loc::slot)], top_slot_, index, link_,
             argument_slots(type));
  code_.append(u64{compiled_.type_ids()[type_index]} | u64{table} << 32);
  last_ = none;
}

void LoweringSink::return_call_ref(u32 type_index) {
  const FuncType& type = module_.types[type_index].func;
  to_home(stack_.size() - 1);
  const u32 callee = stack_.back().home;
  pop();
  gather_arguments(type);
  code_.emit(control_handlers.return_call_ref, top_slot_, callee, link_, argument_slots(type));
  code_.append(0);
  last_ = none;
}

}  // namespace invar::interp
