// The interface in one page: a module in the text format, a host function, calls, and a trap.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "invar/invar.h"

namespace api = invar::api;

namespace {

constexpr std::string_view source = R"(
  (module $example
    (import "host" "print" (func $print (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "hello from wasm\n")
    (func (export "greet")
      (call $print (i32.const 16) (i32.const 16)))
    (func $average (export "average") (param $sum i32) (param $count i32) (result i32)
      (i32.div_s (local.get $sum) (local.get $count))))
)";

/// For the example: the value, or the end of the process with the error's words.
template <class T>
T expect(api::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "example: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace

int main() {
  // An engine is made once; modules can be shared by all its stores. Module::from_file takes binaries as well.
  const api::Engine engine;
  const api::Module module = expect(api::Module::from_text(engine, source));

  // A store owns all that runs. The linker says what the names of imports mean.
  api::Store store(engine);
  api::Linker linker(store);

  // A lambda becomes a function of the host. Its parameters are the function's type; a Caller& in front is optional.
  expect(linker.func("host", "print",
                     [](api::Caller& caller, std::uint32_t address, std::uint32_t length) -> api::Result<void> {
                       const auto memory = caller.memory();
                       const auto text = memory ? memory->slice(address, length) : std::nullopt;
                       if (!text) return api::host_failure("print: no such bytes");
                       std::fwrite(text->data(), 1, text->size(), stdout);
                       return {};
                     }));
  const api::Instance instance = expect(linker.instantiate(module));

  // Call an export with C++ types ...
  expect(instance.func("greet")->call<void>());
  const api::Func average = *instance.func("average");
  std::printf("average: %d\n", expect(average.call<std::int32_t>(84, 2)));
  // ... or with values whose types are known only now.
  std::printf("again: %d\n", expect(average.call({21, 3}))[0].i32());

  // A trap is an error like any other, and leaves the instance usable.
  const auto failed = average.call<std::int32_t>(1, 0);
  if (failed || !failed.error().trap) return 1;
  std::printf("trap: %s\n", failed.error().trap->to_string().c_str());
  std::printf("afterwards: %d\n", expect(average.call<std::int32_t>(9, 3)));
  return failed.error().trap->kind == api::TrapKind::integer_divide_by_zero ? 0 : 1;
}
