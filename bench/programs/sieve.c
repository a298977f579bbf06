// Prime numbers three ways: the sieve of Eratosthenes on bytes and on a bit set, and trial division with 32- and 64-bit
// remainders; then Collatz chains and greatest common divisors. Strided stores, read-modify-write of bits, integer
// division and loops whose length nobody can predict. All three counts must agree with the known number of primes.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xd613a60643c7b811)

enum { kLimit = 2000000, kPrimes = 148933, kTrialLimit = 700000, kTrialPrimes = 56543, kCollatz = 700000 };

static uint8_t composite[kLimit];
static uint32_t bits[kLimit / 32 + 1];

static uint32_t sieve_bytes(void) {
  memset(composite, 0, sizeof composite);
  uint32_t count = 0;
  for (uint32_t i = 2; i < kLimit; i++) {
    if (composite[i]) continue;
    count++;
    if (i < 65536) {
      for (uint32_t j = i * i; j < kLimit; j += i) composite[j] = 1;
    }
  }
  return count;
}

static uint32_t sieve_bits(void) {
  memset(bits, 0, sizeof bits);
  for (uint32_t i = 2; i * i < kLimit; i++) {
    if (bits[i / 32] >> (i % 32) & 1) continue;
    for (uint32_t j = i * i; j < kLimit; j += i) bits[j / 32] |= 1u << (j % 32);
  }
  uint32_t count = 0;
  for (uint32_t i = 2; i < kLimit; i++) count += ~(bits[i / 32] >> (i % 32)) & 1;
  return count;
}

static uint32_t trial_division(void) {
  uint32_t count = 1;
  for (uint32_t n = 3; n < kTrialLimit; n += 2) {
    uint32_t d = 3;
    while (d * d <= n && n % d != 0) d += 2;
    count += d * d > n;
  }
  return count;
}

static uint64_t collatz(void) {
  uint64_t longest = 0, start = 0;
  for (uint64_t n = 1; n < kCollatz; n++) {
    uint64_t length = 1;
    for (uint64_t x = n; x != 1; length++) x = x % 2 == 0 ? x / 2 : 3 * x + 1;
    if (length > longest) longest = length, start = n;
  }
  return start << 32 | longest;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t r = a % b;
    a = b;
    b = r;
  }
  return a;
}

int main(void) {
  if (sieve_bytes() != kPrimes || sieve_bits() != kPrimes) return 2;
  if (trial_division() != kTrialPrimes) return 2;
  uint64_t sum = collatz(), a = 0x123456789abcdef, b = 987654321;
  for (int i = 0; i < 100000; i++) {
    sum = sum * 31 + gcd(a, b);
    a = a * UINT64_C(6364136223846793005) + 1442695040888963407;
    b = b * UINT64_C(2862933555777941757) + 3037000493;
  }
  printf("sieve %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
