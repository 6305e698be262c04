// Inner loops of the scores: distances from dot products, and sums of them by label.
//
// Every loop gives the same bits at every instruction-set level (see machine.h), which the first
// parameter chooses: no operation is contracted or reordered.
#ifndef KINDRED_SILHOUETTE_H
#define KINDRED_SILHOUETTE_H

#include <stdint.h>

/// The number of points that lie side by side in a group of sums: see `kindred_add_tile_columns`.
#define KINDRED_SUM_LANES 16

/// The most rows and columns of a tile.
#define KINDRED_TILE_SIDE 256

/// Turns a tile of dot products into Euclidean distances d less `offset` c > 0, in place.
///
/// They are computed as d − c = (d² − c²) / (d + c), so that neither the root nor the difference is
/// rounded in the digits of d. The norms are squared norms less c²/2, exact before they are rounded.
///
/// The tile is rows×columns with `stride` floats from row to row. A pair whose squared distance is
/// below `near_share` of the two squared norms has lost digits: its place, row << 16 | column, goes
/// to `near` (room for rows·columns + 1). Returns the number of such pairs. Columns are taken 16 at
/// a time: the stride and `column_norms` must have room for the last 16.
int64_t kindred_distances_from_dots(int32_t level, float *tile, int64_t stride, int32_t rows,
                                    int32_t columns,
                                    const float *row_norms, const float *column_norms,
                                    float near_share, float offset, uint32_t *near);

/// Adds each tile element to the sum that its column keeps for its row's label, for every run.
///
/// `slots` is rows×runs; run r has the slots `run_starts[r]..<run_starts[r + 1]`. `sums` holds groups
/// of 16 columns, each group slots×16; the tile's stride must have room for the last group.
/// Unless `wide`, a tile's elements are summed in single precision first, which is faster, but
/// rounds the same way again and again where many elements are equal.
void kindred_add_tile_columns(int32_t level, const float *tile, int64_t stride, int32_t rows,
                              int32_t columns, const uint32_t *slots, int32_t runs,
                              const uint32_t *run_starts, int32_t wide, double *sums);

/// Adds each tile element to the sum that its row keeps for its column's label, for every run.
///
/// As `kindred_add_tile_columns` with the sides exchanged: `slots` is columns×runs, `sums` has
/// groups of 16 rows; the tile must have room for whole groups on both sides.
void kindred_add_tile_rows(int32_t level, const float *tile, int64_t stride, int32_t rows,
                           int32_t columns, const uint32_t *slots, int32_t runs,
                           const uint32_t *run_starts, int32_t wide, double *sums);

/// The squared Euclidean distance of two dense rows, by differences.
double kindred_squared_difference(int32_t level, const float *a, const float *b, int64_t count);

/// The squared Euclidean distance of two sparse rows, by differences.
double kindred_sparse_squared_difference(const int32_t *a_columns, const float *a_values,
                                         int64_t a_count, const int32_t *b_columns,
                                         const float *b_values, int64_t b_count);

/// Adds to `dots[j]` the product of a sparse row with each row j that shares a column with it.
///
/// Posting lists by column: `offsets` (columns + 1), `rows`, `values`. `dots` must be zero at the
/// start. Writes the rows reached to `touched`, in order of discovery; a row is written again when
/// its dot product passed through zero. Returns their number, at most the postings visited.
int64_t kindred_overlaps(const int32_t *columns, const float *values, int64_t count,
                         const int64_t *offsets, const int32_t *rows, const float *posting_values,
                         double *dots, int32_t *touched);

/// One row of a sparse matrix and the rows that it is compared with.
typedef struct {
  const int64_t *offsets;
  const int32_t *columns;
  const float *values;
  const double *norms;   // squared
  const uint32_t *slots; // rows×runs
  int32_t runs;
} kindred_overlap_targets;

/// Adds, for each touched row, its distance less the distance without shared columns to the sums of
/// its labels, and sets its dot product back to zero.
///
/// The distance without shared columns to a row of squared norm 1 + ε is `base[0] + base[1]·ε +
/// base[2]·ε²`.
void kindred_add_overlap_corrections(int32_t level, const int32_t *columns, const float *values,
                                     int64_t count, double norm, const double *base,
                                     const int32_t *touched, int64_t touched_count, double *dots,
                                     const kindred_overlap_targets *targets, double *sums);

/// Adds to the sum of each slot its four moments, times `weights`.
void kindred_add_moments(int32_t level, const double *counts, const double *deviations,
                         const double *squares, const double *zeros, const double *weights,
                         int64_t count, double *sums);

/// Adds a grid up along both sides: `row_sums[r] = Σ grid[r, c]` and `column_sums[c] = Σ grid[r, c]`.
///
/// The grid is rows×columns, row-major; the sums are not to overlap with it or with each other.
void kindred_split_grid(int32_t level, const double *grid, int64_t rows, int64_t columns,
                        double *row_sums, double *column_sums);

/// Adds value·weight of each listed row to the sums of its labels, for every run.
void kindred_add_by_label(const int32_t *rows, const float *values, const double *weights,
                          int64_t count, const uint32_t *slots, int32_t runs, double *sums);

/// The products of one row with the `width` columns of a panel: `dots[w] = Σ values[e]·panel[c, w]`.
///
/// c is `columns[e]`, or e where `columns` is null; the panel is row-major with `width` a row.
void kindred_panel_dots(int32_t level, const int32_t *columns, const double *values, int64_t count,
                        const double *panel, int64_t width, double *dots);

/// Adds to a tile the dot products of some sparse rows with the postings of a block of rows.
///
/// Row i's entries are `row_offsets[i]..<row_offsets[i + 1]`; the postings of column c are
/// `heads[c]..<heads[c + 1]`, with rows counted from the block's first.
void kindred_sparse_tile(const int64_t *row_offsets, int32_t rows, const int32_t *columns,
                         const float *values, const int32_t *heads, const int32_t *posting_rows,
                         const float *posting_values, float *tile, int64_t stride);

#endif
