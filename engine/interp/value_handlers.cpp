// Handlers that move values: copies, constants, select, globals, single-value returns, lanes.
#include <array>

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

template <Width width>
struct TypeOfWidth;
template <>
struct TypeOfWidth<Width::int_64> : std::type_identity<u64> {};
template <>
struct TypeOfWidth<Width::float_32> : std::type_identity<f32> {};
template <>
struct TypeOfWidth<Width::float_64> : std::type_identity<f64> {};
template <>
struct TypeOfWidth<Width::vector_128> : std::type_identity<V128> {};
template <Width width>
using Of = typename TypeOfWidth<width>::type;

template <Width width, Loc source>
INVAR_HANDLER(copy) {
  INVAR_ENTER;
  store_slot(fp, field(ip, 0), INVAR_READ(Of<width>, source, 1));
  INVAR_NEXT(2);
}

template <Width width, Loc source>
INVAR_HANDLER(copy_and_jump) {
  INVAR_ENTER;
  store_slot(fp, field(ip, 0), INVAR_READ(Of<width>, source, 1));
  ip += static_cast<s32>(upper(ip));
  INVAR_DISPATCH();
}

INVAR_HANDLER(copy2) {
  INVAR_ENTER;
  fp[field(ip, 0)] = fp[field(ip, 1)];
  fp[field(ip, 2)] = fp[field(ip, 3)];
  INVAR_NEXT(2);
}

INVAR_HANDLER(copy2_and_jump) {
  INVAR_ENTER;
  fp[field(ip, 0)] = fp[field(ip, 1)];
  fp[field(ip, 2)] = fp[field(ip, 3)];
  ip += static_cast<s32>(ip[2] >> 32);
  INVAR_DISPATCH();
}

INVAR_HANDLER(copy3) {
  INVAR_ENTER;
  Slot* to = fp + field(ip, 0);
  const Slot a = fp[field(ip, 1)], b = fp[field(ip, 2)], c = fp[field(ip, 3)];
  to[0] = a;
  to[1] = b;
  to[2] = c;
  INVAR_NEXT(2);
}

template <Width width, bool wide>
[[gnu::always_inline]] inline Of<width> constant_value(const u64* ip) {
  using T = Of<width>;
  if constexpr (is_vector<T>) {
    return std::bit_cast<V128>(std::array<u64, 2>{ip[2], ip[3]});
  } else if constexpr (width == Width::float_64) {
    return std::bit_cast<f64>(ip[2]);
  } else if constexpr (wide && width == Width::int_64) {
    return ip[2];
  } else {
    return immediate<T>(ip);
  }
}

template <Width width, bool wide>
inline constexpr u32 constant_words = width == Width::vector_128                                     ? 4
                                      : width == Width::float_64 || (wide && width == Width::int_64) ? 3
                                                                                                     : 2;

template <Width width, bool wide, Dst dst>
INVAR_HANDLER(constant) {
  INVAR_ENTER;
  INVAR_WRITE(dst, (constant_value<width, wide>(ip)));
  INVAR_NEXT((constant_words<width, wide>));
}

template <Width width, bool wide>
INVAR_HANDLER(constant_to_slot) {
  INVAR_ENTER;
  store_slot(fp, field(ip, 0), constant_value<width, wide>(ip));
  INVAR_NEXT((constant_words<width, wide>));
}

INVAR_HANDLER(constant_and_jump) {
  INVAR_ENTER;
  store_slot(fp, field(ip, 0), static_cast<u32>(static_cast<s16>(field(ip, 1))));
  ip += static_cast<s32>(upper(ip));
  INVAR_DISPATCH();
}

/// The condition has 64 bits: an i32 is zero-extended wherever it is.
template <Width width, Loc condition, Loc a, Loc b, Dst dst>
INVAR_HANDLER(select) {
  INVAR_ENTER;
  using T = Of<width>;
  const T first = INVAR_READ(T, a, 1), second = INVAR_READ(T, b, 2);
  INVAR_WRITE(dst, INVAR_READ(u64, condition, 3) != 0 ? first : second);
  INVAR_NEXT(2);
}

template <Width width, Dst dst>
INVAR_HANDLER(global_get) {
  INVAR_ENTER;
  INVAR_WRITE(dst, load_slot<Of<width>>(inst->globals[upper(ip)], 0));
  INVAR_NEXT(2);
}

template <Width width, Loc source>
INVAR_HANDLER(global_set) {
  INVAR_ENTER;
  store_slot(inst->globals[upper(ip)], 0, INVAR_READ(Of<width>, source, 1));
  INVAR_NEXT(2);
}

