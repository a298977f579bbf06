// The custom section "metadata.code.branch_hint": which way branches go. spec: branch hinting proposal
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/module.h"

namespace invar {

inline constexpr std::string_view branch_hint_section = "metadata.code.branch_hint";

/// Of an `if` or `br_if`.
struct BranchHint {
  u32 offset;   ///< From the start of the function's body, where its locals are declared.
  bool likely;  ///< Is the condition likely to hold?
};

/// In the order of the functions and offsets.
struct BranchHints {
  struct Function {
    u32 index;
    std::vector<BranchHint> hints;
  };
  std::vector<Function> functions;

  /// Those of a function of the module; none if it has none.
  std::span<const BranchHint> of(u32 function) const;

  /// Reads the contents of a section of the module, whose functions must be as they say. Errors: what is malformed;
  /// branch_hint_annotation for functions, offsets or values that cannot be; branch_hint_target if no `if` or `br_if`
  /// stands there.
  static Result<BranchHints> parse(const Module& module, std::span<const u8> contents);
};

/// The hints of `module`. None if it has no such section, or one that is malformed, in the wrong place or not the only
/// one: hints never make a module wrong.
BranchHints read_branch_hints(const Module& module);

/// The section that read_branch_hints reads, or nullptr.
const CustomSection* find_branch_hints(const Module& module);

/// The contents of a section.
std::vector<u8> encode_branch_hints(const BranchHints& hints);

}  // namespace invar
