// The fast Fourier transform of complex doubles, in place, radix two, and multiplication of long polynomials with it.
// Butterflies over ever wider strides, bit-reversed swaps, and additions and multiplications in long independent
// chains. The products must equal those that integers give.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xbe31cb928d9b61de)

enum { kLog = 14, kSize = 1 << kLog, kRounds = 130, kProbes = 16 };

struct Complex {
  double re, im;
};

static struct Complex roots[kSize / 2], first[kSize], second[kSize];
static uint32_t left[kSize / 2], right[kSize / 2];

static uint32_t random_state = 362436069u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static inline struct Complex multiply(struct Complex a, struct Complex b) {
  return (struct Complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// The C libraries' sines need not agree to the last bit; square roots must. So angles are halved, from a half turn on.
static void make_roots(void) {
  struct Complex angle[kLog];
  double cosine = -1.0;
  for (int i = kLog - 1; i >= 0; i--) {
    angle[i] = (struct Complex){cosine, i == kLog - 1 ? 0.0 : sqrt((1.0 - cosine) * (1.0 + cosine))};
    cosine = i == kLog - 1 ? 0.0 : sqrt((1.0 + cosine) / 2.0);
  }
  roots[0] = (struct Complex){1.0, 0.0};
  // The cosine of a small angle does not tell its sine well: sin x = sin 2x / (2 cos x) does.
  for (int i = kLog - 3; i >= 0; i--) angle[i].im = angle[i + 1].im / (2.0 * angle[i].re);
  for (int bit = 0; bit < kLog - 1; bit++) {
    for (int k = 0; k < 1 << bit; k++) roots[k + (1 << bit)] = multiply(roots[k], angle[bit]);
  }
}

static void transform(struct Complex* v, int inverse) {
  for (uint32_t i = 1, j = 0; i < kSize; i++) {
    uint32_t bit = kSize >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      struct Complex t = v[i];
      v[i] = v[j];
      v[j] = t;
    }
  }
  double sign = inverse ? 1.0 : -1.0;
  for (uint32_t half = 1; half < kSize; half *= 2) {
    uint32_t stride = kSize / 2 / half;
    for (uint32_t start = 0; start < kSize; start += 2 * half) {
      for (uint32_t k = 0; k < half; k++) {
        struct Complex root = {roots[k * stride].re, roots[k * stride].im * sign};
        struct Complex a = v[start + k], b = multiply(v[start + k + half], root);
        v[start + k] = (struct Complex){a.re + b.re, a.im + b.im};
        v[start + k + half] = (struct Complex){a.re - b.re, a.im - b.im};
      }
    }
  }
}

static uint64_t product_at(uint32_t degree) {
  uint64_t sum = 0;
  for (uint32_t i = degree < kSize / 2 ? 0 : degree - kSize / 2 + 1; i < kSize / 2 && i <= degree; i++) {
    sum += (uint64_t)left[i] * right[degree - i];
  }
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  make_roots();
  for (int round = 0; round < kRounds; round++) {
    memset(first, 0, sizeof first);
    memset(second, 0, sizeof second);
    for (int i = 0; i < kSize / 2; i++) {
      left[i] = next_random() % 10000;
      right[i] = next_random() % 10000;
      first[i].re = left[i];
      second[i].re = right[i];
    }
    transform(first, 0);
    transform(second, 0);
    for (int i = 0; i < kSize; i++) first[i] = multiply(first[i], second[i]);
    transform(first, 1);
    for (int i = 0; i < kProbes; i++) {
      uint32_t degree = next_random() % (kSize - 1);
      if ((uint64_t)(first[degree].re / kSize + 0.5) != product_at(degree)) return 2;
    }
    for (int i = 0; i < kSize; i++) {
      uint64_t bits;
      memcpy(&bits, &first[i].re, sizeof bits);
      sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  printf("fft %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
