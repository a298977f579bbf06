#include "jit/ir/bulk_loops.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/semantics/identities.h"
#include "jit/ir/block_order.h"
#include "jit/ir/bounds.h"
#include "jit/ir/loop_parts.h"
#include "jit/ir/node_maker.h"

namespace invar::jit {

namespace {

constexpr u64 least_bytes = 64;  // of which a call is worth it
constexpr u32 most_nodes = 256;
constexpr u32 most_terms = 8;

/// In front of such a loop, it is computed how often it certainly turns. If that is often enough, a builtin does as
/// many turns at once, provided that none of them would trap and that it comes to the same; and the loop goes on from
/// there. So all that depends on the last turn, and every trap, is still the loop's.
class BulkLoops {
 public:
  BulkLoops(Function& function, const Module& module) : function_(function), module_(module), maker_(function) {}

  void run() {
    const u32 blocks = static_cast<u32>(function_.blocks.size());
    for (u32 block = 0; block < blocks; ++block) {
      if (function_.blocks[block].loop_end == 0) continue;
      header_ = block;
      if (is_bulk_loop()) transform();
    }
    if (!added_.empty()) place_blocks(blocks);
  }

 private:
  /// A sum modulo 2^32: a phi of the loop's header, perhaps a value from in front of the loop, and a constant.
  struct Sum {
    Value phi = no_value;
    Value base = no_value;
    u32 more = 0;
  };
  /// What is added in each turn, modulo 2^32.
  struct Step {
    u32 by = 0;
    bool is_down() const { return by >= modulus / 2; }
    u32 size() const { return is_down() ? 0 - by : by; }
    bool operator==(const Step&) const = default;
  };
  struct Access {
    Sum at;
    u64 offset;
    u32 bytes;
    u32 memory;
    Value node;
  };
  /// The loop goes on while `counted` is `relation` the limit; no_value: zero.
  struct End {
    Op relation;
    Sum counted;
    Value limit;
  };
  struct Added {
    u32 header;
    u32 first;  ///< Of two blocks that are to stand in front of it.
  };

  Node& node(Value value) { return function_.nodes[value]; }
  Block& header() { return function_.blocks[header_]; }
  bool is_constant(Value value) const { return function_.nodes[value].kind == Kind::constant; }
  bool is_inside(u32 block) { return block >= header_ && block < header().loop_end; }
  bool is_in_loop(Value value) const { return value < loop_of_.size() && loop_of_[value] == header_ + 1; }

  // What the loop does.

  /// Each of these takes in what the next ones look at.
  bool is_bulk_loop() { return is_chain() && takes_in_nodes() && finds_end() && has_known_phis() && is_transfer(); }

  /// One way in, one way back, one block behind the other between them, no loop among them, and one way out.
  bool is_chain() {
    const Block& first = header();
    if (first.predecessors.size() != 2) return false;
    const u32 last = first.loop_end - 1;
    way_back_ = first.predecessors[0] == last ? 0 : 1;
    const u32 before = first.predecessors[1 - way_back_];
    if (first.predecessors[way_back_] != last || before >= header_) return false;
    if (node(function_.blocks[before].nodes.back()).kind != Kind::jump) return false;
    exit_ = no_block;
    for (u32 block = header_; block <= last; ++block) {
      const Block& at = function_.blocks[block];
      if (at.loop_end != 0 && block != header_) return false;  // at once: nests can be deep
      const u32 next = block == last ? header_ : block + 1;
      const Kind kind = node(at.nodes.back()).kind;
      if (std::ranges::find(at.successors, next) == at.successors.end()) return false;
      if (kind == Kind::branch && exit_ == no_block) {
        exit_ = block;
        if (is_inside(at.successors[0]) && is_inside(at.successors[1])) return false;
      } else if (kind != Kind::jump) {
        return false;
      }
    }
    return exit_ != no_block;
  }

