// Numeric handlers of instructions with operands or results of f32 or f64 and no v128.
#include "engine/interp/numeric_handlers.h"

namespace invar::interp {

constexpr NumericRowsByOp float_rows = make_numeric_rows<NumericClass::floating>();

}  // namespace invar::interp
