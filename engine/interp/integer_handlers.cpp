// Numeric handlers of instructions with operands or results of i32 and i64 only.
#include "engine/interp/numeric_handlers.h"

namespace invar::interp {

constexpr NumericRowsByOp integer_rows = make_numeric_rows<NumericClass::integer>();

}  // namespace invar::interp