  /// False if there is something that is neither pure nor an access to memory.
  bool takes_in_nodes() {
    u32 nodes = 0;
    bool stores = false;
    for (u32 block = header_; block < header().loop_end; ++block) {
      for (const Value value : function_.blocks[block].nodes) {
        const Node& n = node(value);
        if (++nodes > most_nodes) return false;
        if (n.kind == Kind::store) stores = true;
        if (n.kind != Kind::load && n.kind != Kind::store && n.kind != Kind::locate && !is_terminator(n.kind) &&
            !is_pure(n.kind)) {
          return false;
        }
      }
    }
    if (!stores) return false;
    if (loop_of_.empty()) loop_of_.resize(function_.nodes.size());
    loads_.clear();
    stores_.clear();
    for (const Value phi : header().phis) {
      if (in_front(phi) == phi) loop_of_[phi] = header_ + 1;
    }
    for (u32 block = header_; block < header().loop_end; ++block) {
      for (const Value value : function_.blocks[block].nodes) {
        loop_of_[value] = header_ + 1;
        const Kind kind = node(value).kind;
        if ((kind == Kind::load || kind == Kind::store) && !add_access(value)) return false;
      }
    }
    return true;
  }

  bool add_access(Value value) {
    const Node& n = node(value);
    const Family family = info(n.op).family;
    if (family != Family::Load && family != Family::Store) return false;
    Value address = n.inputs[0];
    u64 offset = n.imm;
    u32 memory = 0;
    if (node(address).kind == Kind::element) return false;
    if (node(address).kind == Kind::locate) {
      offset = node(address).imm;
      memory = node(address).index;
      address = node(address).inputs[0];
    }
    if (module_.memories[memory].is_shared || node(address).type != Type::i32) return false;
    const std::optional<Sum> at = sum_of(address);
    if (!at) return false;
    (n.kind == Kind::load ? loads_ : stores_).push_back({*at, offset, info(n.op).access, memory, value});
    return true;
  }

  std::optional<Sum> sum_of(Value value) {
    Sum made;
    for (u32 terms = 0; terms < most_terms; ++terms) {
      const Node& n = node(value);
      if (n.kind == Kind::phi && is_in_loop(value)) {
        made.phi = value;
        return made;
      }
      if (n.kind != Kind::numeric || n.op != Op::i32_add || !is_in_loop(value)) return std::nullopt;
      const auto [a, b] = std::pair(n.inputs[0], n.inputs[1]);
      if (is_constant(b)) {
        made.more += static_cast<u32>(node(b).imm);
        value = a;
        continue;
      }
      if (made.base != no_value || is_in_loop(a) == is_in_loop(b)) return std::nullopt;
      made.base = in_front(is_in_loop(a) ? b : a);
      value = is_in_loop(a) ? a : b;
    }
    return std::nullopt;
  }

  /// What a phi of the header grows by in each turn.
  std::optional<Step> step_of(Value phi) {
    if (node(phi).type != Type::i32) return std::nullopt;
    const std::optional<Sum> next = sum_of(function_.list(node(phi))[way_back_]);
    if (!next || next->phi != phi || next->base != no_value) return std::nullopt;
    return Step{next->more};
  }
  Value start_of(Value phi) { return function_.list(node(phi))[1 - way_back_]; }
  /// What was there before the loop is what it is; so is a phi of the header that stays what it begins as.
  Value in_front(Value value) {
    if (node(value).kind != Kind::phi) return value;
    const std::span<const Value> inputs = function_.list(node(value));
    return inputs.size() == 2 && inputs[way_back_] == value ? start_of(value) : value;
  }

