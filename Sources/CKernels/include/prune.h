#ifndef CKERNELS_PRUNE_H
#define CKERNELS_PRUNE_H

#include <stdint.h>

/// What is known of the rows' distances to centers that have moved since.
/// IN/OUT: others, n × 16 on a 64-byte boundary: for each g a lower bound of the distance to the centers
/// other than the row's own whose number is g modulo 16, plus what those had drifted by then; reach, n:
/// an upper bound of the distance to the own center, minus what that had drifted by then.
/// IN: group_drift (16, the greatest of each group summed over the moves) and center_drift (k); the
/// greatest group_drift; ‖x‖² of each row; the number of products in a score, and some for its other
/// rounding; the length of the longest center, infinite when products may exceed single precision.
typedef struct {
  float *others;
  float *reach;
  const float *group_drift;
  const float *center_drift;
  float greatest_drift;
  const double *squared_norms;
  float length;
  float center_norm;
} kindred_bounds;

/// Turns fresh scores into bounds. IN: `others` holds the scores that assignment left there.
void kindred_store_bounds(int32_t level, const kindred_bounds *bounds, const int32_t *rows,
                          int64_t count, const float *best, const int32_t *label);

/// Lists the rows whose nearest center may be another now. OUT: unsettled, room for `count`.
int64_t kindred_unsettled(int32_t level, const kindred_bounds *bounds, const int32_t *rows,
                          int64_t count, const int32_t *label, int32_t *unsettled);

/// Centers by groups, center j in group j modulo 16, each center a row of numbers.
/// IN: panel 16 × depth × width on a 64-byte boundary, center g + 16·i at row g·depth + i; depth a multiple
/// of 4, width d rounded up to a multiple of 16; unused rows and columns hold 0, unused places of bias
/// (16 × depth, −‖c‖²/2) −∞.
typedef struct {
  const float *panel;
  const float *bias;
  int64_t depth;
  int64_t width;
} kindred_groups;

/// The most rows that one call of `kindred_refine_dense` takes.
enum { KINDRED_REFINE_ROWS = 256 };

/// Measures listed full rows against their own centers, drops those that are settled by it, and compares
/// the rest with the groups of centers that may hold a nearer one, and with no others.
/// IN: data n × d, row-major and finite. IN/OUT: rows, at most KINDRED_REFINE_ROWS; first come those that
/// are left to be compared with every center, as many as returned, then `refined` that were compared here
/// and whose best, second, label and bounds are up to date; second counts compared centers alone.
int64_t kindred_refine_dense(int32_t level, const kindred_bounds *bounds, const float *data,
                             int64_t n, int64_t d, const kindred_groups *groups, int32_t *rows,
                             int64_t count, float *best, float *second, int32_t *label,
                             int64_t *refined);

#endif
