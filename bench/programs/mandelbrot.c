// The Mandelbrot set and a Julia set in double and single precision: a tight loop of floating-point arithmetic that
// ends on a comparison, plus conversions between integers and floats. There is no memory traffic inside the loop, so
// keeping a handful of floats in registers is all that matters.

#include <inttypes.h>
#include <stdio.h>

#define EXPECTED UINT64_C(0x27102ea1b39c12b2)

enum { kWidth = 480, kHeight = 360, kLimit = 1500 };

static uint32_t escape(double cx, double cy) {
  double x = 0, y = 0, xx = 0, yy = 0;
  uint32_t n = 0;
  while (n < kLimit && xx + yy <= 4.0) {
    y = 2.0 * x * y + cy;
    x = xx - yy + cx;
    xx = x * x;
    yy = y * y;
    n++;
  }
  return n;
}

static uint32_t escape_single(float x, float y) {
  uint32_t n = 0;
  float xx = x * x, yy = y * y;
  while (n < kLimit && xx + yy <= 4.0f) {
    y = 2.0f * x * y + 0.156f;
    x = xx - yy - 0.8f;
    xx = x * x;
    yy = y * y;
    n++;
  }
  return n;
}

int main(void) {
  uint64_t sum = 0;
  for (int row = 0; row < kHeight; row++) {
    for (int column = 0; column < kWidth; column++) {
      sum = sum * 31 + escape(-2.0 + 3.0 * column / kWidth, -1.2 + 2.4 * row / kHeight);
      sum = sum * 31 + escape_single(-1.6f + 3.2f * (float)column / kWidth, -1.2f + 2.4f * (float)row / kHeight);
    }
  }
  printf("mandelbrot %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
