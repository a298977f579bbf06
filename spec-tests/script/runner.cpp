#include "spec-tests/script/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

#include "spec-tests/script/trace.h"

namespace invar::spec {

namespace {

std::string_view category_text(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::malformed:
      return "malformed module";
    case ErrorCategory::invalid:
      return "invalid module";
    case ErrorCategory::unlinkable:
      return "unlinkable module";
    case ErrorCategory::trap:
      return "trap";
    case ErrorCategory::exhaustion:
      return "exhaustion";
    case ErrorCategory::exception:
      return "exception";
    case ErrorCategory::host:
      return "host error";
  }
  return "";
}

std::string describe(const Failure& failure) {
  return fmt::format("{}: {}", category_text(failure.category), failure.message);
}

/// What a command that should fail came to: the failure, or nothing if it succeeded; `step` says what succeeded.
struct Attempt {
  std::optional<Failure> failure;
  std::string_view step;
};

class Runner {
 public:
  Runner(const Script& script, Adapter& adapter, const RunOptions& options)
      : script_(script), adapter_(adapter), options_(options), trace_(options.deterministic, has_threads(script)) {
    result_.path = script.path;
  }

  ScriptResult run() {
    if (!options_.only.empty()) return run_only();
    for (const Command& command : script_.commands) {
      if (options_.before_command)
        options_.before_command(static_cast<size_t>(&command - script_.commands.data()), result_);
      run_and_count(command);
      trace_.mark();
    }
    join_threads();
    // Those of a thread have come when it was waited for.
    std::ranges::sort(result_.failures, {},
                      [](const auto& each) { return std::pair{each.position.line, each.position.column}; });
    // What racing threads leave behind is theirs to decide.
    if (!has_threads(script_)) {
      for (const Id instance : live_) trace_.add(adapter_.state(instance));
    }
    result_.digest = trace_.digest();
    result_.marks = trace_.marks();
    return std::move(result_);
  }

 private:
  using Id = Adapter::Id;

  static bool has_threads(const Script& script) {
    return std::ranges::any_of(script.commands, [](const Command& each) { return each.kind == CommandKind::thread; });
  }

  void run_and_count(const Command& command) {
    failed_ = false;
    run(command);
    CommandCount& count = result_.counts[static_cast<size_t>(command.kind)];
    ++count.run;
    if (failed_) ++count.failed;
  }

  ScriptResult run_only() {
    for (const Command& command : script_.commands) {
      if (options_.before_command)
        options_.before_command(static_cast<size_t>(&command - script_.commands.data()), result_);
      if (contains(command, options_.only)) {
        result_ = {};
        result_.path = script_.path;
        run_and_count(command);
        join_threads();
        // Of a thread's commands, this one.
        std::erase_if(result_.failures, [&](const CommandFailure& each) { return each.id != options_.only; });
        return std::move(result_);
      }
      if (changes_state(command.kind)) run(command);
    }
    join_threads();
    result_ = {};
    result_.path = script_.path;
    result_.error = "there is no command " + options_.only;
    return std::move(result_);
  }

  /// Could the command matter to those behind it? Modules that are never instantiated do not.
  static bool changes_state(CommandKind kind) {
    return kind != CommandKind::assert_malformed && kind != CommandKind::assert_malformed_custom &&
           kind != CommandKind::assert_invalid && kind != CommandKind::assert_invalid_custom;
  }

  void run(const Command& command) {
    if (!command.error.empty()) return fail(command, "a command", command.error);
    switch (command.kind) {
      case CommandKind::module:
        return run_module(command);
      case CommandKind::module_definition:
        return expect_success(command, define(command.module));
      case CommandKind::module_instance:
        return run_instance(command);
      case CommandKind::register_:
        return expect_success(command, register_instance(command));
      case CommandKind::invoke:
      case CommandKind::get:
        return expect_success(command, act(command.action));
      case CommandKind::assert_return:
        return run_assert_return(command);
      case CommandKind::assert_trap:
        return expect_failure(command, ErrorCategory::trap, attempt(command));
      case CommandKind::assert_exhaustion:
        return expect_failure(command, ErrorCategory::exhaustion, attempt(command));
      case CommandKind::assert_exception:
        return expect_failure(command, ErrorCategory::exception, attempt(command));
      case CommandKind::assert_malformed:
      case CommandKind::assert_malformed_custom:
        return expect_failure(command, ErrorCategory::malformed, attempt_load(command.module));
      case CommandKind::assert_invalid:
      case CommandKind::assert_invalid_custom:
        return expect_failure(command, ErrorCategory::invalid, attempt_load(command.module));
      case CommandKind::assert_unlinkable:
        return expect_failure(command, ErrorCategory::unlinkable, attempt_instantiate(command.module));
      case CommandKind::thread:
        return start_thread(command);
      case CommandKind::wait:
        return wait_for(command);
      case CommandKind::assert_suspension:
        return expect_failure(command, ErrorCategory::trap, attempt(command));
    }
  }

  // --- threads

