#include <algorithm>

#include "decoder/validate/sink.h"
#include "tools/fuzz/body_generator.h"

namespace invar::fuzz {

void BodyGenerator::block_type(std::span<const ValType> results) {
  if (results.empty()) return out_.byte(0x40);
  if (results.size() == 1) return write_val_type(out_, results[0]);
  out_.s33_leb(*plan_.find_function_type({{}, {results.begin(), results.end()}}));
}

/// Begins a block without parameters.
void BodyGenerator::open(Op kind, std::span<const ValType> results) {
  op(kind);
  block_type(results);
  labels_.push_back({.types = {}});
  if (kind != Op::loop) labels_.back().types.assign(results.begin(), results.end());
}

void BodyGenerator::close() {
  op(Op::end);
  labels_.pop_back();
}

/// What leaves a value of any type: blocks, calls, branches that are not taken.
void BodyGenerator::control_value(ValType type, u32 depth) {
  switch (pick(9)) {
    case 0:
      return block_value(type, false, depth);
    case 1:
      return block_value(type, true, depth);
    case 2:
      return if_value(type, depth);
    case 3:
      return try_table_value(type, depth);
    case 4:
      return legacy_try_value(type, depth);
    case 5:
      if (branch_value(type, depth)) return;
      break;
    case 6:
      for (u32 i = 0; i < locals_.size(); ++i) {
        if (locals_[i] != type) continue;
        value(type, depth);
        return op(Op::local_tee, i);
      }
      break;
    case 7:
      value(type, depth);
      value(type, depth);
      value(type_i32, depth);
      if (!type.is_ref() && choices_.chance(50)) return op(Op::select);
      op(Op::select_t, 1);
      return write_val_type(out_, type);
    default:
      if (call_value(type, depth)) return;
      break;
  }
  leaf(type);
}

void BodyGenerator::block_value(ValType type, bool loop, u32 depth) {
  open(loop ? Op::loop : Op::block, {{type}});
  statements(depth);
  value(type, depth);
  close();
}

void BodyGenerator::if_value(ValType type, u32 depth) {
  value(type_i32, depth);
  open(Op::if_, {{type}});
  statements(depth);
  value(type, depth);
  op(Op::else_);
  value(type, depth);
  close();
}

/// (block $out (result T) (block $handler (result payload) (br $out (try_table …))) discard the payload, another value)
void BodyGenerator::try_table_value(ValType type, u32 depth) {
  const bool all = choices_.chance(30), with_exception = choices_.chance(50);
  const u32 tag = pick(plan_.tags.size());
  std::vector<ValType> payload;
  if (!all) payload = plan_.types[plan_.tags[tag]].func.params;
  if (with_exception) payload.push_back(type_exnref.with_nullable(false));
  open(Op::block, {{type}});
  open(Op::block, payload);
  op(Op::try_table);
  block_type({{type}});
  out_.u32_leb(1);
  const CatchKind plain = all ? CatchKind::catch_all : CatchKind::catch_;  // the kind with the exception follows it
  out_.byte(static_cast<u8>(static_cast<u8>(plain) + (with_exception ? 1 : 0)));
  if (!all) out_.u32_leb(tag);
  out_.u32_leb(0);
  labels_.push_back({.types = {type}});
  statements(depth);
  value(type, depth);
  close();
  op(Op::br, 1);
  close();
  discard(payload);
  value(type, depth);
  close();
}

void BodyGenerator::legacy_try_value(ValType type, u32 depth) {
  open(Op::try_, {{type}});
  statements(depth);
  value(type, depth);
  if (choices_.chance(25)) {
    labels_.pop_back();
    return op(Op::delegate, pick(labels_.size()));
  }
  labels_.back().is_catch = true;
  if (choices_.chance(70)) {
    const u32 tag = pick(plan_.tags.size());
    op(Op::catch_, tag);
    discard(plan_.types[plan_.tags[tag]].func.params);
    statements(depth);
    value(type, depth);
  }
  if (choices_.chance(50)) {
    op(Op::catch_all);
    statements(depth);
    value(type, depth);
  }
  close();
}

/// A conditional branch that carries the value; it is left if the branch is not taken.
bool BodyGenerator::branch_value(ValType type, u32 depth) {
  const u32 label =
      some_label([&](const Label& at) { return at.types.size() == 1 && plan_.is_subtype(at.types[0], type); });
  if (label == none) return false;
  const ValType carried = labels_[labels_.size() - 1 - label].types[0];
  value(carried, depth);
  value(type_i32, depth);
  op(Op::br_if, label);
  return true;
}

/// Calls it directly, by reference or through table 0.
void BodyGenerator::call(u32 function, u32 depth) {
  values(plan_.function_type(function).params, depth);
  switch (pick(3)) {
    case 0:
      return op(Op::call, function);
    case 1:
      op(Op::ref_func, function);
      return op(Op::call_ref, plan_.functions[function]);
    default:
      if (choices_.chance(70)) {
        i32_const(static_cast<s32>(function));
      } else {
        small_index(type_i32, 8, depth);
      }
      return op(Op::call_indirect, plan_.functions[function], 0);
  }
}

bool BodyGenerator::call_value(ValType type, u32 depth) {
  const u32 count = static_cast<u32>(plan_.functions.size()), start = pick(count);
  for (u32 i = 0; i < count; ++i) {
    const u32 function = (start + i) % count;
    const std::vector<ValType>& results = plan_.function_type(function).results;
    if (results.size() != 1 || !plan_.is_subtype(results[0], type)) continue;
    call(function, depth);
    return true;
  }
  return false;
}

/// A branch that may not be taken, and leaves nothing.
void BodyGenerator::branch_statement(u32 depth) {
  const ValType anyref = nullable(Heap::any);
  switch (plan_.plain ? 1 + pick(3) : pick(4)) {
    case 0: {  // casts branch to labels that take one reference
      const u32 label = some_label([&](const Label& at) {
        return at.types.size() == 1 && at.types[0].is_ref() && plan_.is_subtype(at.types[0], anyref);
      });
      if (label == none) break;
      const ValType to = labels_[labels_.size() - 1 - label].types[0];
      // What fails goes to labels that take everything.
      const bool fail = to == anyref && choices_.chance(50);
      value(anyref, depth);
      op(fail ? Op::br_on_cast_fail : Op::br_on_cast);
      const HeapType target = fail ? HeapType{Heap::eq, 0} : to.heap();
      out_.byte(static_cast<u8>(1 | (fail || to.nullable() ? 2 : 0)));
      out_.u32_leb(label);
      write_heap_type(out_, {Heap::any, 0});
      write_heap_type(out_, target);
      return op(Op::drop);
    }
    case 1: {
      const u32 label = some_label([](const Label& at) { return at.types.size() == 1 && at.types[0].is_ref(); });
      if (label == none) break;
      const ValType to = labels_[labels_.size() - 1 - label].types[0];
      value(to.with_nullable(true), depth);
      return op(Op::br_on_non_null, label);
    }
    case 2: {
      const u32 label = some_label([](const Label& at) { return at.types.empty(); });
      if (label == none) break;
      value(type_i32, depth);
      return op(Op::br_if, label);
    }
    default:
      break;
  }
  value(type_i32, depth);
  open(Op::if_, {});
  leave(depth);
  close();
}

/// Leaves the block for good: what follows is not reached.
void BodyGenerator::leave(u32 depth) {
  switch (pick(8)) {
    case 0:
      values(type_.results, depth);
      return op(Op::return_);
    case 1: {
      const u32 label = pick(labels_.size());
      values(labels_[labels_.size() - 1 - label].types, depth);
      return op(Op::br, label);
    }
    case 2: {
      const std::vector<ValType> types = labels_[labels_.size() - 1 - pick(labels_.size())].types;
      std::vector<u32> targets;
      for (u32 label = 0; label < labels_.size(); ++label) {
        if (labels_[labels_.size() - 1 - label].types == types) targets.push_back(label);
      }
      values(types, depth);
      small_index(type_i32, 8, depth);
      op(Op::br_table, static_cast<u32>(targets.size() - 1));
      for (const u32 target : targets) out_.u32_leb(target);
      return;
    }
    case 3:
    case 4: {
      const u32 tag = pick(plan_.tags.size());
      values(plan_.types[plan_.tags[tag]].func.params, depth);
      return op(Op::throw_, tag);
    }
    case 5: {
      const u32 label = some_label([](const Label& at) { return at.is_catch; });
      if (label != none) return op(Op::rethrow, label);
      value(type_exnref, depth);
      return op(Op::throw_ref);
    }
    case 6: {
      const u32 count = static_cast<u32>(plan_.functions.size()), start = pick(count);
      for (u32 i = 0; i < count; ++i) {
        const u32 function = (start + i) % count;
        const FuncType& callee = plan_.function_type(function);
        if (callee.results != type_.results) continue;
        values(callee.params, depth);
        switch (pick(3)) {
          case 0:
            return op(Op::return_call, function);
          case 1:
            op(Op::ref_func, function);
            return op(Op::return_call_ref, plan_.functions[function]);
          default:
            i32_const(static_cast<s32>(function));
            return op(Op::return_call_indirect, plan_.functions[function], 0);
        }
      }
      [[fallthrough]];
    }
    default:
      return op(Op::unreachable);
  }
}

}  // namespace invar::fuzz
