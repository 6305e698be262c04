#ifndef CKERNELS_PRODUCTS_H
#define CKERNELS_PRODUCTS_H

#include <stdint.h>

#include "assign.h"

/// Valid columns that must follow the last entry, because the kernels fetch ahead.
enum { KINDRED_PRODUCT_PADDING = 24 };

/// Some lanes of output = a·Xᵀ(X·input) + b·input + c·previous, without ever storing X·input.
/// IN: rows of X, n×d; input and previous, d × stride on 64-byte boundaries, stride a multiple of 16;
/// lane, the first of sixteen for each of 1 or 2 vectors. OUT: output, of the same shape, which may be `previous` itself.
void kindred_gram_stripe(int32_t level, const kindred_rows *x, int64_t n, int64_t d, float a,
                         const float *input, float b, float c, const float *previous,
                         float *output, int64_t stride, int64_t lane, int32_t vectors);

/// Rows first..<last of X·basis, each scaled to length one when `unit` is not 0 (zero rows stay zero).
/// IN: basis, d × stride on a 64-byte boundary, stride a multiple of 16, lanes from `width` on zero.
/// OUT: output, n×width; only the rows asked for are written.
void kindred_project_rows(int32_t level, const kindred_rows *x, int64_t first, int64_t last,
                          const float *basis, int64_t stride, int64_t width, int32_t unit,
                          float *output);

#endif
