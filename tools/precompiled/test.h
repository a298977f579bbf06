// Precompiled for programs of many unit tests.
#include <gtest/gtest.h>

#include "tools/precompiled/library.h"
