#include "bench/micro/sample_modules.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "bench/micro/harness.h"
#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"

namespace invar::micro {

namespace {

// Functions as compilers write them: a stack frame, loops over memory, hashes, a state machine, floating point, calls.
// @ stands for a number that differs from copy to copy.
constexpr std::string_view functions[] = {
    R"((func $copy@ (param $to i32) (param $from i32) (param $count i32) (result i32)
      (local $i i32) (local $byte i32)
      (if (i32.eqz (local.get $count)) (then (return (local.get $to))))
      (loop $next
        (i32.store8 offset=@ (i32.add (local.get $to) (local.get $i))
          (local.tee $byte (i32.load8_u offset=3 (i32.add (local.get $from) (local.get $i)))))
        (br_if $next (i32.and
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))
          (i32.ne (local.get $byte) (i32.const @)))))
      (i32.add (local.get $to) (local.get $i))))",
    R"((func $hash@ (param $at i32) (param $end i32) (result i64)
      (local $h i64) (local $x i64)
      (local.set $h (i64.const 0x9e3779b97f4a7c15))
      (block $done
        (loop $next
          (br_if $done (i32.ge_u (i32.add (local.get $at) (i32.const 8)) (local.get $end)))
          (local.set $x (i64.mul (i64.load (local.get $at)) (i64.const 0xc2b2ae3d27d4eb4f)))
          (local.set $h (i64.xor (local.get $h) (i64.rotl (local.get $x) (i64.const 31))))
          (local.set $h (i64.add (i64.mul (local.get $h) (i64.const @)) (i64.shr_u (local.get $h) (i64.const 17))))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br $next)))
      (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 33)))))",
    R"((func $scan@ (param $at i32) (result i32)
      (local $state i32) (local $count i32) (local $byte i32)
      (loop $next
        (local.set $byte (i32.load8_u (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (block $other (block $word (block $space (block $end
          (br_table $end $space $word $other $word $other (i32.sub (local.get $byte) (local.get $state))))
          (return (i32.add (local.get $count) (i32.const @))))
          (local.set $state (i32.const 0)) (br $next))
          (local.set $count (i32.add (local.get $count) (i32.eqz (local.get $state))))
          (local.set $state (i32.const 1)) (br $next))
        (local.set $state (select (i32.const 2) (local.get $byte) (i32.gt_s (local.get $byte) (i32.const @))))
        (br $next))
      (unreachable)))",
    R"((func $step@ (param $from i32) (param $to i32) (param $n i32) (param $k f64)
      (local $i i32) (local $x f64) (local $y f64)
      (loop $next
        (local.set $x (f64.load offset=8 (local.get $from)))
        (local.set $y (f64.mul (f64.add (f64.load (local.get $from)) (f64.load offset=16 (local.get $from)))
                               (f64.const 0.5)))
        (f64.store offset=8 (local.get $to)
          (f64.add (local.get $x) (f64.mul (local.get $k) (f64.sub (local.get $y) (local.get $x)))))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))
        (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))",
    R"((func $frame@ (param $a i32) (param $b i32) (result i32)
      (local $sp i32) (local $result i32)
      (local.set $sp (i32.sub (global.get $stack) (i32.const 48)))
      (global.set $stack (local.get $sp))
      (i32.store offset=12 (local.get $sp) (local.get $a))
      (i64.store offset=16 (local.get $sp) (call $hash@ (local.get $a) (local.get $b)))
      (block $out
        (br_if $out (i32.eqz (local.tee $result (call $copy@ (i32.add (local.get $sp) (i32.const 24))
          (local.get $b) (i32.load offset=12 (local.get $sp))))))
        (if (i32.lt_s (i32.load offset=16 (local.get $sp)) (i32.const @))
          (then
            (call $step@ (local.get $a) (local.get $result) (i32.load offset=20 (local.get $sp))
              (f64.convert_i32_s (local.get $b)))
            (local.set $result (call_indirect (param i32) (result i32) (local.get $result) (i32.const @))))
          (else (local.set $result (i32.xor (call $scan@ (local.get $b)) (i32.const -1))))))
      (global.set $stack (i32.add (local.get $sp) (i32.const 48)))
      (local.get $result)))",
};

constexpr int copies = 600;

std::string made_text() {
  std::string text = "(module (memory 1) (table 8192 funcref) (global $stack (mut i32) (i32.const 65536))\n";
  for (int copy = 1; copy <= copies; ++copy) {
    for (const std::string_view function : functions) {
      for (const char c : function) {
        if (c == '@') {
          text += std::to_string(copy);
        } else {
          text += c;
        }
      }
      text += '\n';
    }
  }
  return text + ")";
}

template <class T>
T require_inner(Result<T> result, const std::string& name) {
  if (!result) fail(name + ": " + result.error().message());
  return *std::move(result);
}

SampleModule decoded(std::string name, std::vector<u8> bytes) {
  auto shared = std::make_shared<const std::vector<u8>>(std::move(bytes));
  auto made = require_inner(decode_module(ModuleBytes{*shared, shared}, Features::all()), name);
  return {std::move(name), std::move(shared), std::move(made)};
}

}  // namespace

s64 SampleModule::code_bytes() const {
  s64 sum = 0;
  for (const FunctionDecl& function : module->functions) sum += function.body.size;
  return sum;
}

std::vector<SampleModule> sample_modules() {
  std::vector<SampleModule> modules;
  const char* const list = std::getenv("INVAR_BENCH_MODULE");
  if (list == nullptr || *list == '\0') {
    modules.push_back(decoded("made", require_inner(text::parse_module(made_text(), Features::all()), "made")));
    return modules;
  }
  for (std::string_view rest = list; !rest.empty();) {
    const std::string path(rest.substr(0, rest.find(':')));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));
    if (path.empty()) continue;
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(path + ": cannot be read");
    modules.push_back(decoded(std::filesystem::path(path).filename().string(), {std::istreambuf_iterator(file), {}}));
  }
  return modules;
}

}  // namespace invar::micro
