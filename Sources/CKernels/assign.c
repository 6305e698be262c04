// Assignment of sparse rows to their best center, with the centers laid out term by term: one stored
// value of a row meets 16 centers in one multiply-add. The same text is compiled for each
// instruction-set level; which lanes a register holds never changes an answer, because near-ties are
// decided again in double precision by the caller.
#include "assign.h"

#include "fold.h"
#include "machine.h"

/// `rows` rows of equal length against `vectors` registers of centers from `first` on.
INLINE void block(const kindred_rows *points, const int32_t *row, int rows, int vectors,
                  const kindred_centers *centers, int64_t first, const int32_t *soon,
                  standing *standings) {
  v16f sums[rows][vectors];
  const int32_t *columns[rows];
  const float *values[rows];
  UNROLL for (int r = 0; r < rows; r++) {
    columns[r] = points->columns + points->row_offsets[row[r]];
    values[r] = points->values + points->row_offsets[row[r]];
    UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = (v16f)(0.0f);
  }
  const int64_t length = points->row_offsets[row[0] + 1] - points->row_offsets[row[0]];
  const float *panel = centers->panel + first;
  const int64_t stride = centers->stride;
  const int32_t *ahead[rows];
  UNROLL for (int r = 0; r < rows; r++) ahead[r] = points->columns + points->row_offsets[soon[r]];
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < length; p++) {
    UNROLL for (int r = 0; r < rows; r++) {
      const v16f *lane = (const v16f *)(panel + (int64_t)columns[r][p] * stride);
      const char *next = (const char *)(panel + (int64_t)ahead[r][p] * stride);
      UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(next + 64 * v);
      const v16f value = (v16f)(values[r][p]);
      UNROLL for (int v = 0; v < vectors; v++) sums[r][v] += value * lane[v];
    }
  }
  const v16f *scale = (const v16f *)(centers->scale + first);
  const v16f *bias = (const v16f *)(centers->bias + first);
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < vectors; v++) {
      sums[r][v] = sums[r][v] * scale[v] + bias[v];
      fold(&sums[r][v], (int32_t)(first / 16) + v, &standings[r]);
    }
  }
}

/// Rows that run together, so that multiply-adds do not wait for each other, as long as their registers
/// are no more than `widest`.
#define TOGETHER(vectors, widest)                           \
  ((vectors) <= 3 && (vectors) * 4 <= (widest)   ? 4         \
   : (vectors) <= 8 && (vectors) * 2 <= (widest) ? 2         \
                                                 : 1)

#define CASE(rows, vectors)                                                  \
  case vectors:                                                              \
    block(points, row, rows, vectors, centers, first, soon, standings);            \
    break;

#define CASES_TO_8(rows)                                                     \
  CASE(rows, 1) CASE(rows, 2) CASE(rows, 3) CASE(rows, 4) CASE(rows, 5)      \
  CASE(rows, 6) CASE(rows, 7) CASE(rows, 8)

#define CASES_TO_20(rows)                                                    \
  CASES_TO_8(rows) CASE(rows, 9) CASE(rows, 10) CASE(rows, 11)               \
  CASE(rows, 12) CASE(rows, 13) CASE(rows, 14) CASE(rows, 15) CASE(rows, 16) \
  CASE(rows, 17) CASE(rows, 18) CASE(rows, 19) CASE(rows, 20)

/// The rows whose panel lines are fetched while `together` rows are multiplied: the next ones when each
/// is at least as long, else the same.
INLINE const int32_t *rows_ahead(const int64_t *offsets, const int32_t *rows, int together,
                                 int64_t left) {
  if (left < 2 * together) return rows;
  const int64_t length = offsets[rows[0] + 1] - offsets[rows[0]];
  for (int r = together; r < 2 * together; r++)
    if (offsets[rows[r] + 1] - offsets[rows[r]] < length) return rows;
  return rows + together;
}

