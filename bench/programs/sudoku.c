// All solutions of number puzzles, counted in two ways: by recursion over sets of bits, always at the cell with the
// fewest candidates, and by Knuth's dancing links, where columns and rows are taken out of rings and put back. Deep
// backtracking: calls, population counts, pointer surgery on nodes all over an array. Both must count the same.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x1d9f96f0eb859304)

enum { kCells = 81, kColumns = 324, kNodes = 1 + kColumns + 729 * 4, kPuzzles = 220, kLimit = 400 };

static uint8_t puzzle[kCells];
static uint16_t rows[9], columns[9], boxes[9];

static uint32_t random_state = 5551212u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static int box_of(int cell) { return cell / 27 * 3 + cell % 9 / 3; }

// A solved square with its digits and bands exchanged at random, most cells of which are then emptied.
static void make_puzzle(void) {
  uint8_t digits[9], bands[9];
  for (int i = 0; i < 9; i++) digits[i] = (uint8_t)(i + 1), bands[i] = (uint8_t)i;
  for (int i = 8; i > 0; i--) {
    uint32_t k = next_random() % (uint32_t)(i + 1);
    uint8_t t = digits[i];
    digits[i] = digits[k];
    digits[k] = t;
    int other = i / 3 * 3 + (int)(next_random() % (uint32_t)(i % 3 + 1));
    t = bands[i];
    bands[i] = bands[other];
    bands[other] = t;
  }
  for (int cell = 0; cell < kCells; cell++) {
    int row = bands[cell / 9], column = cell % 9;
    uint8_t digit = digits[(row * 3 + row / 3 + column) % 9];
    puzzle[cell] = next_random() % 100 < 68 ? 0 : digit;
  }
}

static uint32_t count_by_sets(uint32_t found) {
  int best = -1, fewest = 10;
  uint16_t choice = 0;
  for (int cell = 0; cell < kCells && fewest > 1; cell++) {
    if (puzzle[cell] != 0) continue;
    uint16_t left = (uint16_t)(0x3fe & ~(rows[cell / 9] | columns[cell % 9] | boxes[box_of(cell)]));
    int count = __builtin_popcount(left);
    if (count < fewest) {
      fewest = count;
      best = cell;
      choice = left;
    }
  }
  if (best < 0) return found + 1;
  uint16_t *row = &rows[best / 9], *column = &columns[best % 9], *box = &boxes[box_of(best)];
  for (; choice != 0 && found < kLimit; choice = (uint16_t)(choice & (choice - 1))) {
    uint16_t bit = (uint16_t)(choice & -choice);
    *row ^= bit, *column ^= bit, *box ^= bit;
    puzzle[best] = 10;
    found = count_by_sets(found);
    puzzle[best] = 0;
    *row ^= bit, *column ^= bit, *box ^= bit;
  }
  return found;
}

struct Node {
  uint16_t left, right, up, down, column;
};
static struct Node nodes[kNodes];
static uint16_t sizes[kColumns + 1];

// Every choice of a digit for a cell fills four columns: the cell has a digit, its row has it, its column, its box.
static void make_links(void) {
  for (int i = 0; i <= kColumns; i++) {
    nodes[i] = (struct Node){(uint16_t)(i == 0 ? kColumns : i - 1), (uint16_t)(i == kColumns ? 0 : i + 1), (uint16_t)i,
                             (uint16_t)i, (uint16_t)i};
    sizes[i] = 0;
  }
  uint16_t next = kColumns + 1;
  for (int cell = 0; cell < kCells; cell++) {
    for (int digit = 0; digit < 9; digit++) {
      if (puzzle[cell] != 0 && puzzle[cell] != digit + 1) continue;
      int wanted[4] = {1 + cell, 82 + cell / 9 * 9 + digit, 163 + cell % 9 * 9 + digit, 244 + box_of(cell) * 9 + digit};
      for (int k = 0; k < 4; k++) {
        struct Node* top = &nodes[wanted[k]];
        nodes[next + k] = (struct Node){(uint16_t)(next + (k + 3) % 4), (uint16_t)(next + (k + 1) % 4), top->up,
                                        (uint16_t)wanted[k], (uint16_t)wanted[k]};
        nodes[top->up].down = (uint16_t)(next + k);
        top->up = (uint16_t)(next + k);
        sizes[wanted[k]]++;
      }
      next = (uint16_t)(next + 4);
    }
  }
}

static void cover(uint16_t column) {
  nodes[nodes[column].left].right = nodes[column].right;
  nodes[nodes[column].right].left = nodes[column].left;
  for (uint16_t i = nodes[column].down; i != column; i = nodes[i].down) {
    for (uint16_t j = nodes[i].right; j != i; j = nodes[j].right) {
      nodes[nodes[j].up].down = nodes[j].down;
      nodes[nodes[j].down].up = nodes[j].up;
      sizes[nodes[j].column]--;
    }
  }
}

static void uncover(uint16_t column) {
  for (uint16_t i = nodes[column].up; i != column; i = nodes[i].up) {
    for (uint16_t j = nodes[i].left; j != i; j = nodes[j].left) {
      sizes[nodes[j].column]++;
      nodes[nodes[j].up].down = j;
      nodes[nodes[j].down].up = j;
    }
  }
  nodes[nodes[column].left].right = column;
  nodes[nodes[column].right].left = column;
}

static uint32_t count_by_links(uint32_t found) {
  if (nodes[0].right == 0) return found + 1;
  uint16_t best = nodes[0].right;
  for (uint16_t i = best; i != 0 && sizes[best] > 1; i = nodes[i].right) {
    if (sizes[i] < sizes[best]) best = i;
  }
  cover(best);
  for (uint16_t row = nodes[best].down; row != best && found < kLimit; row = nodes[row].down) {
    for (uint16_t j = nodes[row].right; j != row; j = nodes[j].right) cover(nodes[j].column);
    found = count_by_links(found);
    for (uint16_t j = nodes[row].left; j != row; j = nodes[j].left) uncover(nodes[j].column);
  }
  uncover(best);
  return found;
}

int main(void) {
  uint64_t sum = 0;
  for (int i = 0; i < kPuzzles; i++) {
    make_puzzle();
    memset(rows, 0, sizeof rows);
    memset(columns, 0, sizeof columns);
    memset(boxes, 0, sizeof boxes);
    for (int cell = 0; cell < kCells; cell++) {
      if (puzzle[cell] == 0) continue;
      uint16_t bit = (uint16_t)(1 << puzzle[cell]);
      rows[cell / 9] |= bit, columns[cell % 9] |= bit, boxes[box_of(cell)] |= bit;
    }
    uint32_t solutions = count_by_sets(0);
    make_links();
    if (solutions == 0 || count_by_links(0) != solutions) return 2;
    sum = sum * 1000003 + solutions;
  }
  printf("sudoku %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
