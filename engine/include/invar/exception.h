// Exceptions, as hosts see and throw them.
#pragma once

#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "invar/objects.h"

namespace invar::api {

/// A wasm exception: a tag, and values for its parameters. A call that ends with one that nobody caught fails with
/// ErrorKind::exception, and Trap::exception is it. spec: exec/runtime#exception-instances
class Exception {
 public:
  Exception(Tag tag, std::vector<Val> arguments) : tag_(tag), arguments_(std::move(arguments)) {}

  const Tag& tag() const { return tag_; }
  /// Was it thrown with this tag? Tags of equal types are different tags. spec: exec/instructions#throw_ref
  bool is(const Tag& tag) const { return tag_ == tag; }
  std::span<const Val> arguments() const { return arguments_; }

 private:
  Tag tag_;
  std::vector<Val> arguments_;
};

/// For host functions, which return it: throws an exception into the program that called. If the arguments do not fit
/// the tag's parameters, the program traps with host_error instead. A host function throws on what an inner call
/// threw by returning that call's error. spec: exec/instructions#throw
std::unexpected<Error> throw_exception(const Tag& tag, std::span<const Val> arguments);
inline std::unexpected<Error> throw_exception(const Tag& tag, std::initializer_list<Val> arguments = {}) {
  return throw_exception(tag, std::span(arguments.begin(), arguments.size()));
}

}  // namespace invar::api
