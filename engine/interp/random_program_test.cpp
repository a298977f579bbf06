// Random functions, run by the interpreter and evaluated beside it as they are written. Finds what a hand-written case
// does not think of: operands in every place, register pressure, locals that change while old values wait on the stack.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <random>

#include "engine/runtime/testing.h"
#include "engine/semantics/semantics.h"

namespace invar {
namespace {

/// A value with its type as the random programs know it.
struct Number {
  ValKind kind = ValKind::i32;
  u64 bits = 0;
};

constexpr std::array kinds = {ValKind::i32, ValKind::i64, ValKind::f32, ValKind::f64};

std::string_view name_of(ValKind kind) {
  constexpr std::array names = {"i32", "i64", "f32", "f64"};
  return names[static_cast<size_t>(kind)];
}

f32 as_f32(u64 bits) { return std::bit_cast<f32>(static_cast<u32>(bits)); }
f64 as_f64(u64 bits) { return std::bit_cast<f64>(bits); }

/// Writes one function in folded text and evaluates each piece at once: control flow is decided while it is written, so
/// that the text has branches and the evaluation knows which way they go.
class Generator {
 public:
  explicit Generator(u32 seed) : random_(seed) {
    for (size_t i = 0; i < locals_.size(); ++i) locals_[i] = {kinds[i % kinds.size()], 0};
  }

  /// A function without parameters that leaves an i64 made of everything it computed.
  std::string function() {
    std::string body;
    for (int i = 0; i < 12; ++i) body += statement(3);
    std::string sum = "(i64.const 0)";
    u64 total = 0;
    for (size_t i = 0; i < locals_.size(); ++i) {
      const Number local = locals_[i];
      std::string get = fmt::format("(local.get {})", i);
      switch (local.kind) {
        case ValKind::i32:
          get = fmt::format("(i64.extend_i32_u {})", get);
          break;
        case ValKind::f32:
          get = fmt::format("(i64.extend_i32_u (i32.reinterpret_f32 {}))", get);
          break;
        case ValKind::f64:
          get = fmt::format("(i64.reinterpret_f64 {})", get);
          break;
        default:
          break;
      }
      sum = fmt::format("(i64.add (i64.mul {} (i64.const 31)) {})", sum, get);
      total = total * 31 + local.bits;
    }
    expected_ = total;
    std::string locals;
    for (const Number& local : locals_) locals += fmt::format(" {}", name_of(local.kind));
    return fmt::format("(func (export \"run\") (result i64) (local{})\n{}{})", locals, body, sum);
  }

  u64 expected() const { return expected_; }

 private:
  u32 pick(u32 count) { return static_cast<u32>(random_() % count); }

  size_t pick_local(ValKind kind) { return static_cast<size_t>(kind) + kinds.size() * pick(3); }

  Number constant(ValKind kind) {
    constexpr std::array<u64, 8> interesting = {0, 1, 2, 7, 0xffffffff, 0x80000000, 0x7fff, 0x8000};
    switch (kind) {
      case ValKind::i32:
        return {kind, pick(2) == 0 ? interesting[pick(8)] & 0xffffffff : u64{pick(1000)}};
      case ValKind::i64:
        return {kind, pick(2) == 0 ? interesting[pick(8)] << pick(33) : random_()};
      case ValKind::f32:
        return {kind, std::bit_cast<u32>(static_cast<f32>(pick(64)) / 4)};
      default:
        return {kind, std::bit_cast<u64>(static_cast<f64>(pick(64)) / 8)};
    }
  }

  std::string text_of(Number number) {
    switch (number.kind) {
      case ValKind::i32:
        return fmt::format("(i32.const {})", static_cast<s32>(number.bits));
      case ValKind::i64:
        return fmt::format("(i64.const {})", static_cast<s64>(number.bits));
      case ValKind::f32:
        return fmt::format("(f32.reinterpret_i32 (i32.const {}))", static_cast<s32>(number.bits));
      default:
        return pick(2) == 0 ? fmt::format("(f64.const {})", as_f64(number.bits))
                            : fmt::format("(f64.reinterpret_i64 (i64.const {}))", static_cast<s64>(number.bits));
    }
  }

