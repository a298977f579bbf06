// Grid sweeps: Conway's Game of Life on bytes, an in-place relaxation of the heat equation on doubles, and a longest
// common subsequence table on 16-bit cells. Short loop bodies with many neighbouring loads of different widths, each at
// a small constant offset from one moving address, and comparisons that turn into values.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x0719e173fec31604)

enum { kWidth = 256, kHeight = 192, kGenerations = 400, kSweeps = 300, kLength = 3000 };

static uint8_t cells[2][kHeight][kWidth];
static double heat[kHeight][kWidth];
static uint16_t table[kLength + 1][kLength + 1];
static uint8_t first[kLength], second[kLength];

static uint32_t random_state = 12345;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static uint64_t life(void) {
  for (int y = 1; y < kHeight - 1; y++) {
    for (int x = 1; x < kWidth - 1; x++) cells[0][y][x] = next_random() % 3 == 0;
  }
  int now = 0;
  for (int generation = 0; generation < kGenerations; generation++, now ^= 1) {
    for (int y = 1; y < kHeight - 1; y++) {
      for (int x = 1; x < kWidth - 1; x++) {
        int neighbours = cells[now][y - 1][x - 1] + cells[now][y - 1][x] + cells[now][y - 1][x + 1] +
                         cells[now][y][x - 1] + cells[now][y][x + 1] + cells[now][y + 1][x - 1] + cells[now][y + 1][x] +
                         cells[now][y + 1][x + 1];
        cells[now ^ 1][y][x] = neighbours == 3 || (neighbours == 2 && cells[now][y][x]);
      }
    }
  }
  uint64_t sum = 0;
  for (int y = 0; y < kHeight; y++) {
    for (int x = 0; x < kWidth; x++) sum = sum * 3 + cells[now][y][x];
  }
  return sum;
}

// In place, so that every cell needs its already updated neighbours.
static uint64_t relax(void) {
  for (int x = 0; x < kWidth; x++) heat[0][x] = 100.0 + x % 17;
  for (int sweep = 0; sweep < kSweeps; sweep++) {
    for (int y = 1; y < kHeight - 1; y++) {
      for (int x = 1; x < kWidth - 1; x++) {
        double mean = (heat[y - 1][x] + heat[y + 1][x] + heat[y][x - 1] + heat[y][x + 1]) * 0.25;
        heat[y][x] += 1.5 * (mean - heat[y][x]);
      }
    }
  }
  uint64_t sum = 0;
  for (int y = 0; y < kHeight; y++) {
    for (int x = 0; x < kWidth; x++) {
      uint64_t bits;
      memcpy(&bits, &heat[y][x], sizeof bits);
      sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  return sum;
}

static uint64_t longest_common_subsequence(void) {
  for (int i = 0; i < kLength; i++) {
    first[i] = (uint8_t)(next_random() % 4);
    second[i] = (uint8_t)(next_random() % 4);
  }
  for (int i = 1; i <= kLength; i++) {
    for (int j = 1; j <= kLength; j++) {
      if (first[i - 1] == second[j - 1]) {
        table[i][j] = (uint16_t)(table[i - 1][j - 1] + 1);
      } else {
        table[i][j] = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j] : table[i][j - 1];
      }
    }
  }
  return table[kLength][kLength];
}

int main(void) {
  uint64_t sum = life();
  sum = sum * 31 + relax();
  sum = sum * 31 + longest_common_subsequence();
  printf("stencil %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
