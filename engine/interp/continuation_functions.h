// Functions of one instruction each, which compiled code calls in place of the instructions of continuations.
//
// They stand behind a module's own functions in CompiledModule::codes and are always interpreted: so continuations
// begin and end in the interpreter, and compiled code is what may be between. Their parameters are the instruction's
// operands. Their results are the instruction's, too, but for resume and its like: there the first one says how the
// continuation came back, 0 if it returned, else 1 + the number of the `on` clause that it was suspended to. Behind it
// are the results, then for each clause but those for switches what it passes to its label; what was not given is zero.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "decoder/opcode.h"
#include "decoder/types.h"
#include "decoder/validate/sink.h"

namespace invar {
struct Module;
}

namespace invar::interp {

class LoweringSink;

/// With its immediates, but for labels.
struct ContinuationInstruction {
  struct Clause {
    u32 tag;
    bool is_switch;
    auto operator<=>(const Clause&) const = default;
  };
  Op op;
  u32 type = 0;  ///< That it is done to; cont.bind's first one.
  u32 to = 0;    ///< cont.bind's second one.
  u32 tag = 0;
  std::vector<Clause> clauses{};

  static ContinuationInstruction cont_new(u32 type) { return {.op = Op::cont_new, .type = type}; }
  static ContinuationInstruction cont_bind(u32 from, u32 to) { return {.op = Op::cont_bind, .type = from, .to = to}; }
  static ContinuationInstruction suspend(u32 tag) { return {.op = Op::suspend, .tag = tag}; }
  static ContinuationInstruction switch_(u32 type, u32 tag) { return {.op = Op::switch_, .type = type, .tag = tag}; }
  /// `tag`: resume_throw's.
  static ContinuationInstruction resume(Op op, u32 type, u32 tag, std::span<const OnClause> on);
  bool is_resumption() const { return op == Op::resume || op == Op::resume_throw || op == Op::resume_throw_ref; }
  auto operator<=>(const ContinuationInstruction&) const = default;
};

class ContinuationFunctions {
 public:
  ContinuationFunctions() = default;
  ContinuationFunctions(ContinuationFunctions&&) = default;
  ContinuationFunctions& operator=(ContinuationFunctions&&) = default;
  ContinuationFunctions(const ContinuationFunctions&) = delete;
  ContinuationFunctions& operator=(const ContinuationFunctions&) = delete;
  /// Of what the module's functions have, unless that takes more parameters or results than functions can have, or than
  /// any but hostile modules need in total. None for modules without continuation types.
  explicit ContinuationFunctions(const Module& module);

  u32 size() const { return static_cast<u32>(functions_.size()); }
  /// nullopt: the instruction has no function.
  std::optional<u32> find(const ContinuationInstruction& instruction) const;
  const FuncType& type(u32 number) const { return functions_[number].type; }
  /// Tells the sink the function's body; `function` is its index.
  void walk(u32 number, u32 function, LoweringSink& sink) const;

 private:
  struct Function {
    const ContinuationInstruction* instruction;
    FuncType type;
  };
  void walk_resume(const Function& function, LoweringSink& sink) const;

  const Module* module_ = nullptr;
  std::map<ContinuationInstruction, u32> numbers_;
  std::vector<Function> functions_;
};

}  // namespace invar::interp
