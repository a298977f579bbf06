// Blocks of memory moved, filled and compared: memcpy, memmove, memset and memcmp of a thousand sizes and alignments,
// a byte-wise run-length coder, and a structure-of-arrays transposition. Blocks are moved by the C library's own loops
// (blocks.c has memory.copy and memory.fill); all is loads and stores with hardly any arithmetic.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x4ade0338c4397d23)

enum { kBuffer = 1 << 18, kMoves = 1400000, kPacks = 400, kPixels = 1 << 14, kTransposes = 1400 };

static uint8_t source[kBuffer], target[kBuffer], packed[2 * kBuffer];

struct Pixel {
  uint8_t red, green, blue, alpha;
};
static struct Pixel pixels[kPixels];
static uint8_t planes[4][kPixels];

static uint32_t random_state = 36243606u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static uint64_t move_blocks(void) {
  uint64_t sum = 0;
  for (int i = 0; i < kMoves; i++) {
    uint32_t r = next_random(), size = 1 + r % 2000;
    uint32_t from = (r >> 8) % (kBuffer - 4096), to = next_random() % (kBuffer - 4096);
    switch (i % 4) {
      case 0:
        memcpy(target + to, source + from, size);
        break;
      case 1:
        memmove(target + from + r % 16, target + from, size);
        break;
      case 2:
        memset(source + to, (int)(r >> 24), size / 4);
        break;
      default:
        sum = sum * 31 + (memcmp(source + from, target + to, size) < 0);
        break;
    }
    if (i % 64 == 0) memcpy(source + to, &r, sizeof r);
  }
  return sum;
}

// Runs become a length and a byte.
static uint32_t pack(void) {
  uint32_t out = 0;
  for (uint32_t i = 0; i < kBuffer;) {
    uint8_t byte = target[i];
    uint32_t run = 1;
    while (run < 255 && i + run < kBuffer && target[i + run] == byte) run++;
    packed[out++] = (uint8_t)run;
    packed[out++] = byte;
    i += run;
  }
  return out;
}

static uint32_t unpack(uint32_t length) {
  uint32_t out = 0;
  for (uint32_t i = 0; i < length; i += 2) {
    for (uint32_t run = packed[i]; run > 0; run--) source[out++] = packed[i + 1];
  }
  return out;
}

static void transpose(void) {
  for (int i = 0; i < kPixels; i++) {
    planes[0][i] = pixels[i].red;
    planes[1][i] = pixels[i].green;
    planes[2][i] = pixels[i].blue;
    planes[3][i] = pixels[i].alpha;
  }
  for (int i = 0; i < kPixels; i++) {
    pixels[i] = (struct Pixel){planes[1][i], planes[2][i], planes[3][i], (uint8_t)(planes[0][i] + i)};
  }
}

static uint64_t digest(uint64_t sum, const void* data, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) sum = (sum ^ ((const uint8_t*)data)[i]) * UINT64_C(0x100000001b3);
  return sum;
}

int main(void) {
  for (uint32_t i = 0; i < kBuffer; i++) source[i] = (uint8_t)(i * 31 >> 6);
  uint64_t sum = move_blocks();
  sum = digest(sum, target, kBuffer);
  for (int i = 0; i < kPacks; i++) {
    uint32_t length = pack();
    if (unpack(length) != kBuffer || memcmp(source, target, kBuffer) != 0) return 2;
    sum = sum * 31 + length;
    memset(target + 600 * i, i, 500);
  }
  for (int i = 0; i < kTransposes; i++) transpose();
  sum = digest(sum, pixels, sizeof pixels);
  printf("memory %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
