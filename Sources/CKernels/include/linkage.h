// A stored matrix of the distances of clusters: tiles that fill it, merges of its rows and columns, and
// searches along a row.
//
// Its elements are codes: numbers from 0 to 2 as an exponent of six bits and 26 further digits, which is
// eight times finer than single precision and keeps what sums of thousands of roundings need. Codes are
// in the order of their numbers. Distances are multiplied by a power of two to be 1 at most.
#ifndef CKERNELS_LINKAGE_H
#define CKERNELS_LINKAGE_H

#include <stdint.h>

/// The element of a pair that does not exist, after all others.
#define KINDRED_NO_PAIR 0xffffffffU

/// The code of a number up to 1, and the number of a code; numbers below 2⁻⁶³ are 0.
uint32_t kindred_pair_code(double number);
double kindred_pair_number(uint32_t code);

/// How the distance to a merged cluster follows from those to its parts.
enum { KINDRED_LEAST = 0, KINDRED_GREATEST = 1, KINDRED_MEAN = 2, KINDRED_WARD = 3 };

/// A merge: column `right` goes into column `left`.
typedef struct {
  int32_t left;
  int32_t right;
  /// MEAN: the part that the right one has in the mean. WARD: the rows of the left one.
  double share;
  /// WARD: the rows of the right one.
  double right_size;
  /// MEAN: what is taken off the mean. WARD: the distance of the two parts.
  double apart;
} kindred_merge;

/// The sizes of clusters by column while a round's merges are applied: `before` holds until the merge
/// numbered `turn` is done, `after` from then on.
typedef struct {
  const double *before;
  const double *after;
  const int32_t *turn;
} kindred_cluster_sizes;

/// The best partner of each row so far: its distance, what decides ties, and its number.
typedef struct {
  uint32_t *value;
  uint32_t *tie;
  int32_t *place;
} kindred_partners;

/// What decides between equal distances: different for all partners of one cluster, the same from both
/// sides.
uint32_t kindred_tie(uint32_t left, uint32_t right);

/// What distances are made into.
typedef struct {
  /// Whether they are squared.
  int32_t squared;
  /// The power of two that they are multiplied by, to be 1 at most.
  int32_t exponent;
  /// The weights of the rows of the data, by which a distance is multiplied as 2·u·v/(u + v), or NULL.
  const double *weights;
} kindred_pair_measure;

/// Turns a tile of dot products into codes of distances, in place. Returns the number of pairs whose
/// squared distance is at most `near_share` of the squared norms, their places (row << 16 | column) in
/// `near`.
int64_t kindred_pair_distances(int32_t level, float *tile, int64_t stride, int32_t rows,
                               int32_t columns, const float *norms, int64_t first_row,
                               int64_t first_column, float near_share,
                               const kindred_pair_measure *measure, uint32_t *near);

/// Turns a tile of dot products in double precision into distances, in place and without the exponent, and
/// tells of near pairs as above. The norms must have room for a whole group of 8 after the last, the tile
/// for whole groups of 8 columns.
int64_t kindred_pair_lengths(int32_t level, double *tile, int64_t stride, int32_t rows,
                             int32_t columns, const double *norms, int64_t first_row,
                             int64_t first_column, double near_share,
                             const kindred_pair_measure *measure, uint32_t *near);

/// Computes some distances of a tile again by differences of rows of d numbers: row i of the tile is row
/// `first_row + i` of the data.
void kindred_pair_repair(int32_t level, double *tile, int64_t stride, const uint32_t *near,
                         int64_t count, const float *data, int64_t d, int64_t first_row,
                         int64_t first_column, const kindred_pair_measure *measure);

/// Groups of neighboring rows or columns of a tile: group g is starts[g]..<starts[g + 1]. With weights, of
/// each row or column, its distance is their sum, each times its weight; without, the greatest.
typedef struct {
  int32_t count;
  const int32_t *starts;
  const double *weights;
} kindred_pair_groups;

/// Makes the distances of rows and columns those of groups of them, in place; columns are those before.
void kindred_pair_group(int32_t level, double *tile, int64_t stride, int32_t columns,
                        const kindred_pair_groups *rows, const kindred_pair_groups *across);

/// Writes the codes of distances, after multiplying them by 2^exponent, into a tile of the same stride.
void kindred_pair_encode(int32_t level, const double *tile, int64_t stride, int32_t rows,
                         int32_t columns, int32_t exponent, uint32_t *codes);

/// What of each row's partners is least so far, least first: what their squared distance is at least, and
/// their ids; `limits` has the last value of each list, infinity while it is not full.
typedef struct {
  float *values;
  int32_t *ids;
  float *limits;
  int32_t width;
} kindred_pair_lists;

/// Takes the pairs of a tile of dot products into the lists of its rows and of its columns; of a tile on
/// the diagonal, those above it. Values are the squared distances less `rounding` times both squared norms.
void kindred_pair_list(int32_t level, const float *dots, int64_t stride, int32_t rows,
                       int32_t columns, const float *norms, int64_t first_row,
                       int64_t first_column, float rounding, const kindred_pair_lists *lists);

/// Makes room and diagonal of a tile pairs that do not exist, and on the diagonal the lower half that of
/// the upper.
void kindred_pair_border(uint32_t *tile, int64_t stride, int32_t rows, int32_t columns,
                         int32_t on_diagonal);

/// Takes the tile's distances into the best partners of its columns (`across` 0) or rows (1).
void kindred_pair_fold(int32_t level, const uint32_t *tile, int64_t stride, int32_t rows,
                       int32_t columns, int64_t first_row, int64_t first_column,
                       const uint32_t *keys, const kindred_partners *partners, int32_t across);

/// Writes a tile, columns in whole groups of 16, past the caches.
void kindred_pair_store(int32_t level, const uint32_t *tile, int64_t stride, int32_t rows,
                        int32_t columns, uint32_t *target, int64_t target_stride);

/// Writes the transpose of a tile, rows in whole groups of 16, past the caches.
void kindred_pair_store_turned(int32_t level, const uint32_t *tile, int64_t stride, int32_t rows,
                               int32_t columns, uint32_t *target, int64_t target_stride);

/// Applies merges of columns, in order, to the row, `width` elements, of a cluster of `size` rows.
void kindred_merge_columns(int32_t update, uint32_t *row, int64_t width, const kindred_merge *merges,
                           int64_t count, double size);

/// Merges row `right` into row `left`; `width` is a multiple of 16, `number` that of the merge.
void kindred_merge_rows(int32_t level, int32_t update, uint32_t *left, const uint32_t *right,
                        int64_t width, const kindred_merge *merge, const kindred_cluster_sizes *sizes,
                        int32_t number);

/// Keeps the elements of a row at `count` ascending places and makes the rest up to `padded` no pairs.
void kindred_compact_row(uint32_t *row, const int32_t *places, int64_t count, int64_t padded);

/// The column of the least element of a row, ties by the clusters' keys; −1 if there is no pair.
int32_t kindred_least_column(int32_t level, const uint32_t *row, int64_t width, uint32_t key,
                             const uint32_t *keys, uint32_t *least);

/// The columns of all elements up to a limit, in order; returns how many.
int64_t kindred_columns_up_to(int32_t level, const uint32_t *row, int64_t width, uint32_t limit,
                              int32_t *columns);

/// The columns whose element is below that column's limit, or equal and ahead by the keys.
int64_t kindred_closer_columns(int32_t level, const uint32_t *row, int64_t width, uint32_t key,
                               const uint32_t *keys, const uint32_t *limits, const uint32_t *ties,
                               int32_t *columns);

#endif