  /// An expression of the kind; its value is left in `value`. `evaluated`: does the program get here?
  std::string expression(ValKind kind, u32 depth, bool evaluated, Number& value) {
    if (depth == 0 || pick(8) == 0) {
      if (pick(3) == 0) {
        value = constant(kind);
        return text_of(value);
      }
      const size_t local = pick_local(kind);
      value = locals_[local];
      return fmt::format("(local.get {})", local);
    }
    switch (pick(10)) {
      case 9:
        return caught(kind, depth, evaluated, value);
      case 0: {
        const size_t local = pick_local(kind);
        std::string text = fmt::format("(local.tee {} {})", local, expression(kind, depth - 1, evaluated, value));
        if (evaluated) locals_[local] = value;
        return text;
      }
      case 1: {  // select
        Number a, b, condition;
        std::string text = expression(kind, depth - 1, evaluated, a);
        text += expression(kind, depth - 1, evaluated, b);
        text += expression(ValKind::i32, depth - 1, evaluated, condition);
        value = condition.bits != 0 ? a : b;
        return fmt::format("(select {})", text);
      }
      case 2: {  // if with a result
        Number condition, a, b;
        const std::string test = this->condition(depth - 1, evaluated, condition);
        const std::string then = expression(kind, depth - 1, evaluated && condition.bits != 0, a);
        const std::string otherwise = expression(kind, depth - 1, evaluated && condition.bits == 0, b);
        value = condition.bits != 0 ? a : b;
        return fmt::format("(if (result {}) {} (then {}) (else {}))", name_of(kind), test, then, otherwise);
      }
      case 3: {  // a block left early with a value
        Number early, condition, late;
        const std::string a = expression(kind, depth - 1, evaluated, early);
        const std::string test = this->condition(depth - 1, evaluated, condition);
        const std::string b = expression(kind, depth - 1, evaluated && condition.bits == 0, late);
        value = condition.bits != 0 ? early : late;
        return fmt::format("(block (result {}) (drop (br_if 0 {} {})) {})", name_of(kind), a, test, b);
      }
      case 4: {  // a call with arguments of all kinds
        Number a, b, c;
        std::string text = expression(ValKind::i64, depth - 1, evaluated, a);
        text += expression(kind, depth - 1, evaluated, b);
        text += expression(ValKind::f64, depth - 1, evaluated, c);
        value = b;
        return fmt::format("(call $second_{} {})", name_of(kind), text);
      }
      case 5: {  // through memory
        Number stored;
        const std::string text = expression(kind, depth - 1, evaluated, stored);
        value = stored;
        return fmt::format("(block (result {0}) ({0}.store offset=8 (i32.const 16) {1}) ({0}.load (i32.const 24)))",
                           name_of(kind), text);
      }
      default:
        return operation(kind, depth, evaluated, value);
    }
  }

  /// A value that is thrown, or not, and then another is computed.
  std::string caught(ValKind kind, u32 depth, bool evaluated, Number& value) {
    Number thrown, condition, otherwise;
    const std::string_view name = name_of(kind);
    std::string body;
    if (pick(2) == 0) {
      body = expression(kind, depth - 1, evaluated, thrown);
      body += this->condition(depth - 1, evaluated, condition);
      body = fmt::format("(drop (call $throw_if_{} {}))", name, body);
    } else {
      const std::string test = this->condition(depth - 1, evaluated, condition);
      const std::string text = expression(kind, depth - 1, evaluated && condition.bits != 0, thrown);
      body = fmt::format("(if {} (then (throw ${} {})))", test, name, text);
    }
    body += expression(kind, depth - 1, evaluated && condition.bits == 0, otherwise);
    value = condition.bits != 0 ? thrown : otherwise;
    switch (pick(5)) {
      case 0:
        return fmt::format("(block (result {0}) (try_table (result {0}) (catch ${0} 0) {1}))", name, body);
      case 1:
        return fmt::format(
            "(call $first_{0} (block (result {0} exnref) (try_table (result {0}) (catch_ref ${0} 0) {1}) (ref.null "
            "exn)))",
            name, body);
      case 2:
        return fmt::format("(try (result {0}) (do {1}) (catch ${0}))", name, body);
      case 3:
        return fmt::format("(try (result {0}) (do (try (result {0}) (do {1}) (catch_all (rethrow 0)))) (catch ${0}))",
                           name, body);
      default:
        return fmt::format(
            "(try $outer (result {0}) (do (try (result {0}) (do (try (result {0}) (do {1}) (delegate $outer))) "
            "(catch_all ({0}.const 0)))) (catch ${0}))",
            name, body);
    }
  }

