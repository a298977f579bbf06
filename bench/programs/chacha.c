// The ChaCha20 stream cipher: twenty rounds of 32-bit additions, exclusive ors and rotations over sixteen live words,
// more than most register files hold, followed by a byte-wise combination with the text. Spilling and rotation by
// constants decide. The block function is checked against the example in RFC 8439, section 2.3.2.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x38f2074f3d5f6c9d)

enum { kBlock = 64, kText = 65536, kRounds = 1000 };

static inline uint32_t rotate_left(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

#define QUARTER(a, b, c, d)             \
  do {                                  \
    a += b, d = rotate_left(d ^ a, 16); \
    c += d, b = rotate_left(b ^ c, 12); \
    a += b, d = rotate_left(d ^ a, 8);  \
    c += d, b = rotate_left(b ^ c, 7);  \
  } while (0)

static void block(const uint32_t input[16], uint32_t output[16]) {
  uint32_t x[16];
  memcpy(x, input, sizeof x);
  for (int round = 0; round < 20; round += 2) {
    QUARTER(x[0], x[4], x[8], x[12]);
    QUARTER(x[1], x[5], x[9], x[13]);
    QUARTER(x[2], x[6], x[10], x[14]);
    QUARTER(x[3], x[7], x[11], x[15]);
    QUARTER(x[0], x[5], x[10], x[15]);
    QUARTER(x[1], x[6], x[11], x[12]);
    QUARTER(x[2], x[7], x[8], x[13]);
    QUARTER(x[3], x[4], x[9], x[14]);
  }
  for (int i = 0; i < 16; i++) output[i] = x[i] + input[i];
}

static void set_up(uint32_t state[16], uint32_t counter, const uint32_t nonce[3]) {
  static const uint32_t kSigma[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  memcpy(state, kSigma, sizeof kSigma);
  for (uint32_t i = 0; i < 8; i++) state[4 + i] = 0x03020100 + 0x04040404 * i;
  state[12] = counter;
  memcpy(state + 13, nonce, 12);
}

static void encrypt(uint32_t state[16], uint8_t* text, uint32_t length) {
  for (uint32_t i = 0; i < length; i += kBlock) {
    uint32_t stream[16];
    block(state, stream);
    state[12]++;
    for (uint32_t j = 0; j < kBlock; j++) text[i + j] ^= (uint8_t)(stream[j / 4] >> (8 * (j % 4)));
  }
}

static uint8_t text[kText];

int main(void) {
  uint32_t state[16], output[16];
  set_up(state, 1, (const uint32_t[3]){0x09000000, 0x4a000000, 0});
  block(state, output);
  if (output[0] != 0xe4e7f110 || output[15] != 0x4e3c50a2) return 2;

  for (uint32_t i = 0; i < kText; i++) text[i] = (uint8_t)i;
  for (int round = 0; round < kRounds; round++) encrypt(state, text, kText);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < kText; i++) sum = (sum ^ text[i]) * UINT64_C(0x100000001b3);
  printf("chacha %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
