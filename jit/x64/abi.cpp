#include "jit/x64/abi.h"

namespace invar::jit::x64 {

CallShape::CallShape(const FuncType& type) {
  u32 integers = 0, vectors = 0;
  for (const ValType param : type.params) {
    ArgumentPlace place{.type = type_of(param)};
    if (is_integer(place.type)) {
      if (integers < std::size(integer_arguments)) place.reg = integer_arguments[integers++];
    } else if (vectors < vector_arguments) {
      place.reg = vector_register(vectors++);
    }
    if (place.reg == no_reg) place.stack = stack_arguments++;
    is_supported &= place.type != Type::v128;
    arguments.push_back(place);
  }
  integers = vectors = 0;
  for (const ValType result : type.results) {
    ArgumentPlace place{.type = type_of(result)};
    if (is_integer(place.type)) {
      if (integers < std::size(integer_results)) place.reg = integer_results[integers++];
    } else if (vectors < vector_results) {
      place.reg = vector_register(vectors++);
    }
    is_supported &= place.reg != no_reg && place.type != Type::v128;
    results.push_back(place);
  }
}

}  // namespace invar::jit::x64
