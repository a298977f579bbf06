// Objects with tables of methods: expressions are built, differentiated, simplified and evaluated, each kind by its own
// functions, and a simulation runs call-backs in the order of their times from a heap. Nearly every call is indirect,
// to small functions that differ from call to call. Derivatives are compared with difference quotients.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x4f84237f976ba2d2)

enum { kPool = 1 << 16, kExpressions = 300, kPoints = 100, kEvents = 2000000, kQueue = 256 };

struct Expression;
struct Methods {
  double (*evaluate)(const struct Expression*, double x);
  const struct Expression* (*derive)(const struct Expression*);
  const struct Expression* (*simplify)(const struct Expression*);
  uint32_t (*weight)(const struct Expression*);
};
struct Expression {
  const struct Methods* methods;
  const struct Expression *left, *right;
  double value;
};

static struct Expression pool[kPool];
static uint32_t used;

static const struct Methods constant, variable, sum, product, quotient;

static const struct Expression* make(const struct Methods* methods, const struct Expression* left,
                                     const struct Expression* right, double value) {
  struct Expression* e = &pool[used++ % kPool];
  *e = (struct Expression){methods, left, right, value};
  return e;
}

static const struct Expression* number(double value) { return make(&constant, NULL, NULL, value); }

static int is_number(const struct Expression* e, double value) { return e->methods == &constant && e->value == value; }

static double evaluate(const struct Expression* e, double x) { return e->methods->evaluate(e, x); }
static const struct Expression* derive(const struct Expression* e) { return e->methods->derive(e); }
static const struct Expression* simplify(const struct Expression* e) { return e->methods->simplify(e); }
static uint32_t weight(const struct Expression* e) { return e->methods->weight(e); }

static const struct Expression* same(const struct Expression* e) { return e; }
static uint32_t leaf_weight(const struct Expression* e) { return e->methods == &variable ? 2 : 1; }
static uint32_t pair_weight(const struct Expression* e) { return 1 + weight(e->left) + weight(e->right); }

static double evaluate_constant(const struct Expression* e, double x) { return e->value + 0.0 * x; }
static double evaluate_variable(const struct Expression* e, double x) { return (void)e, x; }
static double evaluate_sum(const struct Expression* e, double x) {
  return evaluate(e->left, x) + evaluate(e->right, x);
}
static double evaluate_product(const struct Expression* e, double x) {
  return evaluate(e->left, x) * evaluate(e->right, x);
}
static double evaluate_quotient(const struct Expression* e, double x) {
  return evaluate(e->left, x) / evaluate(e->right, x);
}

static const struct Expression* derive_constant(const struct Expression* e) { return (void)e, number(0); }
static const struct Expression* derive_variable(const struct Expression* e) { return (void)e, number(1); }
static const struct Expression* derive_sum(const struct Expression* e) {
  return make(&sum, derive(e->left), derive(e->right), 0);
}
static const struct Expression* derive_product(const struct Expression* e) {
  return make(&sum, make(&product, derive(e->left), e->right, 0), make(&product, e->left, derive(e->right), 0), 0);
}
static const struct Expression* derive_quotient(const struct Expression* e) {
  const struct Expression* minus = make(&product, number(-1), make(&product, e->left, derive(e->right), 0), 0);
  const struct Expression* above = make(&sum, make(&product, derive(e->left), e->right, 0), minus, 0);
  return make(&quotient, above, make(&product, e->right, e->right, 0), 0);
}

static const struct Expression* simplify_sum(const struct Expression* e) {
  const struct Expression *left = simplify(e->left), *right = simplify(e->right);
  if (is_number(left, 0)) return right;
  if (is_number(right, 0)) return left;
  if (left->methods == &constant && right->methods == &constant) return number(left->value + right->value);
  return make(&sum, left, right, 0);
}
static const struct Expression* simplify_product(const struct Expression* e) {
  const struct Expression *left = simplify(e->left), *right = simplify(e->right);
  if (is_number(left, 0) || is_number(right, 1)) return left;
  if (is_number(right, 0) || is_number(left, 1)) return right;
  if (left->methods == &constant && right->methods == &constant) return number(left->value * right->value);
  return make(&product, left, right, 0);
}
static const struct Expression* simplify_quotient(const struct Expression* e) {
  const struct Expression *left = simplify(e->left), *right = simplify(e->right);
  if (is_number(left, 0) || is_number(right, 1)) return left;
  return make(&quotient, left, right, 0);
}

