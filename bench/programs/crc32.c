// Cyclic redundancy checks from tables: CRC-32 a byte at a time, CRC-32 eight bytes at a time, CRC-64, then a base64
// round trip. Every step is a load whose address depends on the previous load, with shifts and masks between: the
// latency of table look-up and of address arithmetic decides. Checked with the customary text "123456789".

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xb883134102a4a497)

enum { kData = 3 << 16, kRounds = 150 };

static uint32_t table32[8][256];
static uint64_t table64[256];
static uint8_t data[kData], decoded[kData];
static char encoded[kData / 3 * 4];

static void build_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    uint64_t d = i;
    for (int bit = 0; bit < 8; bit++) {
      c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
      d = d & 1 ? d >> 1 ^ UINT64_C(0xc96c5795d7870f42) : d >> 1;
    }
    table32[0][i] = c;
    table64[i] = d;
  }
  for (int slice = 1; slice < 8; slice++) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t c = table32[slice - 1][i];
      table32[slice][i] = c >> 8 ^ table32[0][c & 0xff];
    }
  }
}

static uint32_t crc32_bytes(const uint8_t* p, uint32_t length) {
  uint32_t c = 0xffffffff;
  for (uint32_t i = 0; i < length; i++) c = c >> 8 ^ table32[0][(c ^ p[i]) & 0xff];
  return ~c;
}

static uint32_t crc32_slices(const uint8_t* p, uint32_t length) {
  uint32_t c = 0xffffffff;
  for (; length >= 8; p += 8, length -= 8) {
    uint32_t low, high;
    memcpy(&low, p, 4);
    memcpy(&high, p + 4, 4);
    low ^= c;
    c = table32[7][low & 0xff] ^ table32[6][low >> 8 & 0xff] ^ table32[5][low >> 16 & 0xff] ^ table32[4][low >> 24] ^
        table32[3][high & 0xff] ^ table32[2][high >> 8 & 0xff] ^ table32[1][high >> 16 & 0xff] ^ table32[0][high >> 24];
  }
  for (; length > 0; p++, length--) c = c >> 8 ^ table32[0][(c ^ *p) & 0xff];
  return ~c;
}

static uint64_t crc64(const uint8_t* p, uint32_t length) {
  uint64_t c = ~UINT64_C(0);
  for (uint32_t i = 0; i < length; i++) c = c >> 8 ^ table64[(c ^ p[i]) & 0xff];
  return ~c;
}

static void base64_round_trip(void) {
  static const char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static uint8_t reverse[256];
  for (uint32_t i = 0; i < 64; i++) reverse[(uint8_t)kAlphabet[i]] = (uint8_t)i;
  char* out = encoded;
  for (uint32_t i = 0; i < kData; i += 3) {
    uint32_t group = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
    *out++ = kAlphabet[group >> 18];
    *out++ = kAlphabet[group >> 12 & 63];
    *out++ = kAlphabet[group >> 6 & 63];
    *out++ = kAlphabet[group & 63];
  }
  const uint8_t* in = (const uint8_t*)encoded;
  for (uint32_t i = 0; i < kData; i += 3, in += 4) {
    uint32_t group = (uint32_t)reverse[in[0]] << 18 | (uint32_t)reverse[in[1]] << 12 | (uint32_t)reverse[in[2]] << 6 |
                     reverse[in[3]];
    decoded[i] = (uint8_t)(group >> 16);
    decoded[i + 1] = (uint8_t)(group >> 8);
    decoded[i + 2] = (uint8_t)group;
  }
}

int main(void) {
  build_tables();
  const uint8_t* check = (const uint8_t*)"123456789";
  if (crc32_bytes(check, 9) != 0xcbf43926 || crc32_slices(check, 9) != 0xcbf43926) return 2;
  if (crc64(check, 9) != UINT64_C(0x995dc9bbdf1939fa)) return 2;

  for (uint32_t i = 0; i < kData; i++) data[i] = (uint8_t)(i * i >> 5);
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    uint32_t bytes = crc32_bytes(data, kData), slices = crc32_slices(data, kData);
    if (bytes != slices) return 2;
    sum = (sum ^ bytes) * 31 + crc64(data, kData);
    base64_round_trip();
    if (memcmp(data, decoded, kData) != 0) return 2;
    memcpy(data + 8 * round, &sum, sizeof sum);
  }
  printf("crc32 %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