template <Width width, Loc source>
INVAR_HANDLER(return_value) {
  INVAR_ENTER;
  const Of<width> value = INVAR_READ(Of<width>, source, 1);
  const Link link = load_link(fp, field(ip, 0));
  store_slot(fp, 0, value);
  // The caller finds the value in its slot and in the first register.
  write<Dst::reg0>(value, ip, fp, r0, r1, f0, f1);
  ip = link.return_ip;
  fp = link.caller_fp;
  INVAR_DISPATCH();
}

template <semantics::NanLanes lanes, Loc source, Dst dst>
INVAR_HANDLER(settle_nan) {
  INVAR_ENTER;
  using semantics::NanLanes;
  if constexpr (lanes == NanLanes::f32) {
    INVAR_WRITE(dst, semantics::canonical_nan(INVAR_READ(f32, source, 1)));
  } else if constexpr (lanes == NanLanes::f64) {
    INVAR_WRITE(dst, semantics::canonical_nan(INVAR_READ(f64, source, 1)));
  } else if constexpr (lanes == NanLanes::f32x4) {
    INVAR_WRITE(dst, semantics::f32x4_canonical_nan(INVAR_READ(V128, source, 1)));
  } else {
    INVAR_WRITE(dst, semantics::f64x2_canonical_nan(INVAR_READ(V128, source, 1)));
  }
  INVAR_NEXT(2);
}

template <Op op, Loc a, Dst dst>
INVAR_HANDLER(extract_lane) {
  INVAR_ENTER;
  INVAR_WRITE(dst, semantics::function_of<op>(INVAR_READ(V128, a, 1), static_cast<u8>(field(ip, 2))));
  INVAR_NEXT(2);
}

template <Op op, Loc a, Loc b, Dst dst>
INVAR_HANDLER(replace_lane) {
  INVAR_ENTER;
  using B = typename Signature<op>::template Operand<1>;
  INVAR_WRITE(dst,
              semantics::function_of<op>(INVAR_READ(V128, a, 1), INVAR_READ(B, b, 2), static_cast<u8>(field(ip, 3))));
  INVAR_NEXT(2);
}

// Tables. Each dimension's size is given beside the index that counts it.

template <Width width>
inline constexpr u32 sources = source_locs<Of<width>>;

template <Width width>
struct Tables {
  template <size_t... i>
  static constexpr auto make_copies(std::index_sequence<i...>) {
    return std::array<Handler, 3>{&copy<width, static_cast<Loc>(i)>...};
  }
  template <size_t... i>
  static constexpr auto make_constants(std::index_sequence<i...>) {
    return std::array<Handler, 8>{&constant<width, (i / dst_count != 0), static_cast<Dst>(i % dst_count)>...};
  }
  template <size_t... i>
  static constexpr auto make_selects(std::index_sequence<i...>) {
    constexpr u32 n = sources<width>;
    return std::array<Handler, sizeof...(i)>{
        &select<width, static_cast<Loc>(i / dst_count / n / n), static_cast<Loc>(i / dst_count / n % n),
                static_cast<Loc>(i / dst_count % n), static_cast<Dst>(i % dst_count)>...};
  }
  template <size_t... i>
  static constexpr auto make_global_gets(std::index_sequence<i...>) {
    return std::array<Handler, dst_count>{&global_get<width, static_cast<Dst>(i)>...};
  }
  template <size_t... i>
  static constexpr auto make_global_sets(std::index_sequence<i...>) {
    return std::array<Handler, 3>{&global_set<width, static_cast<Loc>(i)>...};
  }
  template <size_t... i>
  static constexpr auto make_returns(std::index_sequence<i...>) {
    return std::array<Handler, 4>{&return_value<width, static_cast<Loc>(i)>...};
  }
  static constexpr auto copies = make_copies(std::make_index_sequence<sources<width>>{});
  static constexpr auto constants = make_constants(std::make_index_sequence<8>{});
  static constexpr std::array<Handler, 2> constants_to_slots = {&constant_to_slot<width, false>,
                                                                &constant_to_slot<width, true>};
  static constexpr auto selects =
      make_selects(std::make_index_sequence<3 * sources<width> * sources<width> * dst_count>{});
  static constexpr auto global_gets = make_global_gets(std::make_index_sequence<dst_count>{});
  static constexpr auto global_sets = make_global_sets(std::make_index_sequence<sources<width>>{});
  static constexpr auto returns =
      make_returns(std::make_index_sequence < width == Width::int_64 ? 4 : sources < width >> {});
};

/// Calls `f` with the tables of a width.
template <class F>
auto with_tables(Width width, F f) {
  switch (width) {
    case Width::float_32:
      return f(Tables<Width::float_32>{});
    case Width::float_64:
      return f(Tables<Width::float_64>{});
    case Width::vector_128:
      return f(Tables<Width::vector_128>{});
    default:
      return f(Tables<Width::int_64>{});
  }
}

