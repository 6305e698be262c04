// Cluster sums of rare terms, cell by cell: a term that five rows have has at most five cells, however
// many clusters there are.
#include <math.h>
#include <stddef.h>

#include "charges.h"
#include "rounding.h"
#include "update.h"

/// The greatest rise and fall of a term's coordinates, the rise by group too.
typedef struct {
  _Alignas(64) float rise[16];
  float up;
  float down;
} group_swing;

/// Takes in how a cluster's coordinate moved.
static inline void take_cell(group_swing *swing, const kindred_move *move, int32_t lane, float before,
                        float after) {
  const float old = before * move->old_scale[lane], new = after * move->new_scale[lane];
  const float loose = 4 * ROUNDING * (fabsf(old) + fabsf(new));
  float rose = new - old + loose, fell = old - new + loose;
  if (move->either_sign) rose = fell = fabsf(new - old) + loose;
  float *group = swing->rise + lane % 16;
  *group = rose <= *group ? *group : rose;
  swing->up = rose <= swing->up ? swing->up : rose;
  swing->down = fell <= swing->down ? swing->down : fell;
}

static inline void finish(const group_swing *swing, const kindred_move *move, int64_t term) {
  float *rise = move->rise + term * 16, *span = move->span + term;
  for (int g = 0; g < 16; g++) rise[g] = (rise[g] + swing->rise[g]) * ROUND_UP;
  *span = (*span + (swing->up + swing->down) * ROUND_UP) * ROUND_UP;
}

/// Takes in a new sum of a cluster.
static inline void account(int32_t lane, double old, double new, double *norm_change,
                           double *cross_change) {
  norm_change[lane] += (new - old) * (new + old);
  cross_change[lane] += old * (new - old);
}

void kindred_update_cells(const int64_t *offsets, const int32_t *rows, const float *values,
                          int64_t first, int64_t last, const kindred_changes *changes,
                          int32_t rebuilds, const kindred_cells *cells, double *scratch,
                          int64_t *stamps, double *norm_change, double *cross_change,
                          const kindred_move *move, const kindred_charges *charges) {
  const int32_t *after = changes->after;
  for (int64_t term = first; term < last; term++) {
    const int64_t start = offsets[term], end = offsets[term + 1];
    int32_t *lanes = cells->lanes + cells->offsets[term - cells->head];
    float *sums = cells->sums + cells->offsets[term - cells->head];
    int32_t *count = cells->counts + (term - cells->head);
    int has_changed = rebuilds;
    if (!rebuilds && changes->offsets != NULL)
      has_changed = changes->offsets[term] < changes->offsets[term + 1];
    if (!rebuilds && changes->offsets == NULL)
      for (int64_t p = start; p < end && !has_changed; p++) has_changed = changes->moved[rows[p]];
    group_swing moved = {{0}, 0, 0};
    swing lost = {0, 0};
    if (!has_changed) {
      if (move == NULL || !move->scales_changed) continue;
      for (int32_t c = 0; c < *count; c++) take_cell(&moved, move, lanes[c], sums[c], sums[c]);
      finish(&moved, move, term);
      continue;
    }
    for (int64_t p = start; p < end; p++) scratch[after[rows[p]]] += values[p];
    for (int32_t c = 0; c < *count; c++) {
      const float new_sum = (float)scratch[lanes[c]];
      stamps[lanes[c]] = term + 1;
      account(lanes[c], sums[c], new_sum, norm_change, cross_change);
      if (move != NULL) take_cell(&moved, move, lanes[c], sums[c], new_sum);
      if (charges != NULL) take(&lost, charges->scale[lanes[c]] * ((double)new_sum - sums[c]));
    }
    int32_t written = 0;
    for (int64_t p = start; p < end; p++) {
      const int32_t lane = after[rows[p]];
      // A sum that has been written down is no number any more.
      if (isnan(scratch[lane])) continue;
      const float new_sum = (float)scratch[lane];
      if (stamps[lane] != term + 1) {
        account(lane, 0, new_sum, norm_change, cross_change);
        if (move != NULL) take_cell(&moved, move, lane, 0, new_sum);
        if (charges != NULL) take(&lost, charges->scale[lane] * new_sum);
      }
      lanes[written] = lane;
      sums[written] = new_sum;
      written++;
      scratch[lane] = NAN;
    }
    *count = written;
    for (int64_t p = start; p < end; p++) scratch[after[rows[p]]] = 0;
    if (move != NULL) finish(&moved, move, term);
    if (charges != NULL) charge(charges, &lost, rows, values, start, end);
  }
}
