// The public conformance scripts as material: every valid module in them goes through the printer and comes back, and
// every module that is malformed as text fails with the text that the scripts expect.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "decoder/text/printer.h"

namespace invar::text {
namespace {

namespace fs = std::filesystem;

/// Where the scripts are: INVAR_SPEC_SUITE, or next to the project. Empty if they are not there.
fs::path suite_directory() {
  const char* set = std::getenv("INVAR_SPEC_SUITE");
  const fs::path path = set != nullptr ? fs::path{set} : fs::path{INVAR_SOURCE_ROOT} / ".." / "shared" / "spec-suite";
  return fs::is_directory(path / "spec") ? path : fs::path{};
}

struct Counts {
  u32 printed = 0;
  u32 malformed = 0;
};

class Script {
 public:
  Script(const fs::path& path, Counts& counts) : path_(path), counts_(counts) {
    std::ifstream in{path, std::ios::binary};
    source_.assign(std::istreambuf_iterator<char>{in}, {});
    options_.features = Features::all();
  }

  void run() {
    const TokenStream stream = tokenize(source_);
    Cursor cursor{stream};
    while (cursor.at(TokenKind::left_paren)) {
      Cursor command = cursor;
      ASSERT_TRUE(cursor.skip()) << path_;
      if (command.at_open(Keyword::module)) {
        if (command.peek(2).keyword != Keyword::instance) module(command, true);
      } else if (command.accept_open(Keyword::assert_malformed) ||
                 command.accept_open(Keyword::assert_malformed_custom)) {
        malformed(command);
      } else if (command.peek(2).kind == TokenKind::left_paren && command.peek(3).keyword == Keyword::module) {
        command.advance();
        command.advance();
        module(command, false);  // Some of them are valid and do not link.
      }
    }
    if (!cursor.at_end()) ADD_FAILURE() << path_ << " does not end";
  }

 private:
  Result<std::vector<u8>> parse(Cursor& cursor, ScriptModule& module) {
    INVAR_TRY_ASSIGN(module, parse_script_module(cursor, options_));
    return module.form == ModuleForm::quote ? parse_module(module.quoted, options_) : module.bytes;
  }

  void module(Cursor& cursor, bool must_be_valid) {
    const u32 line = cursor.position().line;
    ScriptModule module;
    const auto bytes = parse(cursor, module);
    if (must_be_valid) {
      ASSERT_TRUE(bytes) << path_ << ":" << line << ": " << bytes.error().message();
    }
    if (!bytes) return;
    const bool canonical = module.form != ModuleForm::binary;
    const auto decoded = decode_module(*bytes, options_.features);
    if (!decoded) return;
    ++counts_.printed;
    std::vector<u8> again = reprint(**decoded, line);
    if (canonical) {
      EXPECT_EQ(*bytes, again) << path_ << ":" << line;
    } else if (const auto canonical_module = decode_module(again, options_.features)) {
      EXPECT_EQ(again, reprint(**canonical_module, line)) << path_ << ":" << line;
    } else {
      ADD_FAILURE() << path_ << ":" << line << ": " << canonical_module.error().message();
    }
  }

  std::vector<u8> reprint(const Module& module, u32 line) {
    const auto text = print_module(module);
    EXPECT_TRUE(text) << path_ << ":" << line;
    if (!text) return {};
    auto bytes = parse_module(*text, options_);
    EXPECT_TRUE(bytes) << path_ << ":" << line << ": " << bytes.error().message();
    return bytes ? *std::move(bytes) : std::vector<u8>{};
  }

  void malformed(Cursor& cursor) {
    const u32 line = cursor.position().line;
    ScriptModule module;
    const auto bytes = parse(cursor, module);
    if (module.form == ModuleForm::binary) return;
    const auto expected = cursor.expect_string();
    ASSERT_TRUE(expected) << path_ << ":" << line;
    ++counts_.malformed;
    const std::string message = bytes ? "no error" : bytes.error().message();
    EXPECT_TRUE(message.starts_with(*expected)) << path_ << ":" << line << ": " << message << ", not " << *expected;
  }

  fs::path path_;
  Counts& counts_;
  std::string source_;
  ParseOptions options_;
};

TEST(Suite, PrintsAndParsesEveryModule) {
  const fs::path directory = suite_directory();
  if (directory.empty()) GTEST_SKIP() << "the conformance scripts are not here";
  Counts counts;
  for (const fs::path part : {"spec", "proposals/custom-descriptors", "proposals/stack-switching"}) {
    if (!fs::is_directory(directory / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator{directory / part}) {
      if (entry.path().extension() == ".wast") Script{entry.path(), counts}.run();
    }
  }
  // Fewer would mean that something was passed over.
  EXPECT_GT(counts.printed, 2000u);
  EXPECT_GT(counts.malformed, 1200u);
}

}  // namespace
}  // namespace invar::text