  bool finds_end() {
    const Block& at = function_.blocks[exit_];
    const Comparison goes_on = comparison_of(function_, node(at.nodes.back()).inputs[0], is_inside(at.successors[1]));
    end_ = {goes_on.relation, {}, goes_on.right};
    Value counted = goes_on.left;
    if (node(counted).type != Type::i32) return false;
    if (!is_in_loop(counted) && end_.limit != no_value) {
      std::swap(counted, end_.limit);
      end_.relation = semantics::mirrored(end_.relation);
    }
    const std::optional<Sum> sum = sum_of(counted);
    if (!sum || (end_.limit != no_value && is_in_loop(end_.limit))) return false;
    if (end_.limit != no_value) end_.limit = in_front(end_.limit);
    end_.counted = *sum;
    const std::optional<Step> step = step_of(sum->phi);
    if (!step || step->by == 0) return false;
    count_step_ = *step;
    switch (end_.relation) {
      case Op::i32_ne:
        return true;
      case Op::i32_lt_s:
      case Op::i32_lt_u:
      case Op::i32_le_s:
      case Op::i32_le_u:
        return !count_step_.is_down();
      case Op::i32_gt_s:
      case Op::i32_gt_u:
      case Op::i32_ge_s:
      case Op::i32_ge_u:
        return count_step_.is_down();
      default:
        return false;
    }
  }

  /// What has no use may be anything after some turns.
  bool has_known_phis() {
    return std::ranges::all_of(header().phis, [this](Value phi) {
      if (step_of(phi) || in_front(phi) != phi) return true;
      if (live_.empty()) live_ = live_nodes(function_);
      return phi < live_.size() && !live_[phi];
    });
  }

  /// Do the stores of a turn cover a piece of memory without gaps, in the order in which the turns' pieces follow each
  /// other without gaps? And do they store what loads read from just such a piece, or all of them one value?
  bool is_transfer() {
    const std::optional<Step> step = step_of(stores_[0].at.phi);
    if (!step || step->by == 0) return false;
    step_ = *step;
    if (loads_.empty()) return is_fill();
    if (!is_seamless(stores_)) return false;
    // In the order in which they are stored.
    if (loads_.size() != stores_.size() || loads_[0].memory != stores_[0].memory) return false;
    for (size_t i = 0; i < stores_.size(); ++i) {
      const Value value = node(stores_[i].node).inputs[1];
      const auto load = std::find_if(loads_.begin() + static_cast<std::ptrdiff_t>(i), loads_.end(),
                                     [&](const Access& it) { return it.node == value; });
      if (load == loads_.end() || load->bytes != stores_[i].bytes) return false;
      std::iter_swap(loads_.begin() + static_cast<std::ptrdiff_t>(i), load);
    }
    return step_of(loads_[0].at.phi) == step && is_seamless(loads_);
  }

  bool is_fill() {
    const Access first = stores_[0];
    const Value stored = node(first.node).inputs[1];
    if (is_in_loop(stored) || node(stored).type == Type::v128) return false;
    const auto are_alike = [&](const Access& store) {
      return node(store.node).inputs[1] == stored && store.bytes == first.bytes;
    };
    if (!std::ranges::all_of(stores_, are_alike)) return false;
    // What is stored first does not matter.
    const auto place = [&](const Access& store) {
      return static_cast<s32>(store.at.more - first.at.more) + static_cast<s64>(store.offset);
    };
    std::ranges::sort(stores_, [&](const Access& a, const Access& b) {
      return step_.is_down() ? place(b) < place(a) : place(a) < place(b);
    });
    return is_seamless(stores_);
  }

  bool is_seamless(std::span<const Access> accesses) {
    const Access& low = lowest(accesses);
    u64 bytes = 0;
    for (size_t i = 0; i < accesses.size(); ++i) {
      const Access& access = accesses[step_.is_down() ? accesses.size() - 1 - i : i];
      // Not modulo 2^32: then no address wraps unless the piece does.
      const u64 more = access.at.more - low.at.more;
      if (access.at.phi != low.at.phi || access.at.base != low.at.base || access.memory != low.memory ||
          more + access.offset != low.offset + bytes) {
        return false;
      }
      bytes += access.bytes;
    }
    return bytes == step_.size();
  }
  const Access& lowest(std::span<const Access> accesses) const {
    return step_.is_down() ? accesses.back() : accesses[0];
  }

