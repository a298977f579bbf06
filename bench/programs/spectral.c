// The spectral norm of an infinite matrix whose entries are computed when they are needed, by power iteration, and
// eigenvalues of a symmetric matrix by Jacobi's rotations. Integer arithmetic turned into doubles, divisions in the
// inner loop, square roots, and sums that must be made in order.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xc6302bb23f612a1a)

enum { kSize = 640, kIterations = 60, kOrder = 48, kSweeps = 30 };

static double u[kSize], v[kSize], between[kSize];
static double matrix[kOrder][kOrder];

static inline double entry(uint32_t i, uint32_t j) { return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1); }

static void multiply(const double* x, double* result) {
  for (uint32_t i = 0; i < kSize; i++) {
    double sum = 0;
    for (uint32_t j = 0; j < kSize; j++) sum += entry(i, j) * x[j];
    result[i] = sum;
  }
}

static void multiply_transposed(const double* x, double* result) {
  for (uint32_t i = 0; i < kSize; i++) {
    double sum = 0;
    for (uint32_t j = 0; j < kSize; j++) sum += entry(j, i) * x[j];
    result[i] = sum;
  }
}

static double spectral_norm(void) {
  for (int i = 0; i < kSize; i++) u[i] = 1.0;
  for (int i = 0; i < kIterations; i++) {
    multiply(u, between);
    multiply_transposed(between, v);
    multiply(v, between);
    multiply_transposed(between, u);
  }
  double uv = 0, vv = 0;
  for (int i = 0; i < kSize; i++) {
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  return sqrt(uv / vv);
}

// Turns the plane of rows p and q so that their common entry vanishes.
static void rotate(int p, int q) {
  if (matrix[p][q] == 0.0) return;
  double slope = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
  double t = (slope >= 0 ? 1.0 : -1.0) / (fabs(slope) + sqrt(slope * slope + 1.0));
  double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
  for (int i = 0; i < kOrder; i++) {
    double a = matrix[i][p], b = matrix[i][q];
    matrix[i][p] = c * a - s * b;
    matrix[i][q] = s * a + c * b;
  }
  for (int i = 0; i < kOrder; i++) {
    double a = matrix[p][i], b = matrix[q][i];
    matrix[p][i] = c * a - s * b;
    matrix[q][i] = s * a + c * b;
  }
}

// The sum of the squares of all eigenvalues, and by `trace` their sum: both are also sums over the matrix.
static double eigenvalues(double* trace) {
  for (int i = 0; i < kOrder; i++) {
    for (int j = 0; j < kOrder; j++) matrix[i][j] = (double)((i * j + i + j) % 23) - 11.0;
  }
  for (int sweep = 0; sweep < kSweeps; sweep++) {
    for (int p = 0; p < kOrder; p++) {
      for (int q = p + 1; q < kOrder; q++) rotate(p, q);
    }
  }
  double squares = 0;
  *trace = 0;
  for (int i = 0; i < kOrder; i++) {
    *trace += matrix[i][i];
    squares += matrix[i][i] * matrix[i][i];
  }
  return squares;
}

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

int main(void) {
  double norm = spectral_norm();
  if (fabs(norm - 1.274224) > 1e-4) return 2;
  double wanted_trace = 0, wanted_squares = 0;
  for (int i = 0; i < kOrder; i++) {
    wanted_trace += (double)((i * i + i + i) % 23) - 11.0;
    for (int j = 0; j < kOrder; j++) {
      double entry = (double)((i * j + i + j) % 23) - 11.0;
      wanted_squares += entry * entry;
    }
  }
  double trace, squares = eigenvalues(&trace);
  if (fabs(trace - wanted_trace) > 1e-6 || fabs(squares - wanted_squares) > 1e-4) return 3;
  uint64_t sum = bits_of(norm) * 31 + bits_of(trace) * 17 + bits_of(squares);
  printf("spectral %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
