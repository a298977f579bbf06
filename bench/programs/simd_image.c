// Pictures in vectors of sixteen bytes: two layers blended by an alpha channel, a three by three blur, edges found by
// differences, and a histogram-free threshold. Bytes are widened to 16 bits and narrowed again; unsigned comparisons
// make masks. Some rows are computed again one byte at a time, and must be equal.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xd15bde2106730988)

enum { kWidth = 512, kHeight = 256, kRounds = 1200 };

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint8_t HalfBytes __attribute__((vector_size(8)));
typedef uint16_t Words __attribute__((vector_size(16)));
typedef uint16_t AllWords __attribute__((vector_size(32)));

// A margin on each side, so that neighbours always exist.
typedef uint8_t Picture[kHeight + 2][kWidth + 32];

static Picture back, front, alpha, mixed, blurred, edges;

static inline Bytes load(const uint8_t* p) {
  Bytes v;
  memcpy(&v, p, sizeof v);
  return v;
}
static inline void store(uint8_t* p, Bytes v) { memcpy(p, &v, sizeof v); }

static inline Words low(Bytes v) {
  return __builtin_convertvector(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), Words);
}
static inline Words high(Bytes v) {
  return __builtin_convertvector(__builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15), Words);
}
static inline Bytes narrow(Words a, Words b) {
  return __builtin_convertvector(__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                 Bytes);
}

// x / 255, rounded, for x up to 255 * 255.
static inline Words by_255(Words x) {
  x += 128;
  return (x + (x >> 8)) >> 8;
}

static void blend(void) {
  for (int y = 1; y <= kHeight; y++) {
    for (int x = 16; x < kWidth + 16; x += 16) {
      Bytes a = load(&alpha[y][x]), f = load(&front[y][x]), b = load(&back[y][x]), rest = 255 - a;
      store(&mixed[y][x],
            narrow(by_255(low(a) * low(f) + low(rest) * low(b)), by_255(high(a) * high(f) + high(rest) * high(b))));
    }
  }
}

static inline void add_row(const uint8_t* p, uint16_t weight, Words* sum_low, Words* sum_high) {
  Bytes left = load(p - 1), middle = load(p), right = load(p + 1);
  *sum_low += (low(left) + low(middle) * 2 + low(right)) * weight;
  *sum_high += (high(left) + high(middle) * 2 + high(right)) * weight;
}

static void blur(void) {
  for (int y = 1; y <= kHeight; y++) {
    for (int x = 16; x < kWidth + 16; x += 16) {
      Words sum_low = {0}, sum_high = {0};
      add_row(&mixed[y - 1][x], 1, &sum_low, &sum_high);
      add_row(&mixed[y][x], 2, &sum_low, &sum_high);
      add_row(&mixed[y + 1][x], 1, &sum_low, &sum_high);
      store(&blurred[y][x], narrow((sum_low + 8) >> 4, (sum_high + 8) >> 4));
    }
  }
}

static inline Bytes absolute_difference(Bytes a, Bytes b) {
  Bytes greater = (Bytes)(a > b);
  return ((a - b) & greater) | ((b - a) & ~greater);
}

static void find_edges(uint8_t limit) {
  for (int y = 1; y <= kHeight; y++) {
    for (int x = 16; x < kWidth + 16; x += 16) {
      Bytes across = absolute_difference(load(&blurred[y][x - 1]), load(&blurred[y][x + 1]));
      Bytes down = absolute_difference(load(&blurred[y - 1][x]), load(&blurred[y + 1][x]));
      Bytes more = (Bytes)(across > down), steepest = (across & more) | (down & ~more);
      store(&edges[y][x], (Bytes)(steepest > limit) & (steepest | 0x80));
    }
  }
}

static int row_agrees(int y, uint8_t limit) {
  for (int x = 16; x < kWidth + 16; x++) {
    uint32_t mix = (uint32_t)alpha[y][x] * front[y][x] + (255u - alpha[y][x]) * back[y][x] + 128;
    if (mixed[y][x] != (mix + (mix >> 8)) >> 8) return 0;
    uint32_t sum = 8;
    for (int i = -1; i <= 1; i++) {
      sum += (mixed[y + i][x - 1] + mixed[y + i][x] * 2u + mixed[y + i][x + 1]) << (i == 0);
    }
    if (blurred[y][x] != sum >> 4) return 0;
    int across = blurred[y][x - 1] - blurred[y][x + 1], down = blurred[y - 1][x] - blurred[y + 1][x];
    across = across < 0 ? -across : across;
    down = down < 0 ? -down : down;
    int steepest = across > down ? across : down;
    if (edges[y][x] != (steepest > limit ? steepest | 0x80 : 0)) return 0;
  }
  return 1;
}

static uint64_t digest(Picture picture) {
  uint64_t sum = 0;
  for (int y = 1; y <= kHeight; y++) {
    for (int x = 16; x < kWidth + 16; x += 8) {
      uint64_t word;
      memcpy(&word, &picture[y][x], sizeof word);
      sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  uint32_t r = 2463534242u;
  for (int y = 0; y < kHeight + 2; y++) {
    for (int x = 0; x < kWidth + 32; x++) {
      r = r * 1664525u + 1013904223u;
      back[y][x] = (uint8_t)(x * 3 + y + (int)(r >> 28));
      front[y][x] = (uint8_t)((x ^ y) + (int)(r >> 27));
      alpha[y][x] = (uint8_t)(x + (int)(r >> 26));
    }
  }
  for (int round = 0; round < kRounds; round++) {
    uint8_t limit = (uint8_t)(4 + round % 8);
    blend();
    blur();
    find_edges(limit);
    if (!row_agrees(1 + round * 4 % kHeight, limit)) return 2;
    sum = sum * 31 + digest(edges);
    memcpy(round % 2 ? back : front, blurred, sizeof back);
  }
  printf("simd_image %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
