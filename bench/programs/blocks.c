// Blocks copied and filled by the engine itself: what memcpy, memmove and memset are compiled to where a module may use
// memory.copy and memory.fill. A text in a gap buffer (moves of all lengths that overlap), a queue of messages in a
// ring (copies in two parts), records swapped whole, and pages filled. Most blocks are small: calls count as much as
// bytes.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x789eacd07e0d6347)

enum { kText = 1 << 16, kEdits = 400000, kRing = 1 << 15, kMessages = 3000000, kRecords = 1 << 12, kSwaps = 1500000 };

static uint32_t random_state = 88675123u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static uint64_t digest(uint64_t sum, const void* data, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) sum = (sum ^ ((const uint8_t*)data)[i]) * UINT64_C(0x100000001b3);
  return sum;
}

// The gap is where the last edit was; text behind it stands at the end.
static char text[kText];
static uint32_t gap_start, gap_end;

static void move_gap(uint32_t to) {
  if (to < gap_start) {
    uint32_t size = gap_start - to;
    memmove(text + gap_end - size, text + to, size);
    gap_end -= size;
    gap_start = to;
  } else {
    uint32_t size = to - gap_start;
    memmove(text + gap_start, text + gap_end, size);
    gap_start += size;
    gap_end += size;
  }
}

static uint64_t edit(void) {
  gap_start = 0, gap_end = kText;
  for (uint32_t i = 0; i < kEdits; i++) {
    uint32_t r = next_random(), length = gap_start + (kText - gap_end), word = 1 + r % 24;
    // Most edits are near the last.
    uint32_t at = r % 64 == 0 ? next_random() % (length + 1) : gap_start + r / 64 % 400;
    if (at > length) at = length;
    move_gap(at);
    if (gap_end - gap_start < 1024 || (r >> 20) % 4 == 0) {
      gap_end = gap_end + word < kText ? gap_end + word : kText;
    } else {
      memset(text + gap_start, (int)('a' + r % 26), word);
      gap_start += word;
    }
  }
  return digest(digest(0, text, gap_start), text + gap_end, kText - gap_end);
}

static uint8_t ring[kRing], message[512];

static void put(uint32_t at, const void* from, uint32_t size) {
  at %= kRing;
  uint32_t first = kRing - at < size ? kRing - at : size;
  memcpy(ring + at, from, first);
  memcpy(ring, (const uint8_t*)from + first, size - first);
}

static void take(uint32_t at, void* to, uint32_t size) {
  at %= kRing;
  uint32_t first = kRing - at < size ? kRing - at : size;
  memcpy(to, ring + at, first);
  memcpy((uint8_t*)to + first, ring, size - first);
}

static uint64_t exchange(void) {
  uint64_t sum = 0;
  uint32_t begin = 0, end = 0;
  for (uint32_t i = 0; i < kMessages; i++) {
    uint32_t size = 8 + next_random() % 120;
    memcpy(message, &i, sizeof i);
    memcpy(message + 4, &size, sizeof size);
    put(end, message, size);
    end += size;
    while (end - begin > kRing / 2) {
      uint32_t header[2];
      take(begin, header, sizeof header);
      take(begin, message + 128, header[1]);
      begin += header[1];
      sum = (sum ^ message[128] ^ header[0]) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  return sum;
}

struct Record {
  uint32_t key;
  char name[60];
  double values[24];
};
static struct Record records[kRecords];

static uint64_t swap(void) {
  for (uint32_t i = 0; i < kRecords; i++) {
    records[i].key = i;
    memset(records[i].name, (int)(i & 0x7f), sizeof records[i].name);
  }
  for (uint32_t i = 0; i < kSwaps; i++) {
    struct Record *a = &records[next_random() % kRecords], *b = &records[next_random() % kRecords];
    struct Record kept = *a;
    *a = *b;
    *b = kept;
    if (i % 256 == 0) memset(a->values, (int)(i >> 8), sizeof a->values);
  }
  return digest(0, records, sizeof records);
}

int main(void) {
  uint64_t sum = edit();
  sum = sum * 31 + exchange();
  sum = sum * 31 + swap();
  printf("blocks %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
