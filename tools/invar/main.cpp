// The command. Each subcommand has a source file of its own; only the one that is asked for is set up.
#include <csignal>
#include <string_view>

#include "tools/invar/command.h"

namespace {

using namespace invar::tool;

struct Subcommand {
  std::string_view name;
  int (*run)(const Arguments&);
  std::string_view what;
};

constexpr Subcommand subcommands[] = {
    {"run", run_command, "run a module: a WASI program, or a function of it with --invoke"},
    {"compile", compile_command, "translate a module to machine code, which `invar run` loads"},
    {"validate", validate_command, "check modules"},
    {"wat2wasm", wat2wasm_command, "translate the text format to the binary format"},
    {"wasm2wat", wasm2wat_command, "translate the binary format to the text format"},
    {"inspect", inspect_command, "show sections, imports, exports and the proposals that a module uses"},
    {"spec", spec_command, "run conformance scripts (.wast)"},
};

constexpr std::string_view version = "invar " INVAR_VERSION "\n";

int help() {
  std::string text =
      "invar - a WebAssembly engine\n"
      "\n"
      "usage: invar FILE [ARGS...]              run a program; the same as `invar run FILE [ARGS...]`\n"
      "       invar COMMAND [OPTIONS] ...       (each has its own --help)\n"
      "\n"
      "commands:\n";
  for (const Subcommand& each : subcommands) {
    text += "  " + std::string{each.name} + std::string(11 - each.name.size(), ' ') + std::string{each.what} + "\n";
  }
  text +=
      "\n"
      "examples:\n"
      "  invar hello.wat\n"
      "  invar run --dir . --env LANG=C python.wasm -c 'print(1)'\n"
      "  invar run --invoke add math.wat 2 3\n"
      "\n"
      "A file is WebAssembly text or binary, whichever it holds; - is standard input. The exit status is the "
      "program's;\n"
      "134 after a trap, 1 if a module is bad or cannot be read, 2 if the command is used wrongly.\n";
  return print(text) ? 0 : exit_failure;
}

}  // namespace

int main(int argc, char** argv) {
  // A program that writes to a closed pipe is told so by its write; it must not end the engine.
  std::signal(SIGPIPE, SIG_IGN);
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first.empty()) {
    help();
    return exit_usage;
  }
  if (first == "--help" || first == "-h" || first == "help") return help();
  if (first == "--version") return print(version) ? 0 : exit_failure;
  for (const Subcommand& each : subcommands) {
    if (first == each.name) return each.run({argv + 2, argv + argc});
  }
  return run_command({argv + 1, argv + argc});
}
