#ifndef CKERNELS_ABSORB_H
#define CKERNELS_ABSORB_H

#include <stdint.h>

#include "assign.h"

/// The product of each listed row with the sum of its label's lane.
/// IN: points; batch, `count` row numbers; labels, one of each row; panel, d × stride.
/// OUT: products, at each listed row's number; each is summed in the order of the row's entries.
void kindred_batch_products(const kindred_rows *points, const int32_t *batch, int64_t count,
                            const int32_t *labels, int64_t stride, const float *panel,
                            double *products);

/// Adds listed rows to the sums of their labels' lanes, in the order of the list.
/// IN: points, batch, count and labels as above; is_long, 1 for each lane whose cells keep what single
/// precision cannot hold in `remainders`, or NULL for none.
/// IN/OUT: panel, d × stride; remainders, d × stride, or NULL when no lane is long.
/// OUT (added to): norm_change, one double a lane: Σ new² − old² of the cells.
void kindred_absorb_rows(const kindred_rows *points, const int32_t *batch, int64_t count,
                         const int32_t *labels, int64_t stride, const uint8_t *is_long,
                         float *panel, float *remainders, double *norm_change);

#endif
