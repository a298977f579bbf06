// The same random data sorted four ways: quicksort on integers, heapsort on integers, mergesort on 16-byte records with
// a comparison through a function pointer, and radix sort by bytes. Data-dependent branches, swaps through memory and
// index arithmetic decide; the results must agree.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xf7af033c69ded041)

enum { kCount = 120000, kRounds = 3, kSmall = 12 };

struct Record {
  uint32_t key, payload;
  uint64_t weight;
};

static uint32_t input[kCount], quick[kCount], heap[kCount], radix[kCount], scratch[kCount];
static struct Record records[kCount], buffer[kCount];

static uint32_t random_state = 777767777u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void swap(uint32_t* a, uint32_t* b) {
  uint32_t t = *a;
  *a = *b;
  *b = t;
}

static void insertion_sort(uint32_t* v, int32_t n) {
  for (int32_t i = 1; i < n; i++) {
    uint32_t x = v[i];
    int32_t j = i;
    for (; j > 0 && v[j - 1] > x; j--) v[j] = v[j - 1];
    v[j] = x;
  }
}

static void quicksort(uint32_t* v, int32_t n) {
  while (n > kSmall) {
    // Median of three, left in the middle, then Hoare's partition.
    if (v[n / 2] < v[0]) swap(&v[n / 2], &v[0]);
    if (v[n - 1] < v[0]) swap(&v[n - 1], &v[0]);
    if (v[n - 1] < v[n / 2]) swap(&v[n - 1], &v[n / 2]);
    uint32_t pivot = v[n / 2];
    int32_t i = 0, j = n - 1;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i <= j) swap(&v[i++], &v[j--]);
    }
    // Recurse into the smaller part, go on with the larger.
    if (j + 1 < n - i) {
      quicksort(v, j + 1);
      v += i;
      n -= i;
    } else {
      quicksort(v + i, n - i);
      n = j + 1;
    }
  }
  insertion_sort(v, n);
}

static void sift_down(uint32_t* v, uint32_t at, uint32_t n) {
  uint32_t x = v[at];
  for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && v[child + 1] > v[child]) child++;
    if (v[child] <= x) break;
    v[at] = v[child];
  }
  v[at] = x;
}

static void heapsort_words(uint32_t* v, uint32_t n) {
  for (uint32_t i = n / 2; i-- > 0;) sift_down(v, i, n);
  for (uint32_t end = n - 1; end > 0; end--) {
    swap(&v[0], &v[end]);
    sift_down(v, 0, end);
  }
}

static void radix_sort(uint32_t* v, uint32_t* other, uint32_t n) {
  for (int shift = 0; shift < 32; shift += 8) {
    uint32_t start[257] = {0};
    for (uint32_t i = 0; i < n; i++) start[(v[i] >> shift & 0xff) + 1]++;
    for (int i = 1; i < 257; i++) start[i] += start[i - 1];
    for (uint32_t i = 0; i < n; i++) other[start[v[i] >> shift & 0xff]++] = v[i];
    uint32_t* t = v;
    v = other;
    other = t;
  }
}

typedef int (*Compare)(const struct Record*, const struct Record*);

static int by_key(const struct Record* a, const struct Record* b) { return a->key < b->key ? -1 : a->key > b->key; }
static int by_weight_down(const struct Record* a, const struct Record* b) {
  return a->weight > b->weight ? -1 : a->weight < b->weight;
}

static void mergesort_records(struct Record* v, struct Record* other, uint32_t n, Compare compare) {
  if (n < 2) return;
  uint32_t half = n / 2, i = 0, j = half, k = 0;
  mergesort_records(v, other, half, compare);
  mergesort_records(v + half, other, n - half, compare);
  memcpy(other, v, n * sizeof *v);
  while (i < half && j < n) v[k++] = compare(&other[j], &other[i]) < 0 ? other[j++] : other[i++];
  while (i < half) v[k++] = other[i++];
  while (j < n) v[k++] = other[j++];
}

int main(void) {
  // Hidden from the optimiser, so that the comparison stays an indirect call.
  static volatile Compare orders[2] = {by_weight_down, by_key};
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    for (uint32_t i = 0; i < kCount; i++) {
      input[i] = next_random();
      records[i] = (struct Record){input[i], i, (uint64_t)input[i] * input[i] % 1000003};
    }
    memcpy(quick, input, sizeof input);
    memcpy(heap, input, sizeof input);
    memcpy(radix, input, sizeof input);
    quicksort(quick, kCount);
    heapsort_words(heap, kCount);
    radix_sort(radix, scratch, kCount);
    mergesort_records(records, buffer, kCount, orders[0]);
    for (uint32_t i = 0; i < kCount; i += 97) sum = sum * 31 + records[i].payload;
    mergesort_records(records, buffer, kCount, orders[1]);
    for (uint32_t i = 0; i < kCount; i++) {
      if (quick[i] != heap[i] || quick[i] != radix[i] || quick[i] != records[i].key) return 2;
      sum = (sum ^ quick[i]) * UINT64_C(0x100000001b3);
    }
  }
  printf("sort %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
