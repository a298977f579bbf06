#include "jit/ir/fold.h"

#include <array>
#include <bit>
#include <type_traits>

#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::jit {

namespace {

template <class T>
T from_bits(u64 bits) {
  if constexpr (std::is_same_v<T, f32>) {
    return std::bit_cast<f32>(static_cast<u32>(bits));
  } else if constexpr (std::is_same_v<T, f64>) {
    return std::bit_cast<f64>(bits);
  } else {
    return static_cast<T>(bits);
  }
}

template <class T>
u64 to_bits(T value) {
  if constexpr (std::is_same_v<T, f32>) {
    return std::bit_cast<u32>(value);
  } else if constexpr (std::is_same_v<T, f64>) {
    return std::bit_cast<u64>(value);
  } else {
    return value;
  }
}

using Folder = std::optional<u64> (*)(u64 a, u64 b);

struct Row {
  Folder folder = nullptr;
  bool can_trap = false;
};

template <class T>
struct Unwrapped {
  static constexpr bool traps = false;
};
template <class T>
struct Unwrapped<semantics::Trapping<T>> {
  static constexpr bool traps = true;
};

constexpr bool is_scalar(Op op) {
  const Family family = info(op).family;
  const bool numeric =
      family == Family::Test || family == Family::Compare || family == Family::Unary || family == Family::Binary;
  return numeric && !info(op).signature.contains('v');
}

template <Op op>
auto apply(u64 a, [[maybe_unused]] u64 b) {
  using Signature = interp::Signature<op>;
  using A = typename Signature::template Operand<0>;
  if constexpr (Signature::colon == 2) {
    return semantics::function_of<op>(from_bits<A>(a), from_bits<typename Signature::template Operand<1>>(b));
  } else {
    return semantics::function_of<op>(from_bits<A>(a));
  }
}

template <Op op>
consteval Row row_of() {
  if constexpr (is_scalar(op)) {
    constexpr bool traps = Unwrapped<decltype(apply<op>(0, 0))>::traps;
    return {[](u64 a, u64 b) -> std::optional<u64> {
              const auto result = apply<op>(a, b);
              if constexpr (traps) {
                if (!result) return std::nullopt;
                return to_bits(result.value);
              } else {
                return to_bits(result);
              }
            },
            traps};
  } else {
    return {};
  }
}

constexpr Row rows[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) row_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace

std::optional<u64> fold(Op op, u64 a, u64 b) {
  const Folder folder = rows[static_cast<size_t>(op)].folder;
  return folder ? folder(a, b) : std::nullopt;
}

bool can_trap(Op op) { return rows[static_cast<size_t>(op)].can_trap; }

}  // namespace invar::jit