  // What is done instead.

  void transform() {
    const u64 least_turns = (least_bytes + step_.size() - 1) / step_.size();
    if (foreseeable_turns() < least_turns) return;
    if (added_.empty()) maker_.begin(64);  // the first
    maker_.forget();
    const u32 before = header().predecessors[1 - way_back_];
    maker_.set_block(before);
    maker_.set_offset(node(stores_[0].node).offset);
    function_.blocks[before].nodes.pop_back();
    const Value turns = certain_turns();
    const Value is_worth_it = goes_on_at_first(maker_.numeric(Op::i32_ge_u, turns, number(least_turns)));
    maker_.append({.kind = Kind::branch, .inputs = {is_worth_it, no_value, no_value}});

    const u32 bulk = static_cast<u32>(function_.blocks.size()), without = bulk + 1;
    function_.blocks[before].successors.clear();
    for (const u32 block : {bulk, without}) {
      Block& added = function_.blocks.emplace_back();
      added.predecessors.push_back(before);
      added.successors.push_back(header_);
      added.dominator = before;
      added.depth = function_.blocks[before].depth + 1;
      added.loop_depth = header().loop_depth - 1;
      function_.blocks[before].successors.push_back(block);
    }
    added_.push_back({header_, bulk});

    maker_.set_block(bulk);
    const Value done = call_builtin(turns);
    const Value skipped = maker_.select(done, turns, number(0));
    for (const Value phi : header().phis) {
      const Value start = start_of(phi), back = function_.list(node(phi))[way_back_];
      const Value later = moved(phi, skipped);
      node(phi).inputs[0] = static_cast<u32>(function_.lists.size());
      node(phi).inputs[1] = 3;
      for (const Value input : {later, start, back}) function_.lists.push_back(input);
    }
    maker_.append({.kind = Kind::jump});
    maker_.set_block(without);
    maker_.append({.kind = Kind::jump});
    const u32 back = header().predecessors[way_back_];
    header().predecessors.clear();
    for (const u32 block : {bulk, without, back}) header().predecessors.push_back(block);
  }

  /// Of which there are hardly more, from how far from zero the count begins or ends. It only decides whether there is
  /// anything to gain.
  u64 foreseeable_turns() {
    const Value start = start_of(end_.counted.phi);
    const auto is_zero = [this](Value value) {
      return value == no_value || (is_constant(value) && node(value).imm == 0);
    };
    const Value far = count_step_.is_down() ? start : end_.limit;
    const bool is_unsigned = end_.relation == Op::i32_lt_u || end_.relation == Op::i32_le_u ||
                             end_.relation == Op::i32_gt_u || end_.relation == Op::i32_ge_u;
    if (far == no_value || (!is_unsigned && !is_zero(count_step_.is_down() ? end_.limit : start))) return modulus;
    return upper_bound(function_, far) / count_step_.size();
  }

  Value number(u64 value) { return maker_.i32(static_cast<u32>(value)); }
  Value sum(Value a, Value b) { return maker_.numeric(Op::i32_add, a, b); }
  Value limit() { return end_.limit == no_value ? number(0) : end_.limit; }

  /// Of the sum in the first turn.
  Value first_of(const Sum& at) {
    Value made = sum(start_of(at.phi), number(at.more));
    if (at.base != no_value) made = sum(made, at.base);
    return made;
  }

  /// What the phi, as it was so far, is after so many turns, if that matters (see has_known_phis()).
  Value moved(Value phi, Value turns) {
    const Value start = start_of(phi);
    const std::optional<Step> step = step_of(phi);
    if (!step) return start;
    const Value way = maker_.numeric(Op::i32_mul, turns, number(step->size()));
    return maker_.numeric(step->is_down() ? Op::i32_sub : Op::i32_add, start, way);
  }

