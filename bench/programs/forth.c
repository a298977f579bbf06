// A small Forth: source text is compiled to bytecode, and a loop around a switch runs it with a data and a return stack
// in memory. The programs compute Fibonacci numbers, primes, greatest common divisors, Collatz chains and a sorted
// array. An interpreter inside the interpreter or compiler under test: one hard branch for each instruction.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED UINT64_C(0x00000000a02de0fe)

enum { kCode = 4096, kWords = 128, kStack = 256, kCells = 40000, kName = 16 };

// Instructions that are words of the language, and those that its control structures compile to.
enum Op {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kAnd,
  kOr,
  kXor,
  kLess,
  kGreater,
  kEqual,
  kZero,
  kDup,
  kDrop,
  kSwap,
  kOver,
  kRot,
  kFetch,
  kStore,
  kToReturn,
  kFromReturn,
  kIndex,
  kIndexOut,
  kIncrement,
  kDecrement,
  kLiteral,
  kJump,
  kJumpZero,
  kCall,
  kReturn,
  kDo,
  kLoop
};
static const char* const kNames[kLiteral] = {
    [kAdd] = "+",         [kSubtract] = "-", [kMultiply] = "*", [kDivide] = "/",     [kModulo] = "mod",
    [kAnd] = "and",       [kOr] = "or",      [kXor] = "xor",    [kLess] = "<",       [kGreater] = ">",
    [kEqual] = "=",       [kZero] = "0=",    [kDup] = "dup",    [kDrop] = "drop",    [kSwap] = "swap",
    [kOver] = "over",     [kRot] = "rot",    [kFetch] = "@",    [kStore] = "!",      [kToReturn] = ">r",
    [kFromReturn] = "r>", [kIndex] = "i",    [kIndexOut] = "j", [kIncrement] = "1+", [kDecrement] = "1-"};

struct Word {
  char name[kName];
  uint32_t op, start;
};

static int32_t code[kCode];
static struct Word words[kWords];
static uint32_t code_length, word_count;
static int32_t cells[kCells];

static const char source[] =
    ": fib dup 2 < 0= if dup 1- fib swap 1- 1- fib + then ; "
    ": gcd begin dup while swap over mod repeat drop ; "
    ": gcds 0 400 1 do 300 1 do i j gcd + loop loop ; "
    ": collatz 0 swap begin dup 1 > while "
    "    dup 1 and if 3 * 1+ else 2 / then swap 1+ swap repeat drop ; "
    ": longest 0 20000 1 do i collatz over over < if swap then drop loop ; "
    ": clear 30000 0 do 1 i ! loop ; "
    ": strike dup dup * begin dup 30000 < while 0 over ! over + repeat drop drop ; "
    ": sieve clear 174 2 do i @ if i strike then loop 0 30000 2 do i @ + loop ; "
    ": random 1103515245 * 12345 + ; "
    ": fill 700 0 do random dup 1000003 mod i ! loop ; "
    ": exchange dup @ over 1+ @ > if dup @ over 1+ @ >r over 1+ ! r> over ! then drop ; "
    ": bubble 699 0 do 699 0 do i exchange loop loop ; "
    ": digest 0 700 0 do 31 * i @ + loop ; "
    ": main 30 fib gcds xor longest + sieve xor 12345 fill drop bubble digest xor ; ";

static void emit(int32_t value) { code[code_length++] = value; }

static const struct Word* find(const char* name) {
  for (uint32_t i = word_count; i-- > 0;) {
    if (strcmp(words[i].name, name) == 0) return &words[i];
  }
  return NULL;
}

static void define(const char* name, uint32_t op, uint32_t start) {
  strcpy(words[word_count].name, name);
  words[word_count].op = op;
  words[word_count++].start = start;
}

static const char* next_token(const char* at, char* token) {
  while (*at == ' ') at++;
  uint32_t n = 0;
  while (*at != ' ' && *at != 0 && n + 1 < kName) token[n++] = *at++;
  token[n] = 0;
  return at;
}

// Open ifs and loops: where to patch or where to go back to.
static uint32_t open_places[32], open_count;

