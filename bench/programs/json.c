// Write a JSON document, parse it into a tree of nodes, walk the tree and compare; over and over. A recursive-descent
// parser with a switch on the next byte, decimal numbers in doubles, escapes in strings, and nodes from an arena:
// branches, byte loads, calls between small functions and pointer chasing, the way real parsers spend their time.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0x17188c0e5aa29314)

enum { kText = 1 << 18, kNodes = 1 << 16, kPool = 1 << 18, kRounds = 400, kRecords = 1200 };

enum Kind { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

struct Node {
  enum Kind kind;
  uint32_t key, key_length;        // member name, in the pool
  uint32_t first, next;            // children and siblings, by index; 0 is none
  uint32_t string, string_length;  // in the pool
  double number;
};

static char text[kText], pool[kPool];
static struct Node nodes[kNodes];
static uint32_t text_length, node_count, pool_length;

static uint32_t random_state = 88172645u;

static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void put(const char* s) {
  while (*s != 0) text[text_length++] = *s++;
}

static void put_unsigned(uint32_t value) {
  char digits[12];
  int n = 0;
  do digits[n++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  while (n > 0) text[text_length++] = digits[--n];
}

static void write_document(void) {
  text_length = 0;
  put("[");
  for (int i = 0; i < kRecords; i++) {
    uint32_t r = next_random();
    put(i == 0 ? "\n  {\"id\": " : ",\n  {\"id\": ");
    put_unsigned((uint32_t)i);
    put(", \"name\": \"item \\\"");
    put_unsigned(r % 1000);
    put("\\\" \\u00e9\\n\", \"price\": ");
    if (r & 1) put("-");
    put_unsigned(r % 5000);
    put(".");
    put_unsigned(r / 8 % 100);
    if (r & 2) put("e-3");
    put(r & 4 ? ", \"open\": true" : ", \"open\": false");
    put(", \"tags\": [\"a\", null, ");
    put_unsigned(r % 7);
    put(", [], {}], \"where\": {\"x\": 1.5, \"y\": ");
    put_unsigned(r % 360);
    put("}}");
  }
  put("\n]\n");
  text[text_length] = 0;
}

// The parser: each function takes the position and returns the position behind what it read, or null when the text is
// not JSON.
static const char* parse_value(const char* p, uint32_t* result);

static const char* skip_space(const char* p) {
  while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') p++;
  return p;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static const char* parse_string(const char* p, uint32_t* start, uint32_t* length) {
  if (*p++ != '"') return 0;
  *start = pool_length;
  for (;;) {
    char c = *p++;
    if (c == '"') break;
    if ((uint8_t)c < 0x20) return 0;
    if (c == '\\') {
      c = *p++;
      switch (c) {
        case '"':
        case '\\':
        case '/':
          break;
        case 'b':
          c = '\b';
          break;
        case 'f':
          c = '\f';
          break;
        case 'n':
          c = '\n';
          break;
        case 'r':
          c = '\r';
          break;
        case 't':
          c = '\t';
          break;
        case 'u': {
          uint32_t code = 0;
          for (int i = 0; i < 4; i++) {
            int digit = hex_digit(*p++);
            if (digit < 0) return 0;
            code = code * 16 + (uint32_t)digit;
          }
          if (code < 0x80) {
            c = (char)code;
          } else {
            if (code >= 0x800) {
              pool[pool_length++] = (char)(0xe0 | code >> 12);
              pool[pool_length++] = (char)(0x80 | (code >> 6 & 0x3f));
            } else {
              pool[pool_length++] = (char)(0xc0 | code >> 6);
            }
            c = (char)(0x80 | (code & 0x3f));
          }
          break;
        }
        default:
          return 0;
      }
    }
    pool[pool_length++] = c;
  }
  *length = pool_length - *start;
  return p;
}

static const char* parse_number(const char* p, double* result) {
  int negative = *p == '-';
  if (negative) p++;
  if (*p < '0' || *p > '9') return 0;
  double value = 0;
  while (*p >= '0' && *p <= '9') value = value * 10 + (*p++ - '0');
  int scale = 0;
  if (*p == '.') {
    p++;
    for (; *p >= '0' && *p <= '9'; scale--) value = value * 10 + (*p++ - '0');
  }
  if (*p == 'e' || *p == 'E') {
    p++;
    int down = *p == '-', exponent = 0;
    if (*p == '-' || *p == '+') p++;
    while (*p >= '0' && *p <= '9' && exponent < 1000) exponent = exponent * 10 + (*p++ - '0');
    scale += down ? -exponent : exponent;
  }
  for (; scale > 0; scale--) value *= 10;
  for (; scale < 0; scale++) value /= 10;
  *result = negative ? -value : value;
  return p;
}

static const char* parse_word(const char* p, const char* word) {
  while (*word != 0) {
    if (*p++ != *word++) return 0;
  }
  return p;
}

// Reads the children of an array or an object up to the closing bracket.
static const char* parse_children(const char* p, struct Node* parent, char close) {
  uint32_t* link = &parent->first;
  p = skip_space(p);
  if (*p == close) return p + 1;
  for (;;) {
    uint32_t key = 0, key_length = 0, child;
    if (close == '}') {
      p = parse_string(skip_space(p), &key, &key_length);
      if (p == 0) return 0;
      p = skip_space(p);
      if (*p++ != ':') return 0;
    }
    p = parse_value(p, &child);
    if (p == 0) return 0;
    nodes[child].key = key;
    nodes[child].key_length = key_length;
    *link = child;
    link = &nodes[child].next;
    p = skip_space(p);
    if (*p == close) return p + 1;
    if (*p++ != ',') return 0;
  }
}

static const char* parse_value(const char* p, uint32_t* result) {
  if (node_count == kNodes) return 0;
  *result = node_count;
  struct Node* node = &nodes[node_count++];
  memset(node, 0, sizeof *node);
  p = skip_space(p);
  switch (*p) {
    case 'n':
      return node->kind = kNull, parse_word(p, "null");
    case 'f':
      return node->kind = kFalse, parse_word(p, "false");
    case 't':
      return node->kind = kTrue, parse_word(p, "true");
    case '"':
      return node->kind = kString, parse_string(p, &node->string, &node->string_length);
    case '[':
      return node->kind = kArray, parse_children(p + 1, node, ']');
    case '{':
      return node->kind = kObject, parse_children(p + 1, node, '}');
    default:
      return node->kind = kNumber, parse_number(p, &node->number);
  }
}

static uint64_t digest_bytes(uint64_t sum, uint32_t start, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) sum = (sum ^ (uint8_t)pool[start + i]) * UINT64_C(0x100000001b3);
  return sum;
}

static uint64_t digest(uint64_t sum, uint32_t index) {
  const struct Node* node = &nodes[index];
  sum = sum * 31 + (uint64_t)node->kind;
  sum = digest_bytes(sum, node->key, node->key_length);
  if (node->kind == kString) sum = digest_bytes(sum, node->string, node->string_length);
  if (node->kind == kNumber) {
    uint64_t bits;
    memcpy(&bits, &node->number, sizeof bits);
    sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
  }
  for (uint32_t child = node->first; child != 0; child = nodes[child].next) sum = digest(sum, child);
  return sum;
}

int main(void) {
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; round++) {
    write_document();
    node_count = 0;
    pool_length = 0;
    uint32_t root;
    const char* end = parse_value(text, &root);
    if (end == 0 || *skip_space(end) != 0) return 2;
    sum = digest(sum, root);
  }
  printf("json %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
