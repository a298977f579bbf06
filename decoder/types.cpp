#include "decoder/types.h"

#include <fmt/format.h>

namespace invar {

namespace {

constexpr std::string_view heap_names[] = {
    "any",    "eq",     "i31",      "struct", "array", "none", "func",
    "nofunc", "extern", "noextern", "exn",    "noexn", "cont", "nocont",
};

// What `(ref null heap)` is called for short.
constexpr std::string_view short_reference_names[] = {
    "anyref",      "eqref",     "i31ref",        "structref", "arrayref",   "nullref", "funcref",
    "nullfuncref", "externref", "nullexternref", "exnref",    "nullexnref", "contref", "nullcontref",
};

}  // namespace

std::string to_string(HeapType type) {
  if (type.kind == Heap::index)
    return fmt::format("{}{}{}", type.is_exact ? "(exact " : "", type.index, type.is_exact ? ")" : "");
  return std::string(heap_names[static_cast<size_t>(type.kind)]);
}

std::string to_string(ValType type) {
  switch (type.kind()) {
    case ValKind::i32:
      return "i32";
    case ValKind::i64:
      return "i64";
    case ValKind::f32:
      return "f32";
    case ValKind::f64:
      return "f64";
    case ValKind::v128:
      return "v128";
    case ValKind::bottom_ref:
      return "(ref bot)";
    case ValKind::bottom:
      return "bot";
    case ValKind::ref:
      break;
  }
  const HeapType heap = type.heap();
  if (type.nullable() && heap.kind != Heap::index) {
    return std::string(short_reference_names[static_cast<size_t>(heap.kind)]);
  }
  return fmt::format("(ref {}{})", type.nullable() ? "null " : "", to_string(heap));
}

std::string to_string(std::span<const ValType> types) {
  std::string out = "[";
  for (ValType type : types) {
    if (out.size() > 1) out += ' ';
    if (out.size() > 200) {
      out += "...";
      break;
    }
    out += to_string(type);
  }
  return out + "]";
}

std::string to_string(const FuncType& type) {
  return fmt::format("{} -> {}", to_string(std::span(type.params)), to_string(std::span(type.results)));
}

}  // namespace invar