  std::string operation(ValKind kind, u32 depth, bool evaluated, Number& value) {
    Number a, b;
    const auto binary = [&](std::string_view op) {
      const std::string first = expression(kind, depth - 1, evaluated, a);
      return fmt::format("({}.{} {} {})", name_of(kind), op, first, expression(kind, depth - 1, evaluated, b));
    };
    std::string text;
    value.kind = kind;
    if (kind == ValKind::i32) {
      const u32 which = pick(6);
      constexpr std::array<std::string_view, 5> ops = {"add", "sub", "xor", "shl", "shr_s"};
      if (which == 5) {
        text = condition(depth, evaluated, value);
        return text;
      }
      text = binary(ops[which]);
      const u32 x = static_cast<u32>(a.bits), y = static_cast<u32>(b.bits);
      const std::array<u32, 5> results = {semantics::i32_add(x, y), semantics::i32_sub(x, y), semantics::i32_xor(x, y),
                                          semantics::i32_shl(x, y), semantics::i32_shr_s(x, y)};
      value.bits = results[which];
    } else if (kind == ValKind::i64) {
      const u32 which = pick(5);
      constexpr std::array<std::string_view, 5> ops = {"add", "sub", "mul", "and", "rotl"};
      text = binary(ops[which]);
      const std::array<u64, 5> results = {semantics::i64_add(a.bits, b.bits), semantics::i64_sub(a.bits, b.bits),
                                          semantics::i64_mul(a.bits, b.bits), semantics::i64_and(a.bits, b.bits),
                                          semantics::i64_rotl(a.bits, b.bits)};
      value.bits = results[which];
    } else if (kind == ValKind::f32) {
      // Results without NaN, whose bits the processor decides.
      const u32 which = pick(3);
      constexpr std::array<std::string_view, 3> ops = {"min", "max", "copysign"};
      text = binary(ops[which]);
      const std::array<f32, 3> results = {semantics::f32_min(as_f32(a.bits), as_f32(b.bits)),
                                          semantics::f32_max(as_f32(a.bits), as_f32(b.bits)),
                                          semantics::f32_copysign(as_f32(a.bits), as_f32(b.bits))};
      value.bits = std::bit_cast<u32>(results[which]);
    } else {
      const u32 which = pick(3);
      if (which == 2) {
        Number integer;
        text = fmt::format("(f64.convert_i32_s {})", expression(ValKind::i32, depth - 1, evaluated, integer));
        value.bits = std::bit_cast<u64>(semantics::f64_convert_i32_s(static_cast<u32>(integer.bits)));
        return text;
      }
      constexpr std::array<std::string_view, 2> ops = {"min", "max"};
      text = binary(ops[which]);
      const f64 x = as_f64(a.bits), y = as_f64(b.bits);
      value.bits = std::bit_cast<u64>(which == 0 ? semantics::f64_min(x, y) : semantics::f64_max(x, y));
    }
    return text;
  }

