// For tests of compiled code.
#pragma once

#include <gtest/gtest.h>

#include "jit/x64/features.h"

/// Skips the test where the processor lacks what compiled code requires (x64/features.h). A compiler that is missing
/// for any other reason is a failure.
#define INVAR_NEED_COMPILER(compiler)                                                                        \
  do {                                                                                                       \
    if (!invar::jit::x64::cpu_features().required) GTEST_SKIP() << "this processor lacks SSE 4.2 or popcnt"; \
    ASSERT_TRUE(compiler);                                                                                   \
  } while (false)
