// Instruction sequences, flat and folded. spec: text/instructions
//
// `frames_` is what is open at the cursor. A folded operation waits in `pending_` until its operands are written.
#include "decoder/binary/type_codes.h"
#include "decoder/text/module_parser.h"

namespace invar::text {

Result<void> ModuleParser::instructions(ByteWriter& out, bool one_folded) {
  for (;;) {
    if (cursor_.at(TokenKind::left_paren)) {
      INVAR_TRY_ASSIGN(const bool clause, folded_clause(out));
      if (clause) continue;
      INVAR_TRY(folded(out));
    } else if (cursor_.at(TokenKind::right_paren)) {
      if (frames_.empty() && !one_folded) return {};
      if (frames_.empty()) return cursor_.unexpected();
      INVAR_TRY(close(out));
    } else {
      INVAR_TRY(flat(out, one_folded));
    }
    if (one_folded && frames_.empty()) return {};
  }
}

void ModuleParser::push_label(BlockHeader header) {
  labels_.push(header.label);
  if (in_function_) add_name(function_labels_, label_count_++, header.label, std::move(header.annotation));
}

/// Writes an operation, and notes where a branch hint about it stands.
void ModuleParser::emit(ByteWriter& out, std::optional<u8> hint, std::span<const u8> bytes) {
  if (hint) function_hints_.push_back({static_cast<u32>(out.size()), *hint != 0});
  out.bytes(bytes);
}

Result<std::optional<u8>> ModuleParser::branch_hint() {
  if (!in_function_) return std::nullopt;
  const Annotation* annotation = take_annotation(AnnotationKind::branch_hint);
  if (annotation == nullptr) return std::nullopt;
  INVAR_TRY_ASSIGN(const u8 hint, hint_annotation(*annotation));
  if (const Annotation* second = take_annotation(AnnotationKind::branch_hint)) {
    return fail_at(cursor_.stream(), second->offset, ErrorCode::branch_hint_annotation, ": duplicate annotation");
  }
  return hint;
}

Result<void> ModuleParser::check_hint(const std::optional<u8>& hint, Op op) {
  if (hint && op != Op::if_ && op != Op::br_if) return cursor_.fail(ErrorCode::branch_hint_target);
  return {};
}

/// `$label? blocktype` into `out` behind the opcode.
Result<ModuleParser::BlockHeader> ModuleParser::block_header(Op op, ByteWriter& out) {
  BlockHeader header;
  header.label = accept_id();
  INVAR_TRY_ASSIGN(header.annotation, name_annotation("label"));
  write_op(out, op);
  INVAR_TRY(block_type(out));
  if (op == Op::try_table) INVAR_TRY(catch_clauses(out));
  return header;
}

Result<void> ModuleParser::block_type(ByteWriter& out) {
  bool has_index = false;
  FuncType type;
  INVAR_TRY_ASSIGN(const TypeUse use, type_use(false, has_index, type));
  if (has_index) {
    out.s33_leb(use.index);
  } else if (!type.params.empty() || type.results.size() > 1) {
    out.s33_leb(implicit_type(std::move(type)));
  } else if (type.results.empty()) {
    out.byte(code_empty_block);
  } else {
    write_val_type(out, type.results.front());
  }
  return {};
}

/// Labels of catch clauses are counted from outside of the try_table.
Result<void> ModuleParser::catch_clauses(ByteWriter& out) {
  ByteWriter clauses;
  u32 count = 0;
  constexpr Keyword words[] = {keyword_of(Op::catch_), Keyword::catch_ref, keyword_of(Op::catch_all),
                               Keyword::catch_all_ref};
  for (;; ++count) {
    u8 kind = 0;
    while (kind < std::size(words) && !cursor_.at_open(words[kind])) ++kind;
    if (kind == std::size(words)) break;
    cursor_.accept_open(words[kind]);
    clauses.byte(kind);
    if (kind < 2) {
      INVAR_TRY_ASSIGN(const u32 tag, index(Space::tag));
      clauses.u32_leb(tag);
    }
    INVAR_TRY_ASSIGN(const u32 label, label_index());
    clauses.u32_leb(label);
    INVAR_TRY(cursor_.expect_close());
  }
  out.u32_leb(count);
  out.bytes(clauses.data());
  return {};
}

/// The handlers of resume and its like.
Result<void> ModuleParser::on_clauses(ByteWriter& out) {
  ByteWriter clauses;
  u32 count = 0;
  for (; cursor_.accept_open(Keyword::on); ++count) {
    INVAR_TRY_ASSIGN(const u32 tag, index(Space::tag));
    const bool is_switch = cursor_.accept(keyword_of(Op::switch_));
    clauses.byte(is_switch ? 1 : 0);
    clauses.u32_leb(tag);
    if (!is_switch) {
      INVAR_TRY_ASSIGN(const u32 label, label_index());
      clauses.u32_leb(label);
    }
    INVAR_TRY(cursor_.expect_close());
  }
  out.u32_leb(count);
  out.bytes(clauses.data());
  return {};
}

// Folded instructions

/// At '(': goes over it if it opens a part of the innermost folded instruction: (then, (else, (do, (catch ...
Result<bool> ModuleParser::folded_clause(ByteWriter& out) {
  if (frames_.empty()) return false;
  Frame& frame = frames_.back();
  const Keyword word = cursor_.peek(1).keyword;
  const auto enter = [&](FrameKind kind) {
    cursor_.advance();
    cursor_.advance();
    frame.kind = kind;
  };
  switch (frame.kind) {
    case FrameKind::if_operands:
      if (word != Keyword::then) return false;
      emit(out, frame.hint, std::span{pending_}.subspan(frame.pending));
      pending_.resize(frame.pending);
      push_label(std::move(frame.header));
      enter(FrameKind::then);
      return true;
    case FrameKind::after_then:
      if (word != keyword_of(Op::else_)) break;
      write_op(out, Op::else_);
      enter(FrameKind::else_);
      return true;
    case FrameKind::try_:
      if (word != Keyword::do_) break;
      enter(FrameKind::do_);
      return true;
    case FrameKind::after_do:
      if (word == keyword_of(Op::delegate)) {
        enter(FrameKind::after_delegate);
        labels_.pop();
        write_op(out, Op::delegate);
        INVAR_TRY_ASSIGN(const u32 label, label_index());
        out.u32_leb(label);
        INVAR_TRY(cursor_.expect_close());
        return true;
      }
      [[fallthrough]];
    case FrameKind::after_catch:
      if (word == keyword_of(Op::catch_)) {
        enter(FrameKind::catch_);
        write_op(out, Op::catch_);
        INVAR_TRY_ASSIGN(const u32 tag, index(Space::tag));
        out.u32_leb(tag);
        return true;
      }
      if (word == keyword_of(Op::catch_all)) {
        enter(FrameKind::catch_all);
        write_op(out, Op::catch_all);
        return true;
      }
      break;
    case FrameKind::after_else:
    case FrameKind::after_catch_all:
    case FrameKind::after_delegate:
      break;
    default:
      return false;
  }
  cursor_.advance();
  return cursor_.unexpected();
}

/// At '(': one folded instruction up to its first operand or part.
Result<void> ModuleParser::folded(ByteWriter& out) {
  INVAR_TRY_ASSIGN(const std::optional<u8> hint, branch_hint());
  cursor_.advance();
  const auto op = op_of(cursor_.peek().keyword);
  if (!op) return cursor_.unexpected();
  INVAR_TRY(check_hint(hint, *op));
  switch (*op) {
    case Op::end:
    case Op::else_:
    case Op::catch_:
    case Op::catch_all:
    case Op::delegate:
      return cursor_.unexpected();
    case Op::block:
    case Op::loop:
    case Op::try_table:
    case Op::try_: {
      cursor_.advance();
      INVAR_TRY_ASSIGN(BlockHeader header, block_header(*op, out));
      push_label(std::move(header));
      frames_.push_back({*op == Op::try_ ? FrameKind::try_ : FrameKind::block, {}, 0, {}});
      return {};
    }
    case Op::if_: {
      cursor_.advance();
      scratch_.clear();
      INVAR_TRY_ASSIGN(BlockHeader header, block_header(*op, scratch_));
      frames_.push_back({FrameKind::if_operands, hint, static_cast<u32>(pending_.size()), std::move(header)});
      pending_.insert(pending_.end(), scratch_.data().begin(), scratch_.data().end());
      return {};
    }
    default:
      break;
  }
  cursor_.advance();
  scratch_.clear();
  INVAR_TRY(operation(scratch_, *op));
  if (cursor_.accept(TokenKind::right_paren)) {
    emit(out, hint, scratch_.data());
    return {};
  }
  frames_.push_back({FrameKind::plain, hint, static_cast<u32>(pending_.size()), {}});
  pending_.insert(pending_.end(), scratch_.data().begin(), scratch_.data().end());
  return {};
}

/// At ')' with frames open.
Result<void> ModuleParser::close(ByteWriter& out) {
  Frame& frame = frames_.back();
  switch (frame.kind) {
    case FrameKind::plain:
      emit(out, frame.hint, std::span{pending_}.subspan(frame.pending));
      pending_.resize(frame.pending);
      frames_.pop_back();
      break;
    case FrameKind::then:
      frame.kind = FrameKind::after_then;
      break;
    case FrameKind::else_:
      frame.kind = FrameKind::after_else;
      break;
    case FrameKind::do_:
      frame.kind = FrameKind::after_do;
      break;
    case FrameKind::catch_:
      frame.kind = FrameKind::after_catch;
      break;
    case FrameKind::catch_all:
      frame.kind = FrameKind::after_catch_all;
      break;
    case FrameKind::block:
    case FrameKind::after_then:
    case FrameKind::after_else:
    case FrameKind::after_do:
    case FrameKind::after_catch:
    case FrameKind::after_catch_all:
      write_op(out, Op::end);
      labels_.pop();
      frames_.pop_back();
      break;
    case FrameKind::after_delegate:
      frames_.pop_back();
      break;
    default:  // An `if` without `then`, a `try` without `do`, a flat block without `end`.
      return cursor_.unexpected();
  }
  cursor_.advance();
  return {};
}

// Flat instructions

/// Behind `end` or `else`: an id there repeats the block's.
Result<void> ModuleParser::matching_label() {
  const Cursor start = cursor_;
  const std::string_view id = accept_id();
  if (!id.empty() && id != labels_.innermost()) return start.fail(ErrorCode::mismatching_label);
  return {};
}

Result<void> ModuleParser::flat(ByteWriter& out, bool one_folded) {
  if (one_folded && frames_.empty()) return cursor_.unexpected();
  const FrameKind kind = frames_.empty() ? FrameKind::flat_block : frames_.back().kind;
  switch (kind) {
    case FrameKind::plain:
    case FrameKind::if_operands:
    case FrameKind::after_then:
    case FrameKind::after_else:
    case FrameKind::try_:
    case FrameKind::after_do:
    case FrameKind::after_catch:
    case FrameKind::after_catch_all:
    case FrameKind::after_delegate:
      return cursor_.unexpected();
    default:
      break;
  }
  const auto op = op_of(cursor_.peek().keyword);
  if (!op) return cursor_.unexpected();
  INVAR_TRY_ASSIGN(const std::optional<u8> hint, branch_hint());
  INVAR_TRY(check_hint(hint, *op));
  switch (*op) {
    case Op::end:
    case Op::else_:
    case Op::catch_:
    case Op::catch_all:
    case Op::delegate:
      return flat_part(out, *op);
    case Op::block:
    case Op::loop:
    case Op::try_table:
    case Op::try_:
    case Op::if_: {
      cursor_.advance();
      scratch_.clear();
      INVAR_TRY_ASSIGN(BlockHeader header, block_header(*op, scratch_));
      emit(out, hint, scratch_.data());
      push_label(std::move(header));
      const FrameKind opened = *op == Op::if_    ? FrameKind::flat_if
                               : *op == Op::try_ ? FrameKind::flat_try
                                                 : FrameKind::flat_block;
      frames_.push_back({opened, {}, 0, {}});
      return {};
    }
    default:
      cursor_.advance();
      if (hint) emit(out, hint, {});
      return operation(out, *op);
  }
}

/// `end`, `else`, `catch`, `catch_all`, `delegate`: only where the innermost frame is a flat block that has one.
Result<void> ModuleParser::flat_part(ByteWriter& out, Op op) {
  if (frames_.empty()) return cursor_.unexpected();
  Frame& frame = frames_.back();
  const bool in_try = frame.kind == FrameKind::flat_try || frame.kind == FrameKind::flat_catch;
  const Cursor start = cursor_;
  cursor_.advance();
  if (op == Op::end && frame.kind >= FrameKind::flat_block) {
    INVAR_TRY(matching_label());
    labels_.pop();
    frames_.pop_back();
    write_op(out, op);
    return {};
  }
  if (op == Op::else_ && frame.kind == FrameKind::flat_if) {
    INVAR_TRY(matching_label());
    frame.kind = FrameKind::flat_else;
    write_op(out, op);
    return {};
  }
  if (op == Op::catch_ && in_try) {
    frame.kind = FrameKind::flat_catch;
    return operation(out, op);
  }
  if (op == Op::catch_all && in_try) {
    INVAR_TRY(matching_label());
    frame.kind = FrameKind::flat_catch_all;
    write_op(out, op);
    return {};
  }
  if (op == Op::delegate && frame.kind == FrameKind::flat_try) {
    labels_.pop();
    frames_.pop_back();
    return operation(out, op);
  }
  return start.unexpected();
}

}  // namespace invar::text
