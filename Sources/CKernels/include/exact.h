#ifndef CKERNELS_EXACT_H
#define CKERNELS_EXACT_H

#include <stdint.h>

#include "assign.h"

/// The nearest center of a row in double precision, the lowest among equals.
/// Each lane's sum has one order of additions, that of the row's entries, and nothing is fused, so all
/// levels agree to the last bit.
/// IN: the sums of `centers` as in assign.h; scale and bias, `stride` doubles, the bias of unused lanes −∞.
/// SCRATCH: scores, `stride` doubles on a 64-byte boundary.
int32_t kindred_exact_sparse(int32_t level, const kindred_rows *points, int32_t row,
                             const kindred_centers *centers, const double *scale,
                             const double *bias, double *scores);

/// The squared distances of the rows first..<last to the centers of their labels, in double precision.
/// IN: label, n; the sums of `centers` as in assign.h; scale, `stride` doubles; norm, ‖c‖² of each center.
/// OUT: distance, written at the rows' own numbers.
void kindred_exact_distances(const kindred_rows *points, int64_t first, int64_t last,
                             const int32_t *label, const kindred_centers *centers,
                             const double *scale, const double *norm, double *distance);

/// The same for all rows, from the postings of the terms instead of the rows: each row's terms come in the same
/// order, so the last bits are the same.
/// IN/OUT: distance, n zeros on entry. SCRATCH: shared, n zeros on entry.
void kindred_exact_distances_by_term(const int64_t *offsets, const int32_t *rows,
                                     const float *values, int64_t n, int64_t d,
                                     const int32_t *label, const kindred_centers *centers,
                                     const double *scale, const double *norm, double *shared,
                                     double *distance);

#endif
