#include "spec-tests/script/script_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "decoder/text/cursor.h"
#include "decoder/text/lexer.h"
#include "decoder/text/number.h"
#include "decoder/text/parser.h"
#include "spec-tests/script/digest.h"

namespace invar::spec {

namespace {

using text::Cursor;
using text::Keyword;
using text::TokenKind;

/// The lanes of a numeric constant: its keyword (of a scalar's mnemonic or a vector's shape) and what follows from it.
struct Shape {
  std::string_view keyword;
  ValKind type;
  bool floating;
  u8 lane_bytes;
  u8 lanes;
};
constexpr Shape scalar_shapes[] = {{"i32.const", ValKind::i32, false, 4, 1},
                                   {"i64.const", ValKind::i64, false, 8, 1},
                                   {"f32.const", ValKind::f32, true, 4, 1},
                                   {"f64.const", ValKind::f64, true, 8, 1}};
constexpr Shape vector_shapes[] = {{"i8x16", ValKind::v128, false, 1, 16}, {"i16x8", ValKind::v128, false, 2, 8},
                                   {"i32x4", ValKind::v128, false, 4, 4},  {"i64x2", ValKind::v128, false, 8, 2},
                                   {"f32x4", ValKind::v128, true, 4, 4},   {"f64x2", ValKind::v128, true, 8, 2}};

struct HeapWord {
  std::string_view word;
  Heap heap;
};
constexpr HeapWord heap_words[] = {{"any", Heap::any},           {"eq", Heap::eq},         {"i31", Heap::i31},
                                   {"struct", Heap::struct_},    {"array", Heap::array},   {"none", Heap::none},
                                   {"func", Heap::func},         {"nofunc", Heap::nofunc}, {"extern", Heap::extern_},
                                   {"noextern", Heap::noextern}, {"exn", Heap::exn},       {"noexn", Heap::noexn}};

/// References that a pattern names by kind alone, or with a number.
struct RefWord {
  std::string_view keyword;
  RefKind kind;
};
constexpr RefWord ref_words[] = {{"ref.null", RefKind::null_},     {"ref.func", RefKind::func},
                                 {"ref.extern", RefKind::extern_}, {"ref.host", RefKind::host},
                                 {"ref.i31", RefKind::i31},        {"ref.struct", RefKind::struct_},
                                 {"ref.array", RefKind::array},    {"ref.exn", RefKind::exn}};

template <class Table>
auto find_word(const Table& table, std::string_view word) -> decltype(std::begin(table)) {
  return std::ranges::find_if(table, [&](const auto& row) {
    if constexpr (requires { row.word; }) {
      return row.word == word;
    } else {
      return row.keyword == word;
    }
  });
}

std::optional<LanePattern> parse_lane(const Shape& shape, std::string_view literal) {
  if (literal == "nan:canonical" && shape.floating) return LanePattern{LanePattern::Kind::nan_canonical, 0};
  if (literal == "nan:arithmetic" && shape.floating) return LanePattern{LanePattern::Kind::nan_arithmetic, 0};
  std::optional<u64> bits;
  if (!shape.floating) {
    bits = text::parse_integer(literal, shape.lane_bytes * 8u);
  } else if (shape.lane_bytes == 4) {
    bits = text::parse_f32(literal);
  } else {
    bits = text::parse_f64(literal);
  }
  if (!bits) return std::nullopt;
  return LanePattern{LanePattern::Kind::bits, *bits};
}

class ScriptParser {
 public:
  ScriptParser(const text::TokenStream& stream, const Features& features)
      : cursor_(stream), options_{features, false} {}

  Result<std::vector<Command>> parse() {
    std::vector<Command> commands;
    while (!cursor_.at_end()) INVAR_TRY(parse_next(commands));
    return commands;
  }

