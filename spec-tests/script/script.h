// A conformance script (.wast) in memory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "spec-tests/script/value.h"

namespace invar::spec {

/// One enumerator per row of commands.def.
enum class CommandKind : u8 {
#define COMMAND(name, keyword, kind) name,
#include "spec-tests/script/commands.def"
#undef COMMAND
};

inline constexpr size_t command_kind_count = 0
#define COMMAND(name, keyword, kind) +1
#include "spec-tests/script/commands.def"
#undef COMMAND
    ;

enum class CommandClass : u8 { module, action, session, assertion };

struct CommandKindInfo {
  std::string_view keyword;
  CommandClass kind;
};
inline constexpr CommandKindInfo command_kind_infos[] = {
#define COMMAND(name, keyword, kind) {keyword, CommandClass::kind},
#include "spec-tests/script/commands.def"
#undef COMMAND
};
constexpr const CommandKindInfo& info(CommandKind kind) { return command_kind_infos[static_cast<size_t>(kind)]; }

/// A module as a script writes it.
struct ModuleSource {
  std::string name;                ///< Without '$'; empty if it has none.
  Result<std::vector<u8>> binary;  ///< Or why the text is malformed.
};

/// invoke or get.
struct Action {
  bool is_get = false;
  std::string instance;  ///< Without '$'; empty for the latest.
  std::string field;
  std::vector<Value> arguments;
};

struct Command {
  CommandKind kind = CommandKind::module;
  TextPosition position;
  /// Hash of the command's tokens, eight hexadecimal digits; ".2" and so on where a script repeats itself. Independent
  /// of the place in the script, of white space and of comments.
  std::string id;
  ModuleSource module;              ///< module, module_definition and the assertions about modules.
  bool has_module = false;          ///< assert_trap and assert_exhaustion: of `module`, not of `action`.
  Action action;                    ///< invoke, get and the assertions about actions.
  std::vector<Pattern> expected;    ///< assert_return
  std::string text;                 ///< The expected message; register: the name; thread, wait: the thread's name.
  std::vector<std::string> shared;  ///< thread: the instances that it shares.
  std::vector<Command> commands;    ///< thread: what it does.
  std::string name;                 ///< register: the instance; module_instance: its name.
  std::string definition;           ///< module_instance: the definition's name.
  std::string error;                ///< Set if the command could not be understood: why.
};

/// Is it the command with this id, or does it contain it?
bool contains(const Command& command, const std::string& id);

struct Script {
  std::string path;
  std::vector<Command> commands;
};

}  // namespace invar::spec
