// Builds small binary modules for tests.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "decoder/binary/encoder.h"
#include "decoder/binary/module_decoder.h"

namespace invar::testing {

using Bytes = std::vector<u8>;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes repeat(const Bytes& part, size_t times) {
  Bytes out;
  out.reserve(part.size() * times);
  for (size_t i = 0; i < times; ++i) out.insert(out.end(), part.begin(), part.end());
  return out;
}

inline Bytes leb(u64 value) {
  ByteWriter out;
  out.u64_leb(value);
  return std::move(out).take();
}

inline Bytes op(Op code) {
  ByteWriter out;
  write_op(out, code);
  return std::move(out).take();
}

/// A module of sections given as raw bytes: section({id, contents}).
class TestModule {
 public:
  TestModule& section(SectionId id, const Bytes& contents) {
    ByteWriter out;
    out.bytes(contents);
    writer_.section(id, out);
    return *this;
  }
  /// A section whose contents are a vector.
  TestModule& items(SectionId id, const std::vector<Bytes>& list) {
    Bytes contents = leb(list.size());
    for (const Bytes& item : list) contents = std::move(contents) + item;
    return section(id, contents);
  }
  TestModule& types(const std::vector<Bytes>& list) { return items(SectionId::type, list); }
  /// One type () -> () and functions of it. A body is its instructions without the final `end`.
  TestModule& functions(const std::vector<Bytes>& bodies, const Bytes& locals = {0}) {
    std::vector<Bytes> indices(bodies.size(), Bytes{0}), code;
    items(SectionId::function, indices);
    for (const Bytes& instructions : bodies) {
      const Bytes body = locals + instructions + Bytes{0x0b};
      code.push_back(leb(body.size()) + body);
    }
    return items(SectionId::code, code);
  }
  Bytes bytes() const { return ModuleWriter(writer_).take(); }
  Result<std::shared_ptr<const Module>> decode(const Features& features = Features::all(), u32 threads = 1) const {
    return decode_module(bytes(), features, {threads});
  }
  /// The error's message, "" if there is none.
  std::string error(const Features& features = Features::all()) const {
    const auto module = decode(features);
    return module ? "" : module.error().message();
  }

 private:
  ModuleWriter writer_;
};

/// A module with one function of the given type; its instructions end with the function's `end` by themselves.
inline TestModule function_module(const Bytes& type, const Bytes& instructions, const Bytes& locals = {0}) {
  TestModule module;
  module.types({type}).functions({instructions}, locals);
  return module;
}

inline const Bytes type_void = {0x60, 0, 0};
inline const Bytes type_i32_to_i32 = {0x60, 1, 0x7f, 1, 0x7f};

/// Does the message begin with `text`?
inline ::testing::AssertionResult begins(const std::string& message, std::string_view text) {
  if (message.starts_with(text)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "got: \"" << message << "\"";
}

}  // namespace invar::testing
