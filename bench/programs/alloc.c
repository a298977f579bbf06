// Allocation of all sizes: a map from strings to lists that grow by realloc, a cache that throws out what was used
// least recently, and a text editor's rope. The C library's allocator splits, joins and moves blocks as guest code,
// among hashing, string comparison and list surgery.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED UINT64_C(0x7bbc63f494eb4b6e)

enum { kBuckets = 4096, kWords = 400000, kCache = 1500, kLookups = 1000000, kEdits = 24000, kLeaf = 64 };

static uint32_t random_state = 305419896u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void* allocate(void* old, size_t size) {
  void* block = realloc(old, size);
  if (block == NULL) exit(3);
  return block;
}

static uint32_t hash(const char* key) {
  uint32_t h = 2166136261u;
  for (; *key != 0; key++) h = (h ^ (uint8_t)*key) * 16777619u;
  return h;
}

// A map from words to where they were seen.
struct Entry {
  struct Entry* next;
  char* key;
  uint32_t* places;
  uint32_t count, capacity;
};
static struct Entry* buckets[kBuckets];

static void note(const char* key, uint32_t place) {
  struct Entry** link = &buckets[hash(key) % kBuckets];
  while (*link != NULL && strcmp((*link)->key, key) != 0) link = &(*link)->next;
  struct Entry* entry = *link;
  if (entry == NULL) {
    *link = entry = allocate(NULL, sizeof *entry);
    *entry = (struct Entry){NULL, strcpy(allocate(NULL, strlen(key) + 1), key), NULL, 0, 0};
  }
  if (entry->count == entry->capacity) {
    entry->capacity = entry->capacity * 2 + 2;
    entry->places = allocate(entry->places, entry->capacity * sizeof *entry->places);
  }
  entry->places[entry->count++] = place;
}

static uint64_t map_work(void) {
  char word[12];
  for (uint32_t i = 0; i < kWords; i++) {
    uint32_t r = next_random(), n = 1 + r % 3 + r % 5;
    for (uint32_t k = 0; k < n; k++) word[k] = (char)('a' + (r >> (5 * k & 15) & 7));
    word[n] = 0;
    note(word, i);
  }
  uint64_t sum = 0, seen = 0;
  for (uint32_t i = 0; i < kBuckets; i++) {
    for (struct Entry *entry = buckets[i], *next; entry != NULL; entry = next) {
      next = entry->next;
      seen += entry->count;
      sum = sum * 31 + hash(entry->key) + entry->places[entry->count - 1] + entry->places[entry->count / 2];
      free(entry->places);
      free(entry->key);
      free(entry);
    }
    buckets[i] = NULL;
  }
  if (seen != kWords) exit(4);
  return sum;
}

// A cache: found by a hash table of chains, ordered by use in a ring around `ring`.
struct Slot {
  struct Slot *next, *before, *after;
  uint32_t key, size;
  uint8_t* data;
};
static struct Slot* slots[1024];
static struct Slot ring;

static void unlink_slot(struct Slot* slot) {
  slot->before->after = slot->after;
  slot->after->before = slot->before;
}

static void put_first(struct Slot* slot) {
  slot->before = &ring;
  slot->after = ring.after;
  ring.after->before = slot;
  ring.after = slot;
}

static void evict(struct Slot* slot) {
  struct Slot** link = &slots[slot->key % 1024];
  while (*link != slot) link = &(*link)->next;
  *link = slot->next;
  unlink_slot(slot);
  free(slot->data);
  free(slot);
}

