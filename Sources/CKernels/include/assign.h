#ifndef CKERNELS_ASSIGN_H
#define CKERNELS_ASSIGN_H

#include <stdint.h>

/// Compressed rows. IN: row_offsets n+1, columns and values nnz.
typedef struct {
  const int64_t *row_offsets;
  const int32_t *columns;
  const float *values;
} kindred_rows;

/// Orders a row's entries by column, ascending. IN/OUT: columns and values, `count` each, no column twice.
void kindred_sort_entries(int32_t *columns, float *values, int64_t count);

/// Cluster sums of terms that few rows have, cell by cell instead of lane by lane.
/// Term `head + t` has counts[t] cells from offsets[t] on: their lanes, each once, and their sums.
typedef struct {
  int64_t head;
  const int64_t *offsets;
  int32_t *counts;
  int32_t *lanes;
  float *sums;
} kindred_cells;

/// Centers side by side, term by term.
/// IN: panel, `cells.head` × stride on a 64-byte boundary, stride a multiple of 16; scale and bias `stride`
/// each; the cells of the other terms, if there are any.
/// The score of lane j for a row x is scale[j]·⟨x, panel[·, j]⟩ + bias[j]; unused lanes have scale 0 and
/// bias −∞.
typedef struct {
  const float *panel;
  const float *scale;
  const float *bias;
  int64_t stride;
  kindred_cells cells;
} kindred_centers;

/// For each listed row the best and second-best score over all lanes and the lowest best lane.
/// IN: rows, `count` row numbers, their columns ascending; head_lengths, the number of entries of each row
/// that come before the first term without a panel row; neighbors in the list with equal ones run together.
/// SCRATCH: tails, 4 × stride on a 64-byte boundary, zero on entry and on return.
/// OUT: best, second and label, written at the rows' own numbers; others, n × 16 or NULL: for each g the
/// best score among the centers other than the label whose number is g modulo 16.
void kindred_assign_sparse(int32_t level, const kindred_rows *points, const int32_t *rows,
                           int64_t count, const int32_t *head_lengths,
                           const kindred_centers *centers, float *tails, float *best,
                           float *second, int32_t *label, float *others);

/// What best and second may be off by because of the number that scores carry in their last bits, in units
/// in the last place of one times the score; `stride` lanes.
int32_t kindred_packed_units(int64_t stride);

/// The same for full rows. `data` is n × d, row-major; the panel holds strips of 48 lanes (the last strip
/// of what is left), each d × its lanes; the scales are not used.
void kindred_assign_dense(int32_t level, const float *data, int64_t d, const int32_t *rows,
                          int64_t count, const kindred_centers *centers, float *best,
                          float *second, int32_t *label, float *others);

/// The same fold over a finished tile of products.
/// IN: tile, count × stride on a 64-byte boundary, its unused lanes finite; scale and bias as above.
/// OUT: best, second and label, `count` each.
void kindred_fold_tile(int32_t level, const float *tile, int64_t count, int64_t stride,
                       const float *scale, const float *bias, float *best, float *second,
                       int32_t *label);

#endif