  /// A thread of the script. Its runner and adapter are its own while it runs.
  struct Thread {
    const Command* command;
    std::unique_ptr<Adapter> adapter;
    std::unique_ptr<Runner> runner;
    std::future<ScriptResult> result;
  };
  static constexpr size_t max_threads = 64;

  /// The runner of a thread, beside its parent's.
  Runner(const Runner& parent, const Command& thread, Adapter& adapter)
      : own_script_{parent.script_.path, {}},
        script_(own_script_),
        adapter_(adapter),
        options_(parent.options_),
        trace_(parent.options_.deterministic, true) {
    result_.path = script_.path;
    for (Id id = 0; id < thread.shared.size(); ++id) instances_[thread.shared[id]] = id;
  }

  ScriptResult run_thread(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
      if (stopped_) break;
      run_and_count(command);
    }
    join_threads();
    result_.digest = trace_.digest();
    return std::move(result_);
  }

  void start_thread(const Command& command) {
    std::vector<Id> shared;
    for (const std::string& name : command.shared) {
      const Outcome<Id> id = instance(name);
      if (!id) return fail(command, "to start", describe(id.error()));
      shared.push_back(*id);
    }
    if (threads_.size() == max_threads) return fail(command, "to start", "too many threads");
    Outcome<std::unique_ptr<Adapter>> adapter = adapter_.fork(shared);
    if (!adapter) return fail(command, "to start", describe(adapter.error()));
    Thread& thread = threads_.emplace_back(&command, *std::move(adapter));
    thread.runner.reset(new Runner(*this, command, *thread.adapter));
    Runner* const runner = thread.runner.get();
    try {
      thread.result =
          std::async(std::launch::async, [runner, &command] { return runner->run_thread(command.commands); });
    } catch (const std::system_error& error) {
      threads_.pop_back();
      fail(command, "to start", error.what());
    }
  }

  void wait_for(const Command& command) {
    // The latest of that name: an earlier one is waited for at the end.
    const auto found = std::find_if(threads_.rbegin(), threads_.rend(),
                                    [&](const Thread& each) { return each.command->text == command.text; });
    if (found == threads_.rend()) return fail(command, "success", "no thread " + command.text);
    join(command, *found);
    threads_.erase(std::next(found).base());
  }

  void join_threads() {
    for (Thread& thread : threads_) {
      failed_ = false;
      join(*thread.command, thread);
      if (failed_) ++result_.counts[static_cast<size_t>(CommandKind::thread)].failed;
    }
    threads_.clear();
  }

  /// Waits for the thread, which is stopped if it takes too long, and takes over what it found.
  void join(const Command& waiting, Thread& thread) {
    const auto limit = std::chrono::steady_clock::now() + options_.thread_limit;
    constexpr std::chrono::milliseconds step{20};
    while (!stopped_ && thread.result.wait_for(step) != std::future_status::ready) {
      if (std::chrono::steady_clock::now() < limit) continue;
      fail(waiting, fmt::format("thread {} to end", thread.command->text),
           fmt::format("it has not after {} ms, and is stopped", options_.thread_limit.count()));
      break;
    }
    thread.runner->stopped_ = true;
    // Again and again, since it may be between two commands.
    while (thread.result.wait_for(step) != std::future_status::ready) thread.adapter->interrupt();
    take(thread.result.get());
  }

  void take(ScriptResult&& found) {
    for (size_t kind = 0; kind < command_kind_count; ++kind) {
      result_.counts[kind].run += found.counts[kind].run;
      result_.counts[kind].failed += found.counts[kind].failed;
    }
    result_.messages += found.messages;
    std::ranges::move(found.failures, std::back_inserter(result_.failures));
    std::ranges::move(found.mismatches, std::back_inserter(result_.mismatches));
    trace_.add(found.digest);
  }

  // --- modules and instances

  Outcome<Id> load(const ModuleSource& source) {
    return seen(source.binary ? adapter_.load(*source.binary) : failure(source.binary.error()));
  }

  /// Tells the trace how something went.
  template <class T>
  Outcome<T> seen(Outcome<T> outcome) {
    if (outcome) {
      trace_.add_success();
    } else {
      trace_.add(outcome.error());
    }
    return outcome;
  }

  Outcome<Id> make_instance(Id module) {
    Outcome<Id> instance = seen(adapter_.instantiate(module));
    if (instance) live_.push_back(*instance);
    return instance;
  }

  Outcome<Id> define(const ModuleSource& source) {
    latest_definition_.reset();
    Outcome<Id> module = load(source);
    if (module) {
      latest_definition_ = *module;
      if (!source.name.empty()) definitions_[source.name] = *module;
    }
    return module;
  }

  Outcome<Id> instantiate(Id module, const std::string& name) {
    Outcome<Id> instance = make_instance(module);
    if (instance) {
      latest_instance_ = *instance;
      if (!name.empty()) instances_[name] = *instance;
    }
    return instance;
  }

  // After a module that failed there is no latest instance: what follows must not run on the one before.
  void run_module(const Command& command) {
    latest_instance_.reset();
    if (!command.module.name.empty()) instances_.erase(command.module.name);
    Outcome<Id> module = define(command.module);
    expect_success(command, module ? instantiate(*module, command.module.name) : module);
  }

