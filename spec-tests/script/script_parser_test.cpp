#include "spec-tests/script/script_parser.h"

#include <gtest/gtest.h>

namespace invar::spec {
namespace {

std::vector<Command> commands_of(std::string_view source) {
  Result<Script> script = parse_script("test.wast", source, Features{});
  EXPECT_TRUE(script) << script.error().message();
  if (!script) return {};
  for (const Command& command : script->commands) EXPECT_EQ(command.error, "");
  return std::move(script->commands);
}

TEST(ScriptParser, ModulesOfEveryForm) {
  const auto commands = commands_of(R"wast(
    (module $A (func))
    (module binary "\00asm" "\01\00\00\00")
    (module quote "(func" ")")
    (module definition $D (memory 65536))
    (module definition binary "\00asm\01\00\00\00")
    (module instance $I $D)
    (module instance)
  )wast");
  ASSERT_EQ(commands.size(), 7u);
  EXPECT_EQ(commands[0].module.name, "A");
  EXPECT_TRUE(commands[0].module.binary);
  EXPECT_EQ(commands[1].module.binary->size(), 8u);
  EXPECT_GT(commands[2].module.binary->size(), 8u);
  EXPECT_EQ(commands[3].kind, CommandKind::module_definition);
  EXPECT_EQ(commands[3].module.name, "D");
  EXPECT_EQ(commands[4].kind, CommandKind::module_definition);
  EXPECT_EQ(commands[5].kind, CommandKind::module_instance);
  EXPECT_EQ(commands[5].name, "I");
  EXPECT_EQ(commands[5].definition, "D");
  EXPECT_EQ(commands[6].kind, CommandKind::module_instance);
  EXPECT_EQ(commands[6].definition, "");
}

TEST(ScriptParser, ActionsAndTheirArguments) {
  const auto commands = commands_of(R"wast(
    (invoke $I "f" (i32.const -1) (i64.const 0x10) (f32.const -0) (f64.const nan:0x4)
      (v128.const i16x8 1 2 3 4 5 6 7 8) (ref.null func) (ref.extern 9) (ref.host 2))
    (get "g\00h")
    (register "name")
    (register "name" $I)
  )wast");
  ASSERT_EQ(commands.size(), 4u);
  const Action& action = commands[0].action;
  EXPECT_EQ(action.instance, "I");
  EXPECT_EQ(action.field, "f");
  ASSERT_EQ(action.arguments.size(), 8u);
  EXPECT_EQ(action.arguments[0].low(), 0xffffffffu);
  EXPECT_EQ(action.arguments[1].low(), 16u);
  EXPECT_EQ(action.arguments[2].low(), 0x80000000u);
  EXPECT_EQ(action.arguments[3].low(), 0x7ff0000000000004u);
  EXPECT_EQ(action.arguments[4].low(), 0x0004000300020001u);
  EXPECT_EQ(action.arguments[4].bits.bytes[14], 8);
  EXPECT_EQ(action.arguments[5].ref, RefKind::null_);
  EXPECT_EQ(action.arguments[6].number, 9u);
  EXPECT_EQ(action.arguments[7].ref, RefKind::host);
  EXPECT_TRUE(commands[1].action.is_get);
  EXPECT_EQ(commands[1].action.field, std::string("g\0h", 3));
  EXPECT_EQ(commands[2].text, "name");
  EXPECT_EQ(commands[3].name, "I");
}

TEST(ScriptParser, ResultPatterns) {
  const auto commands = commands_of(R"wast(
    (assert_return (invoke "f") (f32.const nan:canonical) (f64.const nan:arithmetic)
      (v128.const f32x4 1 nan:canonical nan:arithmetic 4) (either (i32.const 1) (i32.const 2)) (ref.null)
      (ref.null $t) (ref.func) (ref.func 3) (ref.extern) (ref.extern 3) (ref.any) (ref.eq) (ref.i31) (ref.struct)
      (ref.array) (ref.host 1))
    (assert_return (invoke "f"))
  )wast");
  ASSERT_EQ(commands.size(), 2u);
  const auto& expected = commands[0].expected;
  ASSERT_EQ(expected.size(), 16u);
  EXPECT_EQ(expected[0].lanes[0].kind, LanePattern::Kind::nan_canonical);
  EXPECT_EQ(expected[1].lanes[0].kind, LanePattern::Kind::nan_arithmetic);
  ASSERT_EQ(expected[2].lanes.size(), 4u);
  EXPECT_EQ(expected[2].lanes[0].bits, 0x3f800000u);
  EXPECT_EQ(expected[2].lanes[2].kind, LanePattern::Kind::nan_arithmetic);
  EXPECT_EQ(expected[3].alternatives.size(), 2u);
  EXPECT_EQ(expected[4].ref, RefKind::null_);
  EXPECT_EQ(expected[7].ref, RefKind::func);
  EXPECT_FALSE(expected[8].number);
  EXPECT_EQ(expected[9].number, 3u);
  EXPECT_EQ(expected[10].kind, Pattern::Kind::any_ref);
  EXPECT_EQ(expected[11].kind, Pattern::Kind::eq_ref);
  EXPECT_EQ(expected[15].ref, RefKind::host);
  EXPECT_TRUE(commands[1].expected.empty());
}

TEST(ScriptParser, Assertions) {
  const auto commands = commands_of(R"wast(
    (assert_trap (invoke "f") "unreachable")
    (assert_trap (module (func $f unreachable) (start $f)) "unreachable")
    (assert_exhaustion (invoke "f") "call stack exhausted")
    (assert_exception (invoke "f"))
    (assert_invalid (module (func (result i32))) "type mismatch")
    (assert_malformed (module quote "(func") "unexpected token")
    (assert_unlinkable (module (import "a" "b" (func))) "unknown import")
    (assert_malformed_custom (module quote "(@custom)") "@custom annotation")
    (assert_invalid_custom (module) "x")
  )wast");
  ASSERT_EQ(commands.size(), 9u);
  EXPECT_FALSE(commands[0].has_module);
  EXPECT_EQ(commands[0].text, "unreachable");
  EXPECT_TRUE(commands[1].has_module);
  EXPECT_EQ(commands[2].kind, CommandKind::assert_exhaustion);
  EXPECT_EQ(commands[3].kind, CommandKind::assert_exception);
  EXPECT_TRUE(commands[4].module.binary);
  ASSERT_FALSE(commands[5].module.binary);
  EXPECT_EQ(commands[5].module.binary.error().category(), ErrorCategory::malformed);
  EXPECT_EQ(commands[6].kind, CommandKind::assert_unlinkable);
  EXPECT_EQ(commands[7].kind, CommandKind::assert_malformed_custom);
  EXPECT_EQ(commands[8].kind, CommandKind::assert_invalid_custom);
}

TEST(ScriptParser, ThreadsHoldCommands) {
  const auto commands = commands_of(R"wast((thread $T (shared (module $M)) (shared (module $N))
    (thread $U (invoke "inner")) (invoke "run"))
    (wait $T))wast");
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].kind, CommandKind::thread);
  EXPECT_EQ(commands[0].text, "T");
  EXPECT_EQ(commands[0].shared, (std::vector<std::string>{"M", "N"}));
  ASSERT_EQ(commands[0].commands.size(), 2u);
  EXPECT_EQ(commands[0].commands[0].commands.at(0).action.field, "inner");
  EXPECT_EQ(commands[0].commands[1].action.field, "run");
  EXPECT_EQ(commands[0].commands[1].position.line, 2u);
  EXPECT_EQ(commands[1].kind, CommandKind::wait);
  EXPECT_EQ(commands[1].text, "T");
}

