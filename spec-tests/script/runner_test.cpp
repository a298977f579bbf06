#include "spec-tests/script/runner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace invar::spec {
namespace {

/// Behaves as the module's and the function's name say: the first byte of a module is its behaviour.
class FakeAdapter final : public Adapter {
 public:
  Outcome<Id> load(std::span<const u8> bytes) override {
    switch (bytes[0]) {
      case 'm':
        return failure(ErrorCategory::malformed, "unexpected end of section");
      case 'i':
        return failure(ErrorCategory::invalid, "type mismatch: expected i32");
      default:
        modules.push_back(bytes[0]);
        return modules.size() - 1;
    }
  }
  Outcome<Id> instantiate(Id module) override {
    switch (modules[module]) {
      case 'u':
        return failure(ErrorCategory::unlinkable, "unknown import a.b");
      case 't':
        return failure(ErrorCategory::trap, "unreachable");
      default:
        instances.push_back(module);
        return instances.size() - 1;
    }
  }
  Outcome<void> register_instance(Id instance, const std::string& name) override {
    registered.emplace_back(name, instance);
    return {};
  }
  Outcome<std::vector<Value>> invoke(Id instance, const std::string& function, std::span<const Value>) override {
    if (function == "trap") return failure(ErrorCategory::trap, "integer overflow");
    if (function == "exhaust") return failure(ErrorCategory::exhaustion, "call stack exhausted");
    if (function == "throw") return failure(ErrorCategory::exception, "uncaught exception");
    if (function == "none") return std::vector<Value>{};
    return std::vector{Value::number_value(ValKind::i32, instance)};  // says which instance it is
  }
  Outcome<Value> get(Id instance, const std::string&) override {
    return Value::number_value(ValKind::i32, 100 + instance);
  }