  /// If the loop goes on at its first comparison: the way to the limit, in whole steps. At none of the values on it but
  /// the last, which is no longer compared, the limit can have been reached.
  Value certain_turns() {
    const Value first = first_of(end_.counted);
    const Value way = count_step_.is_down() ? maker_.numeric(Op::i32_sub, first, limit())
                                            : maker_.numeric(Op::i32_sub, limit(), first);
    return maker_.numeric(Op::i32_div_u, way, number(count_step_.size()));
  }

  /// And so. That the limit is not equal is known where there are any turns.
  Value goes_on_at_first(Value condition) {
    if (end_.relation == Op::i32_ne) return condition;
    const Value goes_on = maker_.numeric(end_.relation, first_of(end_.counted), limit());
    return maker_.numeric(Op::i32_and, goes_on, condition);
  }

  /// The builtin sees to it that the whole piece lies in memory. So the lowest address does not wrap, nor does any
  /// above.
  Value address(std::span<const Access> accesses, Value turns) {
    const Access& low = lowest(accesses);
    Value at = first_of(low.at);
    if (step_.is_down()) {
      const Value others = sum(turns, number(modulus - 1));
      at = maker_.numeric(Op::i32_sub, at, maker_.numeric(Op::i32_mul, others, number(step_.size())));
    }
    return maker_.numeric(Op::i64_add, maker_.numeric(Op::i64_extend_i32_u, at), maker_.i64(low.offset));
  }

  Value call_builtin(Value turns) {
    const Value bytes =
        maker_.numeric(Op::i64_mul, maker_.numeric(Op::i64_extend_i32_u, turns), maker_.i64(step_.size()));
    const u32 memory = stores_[0].memory;
    Builtin builtin = Builtin::fill_run;
    Value what, more;
    if (loads_.empty()) {
      what = bits_of(in_front(node(stores_[0].node).inputs[1]));
      more = maker_.i64(u64{stores_[0].bytes} << 32 | memory);
    } else {
      builtin = Builtin::copy_run;
      what = address(loads_, turns);
      more = maker_.i64(u64{step_.is_down()} << 32 | memory);
    }
    const Value arguments[] = {address(stores_, turns), what, bytes, more};
    return maker_.append({.kind = Kind::call_builtin, .type = Type::i32, .imm = static_cast<u64>(builtin)}, arguments);
  }

  Value bits_of(Value value) {
    switch (node(value).type) {
      case Type::i32:
        return maker_.numeric(Op::i64_extend_i32_u, value);
      case Type::f32:
        return maker_.numeric(Op::i64_extend_i32_u, maker_.numeric(Op::i32_reinterpret_f32, value));
      case Type::f64:
        return maker_.numeric(Op::i64_reinterpret_f64, value);
      default:
        return value;
    }
  }

  /// Behind `blocks` of them stand those that were added; now in front of their loops.
  void place_blocks(u32 blocks) {
    ScratchVector<u32> order;
    order.reserve(function_.blocks.size());
    size_t next = 0;
    for (u32 block = 0; block < blocks; ++block) {
      if (next < added_.size() && added_[next].header == block) {
        order.push_back(added_[next].first);
        order.push_back(added_[next++].first + 1);
      }
      order.push_back(block);
    }
    order_blocks(function_, order);
  }

  static constexpr u32 no_block = ~u32{0};

  Function& function_;
  const Module& module_;
  NodeMaker maker_;
  ScratchVector<u32> loop_of_;  ///< By value: one more than the header of the loop that was looked at last and has it.
  ScratchVector<bool> live_;
  ScratchVector<Added> added_;
  // Of the loop that is looked at.
  u32 header_ = 0;
  u32 way_back_ = 0;  ///< Which of the header's predecessors is the loop's end.
  u32 exit_ = no_block;
  End end_{};
  Step count_step_;
  ScratchVector<Access> loads_, stores_;  ///< In their order; loads in the end in that of the stores.
  Step step_;                             ///< Through memory: a turn's bytes.
};

}  // namespace

void find_bulk_loops(Function& function, const Module& module) { BulkLoops(function, module).run(); }

}  // namespace invar::jit