static uint64_t cache_work(void) {
  uint64_t hits = 0, sum = 0;
  uint32_t held = 0;
  ring.before = ring.after = &ring;
  for (int i = 0; i < kLookups; i++) {
    uint32_t r = next_random(), key = (r & 0xfff) * (r >> 12 & 0xfff) >> 11;
    struct Slot* slot = slots[key % 1024];
    while (slot != NULL && slot->key != key) slot = slot->next;
    if (slot != NULL) {
      hits++;
      unlink_slot(slot);
    } else {
      if (held == kCache) {
        evict(ring.before);
      } else {
        held++;
      }
      slot = allocate(NULL, sizeof *slot);
      slot->key = key;
      slot->size = 8 + key * 7 % 500;
      slot->data = allocate(NULL, slot->size);
      memset(slot->data, (int)(key & 255), slot->size);
      slot->next = slots[key % 1024];
      slots[key % 1024] = slot;
    }
    put_first(slot);
    sum += slot->data[slot->size - 1] ^ slot->size;
  }
  while (ring.after != &ring) evict(ring.after);
  return sum * 31 + hits;
}

// A rope: a tree of short strings whose inner nodes know how long their left part is.
struct Rope {
  struct Rope *left, *right;
  uint32_t length;
  char text[];
};

static uint32_t rope_length(const struct Rope* rope) { return rope == NULL ? 0 : rope->length; }

static struct Rope* leaf(const char* text, uint32_t length) {
  struct Rope* rope = allocate(NULL, sizeof *rope + length);
  rope->left = rope->right = NULL;
  rope->length = length;
  memcpy(rope->text, text, length);
  return rope;
}

static int is_leaf(const struct Rope* rope) { return rope->left == NULL; }

static struct Rope* join(struct Rope* left, struct Rope* right) {
  if (left == NULL || right == NULL) return left == NULL ? right : left;
  if (is_leaf(left) && is_leaf(right) && left->length + right->length <= kLeaf) {
    left = allocate(left, sizeof *left + left->length + right->length);
    memcpy(left->text + left->length, right->text, right->length);
    left->length += right->length;
    free(right);
    return left;
  }
  struct Rope* rope = allocate(NULL, sizeof *rope);
  rope->left = left;
  rope->right = right;
  rope->length = left->length + right->length;
  return rope;
}

static void split(struct Rope* rope, uint32_t at, struct Rope** left, struct Rope** right) {
  if (rope == NULL || at == 0 || at == rope->length) {
    *left = at == 0 ? NULL : rope;
    *right = at == 0 ? rope : NULL;
    return;
  }
  if (is_leaf(rope)) {
    *left = leaf(rope->text, at);
    *right = leaf(rope->text + at, rope->length - at);
  } else if (at <= rope->left->length) {
    struct Rope* middle;
    split(rope->left, at, left, &middle);
    *right = join(middle, rope->right);
  } else {
    struct Rope* middle;
    split(rope->right, at - rope->left->length, &middle, right);
    *left = join(rope->left, middle);
  }
  free(rope);
}

static uint64_t drop(struct Rope* rope, uint64_t sum) {
  if (rope == NULL) return sum;
  if (is_leaf(rope)) {
    for (uint32_t i = 0; i < rope->length; i++) sum = sum * 31 + (uint8_t)rope->text[i];
  } else {
    sum = drop(rope->right, drop(rope->left, sum));
  }
  free(rope);
  return sum;
}

static uint64_t rope_work(void) {
  struct Rope *rope = NULL, *left, *right, *cut;
  uint32_t length = 0;
  for (int i = 0; i < kEdits; i++) {
    char text[48];
    uint32_t n = next_random() % 40 + 8, at = next_random() % (length + 1);
    for (uint32_t k = 0; k < n; k++) text[k] = (char)('a' + (i + (int)k) % 26);
    split(rope, at, &left, &right);
    rope = join(join(left, leaf(text, n)), right);
    length += n;
    if (i % 4 == 3) {
      uint32_t gone = next_random() % 30;
      at = next_random() % (length - gone);
      split(rope, at, &left, &right);
      split(right, gone, &cut, &right);
      drop(cut, 0);
      rope = join(left, right);
      length -= gone;
    }
  }
  if (rope_length(rope) != length) exit(5);
  return drop(rope, 0);
}

int main(void) {
  uint64_t sum = map_work();
  sum = sum * 31 + cache_work();
  sum = sum * 31 + rope_work();
  printf("alloc %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
