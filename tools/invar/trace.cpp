#include "tools/invar/trace.h"

#include <fmt/format.h>

#include <cstdio>

#include "engine/runtime/compiled_module.h"
#include "tools/invar/value_text.h"

namespace invar::tool {

void print_call(const Instance& instance, u32 function, const Slot* arguments) {
  const Module& module = *instance.module;
  std::string line = "trace: ";
  if (function < module.imported_functions) {
    for (const Import& import : module.imports) {
      if (import.kind == ExternKind::func && import.index == function) {
        line += fmt::format("import {}.{}", import.module, import.name);
      }
    }
  } else {
    const std::string name = instance.compiled->function_name(function);
    line += name.empty() ? fmt::format("func {}", function) : name;
  }
  line += '(';
  const char* separator = "";
  for (const ValType type : module.func_type(function).params) {
    line += separator + value_text(arguments, type);
    arguments += slots_of(type);
    separator = ", ";
  }
  line += ")\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace invar::tool
