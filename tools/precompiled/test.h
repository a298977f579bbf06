// Precompiled for each program of unit tests.
#include <gtest/gtest.h>

#include "tools/precompiled/library.h"
