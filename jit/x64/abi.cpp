#include "jit/x64/abi.h"

namespace invar::jit::x64 {

CallShape::CallShape(const FuncType& type) {
  u32 integers = 0, vectors = 0, slots = 0;
  const auto size_of = [](Type type) { return type == Type::v128 ? 2u : 1u; };
  for (const ValType param : type.params) {
    ArgumentPlace place{.type = type_of(param), .slot = slots};
    slots += size_of(place.type);
    if (is_integer(place.type)) {
      if (integers < std::size(integer_arguments)) place.reg = integer_arguments[integers++];
    } else if (vectors < vector_arguments) {
      place.reg = vector_register(vectors++);
    }
    if (place.reg == no_reg) {
      place.stack = stack_arguments;
      stack_arguments += size_of(place.type);
    }
    arguments.push_back(place);
  }
  integers = vectors = slots = 0;
  for (const ValType result : type.results) {
    ArgumentPlace place{.type = type_of(result), .slot = slots};
    slots += size_of(place.type);
    if (is_integer(place.type)) {
      if (integers < std::size(integer_results)) place.reg = integer_results[integers++];
    } else if (vectors < vector_results) {
      place.reg = vector_register(vectors++);
    }
    is_supported &= place.reg != no_reg;
    results.push_back(place);
  }
}

}  // namespace invar::jit::x64
