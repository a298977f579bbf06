// Seven gravitating bodies stepped with the leapfrog method: double multiplications, additions, one division and one
// square root for each pair, on structs of doubles. Long chains of floating-point operations with many live values, so
// register pressure and the cost of moving doubles decide.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED UINT64_C(0xc03c17b66c9d16e7)

enum { kBodies = 7, kSteps = 2000000 };

struct Body {
  double x, y, z;
  double vx, vy, vz;
  double mass;
};

// An invented system: a heavy centre and six planets on tilted, nearly circular orbits.
static struct Body bodies[kBodies];

static void set_up(void) {
  bodies[0].mass = 1000.0;
  for (int i = 1; i < kBodies; i++) {
    double radius = 10.0 * i + 3.0 * (i % 2);
    double speed = sqrt(bodies[0].mass / radius);
    struct Body body = {0};
    switch (i % 4) {
      case 0:
        body.x = radius, body.vy = speed;
        break;
      case 1:
        body.y = radius, body.vx = -speed;
        break;
      case 2:
        body.x = -radius, body.vy = -speed;
        break;
      default:
        body.y = -radius, body.vx = speed;
        break;
    }
    body.vz = speed * 0.01 * i;
    body.mass = 0.1 * i;
    bodies[i] = body;
  }
}

static void step(double dt) {
  for (int i = 0; i < kBodies; i++) {
    struct Body* p = &bodies[i];
    for (int j = i + 1; j < kBodies; j++) {
      struct Body* q = &bodies[j];
      double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
      double square = dx * dx + dy * dy + dz * dz;
      double pull = dt / (square * sqrt(square));
      p->vx -= dx * q->mass * pull;
      p->vy -= dy * q->mass * pull;
      p->vz -= dz * q->mass * pull;
      q->vx += dx * p->mass * pull;
      q->vy += dy * p->mass * pull;
      q->vz += dz * p->mass * pull;
    }
  }
  for (int i = 0; i < kBodies; i++) {
    bodies[i].x += dt * bodies[i].vx;
    bodies[i].y += dt * bodies[i].vy;
    bodies[i].z += dt * bodies[i].vz;
  }
}

static double energy(void) {
  double total = 0;
  for (int i = 0; i < kBodies; i++) {
    const struct Body* p = &bodies[i];
    total += 0.5 * p->mass * (p->vx * p->vx + p->vy * p->vy + p->vz * p->vz);
    for (int j = i + 1; j < kBodies; j++) {
      const struct Body* q = &bodies[j];
      double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
      total -= p->mass * q->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return total;
}

int main(void) {
  set_up();
  double before = energy();
  for (int i = 0; i < kSteps; i++) step(0.001);
  double after = energy();
  uint64_t bits;
  memcpy(&bits, &after, sizeof bits);
  printf("nbody %016" PRIx64 "\n", bits);
  // The bits must match, and physics agrees that the energy hardly drifts.
  return bits == EXPECTED && fabs(after - before) < fabs(before) * 1e-3 ? 0 : 1;
}
