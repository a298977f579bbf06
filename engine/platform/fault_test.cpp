#include "engine/platform/fault.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "engine/platform/virtual_memory.h"

namespace invar::platform {
namespace {

constexpr u64 region_size = (u64{8} << 30) + 65536;

/// A registered reservation for the life of a test.
class Region {
 public:
  Region() : base_(reserve(region_size)) {
    if (base_ != nullptr && !register_reservation(base_, region_size)) ADD_FAILURE();
  }
  ~Region() {
    if (base_ == nullptr) return;
    unregister_reservation(base_, region_size);
    release(base_, region_size);
  }
  u8* base() const { return base_; }

 private:
  u8* base_;
};

[[gnu::noinline]] u8 read_byte(const u8* address) { return *static_cast<const volatile u8*>(address); }

/// Reads and says where it faulted; 0 if it did not.
u64 fault_address_of(const u8* address) {
  TrapLanding landing;
  if (_setjmp(landing.env) == 0) {
    push_landing(landing);
    read_byte(address);
    pop_landing(landing);
    return 0;
  }
  return landing.fault.address;
}

#define NEED(region)                                                                          \
  do {                                                                                        \
    if ((region).base() == nullptr) GTEST_SKIP() << "this system grants no such reservation"; \
  } while (false)

TEST(Fault, ReturnsToTheLandingWithTheAddress) {
  Region region;
  NEED(region);
  for (const u64 offset : {u64{0}, u64{12345}, u64{1} << 32, (u64{8} << 30) + 65535}) {
    EXPECT_EQ(fault_address_of(region.base() + offset), reinterpret_cast<u64>(region.base() + offset));
  }
}

TEST(Fault, CommittedPagesDoNotFault) {
  Region region;
  NEED(region);
  ASSERT_TRUE(commit(region.base(), 65536));
  EXPECT_EQ(fault_address_of(region.base() + 65535), 0u);
  EXPECT_EQ(fault_address_of(region.base() + 65536), reinterpret_cast<u64>(region.base() + 65536));
}

TEST(Fault, WritesFaultToo) {
  Region region;
  NEED(region);
  TrapLanding landing;
  if (_setjmp(landing.env) == 0) {
    push_landing(landing);
    *static_cast<volatile u8*>(region.base() + 7) = 1;
    pop_landing(landing);
    FAIL();
  }
  EXPECT_EQ(landing.fault.address, reinterpret_cast<u64>(region.base() + 7));
}

TEST(Fault, LandingsNest) {
  Region region;
  NEED(region);
  TrapLanding outer;
  volatile bool inner_landed = false;
  if (_setjmp(outer.env) == 0) {
    push_landing(outer);
    inner_landed = fault_address_of(region.base()) != 0;
    read_byte(region.base() + 1);
    pop_landing(outer);
    FAIL();
  }
  EXPECT_TRUE(inner_landed);
  EXPECT_EQ(outer.fault.address, reinterpret_cast<u64>(region.base() + 1));
}

TEST(Fault, ManyInARow) {
  Region region;
  NEED(region);
  for (u64 i = 0; i < 1000; ++i)
    ASSERT_EQ(fault_address_of(region.base() + i), reinterpret_cast<u64>(region.base() + i));
}

TEST(Fault, EveryThreadHasItsOwn) {
  Region region;
  NEED(region);
  std::vector<std::thread> threads;
  std::atomic<u32> landed = 0;
  for (u64 t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (u64 i = 0; i < 100; ++i) {
        const u8* const address = region.base() + t * 4096 + i;
        if (fault_address_of(address) == reinterpret_cast<u64>(address)) ++landed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(landed, 400u);
}

#if __has_attribute(preserve_none)
__attribute__((preserve_none, noinline)) u64 read_with_state(u64 first, u64 second, const u8* address) {
  const u8 value = *static_cast<const volatile u8*>(address);
  asm volatile("" : "+r"(first), "+r"(second));  // until here they stay where the caller put them
  return first + second + value;
}

TEST(Fault, SavesTheInterpretersRegisters) {
  Region region;
  NEED(region);
  TrapLanding landing;
  if (_setjmp(landing.env) == 0) {
    push_landing(landing);
    auto opaque = &read_with_state;
    asm volatile("" : "+r"(opaque));  // so that the constants are passed, not propagated
    opaque(0x1234'5678'9abc, 0xdef0'1234'5678, region.base() + 99);
    pop_landing(landing);
    FAIL();
  }
  EXPECT_EQ(landing.fault.address, reinterpret_cast<u64>(region.base() + 99));
  EXPECT_EQ(landing.fault.arg0, 0x1234'5678'9abcu);
  EXPECT_EQ(landing.fault.arg1, 0xdef0'1234'5678u);
}
#endif

// Death tests come before all others, and their statements run in a child process: so the handlers are not installed
// yet when they begin.

TEST(FaultDeathTest, FaultsOutsideReservationsAreNotOurs) {
  EXPECT_DEATH(
      {
        u8* const elsewhere = reserve(page_size());
        fault_address_of(elsewhere);
      },
      "");
}

TEST(FaultDeathTest, FaultsWhileNoWasmRunsAreNotOurs) {
  EXPECT_DEATH(
      {
        Region region;
        fault_address_of(region.base());
        read_byte(region.base());
      },
      "");
}

TEST(FaultDeathTest, SuspendedLandingsTakeNoFaults) {
  EXPECT_DEATH(
      {
        Region region;
        TrapLanding landing;
        if (_setjmp(landing.env) == 0) {
          push_landing(landing);
          LandingSuspension suspension;
          read_byte(region.base());
        } else {
          _exit(0);
        }
      },
      "");
}

void leave_with_42(int) { _exit(42); }
void leave_with_43(int, siginfo_t* info, void*) { _exit(info->si_addr != nullptr ? 43 : 1); }

TEST(FaultDeathTest, ThePreviousHandlerGetsForeignFaults) {
  EXPECT_EXIT(
      {
        struct sigaction action{};
        action.sa_handler = leave_with_42;
        sigaction(SIGSEGV, &action, nullptr);
        fault_address_of(reserve(page_size()));
      },
      testing::ExitedWithCode(42), "");
  EXPECT_EXIT(
      {
        struct sigaction action{};
        action.sa_sigaction = leave_with_43;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGSEGV, &action, nullptr);
        Region region;
        if (region.base() != nullptr) fault_address_of(region.base());  // ours: not passed on
        fault_address_of(reserve(page_size()));
      },
      testing::ExitedWithCode(43), "");
}

TEST(Registry, HoldsTensOfThousandsOfReservations) {
  // Never accessed, so nothing need be mapped there.
  constexpr u64 first = u64{1} << 45, count = 10000, stride = region_size + 3 * 65536;
  const auto base = [&](u64 i) { return reinterpret_cast<const u8*>(first + i * stride); };
  for (u64 i = 0; i < count; ++i) ASSERT_TRUE(register_reservation(base(i), region_size));
  for (u64 i = 0; i < count; ++i) {
    const u64 begin = first + i * stride;
    EXPECT_TRUE(is_registered(begin));
    EXPECT_TRUE(is_registered(begin + (u64{5} << 30)));
    EXPECT_TRUE(is_registered(begin + region_size - 1));
    EXPECT_FALSE(is_registered(begin + region_size));
    EXPECT_FALSE(is_registered(begin - 1));
  }
  for (u64 i = 0; i < count; i += 2) unregister_reservation(base(i), region_size);
  for (u64 i = 0; i < count; ++i) {
    EXPECT_EQ(is_registered(first + i * stride), i % 2 == 1);
    EXPECT_EQ(is_registered(first + i * stride + region_size - 1), i % 2 == 1);
  }
  for (u64 i = 1; i < count; i += 2) unregister_reservation(base(i), region_size);
  for (u64 i = 0; i < count; ++i) EXPECT_FALSE(is_registered(first + i * stride + region_size - 1));
}

TEST(Registry, RefusesWhatItCannotHold) {
  EXPECT_FALSE(register_reservation(reinterpret_cast<const u8*>(u64{1} << 44), u64{1} << 20));  // too small
  EXPECT_FALSE(register_reservation(reinterpret_cast<const u8*>(u64{1} << 50), region_size));   // beyond 48 bits
  EXPECT_FALSE(register_reservation(nullptr, region_size));
  EXPECT_FALSE(is_registered(0));
  EXPECT_FALSE(is_registered(~u64{0}));
}

}  // namespace
}  // namespace invar::platform