/// The whole assignment for one level. `WIDEST` registers of 16 lanes are the most that stay in the
/// level's register file.
#define DEFINE_ASSIGN(NAME, TARGET, WIDEST, ALL_CASES)                                          \
  TARGET static void NAME##_four(const kindred_rows *points, const int32_t *row, int vectors,   \
                                 const kindred_centers *centers, int64_t first, const int32_t *soon,                 \
                                 standing *standings) {                                         \
    switch (vectors) { CASE(4, 1) CASE(4, 2) CASE(4, 3) }                                       \
  }                                                                                             \
  TARGET static void NAME##_two(const kindred_rows *points, const int32_t *row, int vectors,    \
                                const kindred_centers *centers, int64_t first, const int32_t *soon,                  \
                                standing *standings) {                                          \
    switch (vectors) { CASES_TO_8(2) }                                                          \
  }                                                                                             \
  TARGET static void NAME##_one(const kindred_rows *points, const int32_t *row, int vectors,    \
                                const kindred_centers *centers, int64_t first, const int32_t *soon,                  \
                                standing *standings) {                                          \
    switch (vectors) { ALL_CASES }                                                              \
  }                                                                                             \
  TARGET static void NAME(const kindred_rows *points, const int32_t *rows, int64_t count,       \
                          const kindred_centers *centers, float *best, float *second,           \
                          int32_t *label, float *others) {                                      \
    const int64_t *offsets = points->row_offsets;                                               \
    int64_t i = 0;                                                                              \
    while (i < count) {                                                                         \
      const int64_t length = offsets[rows[i] + 1] - offsets[rows[i]];                           \
      int run = 1;                                                                              \
      while (run < 4 && i + run < count &&                                                      \
             offsets[rows[i + run] + 1] - offsets[rows[i + run]] == length)                     \
        run++;                                                                                  \
      standing standings[4];                                                                    \
      const int32_t *soon = rows + i; \
      int together = 1;                                                                         \
      for (int64_t first = 0; first < centers->stride; first += (WIDEST) * 16) {                \
        int64_t left = (centers->stride - first) / 16;                                          \
        int vectors = (int)(left < (WIDEST) ? left : (WIDEST));                                 \
        if (first == 0) {                                                                       \
          int most = TOGETHER(vectors, WIDEST);                                                 \
          together = run >= most ? most : run >= 2 && most >= 2 ? 2 : 1;                        \
          for (int r = 0; r < together; r++) begin(&standings[r]);                              \
          soon = rows_ahead(offsets, rows + i, together, count - i);                           \
        }                                                                                       \
        if (together == 4) {                                                                    \
          NAME##_four(points, rows + i, vectors, centers, first, soon, standings);                    \
        } else if (together == 2 && vectors <= 8) {                                             \
          NAME##_two(points, rows + i, vectors, centers, first, soon, standings);                     \
        } else {                                                                                \
          for (int r = 0; r < together; r++)                                                    \
            NAME##_one(points, rows + i + r, vectors, centers, first, soon + r, standings + r);           \
        }                                                                                       \
      }                                                                                         \
      for (int r = 0; r < together; r++) {                                                      \
        const int32_t row = rows[i + r];                                                        \
        conclude(&standings[r], best + row, second + row, label + row,                          \
                 others == NULL ? NULL : others + (int64_t)row * 16);                           \
      }                                                                                         \
      i += together;                                                                            \
    }                                                                                           \
  }                                                                                             \
  TARGET static void NAME##_tile(const float *tile, int64_t count, int64_t stride,              \
                                 const float *scale, const float *bias, float *best,            \
                                 float *second, int32_t *label) {                               \
    for (int64_t i = 0; i < count; i++) {                                                       \
      standing row;                                                                             \
      begin(&row);                                                                              \
      for (int64_t first = 0; first < stride; first += 16) {                                    \
        v16f score = *(const v16f *)(tile + i * stride + first);                                \
        score = score * *(const v16f *)(scale + first) + *(const v16f *)(bias + first);         \
        fold(&score, (int32_t)(first / 16), &row);                                              \
      }                                                                                         \
      conclude(&row, best + i, second + i, label + i, NULL);                                    \
    }                                                                                           \
  }

#if defined(__x86_64__)
DEFINE_ASSIGN(assign_avx512, TARGET_AVX512, 20, CASES_TO_20(1))
DEFINE_ASSIGN(assign_avx2, TARGET_AVX2, 6, CASES_TO_8(1))
#endif
DEFINE_ASSIGN(assign_baseline, , 3, CASES_TO_8(1))

void kindred_assign_sparse(int32_t level, const kindred_rows *points, const int32_t *rows,
                           int64_t count, const kindred_centers *centers, float *best,
                           float *second, int32_t *label, float *others) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      assign_avx512(points, rows, count, centers, best, second, label, others);
      return;
    case KINDRED_AVX2:
      assign_avx2(points, rows, count, centers, best, second, label, others);
      return;
#endif
    default:
      assign_baseline(points, rows, count, centers, best, second, label, others);
  }
}

void kindred_fold_tile(int32_t level, const float *tile, int64_t count, int64_t stride,
                       const float *scale, const float *bias, float *best, float *second,
                       int32_t *label) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      assign_avx512_tile(tile, count, stride, scale, bias, best, second, label);
      return;
    case KINDRED_AVX2:
      assign_avx2_tile(tile, count, stride, scale, bias, best, second, label);
      return;
#endif
    default:
      assign_baseline_tile(tile, count, stride, scale, bias, best, second, label);
  }
}
