// What functions are compiled to: each module in cases/ ends with the graphs and the code of both machines that its
// functions are expected to come to. With INVAR_BLESS=1 in the environment the files get what comes out now.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/runtime/testing.h"
#include "jit/arm64/emission.h"
#include "jit/compiler.h"
#include "jit/disassembly.h"
#include "jit/ir/optimize.h"
#include "jit/ir/print.h"
#include "jit/ir/ssa_sink.h"
#include "jit/ir/verify.h"
#include "jit/regalloc/checker.h"
#include "jit/scratch.h"
#include "jit/x64/emission.h"

namespace invar::jit {
namespace {

constexpr std::string_view mark = ";; --- compiled ---\n";

/// Code for a machine, which need not be the one that runs the test.
template <class Lowering, class LoweredFunction, class Emit>
std::string code_for(const CompiledModule& module, const Function& function, LoweredFunction lowered,
                     const RegisterFile& registers, Architecture architecture, Emit emit) {
  if (!Lowering(module, function, lowered).lower()) return "not compiled\n";
  const Allocation allocation = allocate_registers(lowered.code, registers);
  EXPECT_EQ(check_allocation(lowered.code, registers, allocation), "");
  EmittedFunction emitted;
  EXPECT_EQ(emit(function, lowered, allocation, false, emitted), "");
  return disassemble(emitted, architecture);
}

std::string as_comment(std::string_view title, std::string_view text) {
  std::string made = fmt::format(";;\n;; {}\n", title);
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) made += line.empty() ? ";;\n" : fmt::format(";; {}\n", line);
  return made;
}

std::string compiled(std::string_view source) {
  const std::unique_ptr<Compiler> compiler = make_compiler({});  // does nothing; modules are prepared for one
  EngineConfig config;
  config.compiler = compiler.get();
  config.features.set(Feature::threads);
  config.features.set(Feature::stack_switching);
  Engine engine(config);
  const auto module = compile_text(engine, source);
  if (module == nullptr) return {};
  const Module& wasm = module->module();
  std::string made;
  for (u32 index = wasm.imported_functions; index < wasm.functions.size(); ++index) {
    Arena arena;
    const ScratchScope scope(arena);
    Function function;
    SsaSink sink(*module, function);
    sink.reuse_contents();
    const std::string name = module->function_name(index);
    if (!sink.build(index)) {
      made += as_comment(name, fmt::format("not compiled: {}", info(sink.refused()).mnemonic));
      continue;
    }
    for (const Pass& pass : passes()) pass.run(function, wasm);
    EXPECT_EQ(verify(function), "");
    made += as_comment(name + ", graph", to_string(function));
    // The features are fixed: what comes out shall not depend on where it is tested.
    x64::LoweredFunction x64;
    x64.features = {.bmi2 = true, .lzcnt = true, .bmi1 = true, .avx = true, .avx2 = true};
    made += as_comment(name + ", x86-64", code_for<x64::Lowering>(*module, function, x64, x64::register_file,
                                                                  Architecture::x86_64, x64::emit));
    made += as_comment(name + ", aarch64",
                       code_for<arm64::Lowering>(*module, function, arm64::LoweredFunction(), arm64::register_file,
                                                 Architecture::aarch64, arm64::emit));
  }
  return made;
}

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(INVAR_FILETESTS)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

class Compiled : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Compiled, IsAsTheFileHasIt) {
  const std::string text = contents_of(GetParam());
  const size_t end = text.find(mark);
  const std::string source = end == std::string::npos ? text + "\n" : text.substr(0, end);
  const std::string expected = end == std::string::npos ? "" : text.substr(end + mark.size());
  const std::string got = compiled(source);
  ASSERT_NE(got, "");
  if (got == expected) return;
  if (std::getenv("INVAR_BLESS") != nullptr) {
    std::ofstream(GetParam(), std::ios::binary) << source << mark << got;
    return;
  }
  std::istringstream wanted(expected), made(got);
  std::string a, b;
  u32 line = 1;
  while (std::getline(made, a) && std::getline(wanted, b) && a == b) ++line;
  FAIL() << GetParam() << ": line " << line << " behind the mark is\n"
         << a << "\nand not\n"
         << b << "\nIf that is right: INVAR_BLESS=1 " << ::testing::internal::GetArgvs()[0];
}

INSTANTIATE_TEST_SUITE_P(Files, Compiled, ::testing::ValuesIn(cases()),
                         [](const auto& of) { return of.param.stem().string(); });

}  // namespace
}  // namespace invar::jit
