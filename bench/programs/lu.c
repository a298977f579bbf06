// Dense linear algebra on doubles in the textbook's index order: LU and Cholesky factorisations, triangular solves and
// a symmetric rank-k update. Triangular loop nests whose bounds depend on the outer variables, dot products along a row
// and down a column, one division for each column. The solution of a known system must come out.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x6bafff55a2032f4e)

enum { kSize = 260, kRounds = 16 };

typedef double Matrix[kSize][kSize];

static Matrix source, lu, gram, cholesky;
static double known[kSize], right[kSize], solution[kSize];

static void fill(uint32_t round) {
  for (int i = 0; i < kSize; i++) {
    known[i] = (double)((i * 37 + (int)round) % 19) - 9.0;
    for (int j = 0; j < kSize; j++) {
      source[i][j] = (double)((i * 17 + j * 29 + (int)round * 7) % 113) / 128.0 + (i == j ? 64.0 : 0.0);
    }
  }
}

static void multiply_vector(Matrix m, const double* x, double* result) {
  for (int i = 0; i < kSize; i++) {
    double sum = 0;
    for (int j = 0; j < kSize; j++) sum += m[i][j] * x[j];
    result[i] = sum;
  }
}

// Both factors in place; the diagonal dominates, so no row is exchanged.
static void factor_lu(Matrix m) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < i; j++) {
      double sum = m[i][j];
      for (int k = 0; k < j; k++) sum -= m[i][k] * m[k][j];
      m[i][j] = sum / m[j][j];
    }
    for (int j = i; j < kSize; j++) {
      double sum = m[i][j];
      for (int k = 0; k < i; k++) sum -= m[i][k] * m[k][j];
      m[i][j] = sum;
    }
  }
}

static void solve_lu(Matrix m, const double* b, double* x) {
  for (int i = 0; i < kSize; i++) {
    double sum = b[i];
    for (int j = 0; j < i; j++) sum -= m[i][j] * x[j];
    x[i] = sum;
  }
  for (int i = kSize; i-- > 0;) {
    double sum = x[i];
    for (int j = i + 1; j < kSize; j++) sum -= m[i][j] * x[j];
    x[i] = sum / m[i][i];
  }
}

// The lower half of source times its own transpose: symmetric and positive definite.
static void rank_k_update(void) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j <= i; j++) {
      double sum = 0;
      for (int k = 0; k < kSize; k++) sum += source[i][k] * source[j][k];
      gram[i][j] = gram[j][i] = sum;
    }
  }
}

static void factor_cholesky(Matrix m) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < i; j++) {
      double sum = m[i][j];
      for (int k = 0; k < j; k++) sum -= m[i][k] * m[j][k];
      m[i][j] = sum / m[j][j];
    }
    double sum = m[i][i];
    for (int k = 0; k < i; k++) sum -= m[i][k] * m[i][k];
    m[i][i] = sqrt(sum);
  }
}

static void solve_cholesky(Matrix m, const double* b, double* x) {
  for (int i = 0; i < kSize; i++) {
    double sum = b[i];
    for (int j = 0; j < i; j++) sum -= m[i][j] * x[j];
    x[i] = sum / m[i][i];
  }
  for (int i = kSize; i-- > 0;) {
    double sum = x[i];
    for (int j = i + 1; j < kSize; j++) sum -= m[j][i] * x[j];
    x[i] = sum / m[i][i];
  }
}

static int close_to_known(void) {
  for (int i = 0; i < kSize; i++) {
    if (fabs(solution[i] - known[i]) > 1e-6) return 0;
  }
  return 1;
}

static uint64_t digest(const double* values, int count, uint64_t sum) {
  for (int i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
  }
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  for (uint32_t round = 0; round < kRounds; round++) {
    fill(round);
    multiply_vector(source, known, right);
    memcpy(lu, source, sizeof lu);
    factor_lu(lu);
    solve_lu(lu, right, solution);
    if (!close_to_known()) return 2;
    sum = digest(solution, kSize, sum);

    rank_k_update();
    multiply_vector(gram, known, right);
    memcpy(cholesky, gram, sizeof cholesky);
    factor_cholesky(cholesky);
    solve_cholesky(cholesky, right, solution);
    if (!close_to_known()) return 3;
    sum = digest(solution, kSize, sum);
  }
  printf("lu %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
