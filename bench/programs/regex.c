// Two matchers of regular expressions: one compiles to a nondeterministic automaton and keeps a set of its states, the
// other goes back over the same program when a way fails. Both search the same log lines. Small loops over bytes, sets
// kept in arrays, recursion and branches that follow the text: what text tools spend their time on.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x2bfa92a8a126faf8)

enum { kProgram = 256, kText = 60000, kRounds = 9, kLine = 120 };

enum Op { kByte, kAny, kClass, kSplit, kJump, kBegin, kEnd, kMatch };

struct Instruction {
  uint8_t op, byte;
  uint16_t x, y;        // where to go on; a split prefers x
  uint32_t classes[8];  // a set of bytes
};

static struct Instruction program[kProgram];
static uint32_t length;
static const char* pattern;

static char text[kText + 1];

// The compiler. Code that has been written can be moved by one place, to put a split before it.
static struct Instruction* emit(uint8_t op) {
  struct Instruction* instruction = &program[length++];
  memset(instruction, 0, sizeof *instruction);
  instruction->op = op;
  return instruction;
}

static void make_room(uint32_t at) {
  memmove(&program[at + 1], &program[at], (length - at) * sizeof program[0]);
  length++;
  for (uint32_t i = at + 1; i < length; i++) {
    struct Instruction* instruction = &program[i];
    if (instruction->op != kSplit && instruction->op != kJump) continue;
    if (instruction->x >= at) instruction->x++;
    if (instruction->y >= at) instruction->y++;
  }
}

static void put_split(uint32_t at, uint32_t x, uint32_t y) {
  program[at] = (struct Instruction){.op = kSplit, .x = (uint16_t)x, .y = (uint16_t)y};
}

static void add_range(uint32_t* set, uint8_t from, uint8_t to) {
  for (uint32_t c = from; c <= to; c++) set[c / 32] |= 1u << c % 32;
}

static void compile_class(void) {
  struct Instruction* instruction = emit(kClass);
  int negated = *pattern == '^';
  if (negated) pattern++;
  while (*pattern != ']') {
    uint8_t from = (uint8_t)*pattern++, to = from;
    if (*pattern == '-' && pattern[1] != ']') {
      to = (uint8_t)pattern[1];
      pattern += 2;
    }
    add_range(instruction->classes, from, to);
  }
  pattern++;
  for (int i = 0; i < 8 && negated; i++) instruction->classes[i] = ~instruction->classes[i];
}

static void compile_alternatives(void);

static void compile_atom(void) {
  char c = *pattern++;
  switch (c) {
    case '(':
      compile_alternatives();
      pattern++;
      break;
    case '[':
      compile_class();
      break;
    case '.':
      emit(kAny);
      break;
    case '^':
      emit(kBegin);
      break;
    case '$':
      emit(kEnd);
      break;
    case '\\':
      c = *pattern++;
      if (c == 'd') {
        add_range(emit(kClass)->classes, '0', '9');
        break;
      }
      emit(kByte)->byte = (uint8_t)c;
      break;
    default:
      emit(kByte)->byte = (uint8_t)c;
      break;
  }
}

static void compile_sequence(void) {
  while (*pattern != 0 && *pattern != '|' && *pattern != ')') {
    uint32_t start = length;
    compile_atom();
    if (*pattern == '*') {
      make_room(start);
      emit(kJump)->x = (uint16_t)start;
      put_split(start, start + 1, length);
      pattern++;
    } else if (*pattern == '+') {
      emit(kSplit);
      put_split(length - 1, start, length);
      pattern++;
    } else if (*pattern == '?') {
      make_room(start);
      put_split(start, start + 1, length);
      pattern++;
    }
  }
}

static void compile_alternatives(void) {
  uint32_t start = length;
  compile_sequence();
  if (*pattern != '|') return;
  pattern++;
  make_room(start);
  uint32_t jump = length;
  emit(kJump);
  put_split(start, start + 1, length);
  compile_alternatives();
  program[jump].x = (uint16_t)length;
}

static void compile(const char* source) {
  pattern = source;
  length = 0;
  compile_alternatives();
  emit(kMatch);
}

static int accepts(const struct Instruction* instruction, uint8_t c) {
  switch (instruction->op) {
    case kByte:
      return instruction->byte == c;
    case kAny:
      return 1;
    case kClass:
      return (int)(instruction->classes[c / 32] >> c % 32 & 1);
    default:
      return 0;
  }
}

// A set of states in the order they were added; `place` says where, if the state is in the set at all.
struct Set {
  uint32_t count;
  uint16_t states[kProgram], place[kProgram];
};
static struct Set sets[2];

