// The compiled functions of a module as bytes: what is kept on disk. Their code stands in it as it runs.
//
// An image has a section of functions, one of code, and one of each table that functions have parts of. A new table is
// a section of its own, a part in FunctionRecord, and what read_image() checks of it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "decoder/module.h"
#include "engine/interp/handler_table.h"
#include "engine/tiering/compiler.h"
#include "jit/ir/function.h"
#include "jit/machine/emission.h"

namespace invar::jit {

/// What is to be known of a function's code beside the code.
struct CodeTables {
  std::vector<Site> sites;  ///< By position.
  InlinedCode inlined;
  interp::HandlerTable handlers;
  u32 frame_bytes = 0;
};

/// The same where it lies elsewhere.
struct CodeTableViews {
  std::span<const Site> sites;
  std::span<const InlinedCode::Call> calls;
  std::span<const InlinedCode::Position> positions;
  std::span<const interp::HandlerTable::Scope> scopes;
  std::span<const interp::HandlerTable::Clause> clauses;
  u32 frame_bytes = 0;

  CodeTableViews() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  CodeTableViews(const CodeTables& tables)
      : sites(tables.sites),
        calls(tables.inlined.calls),
        positions(tables.inlined.positions),
        scopes(tables.handlers.scopes),
        clauses(tables.handlers.clauses),
        frame_bytes(tables.frame_bytes) {}
};

/// A part of one of the image's tables.
struct TablePart {
  u32 first, count;
};

struct FunctionRecord {
  u32 function;
  u32 code_size;
  u64 code_offset;  ///< In CodeImage::code.
  TablePart sites, calls, positions, scopes, clauses;
  u32 frame_bytes;
  u32 zero;
};

/// Views of an image's parts.
struct CodeImage {
  std::span<const FunctionRecord> functions;  ///< By code_offset.
  CodeTableViews tables;                      ///< Of all functions.
  std::span<const u8> code;

  CodeTableViews tables_of(const FunctionRecord& record) const;
  interp::HandlerTable handlers_of(const FunctionRecord& record) const;
  /// The function that a position in the code belongs to, which may be its end; nullptr if there is none.
  const FunctionRecord* find(u64 position) const;
};

class ImageWriter {
 public:
  /// Functions come in any order. Their code is read when the image is written.
  void add(u32 function, std::span<const u8> code, const CodeTableViews& tables);
  SavedCode finish() &&;

 private:
  void write_code(u8* out) const;

  std::vector<FunctionRecord> functions_;
  CodeTables tables_;
  std::vector<const u8*> codes_;  ///< By function.
  u64 code_size_ = 0;
};

/// nullopt if the bytes are no image, or not for the module: nothing in one that is returned leads elsewhere than it
/// should.
std::optional<CodeImage> read_image(std::span<const u8> bytes, const Module& module);

}  // namespace invar::jit
