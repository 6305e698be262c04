#ifndef CKERNELS_DRIFT_H
#define CKERNELS_DRIFT_H

#include <stdint.h>

#include "assign.h"

/// How far the coordinates of moving centers have risen and fallen, term by term, and what that leaves of
/// each row's lead. The score of a center for a row rises by no more than Σ |x_t|·(rise of t) and the rise
/// of its bias, so a row that has only terms on which little moved keeps its label.
/// IN/OUT: rise, d × 16 on a 64-byte boundary: for each g the greatest rise of the coordinate among the
/// centers whose number is g modulo 16, summed over the moves; span, d: the greatest rise plus the
/// greatest fall among all, summed likewise; others, n × 16: for each g an upper bound of the score of the
/// centers other than the row's own, less what had risen by then; lead, n: a lower bound of the score's
/// lead over all others, plus what had moved by then.
/// IN: bias_rise (16, the greatest of each group) and the greatest of all, each summed over the moves; the
/// length of the longest center, infinite when products may exceed single precision; ‖x‖² of each row.
typedef struct {
  float *rise;
  float *span;
  float *others;
  float *lead;
  const float *bias_rise;
  float greatest_bias_rise;
  float center_norm;
  const double *squared_norms;
} kindred_drift;

/// What moved on one term. IN: sums before and after, `stride` each (the same pointer when only the
/// scales changed), scales before and after, `stride` each. IN/OUT: rise (16) and span of the term.
/// `either_sign`: rows hold negative values, so that a fall counts as a rise.
void kindred_drift_term(int32_t level, const float *before, const float *after,
                        const float *old_scale, const float *new_scale, int64_t stride,
                        int32_t either_sign, float *rise, float *span);

/// Turns fresh scores into bounds. IN: drift->others holds the scores that assignment left there;
/// `is_fresh`: nothing has moved since the bounds began.
void kindred_drift_store(int32_t level, const kindred_drift *drift, const kindred_rows *points,
                         const int32_t *rows, int64_t count, const float *best,
                         const int32_t *label, const float *bias, int32_t is_fresh);

/// Lists the rows first..<last whose lead may be gone. OUT: unsettled, room for all of them.
int64_t kindred_drift_unsettled(int32_t level, const kindred_drift *drift,
                                const kindred_rows *points, int64_t first, int64_t last,
                                const int32_t *label, const float *bias, int32_t *unsettled);

/// What moved on the terms of the rows first..<last, for 16 runs at once.
/// IN: spans, d × 16 on a 64-byte boundary: the span of each term in each run. OUT: moved, one after
/// another for the rows, 16 each, on a 64-byte boundary.
void kindred_drift_movements(int32_t level, const float *spans, const kindred_rows *points,
                             int64_t first, int64_t last, float *moved);

/// As `kindred_drift_unsettled`, with what moved on the rows' terms told: every 16th of `moved`, which
/// begins at the run's place.
int64_t kindred_drift_unsettled_by(int32_t level, const kindred_drift *drift,
                                   const kindred_rows *points, int64_t first, int64_t last,
                                   const float *moved, const int32_t *label, const float *bias,
                                   int32_t *unsettled);

/// The sum of a term's cell. `lane` below `stride`; zero where there is no cell.
float kindred_cell(const kindred_centers *centers, int64_t term, int32_t lane);

/// Measures listed rows against their own centers and each group's rise, drops those that are settled
/// by it and renews their lead. IN: share, what a row's value counts for in the coordinate of the center
/// that it was last summed into, rounded down, `stride`; NULL when values may be negative, so that rows take
/// from each other; summed, the number of that center for each row. IN/OUT: rows.
int64_t kindred_drift_tighten(int32_t level, const kindred_drift *drift,
                              const kindred_rows *points, const kindred_centers *centers,
                              const float *share, const int32_t *summed, int32_t *rows,
                              int64_t count, const int32_t *label);

#endif
