#include "jit/machine/call_shape.h"

namespace invar::jit {

namespace {

/// All values in registers as far as those go. Returns how many words the others take.
u32 set_places(std::vector<ArgumentPlace>& places, std::span<const ValType> types,
               std::span<const Reg> integer_registers, u32 vector_registers) {
  places.clear();
  Places of(static_cast<u32>(integer_registers.size()), vector_registers);
  u32 integers = 0, vectors = 0, slots = 0;
  for (const ValType type : types) {
    ArgumentPlace place{.type = type_of(type), .slot = slots};
    slots += place.words();
    if (!of.in_register(place.type)) {
      place.stack = of.word();
    } else {
      place.reg = is_integer(place.type) ? integer_registers[integers++] : vector_register(vectors++);
    }
    places.push_back(place);
  }
  return of.words();
}

}  // namespace

void CallShape::set(const FuncType& type, const CallConvention& convention) {
  stack_arguments = set_places(arguments, type.params, convention.integer_arguments, convention.vector_arguments);
  stack_results = set_places(results, type.results, convention.integer_results, convention.vector_results);
}

}  // namespace invar::jit