  std::vector<u8> modules;
  std::vector<Id> instances;
  std::vector<std::pair<std::string, Id>> registered;
};

Command module_command(CommandKind kind, char behaviour, std::string name = {}, std::string text = {}) {
  Command command;
  command.kind = kind;
  command.has_module = true;
  command.module.binary = std::vector<u8>{static_cast<u8>(behaviour)};
  command.module.name = std::move(name);
  command.text = std::move(text);
  return command;
}

Command action_command(CommandKind kind, std::string field, std::string instance = {}, std::string text = {}) {
  Command command;
  command.kind = kind;
  command.action.field = std::move(field);
  command.action.instance = std::move(instance);
  command.text = std::move(text);
  return command;
}

Command expect_i32(u64 value, std::string instance = {}) {
  Command command = action_command(CommandKind::assert_return, "f", std::move(instance));
  Pattern pattern;
  pattern.lanes = {{LanePattern::Kind::bits, value}};
  command.expected = {pattern};
  return command;
}

ScriptResult run_commands(std::vector<Command> commands, bool strict = false) {
  FakeAdapter adapter;
  Script script{"fake.wast", std::move(commands)};
  return run(script, adapter, {Features{}, strict});
}

u32 failed(const ScriptResult& result, CommandKind kind) { return result.counts[static_cast<size_t>(kind)].failed; }

TEST(ScriptRunner, ActionsGoToTheLatestOrTheNamedInstance) {
  const ScriptResult result =
      run_commands({module_command(CommandKind::module, 'a', "A"), module_command(CommandKind::module, 'b'),
                    expect_i32(1), expect_i32(0, "A")});
  EXPECT_TRUE(result.passed()) << result.failures[0].got;
  EXPECT_EQ(result.counts[static_cast<size_t>(CommandKind::assert_return)].run, 2u);
}

TEST(ScriptRunner, AfterAModuleThatFailedNothingRunsOnTheOneBefore) {
  const ScriptResult result =
      run_commands({module_command(CommandKind::module, 'a'), module_command(CommandKind::module, 'i'), expect_i32(0)});
  EXPECT_EQ(failed(result, CommandKind::module), 1u);
  EXPECT_EQ(failed(result, CommandKind::assert_return), 1u);
}

TEST(ScriptRunner, AModuleOfAnAssertionIsNotTheLatest) {
  const ScriptResult result =
      run_commands({module_command(CommandKind::module, 'a'),
                    module_command(CommandKind::assert_trap, 't', {}, "unreachable"), expect_i32(0)});
  EXPECT_TRUE(result.passed());
}

TEST(ScriptRunner, ADefinitionIsInstantiatedAsOftenAsTheScriptSays) {
  Command first, second;
  first.kind = second.kind = CommandKind::module_instance;
  first.definition = "D";
  first.name = "I";
  const ScriptResult result = run_commands(
      {module_command(CommandKind::module_definition, 'd', "D"), first, second, expect_i32(1), expect_i32(0, "I")});
  EXPECT_TRUE(result.passed());
  EXPECT_FALSE(run_commands({first}).passed());
}

TEST(ScriptRunner, WrongValuesAndWrongArityFail) {
  Command none = action_command(CommandKind::assert_return, "none");
  Command too_few = action_command(CommandKind::assert_return, "f");  // expects nothing, gets one
  Command too_many = expect_i32(0);
  too_many.action.field = "none";
  const ScriptResult result =
      run_commands({module_command(CommandKind::module, 'a'), expect_i32(5), none, too_few, too_many});
  EXPECT_EQ(failed(result, CommandKind::assert_return), 3u);
  EXPECT_EQ(result.failures[0].expected, "(i32.const 5)");
  EXPECT_EQ(result.failures[0].got, "(i32.const 0)");
}

TEST(ScriptRunner, EachAssertionWantsItsOwnKindOfFailure) {
  const std::vector<Command> good = {
      module_command(CommandKind::module, 'a'),
      action_command(CommandKind::assert_trap, "trap", {}, "integer overflow"),
      action_command(CommandKind::assert_exhaustion, "exhaust", {}, "call stack"),
      action_command(CommandKind::assert_exception, "throw"),
      module_command(CommandKind::assert_malformed, 'm', {}, "unexpected end"),
      module_command(CommandKind::assert_invalid, 'i', {}, "type mismatch"),
      module_command(CommandKind::assert_unlinkable, 'u', {}, "unknown import"),
      module_command(CommandKind::assert_trap, 't', {}, "unreachable"),
  };
  EXPECT_TRUE(run_commands(good, true).passed());
  EXPECT_EQ(run_commands(good).messages, 6u);

  const ScriptResult bad = run_commands({
      module_command(CommandKind::module, 'a'),
      action_command(CommandKind::assert_trap, "exhaust", {}, "call stack"),
      action_command(CommandKind::assert_trap, "f", {}, "unreachable"),
      action_command(CommandKind::assert_exhaustion, "trap", {}, "integer overflow"),
      action_command(CommandKind::assert_exception, "trap"),
      module_command(CommandKind::assert_malformed, 'i', {}, "type mismatch"),
      module_command(CommandKind::assert_invalid, 'm', {}, "unexpected end"),
      module_command(CommandKind::assert_invalid, 'a', {}, "type mismatch"),
      module_command(CommandKind::assert_unlinkable, 't', {}, "unreachable"),
      module_command(CommandKind::assert_unlinkable, 'i', {}, "type mismatch"),
  });
  EXPECT_EQ(bad.failures.size(), 9u);
}

TEST(ScriptRunner, MessagesAreCountedAndOnlyStrictlyFailures) {
  const std::vector<Command> commands = {module_command(CommandKind::module, 'a'),
                                         action_command(CommandKind::assert_trap, "trap", {}, "integer divide")};
  const ScriptResult lenient = run_commands(commands);
  EXPECT_TRUE(lenient.passed());
  EXPECT_EQ(lenient.messages, 1u);
  EXPECT_EQ(lenient.mismatches.size(), 1u);
  EXPECT_FALSE(run_commands(commands, true).passed());
}

TEST(ScriptRunner, WhatCannotBeRunFails) {
  Command unknown;
  unknown.error = "unexpected token";
  Command thread;
  thread.kind = CommandKind::thread;
  Command wait;
  wait.kind = CommandKind::wait;
  const ScriptResult result = run_commands({unknown, thread, wait, action_command(CommandKind::invoke, "f", "gone")});
  ASSERT_EQ(result.failures.size(), 4u);
  EXPECT_EQ(result.failures[1].got, "host error: this engine runs no threads");
  EXPECT_EQ(result.failures[2].got, "no thread ");
}

/// Its threads know the shared instances; "wait" takes until somebody interrupts.
class ThreadedAdapter final : public Adapter {
 public:
  explicit ThreadedAdapter(size_t instances = 0) : instances_(instances) {}
  Outcome<Id> load(std::span<const u8>) override { return 0; }
  Outcome<Id> instantiate(Id) override { return instances_++; }
  Outcome<void> register_instance(Id, const std::string&) override { return {}; }
  Outcome<std::vector<Value>> invoke(Id instance, const std::string& function, std::span<const Value>) override {
    if (function == "wait") {
      while (!interrupted_.exchange(false)) std::this_thread::yield();
      return failure(ErrorCategory::exhaustion, "interrupted");
    }
    return std::vector{Value::number_value(ValKind::i32, instance)};
  }
  Outcome<Value> get(Id, const std::string&) override { return Value{}; }
  Outcome<std::unique_ptr<Adapter>> fork(std::span<const Id> shared) override {
    return std::make_unique<ThreadedAdapter>(shared.size());
  }
  void interrupt() override { interrupted_ = true; }

