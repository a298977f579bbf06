// Nothing but start-up: what an engine spends on this program is taken off the time of every other one, so that the
// comparison is of running code and not of process creation, loading and the C library's first printf.

#include <inttypes.h>
#include <stdio.h>

int main(void) {
  printf("empty %016" PRIx64 "\n", (uint64_t)0);
  return 0;
}
