// The daily bread of small processors, in turns and in small pieces: a linked list that is searched, sorted and turned
// round, matrices of 16-bit numbers, a state machine that tells kinds of numbers apart, and a bit-wise checksum of all
// results. Everything fits the first cache; short loops, calls and branches alternate.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x0ddaa66df1099b6e)

enum { kNodes = 96, kSize = 14, kRounds = 9500, kInput = 220 };

struct Node {
  struct Node* next;
  int16_t key, value;
};

static struct Node nodes[kNodes];
static int16_t a[kSize][kSize], b[kSize][kSize];
static int32_t c[kSize][kSize];
static char input[kInput + 1];

static uint16_t checksum(uint16_t sum, uint32_t value, int bits) {
  for (int i = 0; i < bits; i++) {
    uint16_t low = (uint16_t)((value >> i ^ sum) & 1);
    sum = (uint16_t)(sum >> 1 ^ (low ? 0xa001 : 0));
  }
  return sum;
}

static struct Node* make_list(uint32_t seed) {
  for (int i = 0; i < kNodes; i++) {
    seed = seed * 1103515245u + 12345u;
    nodes[i] = (struct Node){i + 1 < kNodes ? &nodes[i + 1] : NULL, (int16_t)(seed >> 16 & 0x7ff), (int16_t)i};
  }
  return nodes;
}

static struct Node* turn_round(struct Node* list) {
  struct Node* turned = NULL;
  while (list != NULL) {
    struct Node* next = list->next;
    list->next = turned;
    turned = list;
    list = next;
  }
  return turned;
}

static int by_key(const struct Node* x, const struct Node* y) { return x->key - y->key; }
static int by_value(const struct Node* x, const struct Node* y) { return x->value - y->value; }

typedef int (*Order)(const struct Node*, const struct Node*);

// Merges ever longer runs until one is left.
static struct Node* sort(struct Node* list, Order order) {
  for (int run = 1;; run *= 2) {
    struct Node *rest = list, *first = NULL, **tail = &first;
    int merges = 0;
    while (rest != NULL) {
      merges++;
      struct Node *x = rest, *y = rest;
      int x_left = 0, y_left = run;
      while (x_left < run && y != NULL) x_left++, y = y->next;
      while (x_left > 0 || (y_left > 0 && y != NULL)) {
        struct Node* taken;
        if (x_left > 0 && (y_left == 0 || y == NULL || order(x, y) <= 0)) {
          taken = x, x = x->next, x_left--;
        } else {
          taken = y, y = y->next, y_left--;
        }
        *tail = taken;
        tail = &taken->next;
      }
      rest = y;
    }
    *tail = NULL;
    list = first;
    if (merges <= 1) return list;
  }
}

static uint16_t list_work(uint32_t seed, uint16_t sum) {
  struct Node* list = sort(make_list(seed), by_key);
  for (int16_t wanted = 0; wanted < 0x800; wanted += 128) {
    struct Node* at = list;
    while (at != NULL && at->key < wanted) at = at->next;
    sum = checksum(sum, at == NULL ? 0xffff : (uint32_t)(uint16_t)at->value, 16);
    list = turn_round(turn_round(list));
  }
  list = turn_round(list);
  for (const struct Node* at = list; at->next != NULL; at = at->next) {
    if (at->key < at->next->key) return 0;
  }
  list = sort(list, by_value);
  for (const struct Node* at = list; at != NULL; at = at->next) sum = checksum(sum, (uint32_t)(uint16_t)at->key, 4);
  return sum;
}

static uint16_t matrix_work(uint32_t seed, uint16_t sum) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      seed = seed * 69069u + 1u;
      a[i][j] = (int16_t)(seed >> 20);
      b[i][j] = (int16_t)(a[i][j] - i * j);
    }
  }
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      int32_t total = 0;
      for (int k = 0; k < kSize; k++) total += (a[i][k] * b[k][j] >> 2 & 0xf) * (a[i][k] * b[k][j] >> 5 & 0x7f);
      c[i][j] = total;
    }
  }
  int32_t last = 0, clipped = 0;
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      clipped += c[i][j] > last ? 10 : c[i][j] < 100 ? -1 : 0;
      last = c[i][j];
    }
  }
  return checksum(sum, (uint32_t)clipped, 32);
}

enum State { kStart, kSign, kWhole, kPoint, kFraction, kExponent, kExponentSign, kPower, kInvalid, kStates };

static enum State next_state(enum State state, char symbol) {
  int digit = symbol >= '0' && symbol <= '9', sign = symbol == '+' || symbol == '-';
  switch (state) {
    case kStart:
      return digit ? kWhole : sign ? kSign : symbol == '.' ? kPoint : kInvalid;
    case kSign:
      return digit ? kWhole : symbol == '.' ? kPoint : kInvalid;
    case kWhole:
      return digit ? kWhole : symbol == '.' ? kPoint : symbol == 'e' ? kExponent : kInvalid;
    case kPoint:
      return digit ? kFraction : kInvalid;
    case kFraction:
      return digit ? kFraction : symbol == 'e' ? kExponent : kInvalid;
    case kExponent:
      return digit ? kPower : sign ? kExponentSign : kInvalid;
    case kExponentSign:
      return digit ? kPower : kInvalid;
    case kPower:
      return digit ? kPower : kInvalid;
    default:
      return kInvalid;
  }
}

static uint16_t state_work(uint32_t seed, uint16_t sum) {
  static const char* const pieces[] = {"5012",     "-874",     "+122",     ".7440", "-1.e9", "3.14159",
                                       "T0.3e-1F", "-110.700", "+0.64e+7", "1e-12", "x",     "+.9"};
  uint32_t at = 0;
  while (at + 10 < kInput) {
    seed = seed * 1103515245u + 12345u;
    for (const char* p = pieces[(seed >> 16) % 12]; *p != 0; p++) input[at++] = *p;
    input[at++] = ',';
  }
  input[at] = 0;
  uint32_t ends[kStates] = {0}, steps[kStates] = {0};
  for (const char* p = input; *p != 0; p++) {
    enum State state = kStart;
    for (; *p != ','; p++) {
      state = next_state(state, *p);
      steps[state]++;
    }
    ends[state]++;
  }
  for (int i = 0; i < kStates; i++) sum = checksum(checksum(sum, ends[i], 8), steps[i], 8);
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  uint16_t crc = 0;
  for (uint32_t round = 0; round < kRounds; round++) {
    crc = list_work(round * 77 + 5, crc);
    crc = matrix_work(round ^ crc, crc);
    crc = state_work(round + crc, crc);
    sum = sum * 31 + crc;
  }
  printf("coremix %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
