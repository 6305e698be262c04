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

#endif
