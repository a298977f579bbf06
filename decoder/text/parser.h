// Text format -> binary format. spec: text/modules
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/feature.h"
#include "decoder/text/cursor.h"

namespace invar::text {

struct ParseOptions {
  Features features;
  /// Also write `$names` to the name section (for backtraces). Off, only (@name "...") annotations go there, and the
  /// binary is what the text says and no more.
  bool debug_names = false;
};

/// Parses a whole source: one `(module ...)`, or bare module fields. `(module binary "...")` and `(module quote "...")`
/// are understood too. The binary is not validated: decode it. Errors carry line and column.
Result<std::vector<u8>> parse_module(std::string_view source, const ParseOptions& options);
Result<std::vector<u8>> parse_module(std::string_view source, const Features& features);

/// How a script writes a module.
enum class ModuleForm : u8 { text, binary, quote };

/// A `(module ...)` in a script.
struct ScriptModule {
  ModuleForm form = ModuleForm::text;
  bool is_definition = false;     ///< (module definition ...): not to be instantiated at once.
  std::optional<std::string> id;  ///< Without '$'.
  TextPosition position;
  std::string quoted;  ///< If form is quote: the source to give to parse_module.
  /// The binary (not parsed yet if form is quote), or why the text is malformed.
  Result<std::vector<u8>> bytes;
};

/// Parses the `(module ...)` that starts at the cursor's '(', and goes behind its ')' even if the module is malformed.
/// The Result is an error only if there is no module here at all.
Result<ScriptModule> parse_script_module(Cursor& cursor, const ParseOptions& options);

}  // namespace invar::text
