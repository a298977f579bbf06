// Lowering of one vector instruction: its steps are noted first to last, then made backwards like everything else.
#pragma once

#include <optional>

#include "jit/x64/lowering.h"

namespace invar::jit::x64 {

class VectorLowering {
 public:
  VectorLowering(Lowering& lowering, Value value) : lowering_(lowering), value_(value) {}

  struct Row;
  /// Of the table in vector_patterns.def; nullptr if the instruction has none.
  static const Row* row_of(Op op);

  /// The whole instruction.
  void lower(const Row& row);
  /// Sets the flags for an instruction whose way is `truth`: not equal (any_true) or equal (all_true).
  void lower_truth();
  void lower_canonical_nan();

  // The ways of the table. Those that vector_patterns.def does not explain are named for what they compute.
  void unary(const Row& row);              // first a
  void unary_by(const Row& row);           // first a, number
  void binary(const Row& row);             // first a, b
  void binary_by(const Row& row);          // first a, b, number
  void commuting(const Row& row);          // first a, b or b, a
  void reversed(const Row& row);           // first b, a
  void reversed_by(const Row& row);        // first b, a, number
  void inverted(const Row& row);           // not (first a, b)
  void inverted_reversed(const Row& row);  // not (first b, a)
  void conjunction(const Row& row);
  void difference(const Row& row);
  void disjunction(const Row& row);
  void extreme(const Row& row);     // second (first a, b), a
  void no_extreme(const Row& row);  // and not of that
  void with_zero(const Row& row);   // first a, 0
  void negation(const Row& row);    // first 0, a
  void truth(const Row& row);
  void absolute_64(const Row& row);
  void product_64(const Row& row);
  void rounding_product(const Row& row);
  void count_bits(const Row& row);
  void extend_high(const Row& row);
  void product_of_extended(const Row& row);  // number: of the high half?
  void product_of_halves(const Row& row);
  void product_of_spread(const Row& row);  // number: how pshufd brings the lanes to every other place
  void pair_sum_s8(const Row& row);
  void pair_sum_u8(const Row& row);
  void pair_sum_s16(const Row& row);
  void pair_sum_u16(const Row& row);
  void shift(const Row& row);  // number: bits of a lane
  void shift_bytes(const Row& row);
  void shift_signed_bytes(const Row& row);
  void shift_signed_64(const Row& row);
  void complement(const Row& row);
  void bit_select(const Row& row);
  void mask_of(const Row& row);
  void mask_of_words(const Row& row);
  void without_sign(const Row& row);   // number: bytes of a lane
  void with_sign(const Row& row);      // likewise
  void float_extreme(const Row& row);  // likewise; second: what joins equal numbers
  void convert_u32(const Row& row);
  void convert_u32_low(const Row& row);
  void truncate_f32_s(const Row& row);
  void truncate_f32_u(const Row& row);
  void truncate_f64_s(const Row& row);
  void truncate_f64_u(const Row& row);
  void shuffle(const Row& row);
  void swizzle(const Row& row);
  void splat_integer(const Row& row);  // number: bytes of a lane
  void splat_float(const Row& row);    // number: for pshufd
  void extract(const Row& row);        // number: bytes of the result; second: for lane 0
  void extract_signed(const Row& row);
  void extract_float(const Row& row);
  void replace(const Row& row);
  void replace_f32(const Row& row);
  void replace_f64(const Row& row);
  void load(const Row& row);  // number: bytes in memory
  void load_splat(const Row& row);
  void load_splat_32(const Row& row);
  void load_lane(const Row& row);
  void store_lane(const Row& row);  // second: for lane 0

 private:
  /// What a step reads.
  struct Item {
    enum class Kind : u8 { none, value, vreg, literal, immediate, memory };
    Kind kind = Kind::none;
    u32 index = 0;
    bool operator==(const Item&) const = default;
  };
  struct Step {
    Form form = Form::vector;
    u16 id = 0;
    Width width = Width::vector, width_b = Width::vector;
    VReg def = no_vreg;
    Item a = {}, b = {};
    s32 number = no_number;
  };
  static constexpr s32 no_number = -1;

  Item value(Value value) const;
  Item input(u32 index) const { return value(lowering_.node(of_).inputs[index]); }
  Item literal(const V128& bits);
  Item repeated(u64 bits, u32 bytes);
  Item zero() { return literal(V128{}); }
  Item ones() { return repeated(0xff, 1); }
  static Item immediate(u32 number) { return {Item::Kind::immediate, number}; }
  static Item memory() { return {Item::Kind::memory, 0}; }
  bool is_literal(Item item) const { return item.kind == Item::Kind::literal; }
  V128 bits_of(Item literal) const;

  // Noting steps.
  Item note(Step step);
  Item in_register(Item item);
  Item op(u32 id, Item a, Item b, s32 number = no_number);
  Item op(u32 id, Item b) { return op(id, {}, b); }
  Item op_by(u32 id, Item b, s32 number) { return op(id, {}, b, number); }
  Item inverse(Item item) { return op(asmjit::x86::Inst::kIdPxor, item, ones()); }
  /// From or to general registers or memory: `width` of the result, `width_b` of b.
  Item transfer(u32 id, Width width, Width width_b, Item b, s32 number = no_number, Form form = Form::vector);
  /// A shift's count by the lanes' bits, in a vector register (plus something), or an immediate.
  Item count(u32 bits, u32 plus = 0);
  /// What the instruction, whose way ends with an inversion, inverts.
  Item uninverted(const Row& row);
  /// The same of an input that is such an instruction and needed nowhere else; nothing if it is none.
  std::optional<Item> uninverted_input(u32 index);
  bool is_zero(Item item) const { return is_literal(item) && bits_of(item) == V128{}; }
  bool rotated_by_bytes();
  Item extended(u32 id, Item item, bool high);
  Item shuffled(Item from, const u8 (&lanes)[16]);
  bool shuffled_both(Item a, Item b, const u8 (&lanes)[16]);

  // Making them.
  void finish(Item result);
  void make(const Step& step);
  u8 read(Item item, Constraint constraint);
  bool is_read_once(Item item) const;

  Lowering& lowering_;
  const Value value_;
  Value of_ = value_;  ///< Whose inputs: value_, or a node that it takes over.
  ScratchVector<Step> steps_;
};

struct VectorLowering::Row {
  void (VectorLowering::*way)(const Row& row) = nullptr;
  u16 first = 0, second = 0;
  s32 number = 0;
};

}  // namespace invar::jit::x64