  Result<void> parse_next(std::vector<Command>& commands) {
    if (depth_ < max_depth && cursor_.at_open("script")) return parse_group(commands);
    const Cursor start = cursor_;
    const u32 depth = depth_;
    Command command;
    command.position = cursor_.position();
    if (Result<void> done = parse_command(command); !done) {
      // Goes on behind the command; where not even its end can be found, the script ends here.
      command.error = done.error().message();
      cursor_ = start;
      depth_ = depth;
      INVAR_TRY(cursor_.skip());
    }
    command.id = identify(start.index(), cursor_.index());
    commands.push_back(std::move(command));
    return {};
  }

  /// (script $name? ...): its commands are run like those around it.
  Result<void> parse_group(std::vector<Command>& commands) {
    cursor_.advance();
    cursor_.advance();
    accept_id();
    ++depth_;
    while (!cursor_.at_end() && !cursor_.at(TokenKind::right_paren)) INVAR_TRY(parse_next(commands));
    --depth_;
    return cursor_.expect_close();
  }

  /// The id of the command that the tokens make up.
  std::string identify(u32 first, u32 last) {
    const text::TokenStream& stream = cursor_.stream();
    Digest digest;
    for (u32 i = first; i < last; ++i) digest.add(stream.text(stream.tokens[i]));
    const auto at = std::ranges::upper_bound(stream.annotations, first, {}, &text::Annotation::before);
    for (auto each = at; each != stream.annotations.end() && each->before <= last; ++each) {
      digest.add(static_cast<u64>(each->kind));
      for (u32 i = 0; i < each->count; ++i) digest.add(stream.text(stream.annotation_tokens[each->first + i]));
    }
    std::string id = fmt::format("{:08x}", digest.value() >> 32);
    const u32 occurrence = ++occurrences_[id];
    if (occurrence > 1) id += fmt::format(".{}", occurrence);
    return id;
  }

 private:
  /// The command that the word begins. `module` has forms that the caller tells apart.
  static std::optional<CommandKind> find_command(std::string_view word) {
    const auto* row = find_word(command_kind_infos, word);
    if (row == std::end(command_kind_infos)) return std::nullopt;
    return static_cast<CommandKind>(row - std::begin(command_kind_infos));
  }

  Result<void> parse_command(Command& command) {
    if (!cursor_.at(TokenKind::left_paren)) return cursor_.unexpected();
    const std::string_view word = cursor_.stream().text(cursor_.peek(1));
    const std::optional<CommandKind> kind = find_command(word);
    if (!kind) return cursor_.unexpected();
    command.kind = *kind;
    if (*kind == CommandKind::module) return parse_module_command(command);
    if (*kind == CommandKind::invoke || *kind == CommandKind::get) return parse_action(command.action);
    cursor_.advance();
    cursor_.advance();
    switch (*kind) {
      case CommandKind::register_: {
        INVAR_TRY_ASSIGN(command.text, cursor_.expect_string());
        command.name = accept_id();
        break;
      }
      case CommandKind::assert_return:
        INVAR_TRY(parse_action(command.action));
        while (cursor_.at(TokenKind::left_paren)) {
          INVAR_TRY_ASSIGN(Pattern pattern, parse_pattern());
          command.expected.push_back(std::move(pattern));
        }
        break;
      case CommandKind::assert_exception:
      case CommandKind::assert_suspension:
      case CommandKind::assert_trap:
      case CommandKind::assert_exhaustion:
        command.has_module = cursor_.at_open(Keyword::module);
        if (command.has_module) {
          INVAR_TRY(parse_module(command));
        } else {
          INVAR_TRY(parse_action(command.action));
        }
        if (*kind != CommandKind::assert_exception) {
          INVAR_TRY_ASSIGN(command.text, cursor_.expect_string());
        }
        break;
      case CommandKind::thread:
        INVAR_TRY(parse_thread(command));
        break;
      case CommandKind::wait:
        command.text = accept_id();
        break;
      default:  // the assertions about modules
        command.has_module = true;
        INVAR_TRY(parse_module(command));
        INVAR_TRY_ASSIGN(command.text, cursor_.expect_string());
        break;
    }
    return cursor_.expect_close();
  }

