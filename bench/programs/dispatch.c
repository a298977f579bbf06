// A small stack machine run in two ways, by a switch in a loop and by a table of function pointers, and a list of
// shapes whose areas come from per-kind functions. Indirect calls, br_table and state kept in memory: the inner loop of
// every scripting language and of object-oriented code. Both machines must compute the same.

#include <inttypes.h>
#include <stdio.h>

#define EXPECTED UINT64_C(0x04c467bf6efd0140)

enum { kStack = 64, kShapes = 1024, kShapeRounds = 9000, kIterations = 1500000 };

enum Op { kPush, kLoad, kStore, kAdd, kSub, kMul, kXor, kShift, kLess, kJumpIf, kJump, kHalt, kOpCount };

struct Instruction {
  uint32_t op;
  int32_t value;
};

// for (i = 0; i < n; i++) { x = x * 33 + i; y ^= x; if (y < x) x = x - (y >> 3); }
enum { kVarI, kVarX, kVarY, kVarCount };
static const struct Instruction kProgram[] = {
    {kLoad, kVarI},  {kPush, kIterations}, {kLess, 0},     {kJumpIf, 5},    {kHalt, 0},       // 0..4
    {kLoad, kVarX},  {kPush, 33},          {kMul, 0},      {kLoad, kVarI},  {kAdd, 0},        // 5..9
    {kStore, kVarX}, {kLoad, kVarY},       {kLoad, kVarX}, {kXor, 0},       {kStore, kVarY},  // 10..14
    {kLoad, kVarY},  {kLoad, kVarX},       {kLess, 0},     {kJumpIf, 20},   {kJump, 25},      // 15..19
    {kLoad, kVarX},  {kLoad, kVarY},       {kShift, 3},    {kSub, 0},       {kStore, kVarX},  // 20..24
    {kLoad, kVarI},  {kPush, 1},           {kAdd, 0},      {kStore, kVarI}, {kJump, 0},       // 25..29
};

struct Machine {
  uint32_t pc, sp, steps;
  int running;
  uint32_t stack[kStack];
  uint32_t variables[kVarCount];
};

static void run_switch(struct Machine* m) {
  uint32_t pc = 0, steps = 0;
  uint32_t* sp = m->stack;
  for (;;) {
    const struct Instruction* i = &kProgram[pc++];
    steps++;
    switch (i->op) {
      case kPush:
        *sp++ = (uint32_t)i->value;
        break;
      case kLoad:
        *sp++ = m->variables[i->value];
        break;
      case kStore:
        m->variables[i->value] = *--sp;
        break;
      case kAdd:
        sp--, sp[-1] += sp[0];
        break;
      case kSub:
        sp--, sp[-1] -= sp[0];
        break;
      case kMul:
        sp--, sp[-1] *= sp[0];
        break;
      case kXor:
        sp--, sp[-1] ^= sp[0];
        break;
      case kShift:
        sp[-1] >>= i->value;
        break;
      case kLess:
        sp--, sp[-1] = sp[-1] < sp[0];
        break;
      case kJumpIf:
        if (*--sp != 0) pc = (uint32_t)i->value;
        break;
      case kJump:
        pc = (uint32_t)i->value;
        break;
      default:
        m->steps = steps;
        return;
    }
  }
}

static void op_push(struct Machine* m, int32_t value) { m->stack[m->sp++] = (uint32_t)value; }
static void op_load(struct Machine* m, int32_t value) { m->stack[m->sp++] = m->variables[value]; }
static void op_store(struct Machine* m, int32_t value) { m->variables[value] = m->stack[--m->sp]; }
static void op_add(struct Machine* m, int32_t value) {
  (void)value;
  m->sp--;
  m->stack[m->sp - 1] += m->stack[m->sp];
}
static void op_sub(struct Machine* m, int32_t value) {
  (void)value;
  m->sp--;
  m->stack[m->sp - 1] -= m->stack[m->sp];
}
static void op_mul(struct Machine* m, int32_t value) {
  (void)value;
  m->sp--;
  m->stack[m->sp - 1] *= m->stack[m->sp];
}
static void op_xor(struct Machine* m, int32_t value) {
  (void)value;
  m->sp--;
  m->stack[m->sp - 1] ^= m->stack[m->sp];
}
static void op_shift(struct Machine* m, int32_t value) { m->stack[m->sp - 1] >>= value; }
static void op_less(struct Machine* m, int32_t value) {
  (void)value;
  m->sp--;
  m->stack[m->sp - 1] = m->stack[m->sp - 1] < m->stack[m->sp];
}
static void op_jump_if(struct Machine* m, int32_t value) {
  if (m->stack[--m->sp] != 0) m->pc = (uint32_t)value;
}
static void op_jump(struct Machine* m, int32_t value) { m->pc = (uint32_t)value; }
static void op_halt(struct Machine* m, int32_t value) {
  (void)value;
  m->running = 0;
}

static void (*const kHandlers[kOpCount])(struct Machine*, int32_t) = {
    op_push, op_load, op_store, op_add, op_sub, op_mul, op_xor, op_shift, op_less, op_jump_if, op_jump, op_halt};

static void run_table(struct Machine* m) {
  m->running = 1;
  while (m->running) {
    const struct Instruction* i = &kProgram[m->pc++];
    m->steps++;
    kHandlers[i->op](m, i->value);
  }
}

struct Shape {
  uint32_t (*area)(const struct Shape*);
  uint32_t a, b;
};

static uint32_t square_area(const struct Shape* s) { return s->a * s->a; }
static uint32_t rectangle_area(const struct Shape* s) { return s->a * s->b; }
static uint32_t triangle_area(const struct Shape* s) { return s->a * s->b / 2; }
static uint32_t disc_area(const struct Shape* s) { return s->a * s->a * 355 / 113; }

static struct Shape shapes[kShapes];

static uint64_t measure_shapes(void) {
  static uint32_t (*const kAreas[4])(const struct Shape*) = {square_area, rectangle_area, triangle_area, disc_area};
  uint32_t random = 1;
  for (int i = 0; i < kShapes; i++) {
    random = random * 1664525 + 1013904223;
    shapes[i] = (struct Shape){kAreas[random >> 30], random >> 8 & 0xff, random >> 16 & 0xff};
  }
  uint64_t sum = 0;
  for (int round = 0; round < kShapeRounds; round++) {
    for (int i = 0; i < kShapes; i++) sum += shapes[i].area(&shapes[i]);
    shapes[round % kShapes].a++;
  }
  return sum;
}

int main(void) {
  static struct Machine by_switch, by_table;
  run_switch(&by_switch);
  run_table(&by_table);
  if (by_switch.steps != by_table.steps) return 2;
  for (int i = 0; i < kVarCount; i++) {
    if (by_switch.variables[i] != by_table.variables[i]) return 2;
  }
  uint64_t sum = (uint64_t)by_table.variables[kVarX] << 32 | by_table.variables[kVarY];
  sum = sum * 31 + by_table.steps;
  sum = sum * 31 + measure_shapes();
  printf("dispatch %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
