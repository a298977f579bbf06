#include "engine/runtime/trap.h"

namespace invar {

namespace {

struct TrapRow {
  ErrorCategory category;
  std::string_view text;
};

constexpr TrapRow trap_rows[] = {
    {ErrorCategory::trap, ""},
#define TRAP(name, category, text) {ErrorCategory::category, text},
#include "engine/runtime/traps.def"
#undef TRAP
};

}  // namespace

std::string_view text_of(TrapKind kind) { return trap_rows[static_cast<size_t>(kind)].text; }

ErrorCategory category_of(TrapKind kind) { return trap_rows[static_cast<size_t>(kind)].category; }

}  // namespace invar