 private:
  size_t instances_;
  std::atomic<bool> interrupted_{false};
};

ScriptResult run_threads(std::vector<Command> commands, std::chrono::milliseconds limit = std::chrono::seconds{30}) {
  // Positions in the order of the text.
  u32 line = 0;
  const auto number = [&](auto& self, std::vector<Command>& list) -> void {
    for (Command& each : list) {
      each.position = {++line, 1};
      each.id = std::to_string(line);
      self(self, each.commands);
    }
  };
  number(number, commands);
  ThreadedAdapter adapter;
  RunOptions options;
  options.thread_limit = limit;
  return run({"fake.wast", std::move(commands)}, adapter, options);
}

Command thread_command(std::string name, std::vector<Command> commands, std::vector<std::string> shared = {}) {
  Command command;
  command.kind = CommandKind::thread;
  command.text = std::move(name);
  command.commands = std::move(commands);
  command.shared = std::move(shared);
  return command;
}

Command wait_command(std::string name) {
  Command command;
  command.kind = CommandKind::wait;
  command.text = std::move(name);
  return command;
}

TEST(ScriptRunner, AThreadHasInstancesOfItsOwnAndThoseThatAreShared) {
  const ScriptResult result =
      run_threads({module_command(CommandKind::module, 'a', "A"), module_command(CommandKind::module, 'b', "B"),
                   thread_command("T",
                                  {expect_i32(0, "B"), module_command(CommandKind::module, 'c', "A"), expect_i32(1),
                                   thread_command("U", {expect_i32(0, "A")}, {"A"}), wait_command("U")},
                                  {"B"}),
                   wait_command("T"), expect_i32(0, "A")});
  EXPECT_TRUE(result.passed()) << result.failures[0].position.line << result.failures[0].got;
  EXPECT_EQ(result.counts[static_cast<size_t>(CommandKind::assert_return)].run, 4u);
  EXPECT_EQ(result.counts[static_cast<size_t>(CommandKind::thread)].run, 2u);
}

TEST(ScriptRunner, FailuresOfAThreadAreReportedWhereTheyAre) {
  const ScriptResult result =
      run_threads({thread_command("T", {expect_i32(0), expect_i32(0)}),  // lines 1 to 3
                   expect_i32(7), wait_command("T"), wait_command("T"), thread_command("V", {expect_i32(0)})});
  ASSERT_EQ(result.failures.size(), 5u);
  const u32 lines[] = {2, 3, 4, 6, 8};
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(result.failures[i].position.line, lines[i]);
  EXPECT_EQ(failed(result, CommandKind::wait), 1u);
  EXPECT_EQ(failed(result, CommandKind::thread), 0u);
  EXPECT_EQ(failed(result, CommandKind::assert_return), 4u);
}

TEST(ScriptRunner, AThreadThatDoesNotEndIsStopped) {
  const auto endless = [] { return action_command(CommandKind::invoke, "wait"); };
  const std::vector<Command> body = {module_command(CommandKind::module, 'a'), endless(), endless()};
  const ScriptResult result =
      run_threads({thread_command("T", {thread_command("U", body), wait_command("U"), endless()}), wait_command("T"),
                   thread_command("V", body)},
                  std::chrono::milliseconds{50});
  // The waits for T and (at the end) for V, perhaps that for U, and the calls that were stopped.
  EXPECT_EQ(failed(result, CommandKind::thread), 1u);
  EXPECT_GE(failed(result, CommandKind::wait), 1u);
  EXPECT_GE(failed(result, CommandKind::invoke), 2u);
  EXPECT_FALSE(result.failures.empty());
}

TEST(ScriptRunner, OneCommandAloneWithWhatItNeeds) {
  std::vector<Command> commands = {module_command(CommandKind::module, 'a'), module_command(CommandKind::module, 'b'),
                                   module_command(CommandKind::assert_invalid, 'a', {}, "type mismatch"), expect_i32(7),
                                   expect_i32(1)};
  for (size_t i = 0; i < commands.size(); ++i) commands[i].id = std::to_string(i);
  const Script script{"fake.wast", commands};
  const auto only = [&](const std::string& id) {
    FakeAdapter adapter;
    RunOptions options;
    options.only = id;
    return run(script, adapter, options);
  };
  const ScriptResult good = only("4");
  EXPECT_TRUE(good.passed());
  EXPECT_EQ(good.counts[static_cast<size_t>(CommandKind::assert_return)].run, 1u);
  EXPECT_EQ(good.counts[static_cast<size_t>(CommandKind::module)].run, 0u);
  const ScriptResult bad = only("3");
  ASSERT_EQ(bad.failures.size(), 1u);
  EXPECT_EQ(bad.failures[0].id, "3");
  EXPECT_EQ(only("9").error, "there is no command 9");
}

TEST(ScriptRunner, TracesDifferFromTheFirstDifferenceOn) {
  const std::vector<Command> one = {module_command(CommandKind::module, 'a'), expect_i32(0), expect_i32(0)};
  std::vector<Command> other = one;
  other[1].action.field = "none";
  const ScriptResult a = run_commands(one), again = run_commands(one), b = run_commands(other);
  EXPECT_EQ(a.digest, again.digest);
  EXPECT_EQ(a.marks, again.marks);
  ASSERT_EQ(a.marks.size(), 3u);
  EXPECT_EQ(a.marks[0], b.marks[0]);
  EXPECT_NE(a.marks[1], b.marks[1]);
  EXPECT_NE(a.marks[2], b.marks[2]);
  EXPECT_NE(a.digest, b.digest);
}

TEST(ScriptRunner, GetAndRegister) {
  Command get = expect_i32(100);
  get.action.is_get = true;
  Command named;
  named.kind = CommandKind::register_;
  named.text = "n";
  EXPECT_TRUE(run_commands({module_command(CommandKind::module, 'a'), get, named}).passed());
  EXPECT_FALSE(run_commands({named}).passed());
}

}  // namespace
}  // namespace invar::spec