TEST(ScriptParser, WhatIsWrongInAThreadIsKeptThere) {
  const Result<Script> script = parse_script("test.wast", R"wast(
    (thread $T (conjure) (invoke "f"))
    (thread $U (shared $M) (invoke "f"))
    (invoke "after"))wast",
                                             Features{});
  ASSERT_TRUE(script);
  ASSERT_EQ(script->commands.size(), 3u);
  EXPECT_EQ(script->commands[0].error, "");
  ASSERT_EQ(script->commands[0].commands.size(), 2u);
  EXPECT_NE(script->commands[0].commands[0].error, "");
  EXPECT_EQ(script->commands[0].commands[1].error, "");
  EXPECT_NE(script->commands[1].error, "");
  EXPECT_EQ(script->commands[2].error, "");

  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "(thread $T ";
  deep += std::string(1000, ')');
  const Result<Script> nested = parse_script("test.wast", deep, Features{});
  ASSERT_TRUE(nested);
  const Command* command = &nested->commands.at(0);
  while (!command->commands.empty()) command = &command->commands[0];
  EXPECT_NE(command->error.find("too deeply"), std::string::npos) << command->error;
}

TEST(ScriptParser, ACommandThatIsNotUnderstoodIsKeptWithItsError) {
  const Result<Script> script = parse_script("test.wast", R"wast(
    (module)
    (conjure (module) "x")
    (assert_return (invoke "f" (i32.const nan)) (i32.const 1))
    (invoke "f" (f32.const nan:canonical))
    (invoke "after"))wast",
                                             Features{});
  ASSERT_TRUE(script);
  ASSERT_EQ(script->commands.size(), 5u);
  EXPECT_EQ(script->commands[0].error, "");
  for (size_t i : {1, 2, 3}) EXPECT_NE(script->commands[i].error, "") << i;
  EXPECT_EQ(script->commands[4].error, "");
  EXPECT_EQ(script->commands[2].position.line, 4u);
}

