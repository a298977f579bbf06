#include "jit/machine/call_shape.h"

namespace invar::jit {

namespace {

/// All values in registers as far as those go.
void set_places(std::vector<ArgumentPlace>& places, std::span<const ValType> types,
                std::span<const Reg> integer_registers, u32 vector_registers) {
  places.clear();
  u32 integers = 0, vectors = 0, slots = 0;
  for (const ValType type : types) {
    ArgumentPlace place{.type = type_of(type), .slot = slots};
    slots += place.words();
    if (is_integer(place.type)) {
      if (integers < integer_registers.size()) place.reg = integer_registers[integers++];
    } else if (vectors < vector_registers) {
      place.reg = vector_register(vectors++);
    }
    places.push_back(place);
  }
}

}  // namespace

void CallShape::set(const FuncType& type, const CallConvention& convention) {
  set_places(arguments, type.params, convention.integer_arguments, convention.vector_arguments);
  set_places(results, type.results, convention.integer_results, convention.vector_results);
  stack_arguments = 0;
  for (ArgumentPlace& place : arguments) {
    if (place.reg != no_reg) continue;
    place.stack = stack_arguments;
    stack_arguments += place.words();
  }
  is_supported = true;
  for (const ArgumentPlace& place : results) is_supported &= place.reg != no_reg;
}

}  // namespace invar::jit
