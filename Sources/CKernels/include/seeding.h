#ifndef CKERNELS_SEEDING_H
#define CKERNELS_SEEDING_H

#include <stdint.h>

/// The most candidates that one call tries, and the most columns whose byte products fit 32 bits.
enum { KINDRED_SEED_LIMIT = 32, KINDRED_BYTE_COLUMN_LIMIT = 131072 };

/// Full rows, and a byte for each value: x ≈ scale·(byte − 128), within `error` in length.
/// Rows are padded to groups of 16 and columns to fours; a group holds, for each four columns, the four
/// bytes of its 16 rows.
/// IN: data n×d, row-major; bytes groups × ⌈d/4⌉ × 16 × 4 on a 64-byte boundary; scale, error and length
/// of each row, all divided by the greatest length, groups × 16.
typedef struct {
  const float *data;
  int64_t n;
  int64_t d;
  uint8_t *bytes;
  float *scale;
  float *error;
  float *length;
} kindred_byte_rows;

/// Rows that may become seeds, in bytes of 7 bits, so that pairs of products fit 16 bits.
/// IN: rows, their numbers; quads ⌈d/4⌉ × count, four bytes each; offset, −128 times the sum of the bytes;
/// scale and error as above; length, at least that of the bytes' values; half, ‖c‖²/2 in the same unit, rounded down.
typedef struct {
  int32_t count;
  const int32_t *rows;
  int32_t *quads;
  int32_t *offset;
  float *scale;
  float *error;
  float *length;
  float *half;
} kindred_seeds;

/// A row that a candidate is nearer to than every seed, and its squared distance.
typedef struct {
  int64_t row;
  double distance;
} kindred_nearer;

/// Fills bytes, scale, error and length of rows first..<last; first is a multiple of 16.
/// IN: squared_norms n; unit, 1 / the greatest length.
void kindred_seed_bytes(int32_t level, const kindred_byte_rows *points, int64_t first,
                        int64_t last, const double *squared_norms, double unit);

/// Fills all but count and rows of the candidates.
void kindred_seed_quads(int32_t level, const kindred_byte_rows *points,
                        const double *squared_norms, double unit, const kindred_seeds *seeds);

/// Which of rows first..<last are nearer to a candidate than `closest`, the squared distance to the
/// nearest seed so far. A row is read only where its bytes allow it to be nearer.
/// IN: first, a multiple of 16; need, at most (‖x‖² − closest)/2 in the unit of the bytes, groups × 16.
/// OUT: nearer, count × capacity, `found` of each candidate in ascending order; reduction, the sums of
/// closest − distance.
void kindred_try_seeds(int32_t level, const kindred_byte_rows *points, int64_t first,
                       int64_t last, const float *need, const double *closest,
                       const kindred_seeds *seeds, kindred_nearer *nearer, int64_t capacity,
                       int64_t *found, double *reduction);

/// The rows whose product with a candidate is not 0 and, times unit, at least need + half, ascending.
/// IN: products and need, n, on 64-byte boundaries and padded to 16. OUT: rows, at most n.
/// Returns how many there are.
int64_t kindred_rows_in_reach(int32_t level, const double *products, double unit,
                              const float *need, float half, int64_t n, int32_t *rows);

/// ‖x − y‖² of two full rows in double precision; exactly 0 for equal ones.
double kindred_squared_distance(int32_t level, const float *x, const float *y, int64_t d);

#endif
