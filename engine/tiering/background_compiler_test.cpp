#include "engine/tiering/background_compiler.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <semaphore>

#include "engine/runtime/testing.h"

namespace invar {
namespace {

/// Remembers what it is asked for; each compilation waits until the test lets it go on, or until it is to stop.
class SlowCompiler final : public Compiler {
 public:
  std::string order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }
  /// Lets so many compilations end.
  void let_go(int count) { allowed_.release(count); }
  /// Waits until one more compilation has begun.
  void wait_for_begin() { begun_.acquire(); }

  bool compile(Code& code, const StopFlag* stop) override {
    work(std::to_string(code.function), stop);
    return code.function != 3;
  }
  const u64* compile_loop(Code& code, const LoopPlace& loop, const StopFlag* stop) override {
    work(std::to_string(code.function) + "." + std::to_string(loop.block), stop);
    return words_;
  }
  const void* unbound_entry() const override { return nullptr; }
  bool bind(Code&) override { return false; }
  void prepare(MachineContext&) override {}
  MachineSite find(const u8*, u32) const override { return {}; }
  std::string code_key(const Engine&) const override { return {}; }
  SavedCode save(const CompiledModule&) override { return {}; }
  bool restore(CompiledModule&, const ModuleBytes&) override { return false; }
  void forget(const CompiledModule&) override {}
  const u64* words() const { return words_; }

 private:
  void work(const std::string& what, const StopFlag* stop) {
    begun_.release();
    while (!*stop && !allowed_.try_acquire_for(std::chrono::milliseconds(1))) {
    }
    const std::lock_guard lock(mutex_);
    order_ += what + (*stop ? "! " : " ");
  }

  std::mutex mutex_;
  std::string order_;
  std::counting_semaphore<> allowed_{0}, begun_{0};
  u64 words_[1] = {7};
};

constexpr std::string_view functions = "(module (func) (func) (func) (func) (func))";

class BackgroundCompilerTest : public RuntimeTest {
 protected:
  std::shared_ptr<CompiledModule> module = compile_text(engine, functions);
  SlowCompiler compiler;

  BackgroundCompiler::Request function(u32 index) { return {.code = &module->codes[index], .around = {}}; }
};

TEST_F(BackgroundCompilerTest, LoopsGoFirst) {
  BackgroundCompiler background(compiler);
  EXPECT_FALSE(background.is_busy());
  ASSERT_TRUE(background.request(function(0)));
  compiler.wait_for_begin();
  EXPECT_TRUE(background.is_busy());
  u64 entry = 1;
  ASSERT_TRUE(background.request(function(1)));
  ASSERT_TRUE(background.request(function(2)));
  ASSERT_TRUE(background.request({.code = &module->codes[4], .block = 9, .around = {}, .entry = &entry}));
  compiler.let_go(4);
  background.wait();
  EXPECT_EQ(compiler.order(), "0 4.9 1 2 ");
  EXPECT_EQ(__atomic_load_n(&entry, __ATOMIC_ACQUIRE), reinterpret_cast<u64>(compiler.words()));
  EXPECT_FALSE(background.is_busy());
}

TEST_F(BackgroundCompilerTest, RefusalsAreNoted) {
  BackgroundCompiler background(compiler);
  compiler.let_go(2);
  ASSERT_TRUE(background.request(function(2)));
  ASSERT_TRUE(background.request(function(3)));
  background.wait();
  EXPECT_FALSE(module->codes[2].is_refused);
  EXPECT_TRUE(module->codes[3].is_refused);
}

TEST_F(BackgroundCompilerTest, AModuleThatGoesTakesItsRequestsAlong) {
  BackgroundCompiler background(compiler);
  const std::shared_ptr<CompiledModule> other = compile_text(engine, functions);
  ASSERT_TRUE(background.request({.code = &other->codes[0], .around = {}}));
  compiler.wait_for_begin();
  ASSERT_TRUE(background.request({.code = &other->codes[1], .around = {}}));
  ASSERT_TRUE(background.request(function(2)));
  background.forget(*other);  // does not wait for the end, which nobody allows
  compiler.let_go(1);
  background.wait();
  EXPECT_EQ(compiler.order(), "0! 2 ");
}

TEST_F(BackgroundCompilerTest, WhenItGoesNothingIsWaitedFor) {
  {
    BackgroundCompiler background(compiler);
    ASSERT_TRUE(background.request(function(0)));
    ASSERT_TRUE(background.request(function(1)));
    compiler.wait_for_begin();
  }
  EXPECT_EQ(compiler.order(), "0! ");
}

}  // namespace
}  // namespace invar
