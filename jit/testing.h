// For tests of compiled code.
#pragma once

#include <gtest/gtest.h>

#include "jit/machine/machine.h"

/// Skips the test where the processor lacks what compiled code requires (features.h). A compiler that is missing
/// for any other reason is a failure.
#define INVAR_NEED_COMPILER(compiler)                                     \
  do {                                                                    \
    if (!invar::jit::machine::cpu_features().required)                    \
      GTEST_SKIP() << "this processor lacks what compiled code requires"; \
    ASSERT_TRUE(compiler);                                                \
  } while (false)
