// Dynamic programming over tables of integers: all shortest paths with the way back (Floyd and Warshall), the cheapest
// bracketing of a chain of matrices, and a knapsack. Regular loop nests with a comparison in the middle that decides
// about stores. Paths are walked and summed to check the distances.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x728b5c2c187bc025)

enum { kNodes = 280, kRounds = 7, kFar = 1 << 28, kChain = 260, kItems = 250, kCapacity = 12000 };

static int32_t edge[kNodes][kNodes], distance[kNodes][kNodes];
static int16_t next[kNodes][kNodes];
static uint64_t cost[kChain][kChain];
static uint32_t best[kCapacity + 1];

static uint32_t random_state = 88675123u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void make_graph(void) {
  for (int i = 0; i < kNodes; i++) {
    for (int j = 0; j < kNodes; j++) {
      uint32_t r = next_random();
      edge[i][j] = i == j ? 0 : r % 8 == 0 || j == (i + 1) % kNodes ? (int32_t)(r >> 8 & 1023) + 1 : kFar;
      next[i][j] = (int16_t)j;
    }
  }
  memcpy(distance, edge, sizeof edge);
}

static void shortest_paths(void) {
  for (int k = 0; k < kNodes; k++) {
    for (int i = 0; i < kNodes; i++) {
      int32_t first = distance[i][k];
      int16_t step = next[i][k];
      for (int j = 0; j < kNodes; j++) {
        int32_t through = first + distance[k][j];
        if (through < distance[i][j]) {
          distance[i][j] = through;
          next[i][j] = step;
        }
      }
    }
  }
}

static int paths_agree(void) {
  for (int i = 0; i < kNodes; i++) {
    for (int j = 0; j < kNodes; j += 7) {
      int32_t length = 0;
      for (int at = i; at != j; at = next[at][j]) length += edge[at][next[at][j]];
      if (length != distance[i][j]) return 0;
    }
  }
  return 1;
}

static uint64_t matrix_chain(void) {
  uint32_t size[kChain + 1];
  for (int i = 0; i <= kChain; i++) size[i] = next_random() % 90 + 10;
  for (int length = 1; length < kChain; length++) {
    for (int i = 0; i + length < kChain; i++) {
      int j = i + length;
      uint64_t least = UINT64_MAX;
      for (int k = i; k < j; k++) {
        uint64_t total = cost[i][k] + cost[k + 1][j] + (uint64_t)size[i] * size[k + 1] * size[j + 1];
        if (total < least) least = total;
      }
      cost[i][j] = least;
    }
  }
  return cost[0][kChain - 1];
}

static uint32_t knapsack(void) {
  memset(best, 0, sizeof best);
  for (int item = 0; item < kItems; item++) {
    uint32_t weight = next_random() % 300 + 20, value = weight * 3 + next_random() % 200;
    for (uint32_t room = kCapacity; room >= weight; room--) {
      uint32_t with = best[room - weight] + value;
      if (with > best[room]) best[room] = with;
    }
  }
  return best[kCapacity];
}

int main(void) {
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    make_graph();
    shortest_paths();
    if (!paths_agree()) return 2;
    for (int i = 0; i < kNodes; i++) {
      for (int j = 0; j < kNodes; j++) sum = sum * 31 + (uint64_t)distance[i][j];
    }
    sum = sum * 31 + matrix_chain();
    for (int i = 0; i < 4; i++) sum = sum * 31 + knapsack();
  }
  printf("floyd %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
