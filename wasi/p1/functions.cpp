#include "wasi/p1/functions.h"

#include <tuple>

namespace invar::wasi {
namespace {

/// The glue of one function, from its C++ type.
template <class Signature>
struct Glue;

template <class Result, class... Parameters>
struct Glue<Result (*)(Call&, Parameters...)> {
  static FuncType type() {
    FuncType result;
    (result.params.insert(result.params.end(), Argument<Parameters>::types.begin(), Argument<Parameters>::types.end()),
     ...);
    if constexpr (std::is_same_v<Result, Errno>) result.results = {type_i32};
    return result;
  }

  template <Result (*function)(Call&, Parameters...)>
  static void invoke(Call& call, Slot* slots) {
    [[maybe_unused]] const Slot* next = slots;
    [[maybe_unused]] const auto take = [&](size_t count) { return std::exchange(next, next + count); };
    // Braces: from left to right.
    std::tuple<std::expected<Parameters, Errno>...> parameters{
        Argument<Parameters>::unpack(call, take(Argument<Parameters>::types.size()))...};
    std::apply(
        [&](auto&... parameter) {
          Errno error = Errno::success;
          static_cast<void>(((parameter ? true : (error = parameter.error(), false)) && ...));
          if constexpr (std::is_same_v<Result, Errno>) {
            if (error == Errno::success) error = function(call, *std::move(parameter)...);
            slots[0] = static_cast<u16>(error);
          } else {
            if (error == Errno::success) call.exit_code = function(call, *std::move(parameter)...).code;
          }
        },
        parameters);
  }
};

}  // namespace

std::span<const Function> functions() {
  static const Function table[] = {
#define WASI_FUNCTION(name, ...) \
  {#name, Glue<decltype(&p1::name)>::type(), Glue<decltype(&p1::name)>::invoke<&p1::name>},
#include "wasi/p1/p1.def"
#undef WASI_FUNCTION
  };
  return table;
}

const Function* find_function(std::string_view name) {
  for (const Function& function : functions()) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace invar::wasi