  /// Behind the keyword: name, what is shared, commands. spec: threads proposal, the script format
  Result<void> parse_thread(Command& command) {
    if (depth_ == max_depth) return cursor_.fail(ErrorCode::unexpected_token, ": threads are nested too deeply");
    command.text = accept_id();
    while (cursor_.at_open("shared")) {
      cursor_.advance();
      cursor_.advance();
      if (!cursor_.at_open(Keyword::module)) return cursor_.unexpected();
      cursor_.advance();
      cursor_.advance();
      const std::optional<std::string> name = cursor_.accept_id();
      if (!name) return cursor_.unexpected();
      command.shared.push_back(*name);
      INVAR_TRY(cursor_.expect_close());
      INVAR_TRY(cursor_.expect_close());
    }
    ++depth_;
    while (!cursor_.at_end() && !cursor_.at(TokenKind::right_paren)) INVAR_TRY(parse_next(command.commands));
    --depth_;
    return {};
  }

  Result<void> parse_module_command(Command& command) {
    if (cursor_.peek(2).keyword != Keyword::instance) return parse_module(command);
    command.kind = CommandKind::module_instance;
    for (int i = 0; i < 3; ++i) cursor_.advance();
    command.name = accept_id();
    command.definition = accept_id();
    return cursor_.expect_close();
  }

  Result<void> parse_module(Command& command) {
    INVAR_TRY_ASSIGN(text::ScriptModule module, text::parse_script_module(cursor_, options_));
    command.module.name = module.id.value_or("");
    command.module.binary =
        module.form == text::ModuleForm::quote ? text::parse_module(module.quoted, options_) : std::move(module.bytes);
    if (command.kind == CommandKind::module && module.is_definition) command.kind = CommandKind::module_definition;
    return {};
  }

  std::string accept_id() { return cursor_.accept_id().value_or(""); }

  Result<void> parse_action(Action& action) {
    action.is_get = cursor_.at_open("get");
    if (!action.is_get && !cursor_.at_open("invoke")) return cursor_.unexpected();
    cursor_.advance();
    cursor_.advance();
    action.instance = accept_id();
    INVAR_TRY_ASSIGN(action.field, cursor_.expect_string());
    while (cursor_.at(TokenKind::left_paren)) {
      INVAR_TRY_ASSIGN(Value value, parse_argument());
      action.arguments.push_back(value);
    }
    return cursor_.expect_close();
  }

  /// spec: the script format's `const`: a pattern of exact bits, or a reference that a script can make.
  Result<Value> parse_argument() {
    const Cursor start = cursor_;
    INVAR_TRY_ASSIGN(const Pattern pattern, parse_pattern());
    if (pattern.kind == Pattern::Kind::ref) {
      const bool makeable = pattern.ref == RefKind::null_ || pattern.number;
      if (makeable) return Value::reference(pattern.ref, pattern.number);
    } else if (pattern.kind == Pattern::Kind::number &&
               std::ranges::all_of(pattern.lanes, [](auto& lane) { return lane.kind == LanePattern::Kind::bits; })) {
      Value value;
      value.type = pattern.type;
      size_t at = 0;
      for (const LanePattern& lane : pattern.lanes) {
        for (u32 byte = 0; byte < pattern.lane_bytes; ++byte) {
          value.bits.bytes[at++] = static_cast<u8>(lane.bits >> (8 * byte));
        }
      }
      return value;
    }
    return start.fail(ErrorCode::unexpected_token, ": this is no argument");
  }

