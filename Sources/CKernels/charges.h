// What a term's moving sums charge the rows with that have it.
#ifndef CKERNELS_CHARGES_H
#define CKERNELS_CHARGES_H

#include <math.h>

#include "update.h"

/// The greatest rise and fall of a term's coordinates.
typedef struct {
  double up;
  double down;
} swing;

/// Takes in how a coordinate moved.
static inline void take(swing *swing, double moved) {
  swing->up = moved > swing->up ? moved : swing->up;
  swing->down = -moved > swing->down ? -moved : swing->down;
}

/// Charges the rows of a term: another center may have gained the rise and their own lost the fall.
static inline void charge(const kindred_charges *charges, const swing *swing, const int32_t *rows,
                          const float *values, int64_t start, int64_t end) {
  // A little more than the sums and products of doubles can lose.
  const double span = (swing->up + swing->down) * (1 + 1e-9);
  if (span == 0) return;
  for (int64_t p = start; p < end; p++) charges->charge[rows[p]] += fabs(values[p]) * span;
}

#endif
