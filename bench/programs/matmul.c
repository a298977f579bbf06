// Dense matrix multiplication and Gaussian elimination on doubles: triple loops with a multiply-add, array addressing
// with a row stride, and one induction variable a level. Loop-invariant address arithmetic, bounds checks and
// addressing modes decide the result; the summation order keeps compilers from vectorising the inner product.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x16bc504468543f8a)

enum { kSize = 300, kRounds = 11 };

static double a[kSize][kSize], b[kSize][kSize], c[kSize][kSize];

static void fill(void) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      a[i][j] = (double)((i * 7 + j * 13) % 101) / 64.0 + (i == j ? 128.0 : 0.0);
      b[i][j] = (double)((i * 11 + j * 5) % 97) / 32.0;
    }
  }
}

static void multiply(void) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      double sum = 0;
      for (int k = 0; k < kSize; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

// Brings a to upper triangular form, carrying b along. The diagonal dominates, so no pivoting is needed.
static void eliminate(void) {
  for (int k = 0; k < kSize; k++) {
    for (int i = k + 1; i < kSize; i++) {
      double factor = a[i][k] / a[k][k];
      for (int j = k; j < kSize; j++) a[i][j] -= factor * a[k][j];
      b[i][0] -= factor * b[k][0];
    }
  }
}

static uint64_t digest(double m[kSize][kSize]) {
  uint64_t sum = 0;
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      uint64_t bits;
      memcpy(&bits, &m[i][j], sizeof bits);
      sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  fill();
  for (int round = 0; round < kRounds; round++) {
    multiply();
    for (int i = 0; i < kSize; i++) {
      for (int j = 0; j < kSize; j++) b[i][j] = c[i][j] / 65536.0;
    }
    sum = sum * 31 + digest(c);
  }
  eliminate();
  sum = sum * 31 + digest(a);
  printf("matmul %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
