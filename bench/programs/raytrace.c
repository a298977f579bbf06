// A picture of mirroring spheres above a chequered floor, ray by ray, in single precision: dot products, square roots,
// divisions, comparisons of floats, small structs passed by value and recursion for reflections. Keeping floats in
// registers across calls decides. The brightness of the picture is known roughly, its bits exactly.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define EXPECTED UINT64_C(0x459808db32a05850)

enum { kWidth = 320, kHeight = 240, kSpheres = 12, kDepth = 4, kFrames = 20 };

struct Vector {
  float x, y, z;
};
struct Sphere {
  struct Vector centre;
  float radius, mirror;
  struct Vector colour;
};

static struct Sphere spheres[kSpheres];
static const struct Vector light = {-0.48f, 0.8f, -0.36f};

static inline struct Vector add(struct Vector a, struct Vector b) {
  return (struct Vector){a.x + b.x, a.y + b.y, a.z + b.z};
}
static inline struct Vector scale(struct Vector a, float k) { return (struct Vector){a.x * k, a.y * k, a.z * k}; }
static inline float dot(struct Vector a, struct Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline struct Vector unit(struct Vector a) { return scale(a, 1.0f / sqrtf(dot(a, a))); }

static void set_up(int frame) {
  for (int i = 0; i < kSpheres; i++) {
    float k = (float)((i * 7 + frame * 3) % kSpheres);
    spheres[i] = (struct Sphere){{k - 5.5f, 0.6f + (float)(i % 3) * 0.9f, 4.0f + (float)(i * 5 % 7)},
                                 0.5f + (float)(i % 4) * 0.15f,
                                 (float)(i % 5) * 0.2f,
                                 {0.3f + (float)(i % 3) * 0.3f, 0.9f - k * 0.06f, 0.2f + k * 0.06f}};
  }
}

// The nearest sphere in front, or -1.
static int nearest(struct Vector from, struct Vector direction, float* distance) {
  int hit = -1;
  for (int i = 0; i < kSpheres; i++) {
    const struct Sphere* s = &spheres[i];
    struct Vector to = add(s->centre, scale(from, -1.0f));
    float along = dot(to, direction), square = dot(to, to) - along * along, radius = s->radius * s->radius;
    if (square > radius) continue;
    float half = sqrtf(radius - square);
    float t = along - half > 1e-3f ? along - half : along + half;
    if (t > 1e-3f && t < *distance) {
      *distance = t;
      hit = i;
    }
  }
  return hit;
}

static struct Vector trace(struct Vector from, struct Vector direction, int depth) {
  float distance = 1e9f;
  int hit = nearest(from, direction, &distance);
  struct Vector point, normal, colour;
  float mirror;
  float floor_distance = direction.y < -1e-4f ? -from.y / direction.y : 1e9f;
  if (floor_distance > 1e-3f && floor_distance < distance && floor_distance < 60.0f) {
    point = add(from, scale(direction, floor_distance));
    normal = (struct Vector){0, 1, 0};
    float shade = ((int)floorf(point.x) + (int)floorf(point.z)) & 1 ? 0.9f : 0.2f;
    colour = (struct Vector){shade, shade, shade};
    mirror = 0.15f;
  } else if (hit >= 0) {
    point = add(from, scale(direction, distance));
    normal = unit(add(point, scale(spheres[hit].centre, -1.0f)));
    colour = spheres[hit].colour;
    mirror = spheres[hit].mirror;
  } else {
    float sky = 0.5f + 0.5f * direction.y;
    return (struct Vector){0.4f * sky, 0.6f * sky, sky};
  }
  float reach = 1e9f, lit = dot(normal, light);
  if (lit < 0 || nearest(point, light, &reach) >= 0) lit = 0;
  colour = scale(colour, 0.2f + 0.8f * lit);
  if (depth == 0 || mirror == 0) return colour;
  struct Vector reflected = add(direction, scale(normal, -2.0f * dot(direction, normal)));
  return add(scale(colour, 1 - mirror), scale(trace(point, reflected, depth - 1), mirror));
}

static uint32_t level(float v) { return v >= 1 ? 255 : (uint32_t)(v * 255.0f); }

int main(void) {
  uint64_t sum = 0, brightness = 0;
  for (int frame = 0; frame < kFrames; frame++) {
    set_up(frame);
    for (int y = 0; y < kHeight; y++) {
      for (int x = 0; x < kWidth; x++) {
        struct Vector direction = {((float)x - kWidth / 2.0f) / kHeight, (kHeight / 2.0f - (float)y) / kHeight, 1.0f};
        struct Vector colour = trace((struct Vector){0, 1.5f, -3.0f}, unit(direction), kDepth);
        uint32_t pixel = level(colour.x) << 16 | level(colour.y) << 8 | level(colour.z);
        brightness += pixel >> 8 & 255;
        sum = (sum ^ pixel) * UINT64_C(0x100000001b3);
      }
    }
  }
  brightness /= (uint64_t)kFrames * kWidth * kHeight;
  if (brightness < 40 || brightness > 200) return 2;
  printf("raytrace %016" PRIx64 "\n", sum);
  return sum == EXPECTED ? 0 : 1;
}
