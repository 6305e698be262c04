// What the kernels that skip work agree on: how far a score may be off, and what follows for a distance.
#ifndef CKERNELS_BOUNDS_H
#define CKERNELS_BOUNDS_H

#include "fold.h"
#include "prune.h"
#include "rounding.h"

/// What the score of a row may be off by, twice, as a squared distance; infinite or not a number when
/// `center_norm` is infinite, which settles no row.
INLINE float slack(float squared_norm, const kindred_bounds *bounds) {
  const float length = bounds->length;
  const float error = length * ROUNDING * sqrtf(squared_norm) * bounds->center_norm +
                      8 * ROUNDING * bounds->center_norm * bounds->center_norm;
  return 2 * error + 4 * ROUNDING * squared_norm + 4 * length * UNDERFLOW_LOSS;
}

/// The most that a row can be away from its center, given its score there; what is not a number stays so.
INLINE float reach_of(float score, float slack, float squared_norm) {
  const float squared = squared_norm - 2 * score + slack;
  return squared <= 0 ? 0 : sqrtf(squared) * (1 + 4 * ROUNDING);
}

/// Replaces scores by the least distances that go with them; what is not a number stays so.
INLINE void set_away(v16f *scores, float squared_norm, float slack) {
  v16f squared = (v16f)(squared_norm - slack) - 2 * *scores;
  squared = squared > 0 ? squared : (v16f)(0.0f);
  *scores = __builtin_elementwise_sqrt(squared) * (1 - 4 * ROUNDING);
}

/// How near the other centers may not be for a row to keep its label.
INLINE float margin_of(const kindred_bounds *bounds, float reach, int32_t label) {
  const float drift = bounds->center_drift[label];
  const float distance = reach + drift;
  return distance + 1e-6f * (distance + drift + bounds->greatest_drift);
}

/// True when no other center can be as near as a row's own.
INLINE int is_settled(const kindred_bounds *bounds, int32_t row, int32_t label) {
  const v16f left = *(const v16f *)(bounds->others + (int64_t)row * 16) -
                    *(const v16f *)bounds->group_drift;
  float least;
  LEAST(least, left);
  return least > margin_of(bounds, bounds->reach[row], label);
}

#endif
