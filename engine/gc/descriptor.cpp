#include "engine/gc/descriptor.h"

#include "engine/gc/field.h"

namespace invar::gc {

std::expected<Object*, TrapKind> new_described_struct(Heap& heap, const Layout& layout, const Slot* operands,
                                                      bool defaults, const Slot* stack_end) {
  // The layout counts the descriptor as the last of the fields.
  const u32 operand_slots = defaults ? 1 : layout.slots;
  if (operands[operand_slots - 1] == null_ref) return std::unexpected(TrapKind::null_descriptor_reference);
  Object* const made = heap.new_struct(layout, stack_end);
  if (made == nullptr) return std::unexpected(TrapKind::allocation_failure);
  made->length = layout.descriptor;
  if (defaults) {
    std::memset(made->at(header_bytes), 0, layout.descriptor - header_bytes);
    std::memcpy(made->at(layout.descriptor), operands, sizeof(Ref));
  } else {
    store_fields(made, layout, operands);
  }
  return made;
}

}  // namespace invar::gc