static const struct Methods constant = {evaluate_constant, derive_constant, same, leaf_weight};
static const struct Methods variable = {evaluate_variable, derive_variable, same, leaf_weight};
static const struct Methods sum = {evaluate_sum, derive_sum, simplify_sum, pair_weight};
static const struct Methods product = {evaluate_product, derive_product, simplify_product, pair_weight};
static const struct Methods quotient = {evaluate_quotient, derive_quotient, simplify_quotient, pair_weight};

static uint32_t random_state = 19088743u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static const struct Expression* random_expression(int depth) {
  uint32_t r = next_random() >> 4;
  if (depth == 0) return r % 3 == 0 ? number((double)(r / 3 % 5)) : make(&variable, NULL, NULL, 0);
  const struct Expression* left = random_expression(depth - 1);
  // No divisor comes near zero for the arguments that are used.
  if (r % 5 == 0) {
    const struct Expression* x = make(&variable, NULL, NULL, 0);
    return make(&quotient, left, make(&sum, make(&product, x, x, 0), number(1.0 + (double)(r / 5 % 4)), 0), 0);
  }
  return make(r % 2 ? &sum : &product, left, random_expression(depth - 1), 0);
}

static int expressions_agree(uint64_t* digest) {
  for (int i = 0; i < kExpressions; i++) {
    used = 0;
    const struct Expression* e = random_expression(6);
    const struct Expression* slope = simplify(derive(e));
    if (used > kPool) return 0;
    for (int p = 0; p < kPoints; p++) {
      double x = 0.25 + p / 256.0, h = 1e-6, at = evaluate(slope, x);
      double about = (evaluate(e, x + h) - evaluate(e, x - h)) / (2 * h);
      if (fabs(at - about) > 1e-3 * (1 + fabs(at))) return 0;
      uint64_t bits;
      memcpy(&bits, &at, sizeof bits);
      *digest = (*digest ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    }
    *digest += weight(slope);
  }
  return 1;
}

// The simulation: machines that hand work on to each other.
struct Event {
  uint64_t time;
  void (*action)(uint32_t subject, uint64_t now);
  uint32_t subject;
};

static struct Event queue[kQueue];
static uint32_t queued;
static uint64_t tally[8];

static void schedule(uint64_t time, void (*action)(uint32_t, uint64_t), uint32_t subject) {
  if (queued == kQueue) return;
  uint32_t at = queued++;
  for (; at > 0 && queue[(at - 1) / 2].time > time; at = (at - 1) / 2) queue[at] = queue[(at - 1) / 2];
  queue[at] = (struct Event){time, action, subject};
}

static struct Event take_first(void) {
  struct Event first = queue[0], last = queue[--queued];
  uint32_t at = 0;
  for (uint32_t child; (child = 2 * at + 1) < queued; at = child) {
    if (child + 1 < queued && queue[child + 1].time < queue[child].time) child++;
    if (queue[child].time >= last.time) break;
    queue[at] = queue[child];
  }
  queue[at] = last;
  return first;
}

static void rest(uint32_t subject, uint64_t now);
static void work(uint32_t subject, uint64_t now);
static void inspect(uint32_t subject, uint64_t now);
static void arrive(uint32_t subject, uint64_t now);

static void rest(uint32_t subject, uint64_t now) {
  tally[0] += subject;
  schedule(now + 50 + subject % 13, work, subject);
}
static void work(uint32_t subject, uint64_t now) {
  tally[1] ^= now;
  schedule(now + 5 + next_random() % 40, subject % 3 == 0 ? inspect : rest, subject);
}
static void inspect(uint32_t subject, uint64_t now) {
  tally[2] += now & 15;
  schedule(now + 3, (now & 1) != 0 ? work : rest, subject + 1);
}
static void arrive(uint32_t subject, uint64_t now) {
  tally[3]++;
  schedule(now + 1, inspect, subject);
  if (subject < 150) schedule(now + 7, arrive, subject + 1);
}

static int simulate(void) {
  schedule(0, arrive, 0);
  uint64_t now = 0;
  for (int i = 0; i < kEvents; i++) {
    struct Event event = take_first();
    if (event.time < now) return 0;
    now = event.time;
    event.action(event.subject, now);
  }
  tally[4] = now;
  return 1;
}

int main(void) {
  uint64_t digest = 0;
  if (!expressions_agree(&digest)) return 2;
  if (!simulate()) return 3;
  for (int i = 0; i < 5; i++) digest = digest * 31 + tally[i];
  printf("objects %016" PRIx64 "\n", digest);
  return digest == EXPECTED ? 0 : 1;
}
