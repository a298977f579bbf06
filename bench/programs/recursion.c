// Direct recursion: Fibonacci, Takeuchi, Ackermann, a mutually recursive pair and the N-queens search. Almost nothing
// happens between call and return, so this measures what a call costs: frame set-up, argument passing, the stack check
// and the return. The functions are kept from being inlined where a compiler would unroll the recursion away.

#include <inttypes.h>
#include <stdio.h>

#define EXPECTED UINT64_C(0x85c5da9e08793e29)
#define NOINLINE __attribute__((noinline))

static NOINLINE uint32_t fibonacci(uint32_t n) {
  if (n < 2) return n;
  return fibonacci(n - 1) + fibonacci(n - 2);
}

static NOINLINE int32_t takeuchi(int32_t x, int32_t y, int32_t z) {
  if (y >= x) return z;
  return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

static NOINLINE uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

static uint32_t male(uint32_t n);

// Hofstadter's female and male sequences, each defined by the other.
static NOINLINE uint32_t female(uint32_t n) { return n == 0 ? 1 : n - male(female(n - 1)); }
static NOINLINE uint32_t male(uint32_t n) { return n == 0 ? 0 : n - female(male(n - 1)); }

// Counts the ways to place the remaining queens; the three masks are the attacked columns and diagonals of this row.
static NOINLINE uint32_t queens(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint32_t count = 0;
  for (uint32_t open = all & ~(columns | left | right); open != 0; open &= open - 1) {
    uint32_t bit = open & -open;
    count += queens(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

int main(void) {
  uint64_t sum = 0;
  sum = sum * 31 + fibonacci(38);
  sum = sum * 31 + (uint64_t)takeuchi(20, 14, 7);
  // Never deeper than a thousand calls, which every engine allows.
  for (uint32_t n = 0; n < 250; n++) sum = sum * 31 + ackermann(2, n);
  for (uint32_t n = 0; n < 50; n++) sum = sum * 31 + ackermann(3, n % 7);
  sum = sum * 31 + male(90);
  sum = sum * 31 + queens((1u << 11) - 1, 0, 0, 0);
  printf("recursion %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
