// Which function, and which instruction, a position in machine code belongs to.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "engine/tiering/compiler.h"
#include "jit/code_image.h"

namespace invar::jit {

/// Thread-safe.
class CodeMap {
 public:
  void add_function(const u8* begin, u64 size, const Code* code, CodeTables&& tables);
  void add_entry(const u8* begin, u64 size);
  /// All functions of an image, whose code is at `begin`. Its views must hold until `remove`. `codes`: by function.
  void add_image(const u8* begin, const CodeImage& image, const Code* codes);
  void remove(const u8* begin);
  MachineSite find(const u8* pc, u32 level) const;
  /// What a function was added with.
  CodeTables tables_of(const u8* begin) const;

 private:
  struct ImageRange {
    CodeImage image;
    const Code* codes;
    std::map<u32, interp::HandlerTable> handlers;  ///< By function: of those that have any.
  };
  struct Range {
    const u8* end = nullptr;
    const Code* code = nullptr;  ///< Null: the code that enters from the interpreter, or an image.
    CodeTables tables = {};
    std::shared_ptr<const ImageRange> image = {};
  };
  mutable std::mutex mutex_;
  std::map<const u8*, Range> ranges_;
};

}  // namespace invar::jit
