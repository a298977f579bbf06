// A compressor: repeated strings are found through chains of equal hashes, and an adaptive binary range coder writes
// literals, lengths and distances bit by bit; then all is unpacked and compared. Every coded bit is a multiplication,
// a comparison nobody can predict and a table update, and every match a loop over bytes.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xfd2adf4e157bc6e0)

enum { kText = 400000, kHash = 1 << 15, kWindow = 1 << 15, kLongest = 258, kShortest = 4, kTries = 24, kRounds = 9 };

static uint8_t text[kText], packed[kText + kText / 8], unpacked[kText];
static int32_t heads[kHash], chain[kWindow];

static uint32_t random_state = 1234567891u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

// Sentences from a small, skewed vocabulary, with numbers, so that there is something to find.
static void make_text(void) {
  static const char* const words[] = {"the ", "of ",        "alloy ",   "length ",   "temperature ", "keeps ",
                                      "in ",  "its ",       "measure ", "whatever ", "and ",         "pendulum ",
                                      "is ",  "expansion ", "nickel ",  "a "};
  uint32_t at = 0;
  while (at < kText) {
    uint32_t r = next_random();
    const char* word = words[(r & 15) * (r >> 4 & 15) >> 4];
    while (*word != 0 && at < kText) text[at++] = (uint8_t)*word++;
    if (r >> 28 == 0) {
      for (int i = 0; i < 5 && at < kText; i++) text[at++] = (uint8_t)('0' + (r >> (8 + 3 * i)) % 10);
      if (at < kText) text[at++] = '\n';
    }
  }
}

// The range coder. Probabilities are of a zero bit, in 2048ths.
struct Model {
  uint16_t is_match, literal[256][256], length[256], slot[64], low[16];
};
static struct Model model;

static void reset_model(void) {
  uint16_t* p = (uint16_t*)&model;
  for (uint32_t i = 0; i < sizeof model / sizeof *p; i++) p[i] = 1024;
}

static uint64_t low;
static uint32_t range, code;
static uint8_t *output, cached;
static uint32_t pending;
static const uint8_t* input;

static void shift_low(void) {
  if (low < 0xff000000u || low >> 32 != 0) {
    uint8_t carry = (uint8_t)(low >> 32), byte = cached;
    do {
      *output++ = (uint8_t)(byte + carry);
      byte = 0xff;
    } while (--pending != 0);
    cached = (uint8_t)(low >> 24);
  }
  pending++;
  low = low << 8 & 0xffffffffu;
}

static inline void encode(uint16_t* probability, uint32_t bit) {
  uint32_t bound = (range >> 11) * *probability;
  if (bit == 0) {
    range = bound;
    *probability = (uint16_t)(*probability + ((2048 - *probability) >> 5));
  } else {
    low += bound;
    range -= bound;
    *probability = (uint16_t)(*probability - (*probability >> 5));
  }
  while (range < 1u << 24) {
    range <<= 8;
    shift_low();
  }
}

static inline uint32_t decode(uint16_t* probability) {
  uint32_t bound = (range >> 11) * *probability, bit;
  if (code < bound) {
    range = bound;
    *probability = (uint16_t)(*probability + ((2048 - *probability) >> 5));
    bit = 0;
  } else {
    code -= bound;
    range -= bound;
    *probability = (uint16_t)(*probability - (*probability >> 5));
    bit = 1;
  }
  while (range < 1u << 24) {
    range <<= 8;
    code = code << 8 | *input++;
  }
  return bit;
}

static void encode_tree(uint16_t* tree, int bits, uint32_t value) {
  uint32_t node = 1;
  for (int i = bits - 1; i >= 0; i--) {
    uint32_t bit = value >> i & 1;
    encode(&tree[node], bit);
    node = node << 1 | bit;
  }
}

static uint32_t decode_tree(uint16_t* tree, int bits) {
  uint32_t node = 1;
  for (int i = 0; i < bits; i++) node = node << 1 | decode(&tree[node]);
  return node - (1u << bits);
}

