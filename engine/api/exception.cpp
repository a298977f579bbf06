#include "engine/runtime/exception.h"

#include <fmt/format.h>

#include "engine/api/convert.h"
#include "engine/runtime/call.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"
#include "invar/exception.h"

namespace invar::api {

Result<Tag> Tag::create(Store& store, const FuncType& type) {
  if (!type.results.empty()) return misuse("tag: its type must have no results");
  auto id = store.internal().engine().types().intern(to_internal(type));
  if (!id) return std::unexpected(to_public(std::move(id).error()));
  auto made = store.internal().new_tag(*id);
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  return Tag(*made);
}

FuncType Tag::type() const { return to_public(*impl_->type); }

std::unexpected<Error> throw_exception(const Tag& tag, std::span<const Val> arguments) {
  const invar::Tag& internal = *tag.internal();
  const std::vector<invar::ValType>& params = internal.type->params;
  if (arguments.size() != params.size()) {
    return host_failure(fmt::format("throw: expected {} arguments, got {}", params.size(), arguments.size()));
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (fits(internal.store->engine(), arguments[i], params[i])) continue;
    return host_failure(fmt::format("throw: argument {}: expected {}, got {}", i + 1, invar::to_string(params[i]),
                                    arguments[i].type().to_string()));
  }
  std::string message(text_of(invar::TrapKind::uncaught_exception));
  auto exception = std::make_shared<const Exception>(tag, std::vector<Val>(arguments.begin(), arguments.end()));
  Trap trap{TrapKind::uncaught_exception, message, 0, {}, std::move(exception)};
  return std::unexpected(Error{ErrorKind::exception, std::move(message), std::move(trap)});
}

invar::TrapKind throw_again(invar::Store& store, const Exception& exception) {
  const invar::Tag& tag = *exception.tag().internal();
  if (tag.store != &store) return fail_host_call(store, "throw: an exception of another store");
  std::vector<Slot> slots;
  slots.reserve(tag.argument_slots);
  for (size_t i = 0; i < exception.arguments().size(); ++i) {
    const std::uint64_t* const words = exception.arguments()[i].words();
    slots.insert(slots.end(), words, words + slots_of(tag.type->params[i]));
  }
  return throw_from_host(store, tag, slots);
}

Error take_error(invar::Store& store, invar::Trap trap) {
  const auto kind = static_cast<ErrorKind>(category_of(trap.kind));
  std::string message = trap.message;
  Error error{kind, std::move(message), to_public(std::move(trap))};
  const Ref exception = std::exchange(store.pending_exception, null_ref);
  if (error.kind == ErrorKind::exception && exception != null_ref) {
    invar::Tag& tag = const_cast<invar::Tag&>(exception_tag(exception));
    std::vector<Val> arguments;
    const Slot* next = exception_arguments(exception);
    for (const invar::ValType type : tag.type->params) arguments.push_back(read_value(store, to_public(type), next));
    error.trap->exception = std::make_shared<const Exception>(Tag(&tag), std::move(arguments));
  }
  return error;
}

}  // namespace invar::api