  Result<Pattern> parse_pattern() {
    INVAR_TRY(cursor_.expect(TokenKind::left_paren));
    const std::string_view word = cursor_.text();
    Pattern pattern;
    if (word == "either") {
      cursor_.advance();
      pattern.kind = Pattern::Kind::either;
      while (cursor_.at(TokenKind::left_paren)) {
        INVAR_TRY_ASSIGN(Pattern alternative, parse_pattern());
        pattern.alternatives.push_back(std::move(alternative));
      }
    } else if (const auto* scalar = find_word(scalar_shapes, word); scalar != std::end(scalar_shapes)) {
      cursor_.advance();
      INVAR_TRY(parse_lanes(pattern, *scalar));
    } else if (word == "v128.const") {
      cursor_.advance();
      const auto* shape = find_word(vector_shapes, cursor_.text());
      if (shape == std::end(vector_shapes)) return cursor_.unexpected();
      cursor_.advance();
      INVAR_TRY(parse_lanes(pattern, *shape));
    } else {
      INVAR_TRY(parse_reference(pattern, word));
    }
    INVAR_TRY(cursor_.expect_close());
    return pattern;
  }

  Result<void> parse_lanes(Pattern& pattern, const Shape& shape) {
    pattern.kind = Pattern::Kind::number;
    pattern.type = shape.type;
    pattern.floating = shape.floating;
    pattern.lane_bytes = shape.lane_bytes;
    for (u32 lane = 0; lane < shape.lanes; ++lane) {
      const std::optional<LanePattern> parsed = parse_lane(shape, cursor_.text());
      if (!parsed) return cursor_.unexpected();
      pattern.lanes.push_back(*parsed);
      cursor_.advance();
    }
    return {};
  }

  Result<void> parse_reference(Pattern& pattern, std::string_view word) {
    pattern.kind = Pattern::Kind::ref;
    if (word == "ref.any" || word == "ref.eq") {
      pattern.kind = word == "ref.any" ? Pattern::Kind::any_ref : Pattern::Kind::eq_ref;
      cursor_.advance();
      return {};
    }
    const auto* row = find_word(ref_words, word);
    if (row == std::end(ref_words)) return cursor_.unexpected();
    cursor_.advance();
    pattern.ref = row->kind;
    if (row->kind == RefKind::null_) {
      // A null is a null, whatever its type: the heap type says nothing that could be observed.
      if (cursor_.at(TokenKind::natural)) {
        cursor_.advance();
      } else if (cursor_.at(TokenKind::keyword)) {
        if (find_word(heap_words, cursor_.text()) == std::end(heap_words)) return cursor_.unexpected();
        cursor_.advance();
      } else {
        accept_id();
      }
    } else if (cursor_.at(TokenKind::natural)) {
      INVAR_TRY_ASSIGN(const u32 number, cursor_.expect_u32());
      // A function's number is its index in a module, which a reference does not carry.
      if (row->kind == RefKind::extern_ || row->kind == RefKind::host) pattern.number = number;
    }
    return {};
  }

  Cursor cursor_;
  text::ParseOptions options_;
  std::unordered_map<std::string, u32> occurrences_;
  static constexpr u32 max_depth = 16;
  u32 depth_ = 0;  ///< Threads that the command in hand is in.
};

/// Does the source begin with a module field rather than with a command?
bool is_bare_module(const Cursor& cursor) {
  for (Keyword field : {Keyword::type, Keyword::rec, Keyword::import, Keyword::export_, Keyword::func, Keyword::table,
                        Keyword::memory, Keyword::global, Keyword::tag, Keyword::elem, Keyword::data, Keyword::start}) {
    if (cursor.at_open(field)) return true;
  }
  return false;
}

}  // namespace

Result<Script> parse_script(std::string path, std::string_view source, const Features& features) {
  Script script;
  script.path = std::move(path);
  const text::TokenStream stream = text::tokenize(source, features.has(Feature::annotations));
  if (is_bare_module(Cursor{stream})) {
    Command command;
    command.position = {1, 1};
    command.id = ScriptParser{stream, features}.identify(0, static_cast<u32>(stream.tokens.size()) - 1);
    command.module.binary = text::parse_module(source, features);
    script.commands.push_back(std::move(command));
    return script;
  }
  INVAR_TRY_ASSIGN(script.commands, (ScriptParser{stream, features}.parse()));
  return script;
}

}  // namespace invar::spec