// A distance: the number of its bits, then its bits, all but the lowest four of which are taken as they are.
static void encode_distance(uint32_t distance) {
  uint32_t bits = 0;
  while (distance >> bits != 0) bits++;
  encode_tree(model.slot, 5, bits);
  for (uint32_t i = bits > 1 ? bits - 1 : 0; i-- > 0;) {
    uint16_t even = 1024;
    encode(i < 4 ? &model.low[i] : &even, distance >> i & 1);
  }
}

static uint32_t decode_distance(void) {
  uint32_t bits = decode_tree(model.slot, 5), distance = bits > 0;
  for (uint32_t i = bits > 1 ? bits - 1 : 0; i-- > 0;) {
    uint16_t even = 1024;
    distance = distance << 1 | decode(i < 4 ? &model.low[i] : &even);
  }
  return distance;
}

static uint32_t hash_at(uint32_t at) {
  uint32_t word;
  memcpy(&word, text + at, 4);
  return word * 2654435761u >> 17;
}

static void remember(uint32_t at) {
  if (at + kShortest > kText) return;
  uint32_t slot = hash_at(at);
  chain[at % kWindow] = heads[slot];
  heads[slot] = (int32_t)at;
}

static uint32_t find_match(uint32_t at, uint32_t* distance) {
  if (at + kShortest > kText) return 0;
  uint32_t best = 0, limit = kText - at < kLongest ? kText - at : kLongest;
  int32_t candidate = heads[hash_at(at)];
  for (int i = 0; i < kTries && candidate >= 0 && at - (uint32_t)candidate < kWindow; i++) {
    const uint8_t *p = text + candidate, *q = text + at;
    if (best == 0 || p[best] == q[best]) {
      uint32_t n = 0;
      while (n < limit && p[n] == q[n]) n++;
      if (n > best) {
        best = n;
        *distance = at - (uint32_t)candidate;
        if (n == limit) break;
      }
    }
    candidate = chain[(uint32_t)candidate % kWindow];
  }
  return best >= kShortest ? best : 0;
}

static uint32_t pack(void) {
  reset_model();
  memset(heads, 0xff, sizeof heads);
  low = 0, range = UINT32_MAX, cached = 0, pending = 1, output = packed;
  for (uint32_t at = 0; at < kText;) {
    uint32_t distance = 0, length = find_match(at, &distance);
    encode(&model.is_match, length > 0);
    if (length == 0) {
      encode_tree(model.literal[at > 0 ? text[at - 1] : 0], 8, text[at]);
      length = 1;
    } else {
      encode_tree(model.length, 8, length - kShortest);
      encode_distance(distance);
    }
    for (; length > 0; length--) remember(at++);
  }
  for (int i = 0; i < 5; i++) shift_low();
  return (uint32_t)(output - packed);
}

static void unpack(void) {
  reset_model();
  input = packed + 1, range = UINT32_MAX, code = 0;
  for (int i = 0; i < 4; i++) code = code << 8 | *input++;
  for (uint32_t at = 0; at < kText;) {
    if (decode(&model.is_match) == 0) {
      unpacked[at] = (uint8_t)decode_tree(model.literal[at > 0 ? unpacked[at - 1] : 0], 8);
      at++;
      continue;
    }
    uint32_t length = decode_tree(model.length, 8) + kShortest, distance = decode_distance();
    for (; length > 0; length--, at++) unpacked[at] = unpacked[at - distance];
  }
}

int main(void) {
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    make_text();
    uint32_t size = pack();
    memset(unpacked, 0, sizeof unpacked);
    unpack();
    if (memcmp(text, unpacked, kText) != 0) return 2;
    sum = sum * 31 + size;
    for (uint32_t i = 0; i < size; i++) sum = (sum ^ packed[i]) * UINT64_C(0x100000001b3);
  }
  printf("lz %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