  void run_instance(const Command& command) {
    latest_instance_.reset();
    const std::optional<Id> module = find(definitions_, latest_definition_, command.definition);
    if (!module) return fail(command, "success", "no module definition " + command.definition);
    expect_success(command, instantiate(*module, command.name));
  }

  static std::optional<Id> find(const std::map<std::string, Id>& named, std::optional<Id> latest,
                                const std::string& name) {
    if (name.empty()) return latest;
    const auto found = named.find(name);
    return found == named.end() ? std::nullopt : std::optional{found->second};
  }

  Outcome<Id> instance(const std::string& name) const {
    if (const std::optional<Id> id = find(instances_, latest_instance_, name)) return *id;
    return failure(ErrorCategory::host, name.empty() ? "no instance" : "no instance " + name);
  }

  Outcome<void> register_instance(const Command& command) {
    const Outcome<Id> id = instance(command.name);
    if (!id) return std::unexpected(id.error());
    return adapter_.register_instance(*id, command.text);
  }

  // --- actions

  Outcome<std::vector<Value>> act(const Action& action, const std::vector<Pattern>& expected = {}) {
    Outcome<std::vector<Value>> values = perform(action);
    if (values) {
      trace_.add(*values, expected);
    } else {
      trace_.add(values.error());
    }
    return values;
  }

  Outcome<std::vector<Value>> perform(const Action& action) {
    const Outcome<Id> id = instance(action.instance);
    if (!id) return std::unexpected(id.error());
    if (!action.is_get) return adapter_.invoke(*id, action.field, action.arguments);
    const Outcome<Value> value = adapter_.get(*id, action.field);
    if (!value) return std::unexpected(value.error());
    return std::vector{*value};
  }

  void run_assert_return(const Command& command) {
    const Outcome<std::vector<Value>> values = act(command.action, command.expected);
    if (!values) return fail(command, to_string(command.expected), describe(values.error()));
    bool good = values->size() == command.expected.size();
    for (size_t i = 0; good && i < values->size(); ++i) good = matches((*values)[i], command.expected[i]);
    if (!good) fail(command, to_string(command.expected), to_string(*values));
  }

  // --- what should fail

  Attempt attempt(const Command& command) {
    if (command.has_module) return attempt_instantiate(command.module);
    const Outcome<std::vector<Value>> values = act(command.action);
    if (values) return {std::nullopt, "return"};
    return {values.error(), {}};
  }

  Attempt attempt_load(const ModuleSource& source) {
    const Outcome<Id> module = load(source);
    if (module) return {std::nullopt, "a valid module"};
    return {module.error(), {}};
  }

  // The instance of an assertion is nobody's latest.
  Attempt attempt_instantiate(const ModuleSource& source) {
    const Outcome<Id> module = load(source);
    if (!module) return {module.error(), {}};
    const Outcome<Id> instance = make_instance(*module);
    if (instance) return {std::nullopt, "an instance"};
    return {instance.error(), {}};
  }

  void expect_failure(const Command& command, ErrorCategory category, const Attempt& attempt) {
    const std::string expected = fmt::format("{}: {}", category_text(category), command.text);
    if (!attempt.failure) return fail(command, expected, std::string{attempt.step});
    if (attempt.failure->category != category) return fail(command, expected, describe(*attempt.failure));
    if (category == ErrorCategory::exception) return;  // assert_exception names no message
    ++result_.messages;
    if (attempt.failure->message.starts_with(command.text)) return;
    result_.mismatches.push_back({command.id, command.position, command.kind, expected, describe(*attempt.failure)});
    if (options_.strict_messages) fail(command, expected, describe(*attempt.failure));
  }

  template <class T>
  void expect_success(const Command& command, const Outcome<T>& outcome) {
    if (!outcome) fail(command, "success", describe(outcome.error()));
  }

  void fail(const Command& command, std::string expected, std::string got) {
    failed_ = true;
    result_.failures.push_back({command.id, command.position, command.kind, std::move(expected), std::move(got)});
  }

  Script own_script_;  // a thread's: just the path
  const Script& script_;
  Adapter& adapter_;
  const RunOptions& options_;
  ScriptResult result_;
  Trace trace_;
  bool failed_ = false;               // the command in hand
  std::atomic<bool> stopped_{false};  // no more commands, and no more waiting
  std::vector<Thread> threads_;       // not waited for yet
  std::vector<Id> live_;              // in the order they were made
  std::map<std::string, Id> definitions_;
  std::map<std::string, Id> instances_;
  std::optional<Id> latest_definition_;
  std::optional<Id> latest_instance_;
};

}  // namespace

bool contains(const Command& command, const std::string& id) {
  return command.id == id ||
         std::ranges::any_of(command.commands, [&](const Command& each) { return contains(each, id); });
}

ScriptResult run(const Script& script, Adapter& adapter, const RunOptions& options) {
  return Runner{script, adapter, options}.run();
}

}  // namespace invar::spec