  /// An i32 that decides a branch: a comparison, its negation, or any number.
  std::string condition(u32 depth, bool evaluated, Number& value) {
    if (depth == 0 || pick(4) == 0) return expression(ValKind::i32, 0, evaluated, value);
    Number a, b;
    value = {ValKind::i32, 0};
    const ValKind kind = kinds[pick(4)];
    if (pick(5) == 0) {
      std::string text = fmt::format("(i32.eqz {})", condition(depth - 1, evaluated, a));
      value.bits = a.bits == 0;
      return text;
    }
    const std::string first = expression(kind, depth - 1, evaluated, a);
    const std::string second = expression(kind, depth - 1, evaluated, b);
    if (kind == ValKind::i32 || kind == ValKind::i64) {
      const u32 which = pick(4);
      constexpr std::array<std::string_view, 4> ops = {"eq", "lt_s", "ge_u", "gt_s"};
      const s64 x = kind == ValKind::i32 ? static_cast<s32>(a.bits) : static_cast<s64>(a.bits);
      const s64 y = kind == ValKind::i32 ? static_cast<s32>(b.bits) : static_cast<s64>(b.bits);
      const std::array<bool, 4> results = {a.bits == b.bits, x<y, a.bits >= b.bits, x> y};
      value.bits = results[which];
      return fmt::format("({}.{} {} {})", name_of(kind), ops[which], first, second);
    }
    const f64 x = kind == ValKind::f32 ? as_f32(a.bits) : as_f64(a.bits);
    const f64 y = kind == ValKind::f32 ? as_f32(b.bits) : as_f64(b.bits);
    const u32 which = pick(3);
    constexpr std::array<std::string_view, 3> ops = {"eq", "lt", "ge"};
    const std::array<bool, 3> results = {x == y, x < y, x >= y};
    value.bits = results[which];
    return fmt::format("({}.{} {} {})", name_of(kind), ops[which], first, second);
  }

  std::string statement(u32 depth) {
    const ValKind kind = kinds[pick(4)];
    Number value;
    const size_t local = pick_local(kind);
    if (pick(4) == 0) {  // an old value waits on the stack while its local changes
      Number replaced;
      const Number old = locals_[local];
      const std::string text = expression(kind, depth, true, replaced);
      locals_[local] = replaced;
      // The old value goes to another local, read before the expression ran.
      const size_t other = (local + kinds.size()) % locals_.size();
      const std::string out = fmt::format("(local.get {0}) (local.set {0} {1}) (local.set {2})\n", local, text, other);
      locals_[other] = old;
      return out;
    }
    std::string text = expression(kind, depth, true, value);
    locals_[local] = value;
    return fmt::format("(local.set {} {})\n", local, text);
  }

  std::mt19937_64 random_;
  std::array<Number, 12> locals_;
  u64 expected_ = 0;
};

class RandomProgramTest : public RuntimeTest {};

TEST_F(RandomProgramTest, ComputesWhatItsTextSays) {
  constexpr std::string_view helpers = R"(
    (memory 1)
    (func $second_i32 (param i64 i32 f64) (result i32) (local.get 1))
    (func $second_i64 (param i64 i64 f64) (result i64) (local.get 1))
    (func $second_f32 (param i64 f32 f64) (result f32) (local.get 1))
    (func $second_f64 (param i64 f64 f64) (result f64) (local.get 1))
  )";
  std::string throwing;
  for (const ValKind kind : kinds) {
    throwing += fmt::format(R"(
      (tag ${0} (param {0}))
      (func $throw_if_{0} (param {0} i32) (result {0})
        (if (local.get 1) (then (throw ${0} (local.get 0)))) (local.get 0))
      (func $first_{0} (param {0} exnref) (result {0}) (local.get 0)))",
                            name_of(kind));
  }
  for (u32 seed = 0; seed < 2000; ++seed) {
    Generator generator(seed);
    const std::string text = fmt::format("(module {} {} {})", helpers, throwing, generator.function());
    Instance* const instance = instantiate(text);
    ASSERT_TRUE(instance) << text;
    const auto result = call(instance, "run", {});
    ASSERT_TRUE(result.has_value()) << "seed " << seed << "\n" << text;
    ASSERT_EQ(result.value(), generator.expected()) << "seed " << seed << "\n" << text;
  }
}

}  // namespace
}  // namespace invar
