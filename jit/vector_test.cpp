// Every vector instruction, compiled, against the interpreter: on lanes at edges and random ones, with operands from
// parameters, constants, memory, one parameter twice, and spilled ones; with and without what only some processors
// have.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "decoder/validate/signature.h"
#include "jit/testing.h"

namespace invar::jit {
namespace {

std::vector<Op> vector_ops() {
  std::vector<Op> ops;
  for (size_t i = 0; i < op_count; ++i) {
    const OpInfo& row = op_infos[i];
    if (row.prefix == 0xfd && row.family != Family::Const) ops.push_back(static_cast<Op>(i));
  }
  return ops;
}

EngineConfig config_of(Compiler* compiler) { return {.features = {}, .deterministic = true, .compiler = compiler}; }

/// How the instruction is compiled.
enum class Way : u8 { usual, baseline, pressure };
CompilerOptions options_of(Way way) {
  return {.check = true, .pressure = way == Way::pressure ? 1u : 0u, .baseline = way == Way::baseline};
}

class Vectors : public ::testing::TestWithParam<std::tuple<Op, Way>> {
 protected:
  u64 lane(u32 bytes) {
    constexpr u64 edges_1[] = {0, 1, 0x7f, 0x80, 0xff, 0x0f, 0x10};
    constexpr u64 edges_2[] = {0, 1, 0x7fff, 0x8000, 0xffff, 0xff, 0x100};
    constexpr u64 edges_4[] = {0,           1,           0x7fff'ffff, 0x8000'0000, 0xffff'ffff, 0x3f80'0000,
                               0xbf80'0000, 0x4f00'0000, 0x4eff'ffff, 0x4f80'0000, 0x4f7f'ffff, 0xcf00'0000,
                               0x7f80'0000, 0xff80'0000, 0x7fc0'0000, 0x7f80'0001, 0xffc1'2345, 0x3f00'0000,
                               0x4020'0000, 0xbf00'0000, 0x4b00'0001, 0x0000'0001};
    constexpr u64 edges_8[] = {0,
                               1,
                               0x7fff'ffff'ffff'ffff,
                               0x8000'0000'0000'0000,
                               ~u64{0},
                               0x3ff0'0000'0000'0000,
                               0xbff0'0000'0000'0000,
                               0x41df'ffff'ffc0'0000,
                               0x41e0'0000'0000'0000,
                               0xc1e0'0000'0000'0000,
                               0xc1e0'0000'0020'0000,
                               0x41ef'ffff'ffe0'0000,
                               0x41ef'ffff'fff0'0000,
                               0x41f0'0000'0000'0000,
                               0x7ff0'0000'0000'0000,
                               0xfff0'0000'0000'0000,
                               0x7ff8'0000'0000'0000,
                               0x7ff0'0000'0000'0001,
                               0x3fe0'0000'0000'0000,
                               0x4004'0000'0000'0000,
                               0x4330'0000'0000'0001};
    const auto one_of = [&](const auto& edges) { return edges[random() % std::size(edges)]; };
    if (random() % 3 == 0) return random() >> (random() % 64);
    return bytes == 1 ? one_of(edges_1) : bytes == 2 ? one_of(edges_2) : bytes == 4 ? one_of(edges_4) : one_of(edges_8);
  }

  V128 vector() {
    V128 result{};
    const u32 bytes = 1u << random() % 4;
    const bool is_splat = random() % 8 == 0;
    u64 bits = lane(bytes);
    for (u32 at = 0; at < 16; at += bytes) {
      std::memcpy(result.bytes + at, &bits, bytes);
      if (!is_splat) bits = lane(bytes);
    }
    return result;
  }

  static std::string constant(const V128& bits) {
    std::string out = "(v128.const i8x16";
    for (const u8 byte : bits.bytes) out += fmt::format(" {}", byte);
    return out + ")";
  }

  std::string constant_of(ValType type) {
    if (type == type_v128) return constant(vector());
    if (type == type_i32) return fmt::format("(i32.const {})", static_cast<u32>(lane(1u << random() % 3)));
    if (type == type_i64) return fmt::format("(i64.const {})", lane(8));
    if (type == type_f32) return fmt::format("(f32.reinterpret_i32 (i32.const {}))", static_cast<u32>(lane(4)));
    return fmt::format("(f64.reinterpret_i64 (i64.const {}))", lane(8));
  }

  /// Lanes of all kinds that are likely to have an instruction of their own, and any.
  std::string shuffle_lanes() {
    u8 lanes[16];
    const u64 kind = random() % 6;
    const u32 bytes = 1u << random() % 4, first = random() % 32;
    for (u32 i = 0; i < 16; ++i) {
      const u32 group = i / bytes;
      if (kind == 0) {
        lanes[i] = static_cast<u8>((first + i) % 32);
      } else if (kind == 1) {
        lanes[i] =
            static_cast<u8>(((group % 2 == first % 2) ? 16 : 0) + (first & 2) * 4 + group / 2 * bytes + i % bytes);
      } else if (kind == 2) {  // groups anywhere
        lanes[i] =
            i % bytes == 0 ? static_cast<u8>(random() % (32 / bytes) * bytes) : static_cast<u8>(lanes[i - 1] + 1);
      } else if (kind == 3) {  // groups that stay
        lanes[i] = static_cast<u8>(i % bytes == 0 ? i + 16 * (random() % 2) : lanes[i - 1] + 1u);
      } else if (kind == 4) {  // of one operand
        lanes[i] = i % bytes == 0 ? static_cast<u8>(first / 16 * 16 + random() % (16 / bytes) * bytes)
                                  : static_cast<u8>(lanes[i - 1] + 1);
      } else {
        lanes[i] = static_cast<u8>(random() % 32);
      }
    }
    if (kind == 4 && bytes == 2) {  // within one half
      const u32 half = random() % 2 * 8;
      for (u32 i = 0; i < 8; ++i) lanes[i + half] = static_cast<u8>(first / 16 * 16 + i + half);
      for (u32 i = 8; i < 16; i += 2) {
        const u32 at = (i + half) % 16;
        lanes[at] = static_cast<u8>(first / 16 * 16 + (8 - half) + random() % 4 * 2);
        lanes[at + 1] = static_cast<u8>(lanes[at] + 1);
      }
    }
    std::string out;
    for (const u8 lane : lanes) out += fmt::format(" {}", lane);
    return out;
  }

  /// The instruction's immediates, one of those that it can have.
  std::string immediates(Op op) {
    const OpInfo& row = info(op);
    std::string out;
    if (row.access != 0 && random() % 2 == 0) out += fmt::format(" offset={}", random() % 32);
    u32 lanes = 0;
    if (row.family == Family::LoadLane || row.family == Family::StoreLane) {
      lanes = 16u / row.access;
    } else if (row.family == Family::ExtractLane || row.family == Family::ReplaceLane) {
      const size_t x = row.mnemonic.find('x');
      lanes = row.mnemonic[x + 1] == '1' ? 16 : static_cast<u32>(row.mnemonic[x + 1] - '0');
    }
    if (lanes != 0) out += fmt::format(" {}", random() % lanes);
    if (row.family == Family::Shuffle) out += shuffle_lanes();
    return out;
  }

  std::mt19937_64 random{1};
};

TEST_P(Vectors, AreAsInTheInterpreter) {
  const auto [op, way] = GetParam();
  const TestCompiler compiler(options_of(way));
  INVAR_NEED_COMPILER(compiler);
  const OpInfo& row = info(op);
  const Signature& signature = signature_of(op);
  random.seed(static_cast<u64>(op));
  std::vector<ValType> params;
  for (size_t i = 0; i < signature.param_count; ++i) {
    const bool is_address = row.signature[i] == 'a';
    params.push_back(is_address ? type_i32 : signature.params[i]);
  }
  const bool has_result = signature.result_count != 0;
  const ValType result = has_result ? signature.results[0] : type_i32;
  const std::string result_text = has_result ? fmt::format("(result {})", to_string(result)) : "";

  std::string text = "(module (memory 1) (func $nothing)";
  constexpr u32 variants = 24;
  for (u32 i = 0; i < variants; ++i) {
    // Each operand is a parameter, a constant, in memory, or the first operand again.
    std::string operands, declared, inner;
    for (size_t k = 0; k < params.size(); ++k) {
      declared += fmt::format(" (param {})", to_string(params[k]));
      const bool is_address = row.signature[k] == 'a';
      switch (i < 2 || is_address ? 0 : random() % 5) {
        case 0:
        case 1:
          operands += fmt::format(" (local.get {})", k);
          break;
        case 2:
          operands += constant_of(params[k]);
          break;
        case 3:
          operands += params[k] == type_v128 ? fmt::format(" (v128.load offset={} (i32.const 0))", random() % 64)
                                             : fmt::format(" (local.get {})", k);
          break;
        default:
          operands += params[0] == params[k] ? " (local.get 0)" : fmt::format(" (local.get {})", k);
      }
    }
    inner = fmt::format("({}{}{})", row.mnemonic, immediates(op), operands);
    text += fmt::format("(func (export \"{}\"){} {}", i, declared, result_text);
    const size_t local = params.size();
    switch (has_result ? i % 4 : 0) {
      case 1:
        text += fmt::format("(local {0}) (call $nothing) (local.set {1} {2}) (call $nothing) (local.get {1}))",
                            to_string(result), local, inner);
        break;
      case 2:  // the operands live on
        text += fmt::format("(local {0}) (local.set {1} {2}) ", to_string(result), local, inner);
        for (size_t k = 0; k < params.size(); ++k) {
          text += params[k] == type_v128
                      ? fmt::format("(v128.store offset={} (i32.const 0) (local.get {}))", 128 + 16 * k, k)
                      : "";
        }
        text += fmt::format("(local.get {}))", local);
        break;
      case 3:
        if (result == type_i32) {
          text += fmt::format("(if (result i32) {} (then (i32.const 1)) (else (i32.const 0))))", inner);
        } else if (result == type_v128) {
          text += fmt::format("(select {} (v128.load (i32.const 3)) (i32.load8_u (i32.const 200))))", inner);
        } else {
          text += inner + ")";
        }
        break;
      default:
        text += inner + ")";
    }
  }
  text += "(func (export \"fill\") (param i32 v128) (v128.store (local.get 0) (local.get 1))))";

  TwoMachines machines(config_of(compiler.get()));
  ASSERT_TRUE(machines.instantiate(text)) << text;
  for (u32 round = 0; round < (way == Way::pressure ? 40 : 120); ++round) {
    for (Slot at = 0; at < 256 && round % 16 == 0; at += 16) {
      const V128 bits = vector();
      std::vector<Slot> arguments = {at, 0, 0};
      std::memcpy(&arguments[1], bits.bytes, 16);
      ASSERT_TRUE(machines.agree("fill", arguments));
    }
    std::vector<Slot> arguments;
    for (size_t k = 0; k < params.size(); ++k) {
      if (row.signature[k] == 'a') {
        arguments.push_back(random() % 10 == 0 ? 65536 - random() % 40 : random() % 64);
      } else if (params[k] == type_v128) {
        u64 halves[2];
        std::memcpy(halves, vector().bytes, 16);
        arguments.insert(arguments.end(), {halves[0], halves[1]});
      } else {
        const bool is_narrow = params[k] == type_i32 || params[k] == type_f32;
        const u64 bits = lane(is_narrow ? 4 : 8);
        arguments.push_back(is_narrow ? static_cast<u32>(bits) : bits);
      }
    }
    for (u32 i = 0; i < variants; ++i) ASSERT_TRUE(machines.agree(std::to_string(i), arguments)) << text;
    ASSERT_TRUE(machines.memories_agree(256));
  }
}

std::string name_of_case(const ::testing::TestParamInfo<std::tuple<Op, Way>>& of) {
  constexpr std::string_view endings[] = {"", "_baseline", "_pressure"};
  const auto& [op, way] = of.param;
  return std::string(info(op).name).append(endings[static_cast<size_t>(way)]);
}

/// Shifts of one vector that are joined: rotations, and what looks like one.
TEST(VectorRotations, AreAsInTheInterpreter) {
  for (const bool baseline : {false, true}) {
    const TestCompiler compiler({.check = true, .baseline = baseline});
    INVAR_NEED_COMPILER(compiler);
    std::string text = "(module (memory 1)";
    u32 functions = 0;
    for (const auto& [shape, bits] : {std::pair("i16x8", 16), std::pair("i32x4", 32), std::pair("i64x2", 64)}) {
      for (int left = 0; left < bits; left += 4) {
        for (const int right : {bits - left, bits - left - 8, left}) {
          for (const std::string_view kind : {"u", "s"}) {
            const std::string shl = fmt::format("({}.shl (local.get 0) (i32.const {}))", shape, left);
            const std::string shr = fmt::format("({}.shr_{} (local.get 0) (i32.const {}))", shape, kind, right);
            text += fmt::format("(func (export \"{}\") (param v128) (result v128) (v128.or {} {}))", functions++,
                                left % 8 == 0 ? shl : shr, left % 8 == 0 ? shr : shl);
          }
        }
      }
    }
    text += ")";
    TwoMachines machines(config_of(compiler.get()));
    ASSERT_TRUE(machines.instantiate(text)) << text;
    const std::vector<Slot> vector = {0x8123'4567'89ab'cdef, 0xfedc'ba98'7654'3210};
    for (u32 i = 0; i < functions; ++i) EXPECT_TRUE(machines.agree(std::to_string(i), vector)) << text;
  }
}

/// What another instruction reads from memory itself, at any address, with its result in an operand's register or not.
TEST(VectorsInMemory, NeedNoAlignment) {
  for (const auto& [baseline, effort] : {std::pair(false, 1u), {true, 1u}, {false, 0u}}) {
    const TestCompiler compiler({.effort = effort, .check = true, .baseline = baseline});
    INVAR_NEED_COMPILER(compiler);
    std::string text = "(module (memory 1) (data (i32.const 0) \"";
    for (u32 i = 0; i < 80; ++i) text += fmt::format("\\{:02x}", (i * 37 + 11) & 0xff);
    text += "\")";
    u32 functions = 0;
    const auto add = [&](std::string_view type, std::string_view op, std::string_view read, std::string_view kept) {
      text += fmt::format(R"((func (export "{}") (param $at i32) (result {} {}) (local $x {})
        (local.set $x ({} (i32.wrap_i64 (i64.extend_i32_u (local.get $at)))))
        (local.set $x ({} (local.get $x) ({} offset=5 (local.get $at)))) (local.get $x) {}))",
                          functions++, type, type, type,
                          type == "v128"  ? "i8x16.splat"
                          : type == "f32" ? "f32.convert_i32_s"
                                          : "f64.convert_i32_s",
                          op, read, kept);
    };
    for (const std::string_view op : {"i8x16.add", "i32x4.sub", "i64x2.mul", "v128.xor", "i16x8.max_s", "f32x4.add",
                                      "f64x2.div", "i8x16.swizzle", "i32x4.dot_i16x8_s", "v128.andnot"}) {
      add("v128", op, "v128.load", "(local.get $x)");
      add("v128", op, "v128.load", "(v128.const i64x2 1 2)");
    }
    for (const std::string_view op : {"add", "sub", "mul", "div", "min", "max", "copysign"}) {
      add("f32", fmt::format("f32.{}", op), "f32.load", "(local.get $x)");
      add("f64", fmt::format("f64.{}", op), "f64.load", "(f64.const 1)");
    }
    for (const std::string_view lane : {"8_lane offset=5 9", "16_lane offset=5 3", "32_lane offset=5 2", "64_lane 1"}) {
      text += fmt::format(R"((func (export "{}") (param $at i32) (result v128)
        (v128.load{} (local.get $at) (i8x16.splat (local.get $at)))))",
                          functions++, lane);
    }
    for (const std::string_view order : {"lt", "gt"}) {
      text += fmt::format(R"((func (export "{}") (param $at i32) (result f64) (local $x f64) (local $y f64)
        (local.set $x (f64.convert_i32_s (local.get $at)))
        (local.set $y (f64.load offset=5 (local.get $at)))
        (select (local.get $x) (local.get $y) (f64.{} (local.get $x) (local.get $y)))))",
                          functions++, order);
    }
    text += ")";
    TwoMachines machines(config_of(compiler.get()));
    ASSERT_TRUE(machines.instantiate(text)) << text;
    for (u32 i = 0; i < functions; ++i) {
      for (const Slot at : {0, 1, 3, 8, 11, 16, 40}) EXPECT_TRUE(machines.agree(std::to_string(i), {at})) << text;
      EXPECT_TRUE(machines.agree(std::to_string(i), {65536 - 12})) << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Vectors,
                         ::testing::Combine(::testing::ValuesIn(vector_ops()),
                                            ::testing::Values(Way::usual, Way::baseline, Way::pressure)),
                         name_of_case);

}  // namespace
}  // namespace invar::jit
