#include "engine/runtime/testing.h"
#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

class Registered : public RuntimeTest {
 protected:
  void grant(const Config& config) {
    auto made = create(config);
    ASSERT_TRUE(made) << made.error().message();
    context = *std::move(made);
    const auto added = add_to_linker(linker, *context);
    ASSERT_TRUE(added) << added.error().message();
  }
  std::unique_ptr<Context> context;
};

TEST_F(Registered, EveryFunctionUnderBothNames) {
  grant({});
  for (const char* module : {"wasi_snapshot_preview1", "wasi_unstable"}) {
    for (const Function& function : functions()) {
      const Extern* found = linker.find(module, function.name);
      ASSERT_NE(found, nullptr) << module << " " << function.name;
      EXPECT_EQ(*std::get<Func*>(*found)->type, function.type) << function.name;
    }
  }
}

TEST_F(Registered, UsesTheExportedMemory) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd reading(ends[0]), writing(ends[1]);
  Config config;
  config.stdio.out = writing.get();
  grant(config);
  const Instance* instance = instantiate(R"((module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory $other 1)
    (memory $mine (export "memory") 1)
    (data (memory $other) (i32.const 0) "\08\00\00\00\05\00\00\00wrong")
    (data (memory $mine) (i32.const 0) "\08\00\00\00\05\00\00\00right")
    (func (export "run") (result i32)
      (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (func (export "written") (result i32) (i32.load $mine (i32.const 100)))))");
  ASSERT_NE(instance, nullptr);
  EXPECT_EQ(call(instance, "run"), Slot{0});
  EXPECT_EQ(call(instance, "written"), Slot{5});
  char buffer[16];
  ASSERT_EQ(::read(reading.get(), buffer, sizeof buffer), 5);
  EXPECT_EQ(std::string(buffer, 5), "right");
}

TEST_F(Registered, FirstMemoryIfNoneHasTheName) {
  Config config;
  config.args = {"program"};
  grant(config);
  const Instance* instance = instantiate(R"((module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (memory 1)
    (func (export "run") (result i32)
      (drop (call $sizes (i32.const 0) (i32.const 4)))
      (i32.load (i32.const 4)))))");
  ASSERT_NE(instance, nullptr);
  EXPECT_EQ(call(instance, "run"), Slot{8});
}

TEST_F(Registered, NoMemoryIsAFault) {
  grant({});
  const Instance* instance = instantiate(R"((module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $sizes (i32.const 0) (i32.const 4)))))");
  ASSERT_NE(instance, nullptr);
  EXPECT_EQ(call(instance, "run"), Slot{static_cast<u16>(Errno::fault)});
}

TEST_F(Registered, ExitStopsTheProgram) {
  grant({});
  const Instance* instance = instantiate(R"((module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "proc_raise" (func $raise (param i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "exit") (call $exit (i32.const 37)) unreachable)
    (func (export "abort") (drop (call $raise (i32.const 6))) unreachable)
    (func (export "go_on") (result i32) (call $raise (i32.const 0)))))");
  ASSERT_NE(instance, nullptr);
  for (const auto& [name, status] : {std::pair("exit", 37), std::pair("abort", 134)}) {
    const auto result = call(instance, name);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().kind, TrapKind::exit);
    EXPECT_EQ(result.error().exit_code, status);
  }
  EXPECT_EQ(call(instance, "go_on"), Slot{0});
}

TEST_F(Registered, ImportsMustHaveTheRightType) {
  grant({});
  const std::string message = failure(R"((module
    (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))))");
  EXPECT_TRUE(message.starts_with("incompatible import type")) << message;
}

}  // namespace
}  // namespace invar::wasi
