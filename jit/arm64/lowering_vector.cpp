#include "jit/arm64/lowering_vector.h"
