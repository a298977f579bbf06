// Arithmetic modulo 64-bit numbers: xoshiro256** draws them, Miller and Rabin's test with Montgomery multiplication
// finds primes, and Pollard's rho factors products of two. Full 64 by 64 bit products put together from halves: shifts,
// masks, multiplications and additions of 64 bits, and almost no memory. Factors must multiply to the number.

#include <inttypes.h>
#include <stdio.h>

#define EXPECTED UINT64_C(0x916ecf4adf853dc0)

enum { kPrimes = 3000, kProducts = 600 };

static uint64_t state[4] = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9), UINT64_C(0x94d049bb133111eb),
                            1};

static inline uint64_t rotate_left(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

static uint64_t next_random(void) {
  uint64_t result = rotate_left(state[1] * 5, 7) * 9, t = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= t;
  state[3] = rotate_left(state[3], 45);
  return result;
}

static inline uint64_t multiply_high(uint64_t a, uint64_t b) {
  uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & UINT32_MAX);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

struct Modulus {
  uint64_t n, inverse, one, square;  // n * inverse = 1 and one = 2^64 and square = 2^128, modulo 2^64 and n
};

static inline uint64_t reduce(uint64_t high, uint64_t low, const struct Modulus* m) {
  uint64_t q = multiply_high(low * m->inverse, m->n);
  return high < q ? high - q + m->n : high - q;
}

static inline uint64_t multiply(uint64_t a, uint64_t b, const struct Modulus* m) {
  return reduce(multiply_high(a, b), a * b, m);
}

static struct Modulus make_modulus(uint64_t n) {
  struct Modulus m = {n, n, -n % n, 0};
  for (int i = 0; i < 5; i++) m.inverse *= 2 - n * m.inverse;  // Newton: each step doubles the good bits
  uint64_t x = m.one;
  for (int i = 0; i < 64; i++) x = x >= n - x ? x - (n - x) : x + x;
  m.square = x;
  return m;
}

// Certain for all 64-bit numbers, with these bases.
static int is_prime(uint64_t n) {
  if (n < 2) return 0;
  static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  for (int i = 0; i < 12; i++) {
    if (n % bases[i] == 0) return n == bases[i];
  }
  struct Modulus m = make_modulus(n);
  uint64_t odd = n - 1, minus_one = n - m.one;
  int twos = 0;
  for (; (odd & 1) == 0; odd >>= 1) twos++;
  for (int i = 0; i < 12; i++) {
    uint64_t base = multiply(bases[i], m.square, &m), x = m.one;
    for (uint64_t e = odd; e != 0; e >>= 1) {
      if (e & 1) x = multiply(x, base, &m);
      base = multiply(base, base, &m);
    }
    if (x == m.one || x == minus_one) continue;
    for (int k = 1; k < twos && x != minus_one; k++) x = multiply(x, x, &m);
    if (x != minus_one) return 0;
  }
  return 1;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

// A factor of an odd number that is not prime.
static uint64_t find_factor(uint64_t n) {
  struct Modulus m = make_modulus(n);
  for (uint64_t step = m.one;; step++) {
    uint64_t slow = 2, fast = 2, product = m.one, saved_slow = slow, saved_fast = fast, factor;
    for (;;) {
      saved_slow = slow, saved_fast = fast;
      for (int i = 0; i < 64; i++) {
        slow = multiply(slow, slow, &m) + step;
        fast = multiply(fast, fast, &m) + step;
        fast = multiply(fast, fast, &m) + step;
        product = multiply(product, slow > fast ? slow - fast : fast - slow, &m);
      }
      factor = gcd(product, n);
      if (factor != 1) break;
    }
    if (factor == n) {  // both at once: go through the last steps one by one
      factor = 1;
      for (slow = saved_slow, fast = saved_fast; factor == 1;) {
        slow = multiply(slow, slow, &m) + step;
        fast = multiply(fast, fast, &m) + step;
        fast = multiply(fast, fast, &m) + step;
        factor = gcd(slow > fast ? slow - fast : fast - slow, n);
      }
    }
    if (factor != n && factor != 0) return factor;
  }
}

static uint64_t next_prime(uint64_t n) {
  for (n |= 1; !is_prime(n); n += 2) {
  }
  return n;
}

int main(void) {
  uint64_t sum = 0;
  if (!is_prime(UINT64_C(18446744073709551557)) || is_prime(UINT64_C(3825123056546413051))) return 2;
  for (int i = 0; i < kPrimes; i++) sum = sum * 31 + next_prime(next_random() >> 2);
  for (int i = 0; i < kProducts; i++) {
    uint64_t p = next_prime(next_random() >> 36), q = next_prime(next_random() >> 33);
    uint64_t factor = find_factor(p * q);
    if (factor != p && factor != q) return 3;
    sum = sum * 31 + p * q;
  }
  printf("factor %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