template <semantics::NanLanes lanes>
struct NanTable {
  static constexpr bool vector = lanes == semantics::NanLanes::f32x4 || lanes == semantics::NanLanes::f64x2;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &settle_nan<lanes, static_cast<Loc>(i / dst_count), available_dst(i % dst_count, vector)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<(vector ? 2 : 3) * dst_count>{});
};

template <Op op>
struct LaneTable {
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    if constexpr (info(op).family == Family::ExtractLane) {
      return std::array<Handler, sizeof...(i)>{
          &extract_lane<op, static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
    } else {
      constexpr u32 values = 3;
      return std::array<Handler, sizeof...(i)>{
          &replace_lane<op, static_cast<Loc>(i / dst_count / values), static_cast<Loc>(i / dst_count % values),
                        static_cast<Dst>(i % dst_count)>...};
    }
  }
  static constexpr auto handlers =
      make(std::make_index_sequence<(info(op).family == Family::ExtractLane ? 2 : 2 * 3) * dst_count>{});
};

template <Op op>
consteval Row lane_rows_of() {
  if constexpr (info(op).family == Family::ExtractLane || info(op).family == Family::ReplaceLane) {
    return LaneTable<op>::handlers.data();
  } else {
    return nullptr;
  }
}

constexpr Row lane_rows[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) lane_rows_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace

Handler copy_handler(Width width, Loc source) {
  return with_tables(width, [&](auto tables) { return tables.copies[static_cast<u32>(source)]; });
}

Handler copy_and_jump_handler(Width width, Loc source) {
  const u32 reg = source == Loc::reg0 ? 0 : 1;
  switch (width) {
    case Width::int_64:
      if (source == Loc::slot) return &copy_and_jump<Width::int_64, Loc::slot>;
      return reg == 0 ? &copy_and_jump<Width::int_64, Loc::reg0> : &copy_and_jump<Width::int_64, Loc::reg1>;
    case Width::float_32:
      return reg == 0 ? &copy_and_jump<Width::float_32, Loc::reg0> : &copy_and_jump<Width::float_32, Loc::reg1>;
    case Width::float_64:
      return reg == 0 ? &copy_and_jump<Width::float_64, Loc::reg0> : &copy_and_jump<Width::float_64, Loc::reg1>;
    case Width::vector_128:
      break;
  }
  return nullptr;
}

Handler copy2_and_jump_handler() { return &copy2_and_jump; }
Handler constant_and_jump_handler() { return &constant_and_jump; }
Handler copy2_handler() { return &copy2; }
Handler copy3_handler() { return &copy3; }

Row const_row(Width width, bool wide) {
  return with_tables(width, [&](auto tables) -> Row { return &decltype(tables)::constants[wide ? dst_count : 0]; });
}

Handler const_to_slot_handler(Width width, bool wide) {
  return with_tables(width, [&](auto tables) { return tables.constants_to_slots[wide ? 1 : 0]; });
}

Row select_row(Width width, Loc condition, Loc a, Loc b) {
  const u32 n = width == Width::vector_128 ? 2 : 3;
  const u32 index = ((static_cast<u32>(condition) * n + static_cast<u32>(a)) * n + static_cast<u32>(b)) * dst_count;
  return with_tables(width, [&](auto tables) -> Row { return &decltype(tables)::selects[index]; });
}

Row global_get_row(Width width) {
  return with_tables(width, [](auto tables) -> Row { return decltype(tables)::global_gets.data(); });
}

Handler global_set_handler(Width width, Loc source) {
  return with_tables(width, [&](auto tables) { return tables.global_sets[static_cast<u32>(source)]; });
}

Handler return_handler(Width width, Loc source) {
  return with_tables(width, [&](auto tables) { return tables.returns[static_cast<u32>(source)]; });
}

Row canonical_nan_row(semantics::NanLanes lanes, Loc source) {
  using semantics::NanLanes;
  const u32 index = static_cast<u32>(source) * dst_count;
  switch (lanes) {
    case NanLanes::f32:
      return &NanTable<NanLanes::f32>::handlers[index];
    case NanLanes::f64:
      return &NanTable<NanLanes::f64>::handlers[index];
    case NanLanes::f32x4:
      return &NanTable<NanLanes::f32x4>::handlers[index];
    case NanLanes::f64x2:
      return &NanTable<NanLanes::f64x2>::handlers[index];
    case NanLanes::none:
      break;
  }
  return nullptr;
}

Row extract_lane_row(Op op, Loc source) {
  return lane_rows[static_cast<size_t>(op)] + static_cast<u32>(source) * dst_count;
}

Row replace_lane_row(Op op, Loc vector, Loc value) {
  return lane_rows[static_cast<size_t>(op)] + (static_cast<u32>(vector) * 3 + static_cast<u32>(value)) * dst_count;
}

}  // namespace invar::interp