static void add_state(struct Set* set, uint32_t state, int at_begin, int at_end) {
  if (set->place[state] < set->count && set->states[set->place[state]] == state) return;
  set->place[state] = (uint16_t)set->count;
  set->states[set->count++] = (uint16_t)state;
  const struct Instruction* instruction = &program[state];
  switch (instruction->op) {
    case kSplit:
      add_state(set, instruction->x, at_begin, at_end);
      add_state(set, instruction->y, at_begin, at_end);
      break;
    case kJump:
      add_state(set, instruction->x, at_begin, at_end);
      break;
    case kBegin:
      if (at_begin) add_state(set, state + 1, at_begin, at_end);
      break;
    case kEnd:
      if (at_end) add_state(set, state + 1, at_begin, at_end);
      break;
    default:
      break;
  }
}

// Does the line contain a match? Where does the match end that ends first?
static int search_automaton(const char* line, uint32_t size) {
  struct Set *now = &sets[0], *then = &sets[1];
  now->count = 0;
  for (uint32_t i = 0; i <= size; i++) {
    add_state(now, 0, i == 0, i == size);
    then->count = 0;
    for (uint32_t s = 0; s < now->count; s++) {
      const struct Instruction* instruction = &program[now->states[s]];
      if (instruction->op == kMatch) return (int)i;
      if (i < size && accepts(instruction, (uint8_t)line[i])) {
        add_state(then, now->states[s] + 1u, 0, i + 1 == size);
      }
    }
    struct Set* t = now;
    now = then;
    then = t;
  }
  return -1;
}

static int match_here(const char* line, uint32_t at, uint32_t size, uint32_t state) {
  for (;;) {
    const struct Instruction* instruction = &program[state];
    switch (instruction->op) {
      case kMatch:
        return (int)at;
      case kSplit: {
        int end = match_here(line, at, size, instruction->x);
        if (end >= 0) return end;
        state = instruction->y;
        break;
      }
      case kJump:
        state = instruction->x;
        break;
      case kBegin:
        if (at != 0) return -1;
        state++;
        break;
      case kEnd:
        if (at != size) return -1;
        state++;
        break;
      default:
        if (at == size || !accepts(instruction, (uint8_t)line[at])) return -1;
        at++;
        state++;
        break;
    }
  }
}

static int search_backtracking(const char* line, uint32_t size) {
  for (uint32_t start = 0; start <= size; start++) {
    int end = match_here(line, start, size, 0);
    if (end >= 0) return (int)(start * 1000) + end;
  }
  return -1;
}

static uint32_t random_state = 77777777u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void make_text(void) {
  static const char* const verbs[] = {"GET", "PUT", "POST", "open", "close", "error: cannot open"};
  static const char* const names[] = {"index", "invar.wasm",       "data/table.csv",
                                      "a.b.c", "mail@example.org", "aaaaaaaab"};
  uint32_t at = 0;
  while (at + kLine < kText) {
    uint32_t r = next_random();
    at += (uint32_t)snprintf(text + at, kLine, "%02u:%02u:%02u %s /%s %u 10.%u.0.%u\n", r % 24, r / 24 % 60,
                             r / 1440 % 60, verbs[next_random() % 6], names[next_random() % 6], r % 700, r >> 24,
                             r >> 16 & 255);
  }
  text[at] = 0;
}

int main(void) {
  static const char* const patterns[] = {
      "GET /.*\\.wasm",
      "^\\d\\d:[0-2]\\d:.*error",
      "(GET|PUT|POST) /[a-z]+ [1-5]\\d\\d ",
      "[a-z0-9.]+@[a-z]+\\.(com|org|net)",
      "10\\.(1|2)?\\d?\\d\\.0\\.(\\d|\\d\\d)$",
      "(a|aa|aaa)+c",
      "([a-z]+/)*[a-z]+\\.csv",
      "open|close|[^ ]*table",
      "7+ .*7$",
  };
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    make_text();
    for (uint32_t p = 0; p < sizeof patterns / sizeof patterns[0]; p++) {
      compile(patterns[p]);
      for (const char* line = text; *line != 0;) {
        uint32_t size = (uint32_t)(strchr(line, '\n') - line);
        int first = search_automaton(line, size), second = search_backtracking(line, size);
        if ((first < 0) != (second < 0)) return 2;
        sum = (sum * 31 + (uint64_t)(uint32_t)first) * 31 + (uint64_t)(uint32_t)second;
        line += size + 1;
      }
    }
  }
  printf("regex %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
