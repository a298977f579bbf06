// Work on text, byte by byte: generate prose from a word list, split it into words, count them in an open hash table,
// search for phrases in the naive way and with Horspool's skip table, and compute edit distances. Loops are short and
// branches are hard to predict: the cost of compare-and-branch and of byte loads decides.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xe00e6d38626f3da8)

enum { kText = 200000, kSlots = 32768, kRounds = 60, kWordLimit = 24 };

static const char* const kWords[] = {"invar",       "keeps",  "its",      "length", "whatever", "the",
                                     "temperature", "alloy",  "of",       "iron",   "and",      "nickel",
                                     "measure",     "clock",  "pendulum", "rod",    "survey",   "tape",
                                     "balance",     "spring", "hair",     "expand", "constant", "a"};
enum { kWordCount = sizeof kWords / sizeof kWords[0] };

static char text[kText + 1];

struct Entry {
  char word[kWordLimit];
  uint32_t length, count;
};
static struct Entry slots[kSlots];

static uint32_t random_state = 2463534242u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void generate(void) {
  uint32_t at = 0;
  while (at < kText) {
    const char* word = kWords[next_random() % kWordCount];
    for (; *word != 0 && at < kText; word++) text[at++] = *word;
    // A suffix from time to time makes many different words.
    uint32_t r = next_random();
    if (r % 4 == 0 && at + 2 < kText) {
      text[at++] = (char)('a' + r / 8 % 26);
      text[at++] = (char)('a' + r / 256 % 26);
    }
    if (at < kText) text[at++] = r % 9 == 0 ? '\n' : r % 7 == 0 ? ',' : ' ';
  }
  text[kText] = 0;
}

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static void count_word(const char* word, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)word[i]) * 16777619u;
  for (uint32_t slot = hash % kSlots;; slot = (slot + 1) % kSlots) {
    struct Entry* entry = &slots[slot];
    if (entry->count == 0) {
      memcpy(entry->word, word, length);
      entry->length = length;
    } else if (entry->length != length || memcmp(entry->word, word, length) != 0) {
      continue;
    }
    entry->count++;
    return;
  }
}

// There are fewer than 17,000 different words, so the table stays half empty.
static uint64_t count_words(void) {
  uint32_t words = 0;
  for (const char* p = text; *p != 0;) {
    while (*p != 0 && !is_letter(*p)) p++;
    const char* start = p;
    while (is_letter(*p)) p++;
    uint32_t length = (uint32_t)(p - start);
    if (length > 0 && length <= kWordLimit) {
      count_word(start, length);
      words++;
    }
  }
  uint64_t sum = words;
  for (uint32_t i = 0; i < kSlots; i++) sum = sum * 31 + slots[i].count * (slots[i].length + 1);
  return sum;
}

static uint32_t search_naive(const char* needle) {
  uint32_t found = 0;
  for (const char* p = text; *p != 0; p++) {
    const char *q = needle, *r = p;
    while (*q != 0 && *q == *r) q++, r++;
    if (*q == 0) found++;
  }
  return found;
}

static uint32_t search_horspool(const char* needle) {
  uint32_t length = (uint32_t)strlen(needle), found = 0;
  uint32_t skip[256];
  for (int i = 0; i < 256; i++) skip[i] = length;
  for (uint32_t i = 0; i + 1 < length; i++) skip[(uint8_t)needle[i]] = length - 1 - i;
  for (uint32_t at = 0; at + length <= kText; at += skip[(uint8_t)text[at + length - 1]]) {
    uint32_t i = length;
    while (i > 0 && needle[i - 1] == text[at + i - 1]) i--;
    if (i == 0) found++;
  }
  return found;
}

static uint32_t edit_distance(const char* a, uint32_t m, const char* b, uint32_t n) {
  static uint32_t row[256];
  for (uint32_t j = 0; j <= n; j++) row[j] = j;
  for (uint32_t i = 1; i <= m; i++) {
    uint32_t diagonal = row[0];
    row[0] = i;
    for (uint32_t j = 1; j <= n; j++) {
      uint32_t best = diagonal + (a[i - 1] != b[j - 1]);
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[n];
}

int main(void) {
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    generate();
    memset(slots, 0, sizeof slots);
    sum = sum * 31 + count_words();
    uint32_t naive = search_naive("the temperature") + search_naive("iron and") + search_naive("nickel ");
    uint32_t skipping = search_horspool("the temperature") + search_horspool("iron and") + search_horspool("nickel ");
    if (naive != skipping) return 2;
    sum = sum * 31 + naive;
    for (uint32_t i = 0; i < 12; i++) sum = sum * 31 + edit_distance(text + 500 * i, 180, text + 500 * i + 200, 160);
  }
  printf("strings %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
