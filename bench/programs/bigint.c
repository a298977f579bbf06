// Integers of thousands of digits: multiplication by columns and by Karatsuba's method, division by a word, Fibonacci
// numbers by doubling, and decimal output. Products of 32 bits by 32 with carries in 64: widening, shifting and adding
// in a chain where each step waits for the last. Both multiplications must agree.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xed7e0912d9b7c810)

enum { kLimbs = 1024, kSchool = 24, kIndex = 40000, kRounds = 14 };

// Least significant limb first.
static uint32_t scratch[8 * kLimbs], check[2 * kLimbs];
static uint32_t f[kLimbs], g[kLimbs], ff[2 * kLimbs], gg[2 * kLimbs], fg[2 * kLimbs];

static void multiply_school(const uint32_t* a, const uint32_t* b, uint32_t n, uint32_t* product) {
  memset(product, 0, 2 * n * sizeof *product);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t carry = 0, digit = a[i];
    for (uint32_t j = 0; j < n; j++) {
      carry += digit * b[j] + product[i + j];
      product[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    product[i + n] = (uint32_t)carry;
  }
}

// a += b, both of n limbs; returns the carry.
static uint32_t add(uint32_t* a, const uint32_t* b, uint32_t n) {
  uint64_t carry = 0;
  for (uint32_t i = 0; i < n; i++) {
    carry += (uint64_t)a[i] + b[i];
    a[i] = (uint32_t)carry;
    carry >>= 32;
  }
  return (uint32_t)carry;
}

static uint32_t subtract(uint32_t* a, const uint32_t* b, uint32_t n) {
  uint64_t borrow = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t difference = (uint64_t)a[i] - b[i] - borrow;
    a[i] = (uint32_t)difference;
    borrow = difference >> 63;
  }
  return (uint32_t)borrow;
}

static void carry_into(uint32_t* a, uint32_t carry) {
  for (; carry != 0; a++) {
    *a += carry;
    carry = *a < carry;
  }
}

// |high - low| of halves, and whether it was turned round.
static int difference(const uint32_t* high, const uint32_t* low, uint32_t n, uint32_t* result) {
  memcpy(result, high, n * sizeof *result);
  if (subtract(result, low, n) == 0) return 0;
  memcpy(result, low, n * sizeof *result);
  subtract(result, high, n);
  return 1;
}

// n is a power of two; uses 4 n limbs of work space.
static void multiply(const uint32_t* a, const uint32_t* b, uint32_t n, uint32_t* product, uint32_t* work) {
  if (n <= kSchool) {
    multiply_school(a, b, n, product);
    return;
  }
  uint32_t half = n / 2;
  int sign = difference(a + half, a, half, work) ^ difference(b + half, b, half, work + half);
  uint32_t *middle = work + n, *further = work + 2 * n;
  multiply(work, work + half, half, middle, further);
  multiply(a, b, half, product, further);
  multiply(a + half, b + half, half, product + n, further);
  // a1 b0 + a0 b1 = a1 b1 + a0 b0 - (a1 - a0)(b1 - b0)
  uint32_t* cross = work + 2 * n;
  memcpy(cross, product, n * sizeof *cross);
  uint32_t carry = add(cross, product + n, n);
  carry = sign ? carry + add(cross, middle, n) : carry - subtract(cross, middle, n);
  carry += add(product + half, cross, n);
  carry_into(product + half + n, carry);
}

// f, g = F(n), F(n + 1), from F(2k) = F(k) (2 F(k + 1) - F(k)) and F(2k + 1) = F(k)^2 + F(k + 1)^2.
static void fibonacci(uint32_t n) {
  memset(f, 0, sizeof f);
  memset(g, 0, sizeof g);
  g[0] = 1;
  for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1) {
    multiply(f, f, kLimbs, ff, scratch);
    multiply(g, g, kLimbs, gg, scratch);
    multiply(f, g, kLimbs, fg, scratch);
    add(gg, ff, kLimbs);
    memcpy(f, fg, sizeof f);
    add(f, fg, kLimbs);
    subtract(f, ff, kLimbs);
    memcpy(g, gg, sizeof g);
    if ((n & bit) != 0) {
      memcpy(ff, f, sizeof f);
      memcpy(f, g, sizeof f);
      add(g, ff, kLimbs);
    }
  }
}

static uint32_t divide_word(uint32_t* a, uint32_t n, uint32_t divisor) {
  uint64_t rest = 0;
  for (uint32_t i = n; i-- > 0;) {
    rest = rest << 32 | a[i];
    a[i] = (uint32_t)(rest / divisor);
    rest %= divisor;
  }
  return (uint32_t)rest;
}

static uint64_t decimal_digits(uint32_t* a, uint32_t n) {
  uint64_t sum = 0;
  while (n > 0) {
    sum = sum * 31 + divide_word(a, n, 1000000000);
    while (n > 0 && a[n - 1] == 0) n--;
  }
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  for (uint32_t round = 0; round < kRounds; round++) {
    fibonacci(kIndex - round);
    multiply(f, g, kLimbs, fg, scratch);
    multiply_school(f, g, kLimbs, check);
    if (memcmp(fg, check, sizeof check) != 0) return 2;
    // F(n) F(n + 1) of the last round must leave what arithmetic modulo a prime says.
    uint64_t a = 0, b = 1, prime = 1000000007;
    for (uint32_t i = 0; i < kIndex - round; i++) {
      uint64_t c = (a + b) % prime;
      a = b;
      b = c;
    }
    if (divide_word(check, 2 * kLimbs, (uint32_t)prime) != a * b % prime) return 3;
    sum = sum * 31 + decimal_digits(f, kLimbs);
  }
  printf("bigint %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
