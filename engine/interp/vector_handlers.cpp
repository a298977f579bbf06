// Numeric handlers of instructions with operands or results of v128.
#include "engine/interp/numeric_handlers.h"

namespace invar::interp {

constexpr NumericRowsByOp vector_rows = make_numeric_rows<NumericClass::vector>();

}  // namespace invar::interp