TEST(ScriptParser, IdsFollowFromTheTokensAlone) {
  const auto one = commands_of(R"((module) (invoke "f" (i32.const 1)) (invoke "f" (i32.const 1)) (get "g"))");
  const auto other = commands_of("(get \"g\") ;; a comment\n(module  (; another ;) ) (invoke \"f\"\n(i32.const 1))");
  ASSERT_EQ(one.size(), 4u);
  ASSERT_EQ(other.size(), 3u);
  EXPECT_EQ(one[0].id.size(), 8u);
  EXPECT_EQ(one[0].id, other[1].id);
  EXPECT_EQ(one[1].id, other[2].id);
  EXPECT_EQ(one[2].id, one[1].id + ".2");
  EXPECT_EQ(one[3].id, other[0].id);
  EXPECT_NE(one[0].id, one[1].id);
}

TEST(ScriptParser, AnnotationsCountInIds) {
  const auto commands = commands_of(R"((module (@custom "a" "1")) (module (@custom "a" "2")) (module))");
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_NE(commands[0].id, commands[1].id);
  EXPECT_NE(commands[0].id, commands[2].id);
  EXPECT_EQ(commands[2].id.size(), 8u);
}

TEST(ScriptParser, AScriptWithinAScriptIsItsCommands) {
  const auto commands = commands_of(R"((module) (script $S (invoke "f") (script (get "g"))) (invoke "h"))");
  ASSERT_EQ(commands.size(), 4u);
  EXPECT_EQ(commands[1].action.field, "f");
  EXPECT_TRUE(commands[2].action.is_get);
  EXPECT_EQ(commands[3].action.field, "h");
  EXPECT_FALSE(parse_script("test.wast", "(script (module)", Features{}));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "(script ";
  EXPECT_FALSE(parse_script("test.wast", deep, Features{}));
  EXPECT_TRUE(parse_script("test.wast", deep + std::string(100'000, ')'), Features{}));
}

TEST(ScriptParser, ASourceThatEndsTooEarlyIsAnError) {
  EXPECT_FALSE(parse_script("test.wast", R"wast((assert_return (invoke "f"))wast", Features{}));
  EXPECT_FALSE(parse_script("test.wast", "(module) )", Features{}));
  EXPECT_FALSE(parse_script("test.wast", "(module) \"unclosed", Features{}));
}

TEST(ScriptParser, BareFieldsAreOneModule) {
  const auto commands = commands_of(R"wast((func) (memory 0) (func (export "f")))wast");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0].kind, CommandKind::module);
  EXPECT_TRUE(commands[0].module.binary);
}

}  // namespace
}  // namespace invar::spec
