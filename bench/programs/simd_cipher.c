// Four blocks of the ChaCha20 stream at a time, one in each lane of sixteen vectors, transposed by shuffles at the end,
// and a hash of four 64-bit lanes. Vector additions, exclusive ors, shifts and shuffles of integers with far more live
// vectors than most machines have registers. Checked with the example in RFC 8439, section 2.3.2.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x49b01f70fff11225)

enum { kBlocks = 4, kText = 64 * 1024, kRounds = 2400 };

typedef uint32_t Words __attribute__((vector_size(16)));
typedef uint64_t Longs __attribute__((vector_size(16)));

static uint8_t text[kText];

static inline Words rotate(Words v, int n) { return (v << n) | (v >> (32 - n)); }

static inline void quarter(Words* a, Words* b, Words* c, Words* d) {
  *a += *b, *d = rotate(*d ^ *a, 16);
  *c += *d, *b = rotate(*b ^ *c, 12);
  *a += *b, *d = rotate(*d ^ *a, 8);
  *c += *d, *b = rotate(*b ^ *c, 7);
}

// Lane i of the result's row k is lane k of the argument's row i.
static inline void transpose(Words* r) {
  Words a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  Words c = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

// Four blocks of sixteen words, one after the other.
static void key_stream(const uint32_t* state, uint32_t stream[kBlocks][16]) {
  Words s[16], x[16];
  for (int i = 0; i < 16; i++) s[i] = (Words){state[i], state[i], state[i], state[i]};
  s[12] += (Words){0, 1, 2, 3};
  memcpy(x, s, sizeof x);
  for (int i = 0; i < 10; i++) {
    quarter(&x[0], &x[4], &x[8], &x[12]);
    quarter(&x[1], &x[5], &x[9], &x[13]);
    quarter(&x[2], &x[6], &x[10], &x[14]);
    quarter(&x[3], &x[7], &x[11], &x[15]);
    quarter(&x[0], &x[5], &x[10], &x[15]);
    quarter(&x[1], &x[6], &x[11], &x[12]);
    quarter(&x[2], &x[7], &x[8], &x[13]);
    quarter(&x[3], &x[4], &x[9], &x[14]);
  }
  for (int i = 0; i < 16; i++) x[i] += s[i];
  for (int i = 0; i < 16; i += 4) {
    transpose(&x[i]);
    for (int block = 0; block < kBlocks; block++) memcpy(&stream[block][i], &x[i + block], sizeof x[0]);
  }
}

static void crypt(uint32_t* state) {
  uint32_t stream[kBlocks][16];
  for (uint32_t at = 0; at < kText; at += sizeof stream) {
    key_stream(state, stream);
    state[12] += kBlocks;
    for (uint32_t i = 0; i < sizeof stream; i += 16) {
      Words block, key;
      memcpy(&block, text + at + i, sizeof block);
      memcpy(&key, (const uint8_t*)stream + i, sizeof key);
      block ^= key;
      memcpy(text + at + i, &block, sizeof block);
    }
  }
}

// Products of 32-bit halves, added up in lanes that are mixed from time to time.
static uint64_t hash(void) {
  Longs a = {1, 2}, b = {3, 4};
  for (uint32_t at = 0; at < kText; at += 32) {
    Longs x, y;
    memcpy(&x, text + at, sizeof x);
    memcpy(&y, text + at + 16, sizeof y);
    a += (x & UINT32_MAX) * (x >> 32) + y;
    b += (y & UINT32_MAX) * (y >> 32) + x;
    a ^= a >> 29;
    b ^= b << 17;
  }
  a ^= b;
  return a[0] * UINT64_C(0x9e3779b97f4a7c15) + a[1];
}

int main(void) {
  uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (uint32_t i = 0; i < 8; i++) state[4 + i] = 0x03020100u + 0x04040404u * i;
  state[12] = 1, state[13] = 0x09000000, state[14] = 0x4a000000, state[15] = 0;
  uint32_t stream[kBlocks][16];
  key_stream(state, stream);
  if (stream[0][0] != 0xe4e7f110 || stream[0][15] != 0x4e3c50a2) return 2;

  uint64_t sum = 0;
  for (uint32_t i = 0; i < kText; i++) text[i] = (uint8_t)i;
  for (int round = 0; round < kRounds; round++) {
    crypt(state);
    sum = sum * 31 + hash();
  }
  printf("simd_cipher %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
