// What the address sanitizer is told of memory that is not the allocator's; nothing without it.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define INVAR_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define INVAR_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef INVAR_ADDRESS_SANITIZER
extern "C" void __asan_poison_memory_region(const volatile void* begin, size_t bytes);    // NOLINT
extern "C" void __asan_unpoison_memory_region(const volatile void* begin, size_t bytes);  // NOLINT
#endif

namespace invar::platform {

/// Nobody may touch it until it is told otherwise.
inline void forbid([[maybe_unused]] const void* begin, [[maybe_unused]] size_t bytes) {
#ifdef INVAR_ADDRESS_SANITIZER
  __asan_poison_memory_region(begin, bytes);
#endif
}

inline void allow([[maybe_unused]] const void* begin, [[maybe_unused]] size_t bytes) {
#ifdef INVAR_ADDRESS_SANITIZER
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

}  // namespace invar::platform
