// Binary trees from malloc: build and drop many short-lived trees while a long-lived one stays, then insert, look up
// and delete in a treap with nodes allocated one by one. The C library's allocator runs as guest code here, so this is
// pointer chasing, recursion, list surgery and memory that grows.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPECTED UINT64_C(0x00000020a3722e98)

enum { kDepth = 15, kRounds = 8, kKeys = 100000 };

struct Node {
  struct Node *left, *right;
  uint32_t key, priority;
};

static struct Node* allocate(uint32_t key, uint32_t priority) {
  struct Node* node = malloc(sizeof *node);
  if (node == NULL) exit(3);
  *node = (struct Node){NULL, NULL, key, priority};
  return node;
}

static struct Node* build(uint32_t depth, uint32_t key) {
  struct Node* node = allocate(key, depth);
  if (depth > 0) {
    node->left = build(depth - 1, key * 2);
    node->right = build(depth - 1, key * 2 + 1);
  }
  return node;
}

static uint64_t count(const struct Node* node) {
  return node == NULL ? 0 : 1 + (node->key & 1) + count(node->left) + count(node->right);
}

static void drop(struct Node* node) {
  if (node == NULL) return;
  drop(node->left);
  drop(node->right);
  free(node);
}

static uint32_t random_state = 521288629u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

// A treap: a search tree by key, a heap by random priority, which keeps it balanced.
static struct Node* rotate(struct Node* top, struct Node** down, struct Node** across) {
  struct Node* up = *down;
  *down = *across;
  *across = top;
  return up;
}

static struct Node* insert(struct Node* node, uint32_t key) {
  if (node == NULL) return allocate(key, next_random());
  if (key < node->key) {
    node->left = insert(node->left, key);
    if (node->left->priority > node->priority) return rotate(node, &node->left, &node->left->right);
  } else if (key > node->key) {
    node->right = insert(node->right, key);
    if (node->right->priority > node->priority) return rotate(node, &node->right, &node->right->left);
  }
  return node;
}

static struct Node* merge(struct Node* left, struct Node* right) {
  if (left == NULL) return right;
  if (right == NULL) return left;
  if (left->priority > right->priority) {
    left->right = merge(left->right, right);
    return left;
  }
  right->left = merge(left, right->left);
  return right;
}

static struct Node* erase(struct Node* node, uint32_t key) {
  struct Node** link = &node;
  while (*link != NULL && (*link)->key != key) link = key < (*link)->key ? &(*link)->left : &(*link)->right;
  struct Node* found = *link;
  if (found != NULL) {
    *link = merge(found->left, found->right);
    free(found);
  }
  return node;
}

static int contains(const struct Node* node, uint32_t key) {
  while (node != NULL && node->key != key) node = key < node->key ? node->left : node->right;
  return node != NULL;
}

int main(void) {
  uint64_t sum = 0;
  struct Node* kept = build(kDepth, 1);
  for (int round = 0; round < kRounds; round++) {
    for (uint32_t depth = 5; depth <= kDepth; depth += 2) {
      for (uint32_t i = 0; i < 1u << (kDepth - depth); i++) {
        struct Node* tree = build(depth, i);
        sum += count(tree);
        drop(tree);
      }
    }
  }
  sum = sum * 31 + count(kept);
  drop(kept);

  struct Node* treap = NULL;
  for (uint32_t i = 0; i < kKeys; i++) treap = insert(treap, i * 2654435761u >> 8);
  uint32_t hits = 0;
  for (uint32_t i = 0; i < 2 * kKeys; i++) hits += (uint32_t)contains(treap, i * 2654435761u >> 8);
  for (uint32_t i = 0; i < kKeys; i += 2) treap = erase(treap, i * 2654435761u >> 8);
  sum = sum * 31 + hits;
  sum = sum * 31 + count(treap);
  drop(treap);
  printf("trees %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