static void compile_token(const char* token) {
  if (strcmp(token, ";") == 0) {
    emit(kReturn);
  } else if (strcmp(token, "if") == 0 || strcmp(token, "while") == 0) {
    emit(kJumpZero);
    open_places[open_count++] = code_length;
    emit(0);
  } else if (strcmp(token, "else") == 0) {
    emit(kJump);
    emit(0);
    code[open_places[open_count - 1]] = (int32_t)code_length;
    open_places[open_count - 1] = code_length - 1;
  } else if (strcmp(token, "then") == 0) {
    code[open_places[--open_count]] = (int32_t)code_length;
  } else if (strcmp(token, "begin") == 0) {
    open_places[open_count++] = code_length;
  } else if (strcmp(token, "repeat") == 0) {
    emit(kJump);
    emit((int32_t)open_places[open_count - 2]);
    code[open_places[open_count - 1]] = (int32_t)code_length;
    open_count -= 2;
  } else if (strcmp(token, "do") == 0) {
    emit(kDo);
    open_places[open_count++] = code_length;
  } else if (strcmp(token, "loop") == 0) {
    emit(kLoop);
    emit((int32_t)open_places[--open_count]);
  } else {
    const struct Word* word = find(token);
    if (word == NULL) {
      emit(kLiteral);
      emit(atoi(token));
    } else {
      emit((int32_t)word->op);
      if (word->op == kCall) emit((int32_t)word->start);
    }
  }
}

static void compile(const char* text) {
  for (uint32_t op = 0; op < kLiteral; op++) define(kNames[op], op, 0);
  char token[kName];
  for (;;) {
    text = next_token(text, token);
    if (token[0] == 0) break;
    if (strcmp(token, ":") == 0) {
      text = next_token(text, token);
      define(token, kCall, code_length);
    } else {
      compile_token(token);
    }
  }
}

// The top of the stack is kept in a variable. Arithmetic wraps.
static int32_t run(uint32_t start) {
  static int32_t data[kStack], returns[kStack];
  int32_t *sp = data, *rp = returns, top = 0, t;
  const int32_t* pc = code + start;
  *rp++ = -1;
  for (;;) {
    switch (*pc++) {
      case kAdd:
        top = (int32_t)((uint32_t)*--sp + (uint32_t)top);
        break;
      case kSubtract:
        top = (int32_t)((uint32_t)*--sp - (uint32_t)top);
        break;
      case kMultiply:
        top = (int32_t)((uint32_t)*--sp * (uint32_t)top);
        break;
      case kDivide:
        top = (int32_t)((uint32_t)*--sp / (uint32_t)top);
        break;
      case kModulo:
        top = (int32_t)((uint32_t)*--sp % (uint32_t)top);
        break;
      case kAnd:
        top = *--sp & top;
        break;
      case kOr:
        top = *--sp | top;
        break;
      case kXor:
        top = *--sp ^ top;
        break;
      case kLess:
        top = *--sp < top;
        break;
      case kGreater:
        top = *--sp > top;
        break;
      case kEqual:
        top = *--sp == top;
        break;
      case kZero:
        top = top == 0;
        break;
      case kDup:
        *sp++ = top;
        break;
      case kDrop:
        top = *--sp;
        break;
      case kSwap:
        t = sp[-1], sp[-1] = top, top = t;
        break;
      case kOver:
        t = sp[-1], *sp++ = top, top = t;
        break;
      case kRot:
        t = sp[-2], sp[-2] = sp[-1], sp[-1] = top, top = t;
        break;
      case kFetch:
        top = cells[top];
        break;
      case kStore:
        cells[top] = sp[-1], sp -= 2, top = *sp;
        break;
      case kToReturn:
        *rp++ = top, top = *--sp;
        break;
      case kFromReturn:
        *sp++ = top, top = *--rp;
        break;
      case kIndex:
        *sp++ = top, top = rp[-1];
        break;
      case kIndexOut:
        *sp++ = top, top = rp[-3];
        break;
      case kIncrement:
        top++;
        break;
      case kDecrement:
        top--;
        break;
      case kLiteral:
        *sp++ = top, top = *pc++;
        break;
      case kJump:
        pc = code + *pc;
        break;
      case kJumpZero:
        t = top, top = *--sp, pc = t == 0 ? code + *pc : pc + 1;
        break;
      case kCall:
        *rp++ = (int32_t)(pc + 1 - code), pc = code + *pc;
        break;
      case kReturn:
        t = *--rp;
        if (t < 0) return top;
        pc = code + t;
        break;
      case kDo:
        *rp++ = sp[-1], *rp++ = top, sp -= 2, top = *sp;
        break;
      case kLoop:
        if (++rp[-1] < rp[-2]) {
          pc = code + *pc;
        } else {
          rp -= 2;
          pc++;
        }
        break;
      default:
        exit(3);
    }
  }
}

int main(void) {
  compile(source);
  // 3245 primes below 30000; 278 steps is the longest chain below 20000.
  if (run(find("sieve")->start) != 3245 || run(find("longest")->start) != 278) return 2;
  uint64_t sum = (uint32_t)run(find("main")->start);
  for (int i = 1; i < 700; i++) {
    if (cells[i - 1] > cells[i]) return 4;
  }
  printf("forth %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
