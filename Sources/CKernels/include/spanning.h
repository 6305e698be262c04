// Inner loops of nearest neighbors among full rows, for spanning trees.
#ifndef CKERNELS_SPANNING_H
#define CKERNELS_SPANNING_H

#include <stdint.h>

/// The most columns whose byte products fit 32 bits, and the pairs that a search keeps for later.
enum { KINDRED_SPAN_COLUMN_LIMIT = 65536, KINDRED_SPAN_SCRATCH = 4096 };

/// Full rows, a byte for each value, and the nearest neighbors of each row that were found so far.
///
/// A row less the center is scale·byte, within `error` in length; rows are padded to groups of 16, columns to
/// fours. All lengths are in one unit, in which no row is longer than 1. Neighbors are ordered by squared
/// distance, then by the number of the row; where there are fewer than `capacity`, the rest are at infinity.
typedef struct {
  /// n×d, row-major.
  const float *data;
  int64_t n;
  int64_t d;
  /// The number of each row, for ties.
  const int32_t *numbers;
  /// Multiplies lengths.
  double unit;
  /// The bytes, padded rows × ⌈d/4⌉ × 4; and byte + 128, for each group and each four columns the four of
  /// its 16 rows. On 64-byte boundaries.
  int8_t *bytes;
  uint8_t *lanes;
  /// −128 times the sum of the bytes; √2·scale; error; the squared length of scale·bytes, rounded down.
  int32_t *offset;
  float *scale;
  float *error;
  float *square;
  /// n × capacity.
  int32_t capacity;
  double *distances;
  int32_t *neighbors;
  /// How far neighbors may be to be nearer than the last one, plus `error`; padded rows.
  float *reach;
} kindred_span;

/// Writes the squared length of rows first..<last, less the center where there is one (d numbers or null).
void kindred_span_norms(int32_t level, const float *data, int64_t d, const float *center,
                        int64_t first, int64_t last, double *norms);

/// Fills bytes, lanes, offset, scale, error and square of padded rows first..<last, multiples of 16, and
/// empties their neighbors.
void kindred_span_bytes(int32_t level, const kindred_span *span, const float *center,
                        int64_t first, int64_t last);

/// Makes rows first..<last each other's neighbors; a range is given once, before `kindred_span_tile`.
void kindred_span_leaf(int32_t level, const kindred_span *span, int64_t first, int64_t last);

/// Makes rows and columns each other's neighbors where they are near enough: those of the range of rows with
/// those of the range of columns, which is the same or lies behind. Both begin at multiples of 64; pairs in
/// one group of 64 are left out.
/// SCRATCH: pairs, KINDRED_SPAN_SCRATCH.
void kindred_span_tile(int32_t level, const kindred_span *span, int64_t row_first,
                       int64_t row_last, int64_t column_first, int64_t column_last,
                       uint64_t *pairs);

/// Finds neighbors of some rows among columns first..<last, first a multiple of 16, whose label is another.
/// IN: queries, count rows; labels, n.
void kindred_span_search(int32_t level, const kindred_span *span, const int32_t *queries,
                         int64_t count, int64_t first, int64_t last, const int32_t *labels);

/// Sums (x − from)·(to − from) over the columns for listed rows. IN: rows, count. OUT: places, count.
void kindred_span_project(int32_t level, const float *data, int64_t d, const int32_t *rows,
                          int64_t count, const float *from, const float *to, float *places);

/// Reorders rows, `count`, and their places so that the first `middle` have none greater than the others.
void kindred_span_select(float *places, int32_t *rows, int64_t count, int64_t middle);

#endif
