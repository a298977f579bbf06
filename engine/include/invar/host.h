// Host functions from C++ callables.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "invar/objects.h"

namespace invar {
enum class TrapKind : std::uint8_t;
}

namespace invar::api {

namespace detail {

/// Reads arguments from words[0...] and writes results there.
using RawHostFunction = Result<void> (*)(void* closure, Caller& caller, std::uint64_t* words);

/// A function of the host as the engine keeps it.
struct HostClosure {
  RawHostFunction run;
  std::shared_ptr<void> callable;
  invar::Store* store;
};
/// The same of functions that cannot fail, called with the HostClosure.
using DirectHostFunction = invar::TrapKind (*)(void* host_closure, invar::Instance* caller, std::uint64_t* words);

/// One of `run` and `direct`; the other is null.
Result<Func> make_host_function(Store& store, const FuncType& type, RawHostFunction run, DirectHostFunction direct,
                                std::shared_ptr<void> callable);

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// The signature of a callable: Parameters... after an optional leading Caller&.
template <class Callable, class Signature>
struct HostAdapter;

template <class Callable, class Return, class... Parameters>
struct HostAdapter<Callable, Return(Parameters...)> {
  template <class R>
  struct Unwrap {
    using type = R;
  };
  template <class R>
  struct Unwrap<Result<R>> {
    using type = R;
  };
  using Value = typename Unwrap<Return>::type;
  static constexpr bool with_caller = [] {
    if constexpr (sizeof...(Parameters) == 0)
      return false;
    else
      return std::is_same_v<std::tuple_element_t<0, std::tuple<Parameters...>>, Caller&>;
  }();

  template <class First, class... Rest>
  static std::vector<ValType> types_behind() {
    return {type_of<std::remove_cvref_t<Rest>>()...};
  }
  static FuncType type() {
    if constexpr (with_caller)
      return {types_behind<Parameters...>(), Results<Value>::types()};
    else
      return {{type_of<std::remove_cvref_t<Parameters>>()...}, Results<Value>::types()};
  }

  template <class Parameter>
  static decltype(auto) argument(Caller& caller, const std::uint64_t* words, std::size_t index) {
    if constexpr (std::is_same_v<Parameter, Caller&>)
      return (caller);
    else
      return from_word<std::remove_cvref_t<Parameter>>(words[index - (with_caller ? 1 : 0)]);
  }
  template <std::size_t... index>
  static Return invoke(Callable& callable, Caller& caller, [[maybe_unused]] const std::uint64_t* words,
                       std::index_sequence<index...>) {
    return callable(argument<Parameters>(caller, words, index)...);
  }

  static Result<void> run(void* closure, Caller& caller, std::uint64_t* words) {
    auto result = invoke(*static_cast<Callable*>(closure), caller, words, std::index_sequence_for<Parameters...>());
    if (!result) return std::unexpected(std::move(result).error());
    if constexpr (!std::is_void_v<Value>) Results<Value>::write(*result, words);
    return {};
  }

  static invar::TrapKind run_directly(void* host_closure, invar::Instance* instance, std::uint64_t* words) noexcept {
    const auto& closure = *static_cast<const HostClosure*>(host_closure);
    auto& callable = *static_cast<Callable*>(closure.callable.get());
    Caller caller(closure.store, instance);
    constexpr std::index_sequence_for<Parameters...> all;
    if constexpr (std::is_void_v<Return>) {
      invoke(callable, caller, words, all);
    } else {
      Results<Value>::write(invoke(callable, caller, words, all), words);
    }
    return {};  // none
  }

  static Result<Func> make(Store& store, std::shared_ptr<void> callable) {
    if constexpr (is_result<Return>) {
      return make_host_function(store, type(), &run, nullptr, std::move(callable));
    } else {
      return make_host_function(store, type(), nullptr, &run_directly, std::move(callable));
    }
  }
};

template <class T>
struct SignatureOf : SignatureOf<decltype(&T::operator())> {};
template <class R, class... P>
struct SignatureOf<R (*)(P...)> {
  using type = R(P...);
};
template <class C, class R, class... P>
struct SignatureOf<R (C::*)(P...)> {
  using type = R(P...);
};
template <class C, class R, class... P>
struct SignatureOf<R (C::*)(P...) const> {
  using type = R(P...);
};

}  // namespace detail

/// A function of the host from any callable with a plain signature: a lambda, a function pointer. It takes numbers,
/// after a Caller& if it wants one, and returns void, a number, a std::tuple of numbers, or a Result of one of these;
/// an error becomes a trap, or a wasm exception (invar/exception.h). It must not throw C++ exceptions: one that escapes
/// ends the process.
/// spec: exec/runtime#host-function-instances
template <class Callable>
Result<Func> host_function(Store& store, Callable&& callable) {
  using Stored = std::decay_t<Callable>;
  using Adapter = detail::HostAdapter<Stored, typename detail::SignatureOf<Stored>::type>;
  return Adapter::make(store, std::make_shared<Stored>(std::forward<Callable>(callable)));
}

/// A function of the host whose type is known only at run time. `results` has the right length and types already.
using DynamicHostFunction =
    std::function<Result<void>(Caller& caller, std::span<const Val> arguments, std::span<Val> results)>;
Result<Func> host_function(Store& store, const FuncType& type, DynamicHostFunction function);

}  // namespace invar::api
