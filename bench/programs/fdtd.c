// An electromagnetic wave in a box: Maxwell's equations in two dimensions on staggered grids (the finite-difference
// time-domain method), then heat in three dimensions with alternating grids. Plain loop nests over several arrays that
// are read at neighbouring places: address arithmetic with two strides, loads, multiplications and stores.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x9edcb90a21138789)

enum { kWidth = 200, kHeight = 160, kSteps = 2000, kEdge = 36, kHeatSteps = 900 };

static double ex[kHeight][kWidth], ey[kHeight][kWidth], hz[kHeight][kWidth];
static double cube[2][kEdge][kEdge][kEdge];

static void wave(void) {
  for (int t = 0; t < kSteps; t++) {
    for (int x = 0; x < kWidth; x++) ey[0][x] = t % 40 < 20 ? 1.0 : -0.5;
    for (int y = 1; y < kHeight; y++) {
      for (int x = 0; x < kWidth; x++) ey[y][x] -= 0.5 * (hz[y][x] - hz[y - 1][x]);
    }
    for (int y = 0; y < kHeight; y++) {
      for (int x = 1; x < kWidth; x++) ex[y][x] -= 0.5 * (hz[y][x] - hz[y][x - 1]);
    }
    for (int y = 0; y < kHeight - 1; y++) {
      for (int x = 0; x < kWidth - 1; x++) hz[y][x] -= 0.7 * (ex[y][x + 1] - ex[y][x] + ey[y + 1][x] - ey[y][x]);
    }
  }
}

static void heat_step(double from[kEdge][kEdge][kEdge], double to[kEdge][kEdge][kEdge]) {
  for (int z = 1; z < kEdge - 1; z++) {
    for (int y = 1; y < kEdge - 1; y++) {
      for (int x = 1; x < kEdge - 1; x++) {
        double centre = from[z][y][x];
        to[z][y][x] = centre + 0.125 * (from[z + 1][y][x] - 2.0 * centre + from[z - 1][y][x]) +
                      0.125 * (from[z][y + 1][x] - 2.0 * centre + from[z][y - 1][x]) +
                      0.125 * (from[z][y][x + 1] - 2.0 * centre + from[z][y][x - 1]);
      }
    }
  }
}

static void heat(void) {
  for (int z = 0; z < kEdge; z++) {
    for (int y = 0; y < kEdge; y++) {
      for (int x = 0; x < kEdge; x++) cube[0][z][y][x] = cube[1][z][y][x] = (double)(x + y + kEdge - z) * 10.0 / kEdge;
    }
  }
  for (int t = 0; t < kHeatSteps; t++) heat_step(cube[t & 1], cube[(t & 1) ^ 1]);
}

static uint64_t digest(const double* values, uint32_t count, uint64_t sum) {
  for (uint32_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
  }
  return sum;
}

int main(void) {
  wave();
  heat();
  // What starts linear between fixed walls stays so, but for rounding.
  double middle = cube[0][kEdge / 2][kEdge / 2][kEdge / 2] - (double)(kEdge / 2 + kEdge) * 10.0 / kEdge;
  if (middle > 1e-9 || middle < -1e-9) return 2;
  uint64_t sum = digest(&ex[0][0], kWidth * kHeight, 0);
  sum = digest(&ey[0][0], kWidth * kHeight, sum);
  sum = digest(&hz[0][0], kWidth * kHeight, sum);
  sum = digest(&cube[0][0][0][0], kEdge * kEdge * kEdge, sum);
  printf("fdtd %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
