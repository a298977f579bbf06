#include "jit/machine/call_shape.h"

namespace invar::jit {

namespace {

/// All values in registers as far as those go. Returns how many words the others take.
u32 set_places(std::vector<ArgumentPlace>& places, std::span<const ValType> types,
               std::span<const Reg> integer_registers, u32 vector_registers) {
  places.clear();
  u32 integers = 0, vectors = 0, slots = 0, words = 0;
  for (const ValType type : types) {
    ArgumentPlace place{.type = type_of(type), .slot = slots};
    slots += place.words();
    if (is_integer(place.type)) {
      if (integers < integer_registers.size()) place.reg = integer_registers[integers++];
    } else if (vectors < vector_registers) {
      place.reg = vector_register(vectors++);
    }
    if (place.reg == no_reg) {
      place.stack = words;
      words += place.words();
    }
    places.push_back(place);
  }
  return words;
}

}  // namespace

void CallShape::set(const FuncType& type, const CallConvention& convention) {
  stack_arguments = set_places(arguments, type.params, convention.integer_arguments, convention.vector_arguments);
  stack_results = set_places(results, type.results, convention.integer_results, convention.vector_results);
}

}  // namespace invar::jit
