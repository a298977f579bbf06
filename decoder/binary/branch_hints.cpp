#include "decoder/binary/branch_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "decoder/base/byte_writer.h"
#include "decoder/binary/encoder.h"
#include "decoder/binary/immediates.h"

namespace invar {

namespace {

/// Is each hint about an `if` or a `br_if`?
bool targets_exist(const Module& module, const BranchHints::Function& function) {
  const std::span<const u8> body = module.bytes(module.functions[function.index].body);
  ByteReader in(body);
  for (u32 runs = in.u32_leb(); runs > 0 && in.ok(); --runs) {
    in.u32_leb();
    read_val_type(in, module.features);
  }
  auto next = function.hints.begin();
  while (next != function.hints.end() && in.ok() && !in.at_end()) {
    const u32 offset = in.offset();
    const Op op = read_op(in, module.features);
    if (op == no_op) return false;
    if (offset == next->offset) {
      if (op != Op::if_ && op != Op::br_if) return false;
      ++next;
    }
    skip_immediates(in, op, module.features);
  }
  return next == function.hints.end();
}

}  // namespace

std::span<const BranchHint> BranchHints::of(u32 function) const {
  const auto found = std::ranges::lower_bound(functions, function, {}, &Function::index);
  if (found == functions.end() || found->index != function) return {};
  return found->hints;
}

Result<BranchHints> BranchHints::parse(const Module& module, std::span<const u8> contents) {
  BranchHints out;
  ByteReader in(contents);
  const auto fault = [&](std::string detail) { in.fail(ErrorCode::branch_hint_annotation, ": " + std::move(detail)); };
  for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) {
    Function function{in.u32_leb(), {}};
    if (!in.ok()) break;
    if (function.index < module.imported_functions || function.index >= module.functions.size()) {
      fault(fmt::format("no body of function {}", function.index));
    } else if (!out.functions.empty() && function.index <= out.functions.back().index) {
      fault(fmt::format("function {} out of order", function.index));
    }
    for (u32 hints = in.u32_leb(); hints > 0 && in.ok(); --hints) {
      const u32 offset = in.u32_leb();
      const u32 size = in.u32_leb();
      const u8 value = in.byte();
      if (!in.ok()) break;
      if (size != 1 || value > 1) {
        fault("a byte 0 or 1 expected");
      } else if (!function.hints.empty() && offset <= function.hints.back().offset) {
        fault(fmt::format("offset {} out of order", offset));
      }
      function.hints.push_back({offset, value == 1});
    }
    if (in.ok() && !targets_exist(module, function)) in.fail(ErrorCode::branch_hint_target);
    if (in.ok()) out.functions.push_back(std::move(function));
  }
  if (in.ok() && !in.at_end()) in.fail(ErrorCode::section_size_mismatch);
  if (!in.ok()) return std::unexpected(in.error());
  return out;
}

const CustomSection* find_branch_hints(const Module& module) {
  const CustomSection* found = nullptr;
  for (const CustomSection& custom : module.customs) {
    if (custom.name != branch_hint_section) continue;
    if (found != nullptr) return nullptr;
    found = &custom;
  }
  // In front of the code.
  const bool late = found != nullptr && (found->after_section == static_cast<u8>(SectionId::code) ||
                                         found->after_section == static_cast<u8>(SectionId::data));
  return late ? nullptr : found;
}

BranchHints read_branch_hints(const Module& module) {
  const CustomSection* const section = find_branch_hints(module);
  if (section == nullptr) return {};
  return BranchHints::parse(module, module.bytes(section->contents)).value_or(BranchHints{});
}

std::vector<u8> encode_branch_hints(const BranchHints& hints) {
  ByteWriter out;
  out.u32_leb(static_cast<u32>(hints.functions.size()));
  for (const BranchHints::Function& function : hints.functions) {
    out.u32_leb(function.index);
    out.u32_leb(static_cast<u32>(function.hints.size()));
    for (const BranchHint& hint : function.hints) {
      out.u32_leb(hint.offset);
      out.u32_leb(1);
      out.byte(hint.likely ? 1 : 0);
    }
  }
  return std::move(out).take();
}

}  // namespace invar
