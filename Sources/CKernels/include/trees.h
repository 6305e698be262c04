// Inner loops over trees: products of the tropical kind for leaf orders, sums beside tree distances.
//
// Every loop gives the same bits at every instruction-set level (see machine.h), which the first
// parameter chooses: no operation is contracted or reordered.
#ifndef KINDRED_TREES_H
#define KINDRED_TREES_H

#include <stdint.h>

/// The doubles of scratch that `kindred_min_plus` needs, on a 64-byte boundary.
#define KINDRED_MIN_PLUS_SCRATCH (256 * 32)

/// A part of a matrix: element (i, j) is at i·row + j·column.
typedef struct {
  const double *start;
  int64_t row;
  int64_t column;
} kindred_part;

/// c[i, j] = min over p of a[i, p] + b[p, j].
///
/// Shapes: a rows×depth, b depth×columns, c rows×columns with `c_row` doubles from row to row; c lies
/// apart from a and b; depth is at least 1.
void kindred_min_plus(int32_t level, int64_t rows, int64_t columns, int64_t depth, kindred_part a,
                      kindred_part b, double *c, int64_t c_row, double *scratch);

/// Adds to sums[0...2] Σ x, Σ x² and Σ x·y over `count` pairs of one row with others.
///
/// x is the pair's distance d less c, or d² less c² when `squared`, from d − c = distances[j] and
/// c = offset; y is `height` where `merge` is later than `merges[j]`, else `heights[j]`.
void kindred_add_tree_moments(int32_t level, const float *distances, int32_t count, float offset,
                              int32_t squared, double merge, double height, const double *merges,
                              const double *heights, double *sums);

#endif
