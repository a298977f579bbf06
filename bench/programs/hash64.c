// Two 64-bit hashes over buffers of many lengths: XXH64, which is multiplications and rotations on four lanes, and
// SipHash-2-4, which is additions, rotations and exclusive ors on four words. All of it is 64-bit integer arithmetic
// with unaligned loads: four or more values stay live through long straight-line code. Both are checked against the
// values their authors publish.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x35089ff0e87f3c2e)

enum { kBuffer = 4096 + 64, kRounds = 160000 };

static uint8_t buffer[kBuffer];

static inline uint64_t rotate_left(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

static inline uint64_t load64(const uint8_t* p) {
  uint64_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

static inline uint32_t load32(const uint8_t* p) {
  uint32_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

#define PRIME1 UINT64_C(0x9e3779b185ebca87)
#define PRIME2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME3 UINT64_C(0x165667b19e3779f9)
#define PRIME4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME5 UINT64_C(0x27d4eb2f165667c5)

static inline uint64_t xx_round(uint64_t lane, uint64_t input) {
  return rotate_left(lane + input * PRIME2, 31) * PRIME1;
}

static inline uint64_t xx_merge(uint64_t hash, uint64_t lane) { return (hash ^ xx_round(0, lane)) * PRIME1 + PRIME4; }

static uint64_t xxh64(const uint8_t* p, uint32_t length, uint64_t seed) {
  const uint8_t* end = p + length;
  uint64_t hash;
  if (length >= 32) {
    uint64_t a = seed + PRIME1 + PRIME2, b = seed + PRIME2, c = seed, d = seed - PRIME1;
    for (; end - p >= 32; p += 32) {
      a = xx_round(a, load64(p));
      b = xx_round(b, load64(p + 8));
      c = xx_round(c, load64(p + 16));
      d = xx_round(d, load64(p + 24));
    }
    hash = rotate_left(a, 1) + rotate_left(b, 7) + rotate_left(c, 12) + rotate_left(d, 18);
    hash = xx_merge(xx_merge(xx_merge(xx_merge(hash, a), b), c), d);
  } else {
    hash = seed + PRIME5;
  }
  hash += length;
  for (; end - p >= 8; p += 8) hash = rotate_left(hash ^ xx_round(0, load64(p)), 27) * PRIME1 + PRIME4;
  if (end - p >= 4) {
    hash = rotate_left(hash ^ load32(p) * PRIME1, 23) * PRIME2 + PRIME3;
    p += 4;
  }
  for (; p < end; p++) hash = rotate_left(hash ^ *p * PRIME5, 11) * PRIME1;
  hash = (hash ^ (hash >> 33)) * PRIME2;
  hash = (hash ^ (hash >> 29)) * PRIME3;
  return hash ^ (hash >> 32);
}

struct Sip {
  uint64_t v0, v1, v2, v3;
};

static inline struct Sip sip_round(struct Sip s) {
  s.v0 += s.v1, s.v1 = rotate_left(s.v1, 13) ^ s.v0, s.v0 = rotate_left(s.v0, 32);
  s.v2 += s.v3, s.v3 = rotate_left(s.v3, 16) ^ s.v2;
  s.v0 += s.v3, s.v3 = rotate_left(s.v3, 21) ^ s.v0;
  s.v2 += s.v1, s.v1 = rotate_left(s.v1, 17) ^ s.v2, s.v2 = rotate_left(s.v2, 32);
  return s;
}

static inline struct Sip sip_absorb(struct Sip s, uint64_t word) {
  s.v3 ^= word;
  s = sip_round(sip_round(s));
  s.v0 ^= word;
  return s;
}

static uint64_t siphash(const uint8_t* p, uint32_t length, uint64_t key0, uint64_t key1) {
  struct Sip s = {key0 ^ UINT64_C(0x736f6d6570736575), key1 ^ UINT64_C(0x646f72616e646f6d),
                  key0 ^ UINT64_C(0x6c7967656e657261), key1 ^ UINT64_C(0x7465646279746573)};
  const uint8_t* end = p + (length & ~7u);
  for (; p < end; p += 8) s = sip_absorb(s, load64(p));
  uint64_t last = (uint64_t)length << 56;
  for (uint32_t i = 0; i < (length & 7); i++) last |= (uint64_t)p[i] << (8 * i);
  s = sip_absorb(s, last);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; i++) s = sip_round(s);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

int main(void) {
  for (uint32_t i = 0; i < kBuffer; i++) buffer[i] = (uint8_t)i;
  if (xxh64(buffer, 0, 0) != UINT64_C(0xef46db3751d8e999)) return 2;
  if (xxh64((const uint8_t*)"abc", 3, 0) != UINT64_C(0x44bc2cf5ad770999)) return 2;
  // The key and the message of the SipHash paper's example are 00 01 02 ... .
  if (siphash(buffer, 15, load64(buffer), load64(buffer + 8)) != UINT64_C(0xa129ca6149be45e5)) return 2;

  uint64_t sum = 0;
  for (uint32_t round = 0; round < kRounds; round++) {
    uint32_t length = (round * 2654435761u) >> 20;
    uint64_t x = xxh64(buffer + round % 64, length, sum);
    uint64_t s = siphash(buffer + round % 61, length, sum, round);
    sum = rotate_left(sum, 5) ^ (x + s);
    buffer[sum % kBuffer] ^= (uint8_t)(sum >> 56);
  }
  printf("hash64 %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
