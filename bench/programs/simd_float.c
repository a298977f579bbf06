// Floats in vectors: products of matrices of single precision, four columns at a time with the sums in registers, the
// Mandelbrot set for four points at a time with masks for those that have escaped, and gravitation in pairs of doubles.
// Lanes are multiplied, added, compared and selected. One element is recomputed alone, lane by lane.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x6533b48c4b156089)

enum { kSize = 192, kProducts = 150, kWidth = 320, kHeight = 240, kLimit = 2400, kBodies = 64, kSteps = 3000 };

typedef float Floats __attribute__((vector_size(16)));
typedef int32_t Ints __attribute__((vector_size(16)));
typedef double Doubles __attribute__((vector_size(16)));

static float a[kSize][kSize], b[kSize][kSize], c[kSize][kSize];

static inline Floats load(const float* p) {
  Floats v;
  memcpy(&v, p, sizeof v);
  return v;
}
static inline void store(float* p, Floats v) { memcpy(p, &v, sizeof v); }

// Blocks of two rows and eight columns.
static void multiply(void) {
  for (int i = 0; i < kSize; i += 2) {
    for (int j = 0; j < kSize; j += 8) {
      Floats s00 = {0}, s01 = {0}, s10 = {0}, s11 = {0};
      for (int k = 0; k < kSize; k++) {
        Floats left = load(&b[k][j]), right = load(&b[k][j + 4]);
        Floats upper = {a[i][k], a[i][k], a[i][k], a[i][k]};
        Floats lower = {a[i + 1][k], a[i + 1][k], a[i + 1][k], a[i + 1][k]};
        s00 += upper * left;
        s01 += upper * right;
        s10 += lower * left;
        s11 += lower * right;
      }
      store(&c[i][j], s00);
      store(&c[i][j + 4], s01);
      store(&c[i + 1][j], s10);
      store(&c[i + 1][j + 4], s11);
    }
  }
}

static int product_agrees(int i, int j) {
  float sum = 0;
  for (int k = 0; k < kSize; k++) sum += a[i][k] * b[k][j];
  return sum == c[i][j];
}

static uint64_t product_work(uint64_t sum) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      a[i][j] = (float)((i * 7 + j * 13) % 31) / 16.0f - 1.0f;
      b[i][j] = (float)((i * 11 + j * 5) % 29) / 16.0f - 0.9f;
    }
  }
  for (int round = 0; round < kProducts; round++) {
    multiply();
    if (!product_agrees(round * 7 % kSize, round * 11 % kSize)) return 0;
    for (int i = 0; i < kSize; i++) {
      for (int j = 0; j < kSize; j++) a[i][j] = c[i][j] * 0.03125f + 0.5f;
    }
    for (int i = 0; i < kSize; i++) {
      for (int j = 0; j < kSize; j += 2) {
        uint64_t bits;
        memcpy(&bits, &c[i][j], sizeof bits);
        sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
      }
    }
  }
  return sum;
}

static Ints escape(Floats cx, Floats cy) {
  Floats x = {0}, y = {0};
  Ints count = {0};
  for (int i = 0; i < kLimit; i++) {
    Floats xx = x * x, yy = y * y;
    Ints inside = xx + yy <= 4.0f;
    if ((inside[0] | inside[1] | inside[2] | inside[3]) == 0) break;
    count -= inside;
    y = 2.0f * x * y + cy;
    x = xx - yy + cx;
  }
  return count;
}

static uint64_t mandelbrot_work(uint64_t sum) {
  for (int row = 0; row < kHeight; row++) {
    for (int column = 0; column < kWidth; column += 4) {
      Floats cx = {(float)column, (float)column + 1.0f, (float)column + 2.0f, (float)column + 3.0f};
      float y = (float)row * (2.0f / kHeight) - 1.0f;
      Ints count = escape(cx * (3.0f / kWidth) - 2.2f, (Floats){y, y, y, y});
      for (int i = 0; i < 4; i++) sum = sum * 31 + (uint64_t)count[i];
    }
  }
  return sum;
}

// Every body feels all others, two of them at a time. Softened, so that none comes too near.
static double place[3][kBodies], speed[3][kBodies];

static uint64_t gravity_work(uint64_t sum) {
  for (int i = 0; i < kBodies; i++) {
    for (int d = 0; d < 3; d++) {
      place[d][i] = (double)((i * (17 + d * 6) + d) % 61) / 10.0;
      speed[d][i] = 0;
    }
  }
  for (int step = 0; step < kSteps; step++) {
    for (int i = 0; i < kBodies; i++) {
      Doubles pull[3] = {{0}, {0}, {0}};
      for (int j = 0; j < kBodies; j += 2) {
        Doubles way[3], square = {0.5, 0.5};
        for (int d = 0; d < 3; d++) {
          memcpy(&way[d], &place[d][j], sizeof way[d]);
          way[d] -= place[d][i];
          square += way[d] * way[d];
        }
        Doubles strength = 1.0 / (square * square);
        for (int d = 0; d < 3; d++) pull[d] += way[d] * strength;
      }
      for (int d = 0; d < 3; d++) speed[d][i] += 0.001 * (pull[d][0] + pull[d][1]);
    }
    for (int d = 0; d < 3; d++) {
      for (int i = 0; i < kBodies; i++) place[d][i] += 0.001 * speed[d][i];
    }
  }
  for (int d = 0; d < 3; d++) {
    for (int i = 0; i < kBodies; i++) {
      uint64_t bits;
      memcpy(&bits, &place[d][i], sizeof bits);
      sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  return sum;
}

int main(void) {
  uint64_t sum = product_work(1);
  if (sum == 0) return 2;
  sum = mandelbrot_work(sum);
  sum = gravity_work(sum);
  printf("simd_float %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
