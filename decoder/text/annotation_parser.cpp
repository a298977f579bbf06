// Annotations: custom sections, the name section, branch hints. spec: appendix/custom
#include <algorithm>

#include "decoder/base/utf8.h"
#include "decoder/text/module_parser.h"
#include "decoder/text/section_words.h"

namespace invar::text {

namespace {

std::string_view annotation_id(AnnotationKind kind) {
  switch (kind) {
    case AnnotationKind::custom:
      return "@custom";
    case AnnotationKind::name:
      return "@name";
    case AnnotationKind::branch_hint:
      return "@metadata.code.branch_hint";
  }
  return "";
}

/// The string that is all of an annotation's contents, or nullptr.
const Token* only_string(const TokenStream& stream, const Annotation& annotation) {
  if (annotation.count != 1) return nullptr;
  const Token& token = stream.annotation_tokens[annotation.first];
  return token.kind == TokenKind::string ? &token : nullptr;
}

}  // namespace

/// Selects the annotations in front of the tokens from `begin` to `end` inclusive.
void ModuleParser::find_annotations(u32 begin, u32 end) {
  const std::vector<Annotation>& all = cursor_.stream().annotations;
  const auto before = [](const Annotation& a, u32 token) { return a.before < token; };
  const auto first = std::lower_bound(all.begin(), all.end(), begin, before);
  annotations_ = {first, std::lower_bound(first, all.end(), end + 1, before)};
  annotation_used_.resize(annotations_.size());
}

const Annotation* ModuleParser::take_annotation(AnnotationKind kind) {
  if (annotations_.empty()) return nullptr;
  const u32 token = cursor_.index();
  const auto before = [](const Annotation& a, u32 index) { return a.before < index; };
  auto it = std::lower_bound(annotations_.begin(), annotations_.end(), token, before);
  for (; it != annotations_.end() && it->before == token; ++it) {
    const size_t i = static_cast<size_t>(it - annotations_.begin());
    if (it->kind != kind || annotation_used_[i]) continue;
    annotation_used_[i] = true;
    return &*it;
  }
  return nullptr;
}

Result<std::optional<std::string>> ModuleParser::name_annotation(std::string_view what) {
  const Annotation* annotation = take_annotation(AnnotationKind::name);
  if (annotation == nullptr) return std::nullopt;
  const TokenStream& stream = cursor_.stream();
  const Token* token = only_string(stream, *annotation);
  if (token == nullptr) {
    return fail_at(stream, annotation->offset, ErrorCode::name_annotation, ": one string expected");
  }
  std::string name = unescape(stream.text(*token));
  if (!is_utf8(name)) {
    return fail_at(stream, token->offset, ErrorCode::name_annotation, ": malformed UTF-8 encoding");
  }
  if (const Annotation* second = take_annotation(AnnotationKind::name)) {
    return fail_at(stream, second->offset, ErrorCode::name_annotation, ": multiple " + std::string{what} + " names");
  }
  return name;
}

Result<void> ModuleParser::custom_annotations() {
  while (const Annotation* annotation = take_annotation(AnnotationKind::custom)) {
    INVAR_TRY_ASSIGN(auto custom, custom_annotation(*annotation));
    customs_.push_back(std::move(custom));
  }
  return {};
}

Result<ModuleParser::CustomContents> ModuleParser::custom_annotation(const Annotation& annotation) {
  const TokenStream& stream = cursor_.stream();
  const auto fault = [&](std::string detail) {
    return fail_at(stream, annotation.offset, ErrorCode::custom_annotation, ": " + std::move(detail));
  };
  std::span<const Token> tokens = std::span{stream.annotation_tokens}.subspan(annotation.first, annotation.count);
  const auto at = [&](size_t i, TokenKind kind) { return i < tokens.size() && tokens[i].kind == kind; };
  const auto word = [&](size_t i) { return at(i, TokenKind::keyword) ? stream.text(tokens[i]) : std::string_view{}; };

  if (!at(0, TokenKind::string)) return fault("missing section name");
  CustomContents custom{unescape(stream.text(tokens[0])), {}, slot_last, static_cast<u32>(customs_.size())};
  if (!is_utf8(custom.name)) return fault("malformed UTF-8 encoding");
  tokens = tokens.subspan(1);
  if (at(0, TokenKind::left_paren)) {
    const bool after = word(1) == "after";
    if (!after && word(1) != "before") return fault("malformed placement");
    const auto* section = std::find_if(std::begin(section_words), std::end(section_words),
                                       [&](const SectionWord& entry) { return entry.word == word(2); });
    if (section != std::end(section_words)) {
      custom.slot = 2 * static_cast<u32>(section - section_words) + (after ? 2 : 1);
    } else if (word(2) == "first" && !after) {
      custom.slot = slot_first;
    } else if (word(2) != "last" || !after) {
      return fault("malformed section kind");
    }
    if (!at(3, TokenKind::right_paren)) return fault("malformed placement");
    tokens = tokens.subspan(4);
  }
  for (const Token& token : tokens) {
    if (token.kind != TokenKind::string) return fault("unexpected token");
    custom.contents += unescape(stream.text(token));
  }
  return custom;
}

Result<u8> ModuleParser::hint_annotation(const Annotation& annotation) {
  const TokenStream& stream = cursor_.stream();
  if (const Token* token = only_string(stream, annotation)) {
    const std::string value = unescape(stream.text(*token));
    if (value == std::string_view{"\0", 1}) return u8{0};
    if (value == "\1") return u8{1};
  }
  return fail_at(stream, annotation.offset, ErrorCode::branch_hint_annotation, ": \"\\00\" or \"\\01\" expected");
}

/// Every annotation that we know has a place where it means something; elsewhere it is a mistake.
Result<void> ModuleParser::no_annotation_left() {
  const TokenStream& stream = cursor_.stream();
  for (size_t i = 0; i < annotations_.size(); ++i) {
    const Annotation& annotation = annotations_[i];
    if (annotation_used_[i]) continue;
    if (annotation.kind == AnnotationKind::branch_hint &&
        (annotation.before == end_ || std::binary_search(fields_.begin(), fields_.end(), Field{annotation.before, {}},
                                                         [](Field a, Field b) { return a.begin < b.begin; }))) {
      return fail_at(stream, annotation.offset, ErrorCode::branch_hint_annotation, ": not in a function");
    }
    return fail_at(stream, annotation.offset, ErrorCode::misplaced_annotation,
                   " " + std::string{annotation_id(annotation.kind)} + " annotation");
  }
  return {};
}

void ModuleParser::put_customs(ModuleWriter& out, size_t& next, u32 up_to_slot) const {
  for (; next < customs_.size() && customs_[next].slot <= up_to_slot; ++next) {
    const CustomContents& custom = customs_[next];
    out.custom(custom.name, {reinterpret_cast<const u8*>(custom.contents.data()), custom.contents.size()});
  }
}

void ModuleParser::put_hints(ModuleWriter& out) const {
  if (!hints_.functions.empty()) out.custom(branch_hint_section, encode_branch_hints(hints_));
}

}  // namespace invar::text
