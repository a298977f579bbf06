// Text in vectors of sixteen bytes: lines and words are counted, letters made upper case, hexadecimal digits decoded
// and a byte is searched for, each by comparisons whose masks are summed or tested at once. Many short vector
// operations with a branch on the whole vector after them. The same counts are made byte by byte.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xace5969750f22e5f)

enum { kText = 1 << 16, kRounds = 3800, kSearches = 200 };

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint64_t Longs __attribute__((vector_size(16)));

static uint8_t text[kText + 16], upper[kText], hex[2 * kText];

static uint32_t random_state = 2166136261u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static inline Bytes load(const uint8_t* p) {
  Bytes v;
  memcpy(&v, p, sizeof v);
  return v;
}

static inline int any(Bytes mask) {
  Longs halves = (Longs)mask;
  return (halves[0] | halves[1]) != 0;
}

// The sum of all bytes, which are counts.
static inline uint32_t add_bytes(Bytes v) {
  const Longs even = {UINT64_C(0x00ff00ff00ff00ff), UINT64_C(0x00ff00ff00ff00ff)};
  Longs pairs = ((Longs)v & even) + ((Longs)v >> 8 & even);
  uint64_t sum = pairs[0] + pairs[1];
  return (uint32_t)(sum * UINT64_C(0x0001000100010001) >> 48);
}

// A word begins where a letter follows none.
static void count(uint32_t* lines, uint32_t* words) {
  *lines = *words = 0;
  uint8_t before = 0;
  for (uint32_t block = 0; block < kText; block += 16 * 128) {
    Bytes line_counts = {0}, word_counts = {0};
    for (uint32_t at = block; at < block + 16 * 128; at += 16) {
      Bytes v = load(text + at), letter = (Bytes)((v | 0x20) - 'a' < 26);
      Bytes shifted = __builtin_shufflevector(letter, letter, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
      shifted[0] = before;
      before = letter[15];
      line_counts -= (Bytes)(v == '\n');
      word_counts -= letter & ~shifted;
    }
    *lines += add_bytes(line_counts);
    *words += add_bytes(word_counts);
  }
}

static void make_upper(void) {
  for (uint32_t at = 0; at < kText; at += 16) {
    Bytes v = load(text + at);
    v ^= (Bytes)(v - 'a' < 26) & 0x20;
    memcpy(upper + at, &v, sizeof v);
  }
}

static void encode_hex(void) {
  for (uint32_t at = 0; at < kText; at += 16) {
    Bytes v = load(text + at), high = v >> 4, low = v & 15;
    high += '0' + ((Bytes)(high > 9) & ('a' - '0' - 10));
    low += '0' + ((Bytes)(low > 9) & ('a' - '0' - 10));
    Bytes first = __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    Bytes second = __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    memcpy(hex + 2 * at, &first, sizeof first);
    memcpy(hex + 2 * at + 16, &second, sizeof second);
  }
}

static uint32_t decode_hex(void) {
  uint32_t differences = 0;
  for (uint32_t at = 0; at < kText; at += 16) {
    Bytes a = load(hex + 2 * at), b = load(hex + 2 * at + 16);
    Bytes high = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    Bytes low = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    high = (high & 15) + ((Bytes)(high > '9') & 9);
    low = (low & 15) + ((Bytes)(low > '9') & 9);
    differences += (uint32_t)any((high << 4 | low) ^ load(text + at));
  }
  return differences;
}

static uint32_t find(uint32_t from, uint8_t byte) {
  for (; from + 16 <= kText; from += 16) {
    if (any((Bytes)(load(text + from) == byte))) break;
  }
  while (from < kText && text[from] != byte) from++;
  return from;
}

static int counts_agree(uint32_t lines, uint32_t words) {
  int before = 0;
  for (uint32_t i = 0; i < kText; i++) {
    int letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z');
    lines -= text[i] == '\n';
    words -= (uint32_t)(letter && !before);
    before = letter;
    if (upper[i] != (text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i])) return 0;
  }
  return lines == 0 && words == 0;
}

int main(void) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < kText; i++) {
    uint32_t r = next_random() >> 3;
    text[i] = (uint8_t)(r % 6 == 0 ? ' ' : r % 41 == 0 ? '\n' : r % 13 == 0 ? 'A' + r / 97 % 26 : 'a' + r / 97 % 25);
  }
  for (uint32_t round = 0; round < kRounds; round++) {
    uint32_t lines, words;
    text[next_random() % kText] = (uint8_t)('0' + round % 10);
    count(&lines, &words);
    make_upper();
    encode_hex();
    if (decode_hex() != 0) return 2;
    if (round % 100 == 0 && !counts_agree(lines, words)) return 3;
    for (uint32_t i = 0; i < kSearches; i++) sum += find(next_random() % kText, (uint8_t)('0' + i % 10));
    sum = sum * 31 + lines * 7 + words + hex[sum % (2 * kText)] + upper[sum % kText];
  }
  printf("simd_text %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
