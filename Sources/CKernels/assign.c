// Assignment of sparse rows to their best center, with the centers laid out term by term: one stored
// value of a row meets 16 centers in one multiply-add. The same text is compiled for each
// instruction-set level; which lanes a register holds never changes an answer, because near-ties are
// decided again in double precision by the caller.
#include "assign.h"

#include <string.h>

#include "fold.h"
#include "machine.h"

/// The scores of `rows` rows of equal length against `vectors` registers of centers from `first` on, row by
/// row. `fetches`: the panel lines of the rows `soon` are fetched meanwhile.
INLINE void multiply(const kindred_rows *points, const int32_t *row, int rows, int vectors,
                     int64_t length, const kindred_centers *centers, int64_t stride, int fetches,
                     const float *tails, int64_t first, const int32_t *soon, v16f *scores) {
  v16f sums[rows][vectors];
  // Places instead of pointers, so that all of them stay in registers.
  const int32_t *columns = points->columns;
  const float *values = points->values;
  int64_t place[rows], ahead[rows];
  UNROLL for (int r = 0; r < rows; r++) {
    place[r] = points->row_offsets[row[r]];
    ahead[r] = points->row_offsets[soon[r]];
    UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = (v16f)(0.0f);
  }
  const float *panel = centers->panel + first;
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < length; p++) {
    UNROLL for (int r = 0; r < rows; r++) {
      const v16f *lane = (const v16f *)(panel + (int64_t)columns[place[r]] * stride);
      if (fetches) {
        const char *next = (const char *)(panel + (int64_t)columns[ahead[r]++] * stride);
        UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(next + 64 * v);
      }
      const v16f value = (v16f)(values[place[r]++]);
      UNROLL for (int v = 0; v < vectors; v++) sums[r][v] += value * lane[v];
    }
  }
  const v16f *scale = (const v16f *)(centers->scale + first);
  const v16f *bias = (const v16f *)(centers->bias + first);
  // Added last: what was scattered there has long reached the cache by now.
  if (tails != NULL)
    UNROLL for (int r = 0; r < rows; r++) {
      const v16f *tail = (const v16f *)(tails + r * centers->stride + first);
      UNROLL for (int v = 0; v < vectors; v++) sums[r][v] += tail[v];
    }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      scores[r * vectors + v] = sums[r][v] * scale[v] + bias[v];
}

/// Folds the scores of rows against a part of the centers into what the rows have seen so far.
INLINE void block(const kindred_rows *points, const int32_t *row, int rows, int vectors,
                  int64_t length, const kindred_centers *centers, int64_t stride, int fetches,
                  const float *tails, int64_t first, const int32_t *soon, standing *standings) {
  v16f scores[rows * vectors];
  multiply(points, row, rows, vectors, length, centers, stride, fetches, tails, first, soon, scores);
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      fold(&scores[r * vectors + v], (int32_t)(first / 16) + v, &standings[r]);
}

/// Concludes four rows whose scores against all centers are at hand.
INLINE void whole_block(const kindred_rows *points, const int32_t *row, int vectors, int64_t length,
                        const kindred_centers *centers, int fetches, const float *tails,
                        const int32_t *soon, float *best, float *second, int32_t *label) {
  v16f scores[4 * vectors];
  multiply(points, row, 4, vectors, length, centers, vectors * 16, fetches, tails, 0, soon, scores);
  conclude_packed(scores, vectors, row, best, second, label);
}

/// A panel of so many bytes stays in the second cache, where fetching ahead costs more than waiting.
enum { NEAR_PANEL = 3 << 18 };

/// Rows that run together, so that multiply-adds do not wait for each other, as long as their registers
/// are no more than `widest`.
#define TOGETHER(vectors, widest)                           \
  ((vectors) <= 3 && (vectors) * 4 <= (widest)   ? 4         \
   : (vectors) <= 8 && (vectors) * 2 <= (widest) ? 2         \
                                                 : 1)

#define BLOCK(rows, vectors, stride, fetches)                                                   \
  block(points, row, rows, vectors, length, centers, stride, fetches, tails, first, soon, standings)

#define CASE(rows, vectors)                                                                     \
  case vectors: BLOCK(rows, vectors, centers->stride, 1); break;

/// Where the registers are the whole panel row, its length is a constant.
#define NARROW(rows, vectors)                                                                   \
  case vectors:                                                                                 \
    if (centers->stride != (vectors) * 16) {                                                    \
      BLOCK(rows, vectors, centers->stride, 1);                                                 \
    } else if (is_near) {                                                                       \
      BLOCK(rows, vectors, (vectors) * 16, 0);                                                  \
    } else {                                                                                    \
      BLOCK(rows, vectors, (vectors) * 16, 1);                                                  \
    }                                                                                           \
    break;

#define WHOLE(vectors)                                                                          \
  case vectors:                                                                                 \
    if (is_near) {                                                                              \
      whole_block(points, row, vectors, length, centers, 0, tails, soon, best, second, label);  \
    } else {                                                                                    \
      whole_block(points, row, vectors, length, centers, 1, tails, soon, best, second, label);  \
    }                                                                                           \
    break;

#define CASES_TO_8(rows)                                                     \
  NARROW(rows, 1) NARROW(rows, 2) NARROW(rows, 3) NARROW(rows, 4) CASE(rows, 5) \
  CASE(rows, 6) CASE(rows, 7) CASE(rows, 8)

#define CASES_TO_20(rows)                                                    \
  CASES_TO_8(rows) CASE(rows, 9) CASE(rows, 10) CASE(rows, 11)               \
  CASE(rows, 12) CASE(rows, 13) CASE(rows, 14) CASE(rows, 15) CASE(rows, 16) \
  CASE(rows, 17) CASE(rows, 18) CASE(rows, 19) CASE(rows, 20)

/// The rows whose panel lines are fetched while `together` rows are multiplied: the next ones when each
/// is at least as long, else the same.
INLINE const int32_t *rows_ahead(const int32_t *lengths, const int32_t *rows, int together,
                                 int64_t left) {
  if (left < 2 * together) return rows;
  for (int r = together; r < 2 * together; r++)
    if (lengths[rows[r]] < lengths[rows[0]]) return rows;
  return rows + together;
}

/// Adds the products of a row's entries from `length` on, whose terms are kept cell by cell.
static void add_tail(const kindred_rows *points, int32_t row, int64_t length,
                     const kindred_cells *cells, float *tail) {
  const int64_t end = points->row_offsets[row + 1];
  for (int64_t p = points->row_offsets[row] + length; p < end; p++) {
    const int64_t term = points->columns[p] - cells->head;
    const int32_t *lanes = cells->lanes + cells->offsets[term];
    const float *sums = cells->sums + cells->offsets[term];
    const float value = points->values[p];
    for (int32_t c = 0; c < cells->counts[term]; c++) tail[lanes[c]] += value * sums[c];
  }
}

/// Makes what add_tail wrote zero again, cell by cell or whole, whichever is less work.
static void clear_tail(const kindred_rows *points, int32_t row, int64_t length,
                       const kindred_cells *cells, int64_t stride, float *tail) {
  const int64_t start = points->row_offsets[row] + length, end = points->row_offsets[row + 1];
  int64_t written = 0;
  for (int64_t p = start; p < end; p++) written += cells->counts[points->columns[p] - cells->head];
  if (written > stride / 8) {
    memset(tail, 0, (size_t)stride * sizeof *tail);
    return;
  }
  for (int64_t p = start; p < end; p++) {
    const int64_t term = points->columns[p] - cells->head;
    const int32_t *lanes = cells->lanes + cells->offsets[term];
    for (int32_t c = 0; c < cells->counts[term]; c++) tail[lanes[c]] = 0;
  }
}

#define DEFINE_ROWS(NAME, TARGET, SUFFIX, CASES)                                                \
  TARGET static void NAME##_##SUFFIX(const kindred_rows *points, const int32_t *row,            \
                                     int vectors, int64_t length,                               \
                                     const kindred_centers *centers, const float *tails,        \
                                     int64_t first, int is_near, const int32_t *soon,           \
                                     standing *standings) {                                     \
    switch (vectors) { CASES }                                                                  \
  }

/// The whole assignment for one level. `WIDEST` registers of 16 lanes are the most that stay in the
/// level's register file.
#define DEFINE_ASSIGN(NAME, TARGET, WIDEST, ALL_CASES)                                          \
  DEFINE_ROWS(NAME, TARGET, four, NARROW(4, 1) NARROW(4, 2) NARROW(4, 3))                           \
  DEFINE_ROWS(NAME, TARGET, two, CASES_TO_8(2))                                                 \
  DEFINE_ROWS(NAME, TARGET, one, ALL_CASES)                                                     \
  TARGET static void NAME##_whole(const kindred_rows *points, const int32_t *row, int vectors,  \
                                  int64_t length, const kindred_centers *centers,               \
                                  const float *tails, int is_near, const int32_t *soon,         \
                                  float *best, float *second, int32_t *label) {                 \
    switch (vectors) { WHOLE(1) WHOLE(2) WHOLE(3) }                                             \
  }                                                                                             \
  TARGET static void NAME(const kindred_rows *points, const int32_t *rows, int64_t count,       \
                          const int32_t *lengths, const kindred_centers *centers, float *tails, \
                          float *best, float *second, int32_t *label, float *others) {          \
    const int64_t stride = centers->stride;                                                     \
    const int vectors = (int)(stride < (WIDEST) * 16 ? stride / 16 : (WIDEST));                 \
    const int most = TOGETHER(vectors, WIDEST);                                                 \
    const int is_near = centers->cells.head * stride * 4 <= NEAR_PANEL;                         \
    int64_t i = 0;                                                                              \
    while (i < count) {                                                                         \
      const int32_t *row = rows + i;                                                            \
      const int64_t length = lengths[row[0]];                                                   \
      int run = 1;                                                                              \
      while (run < most && i + run < count && lengths[row[run]] == length) run++;               \
      const int together = run == most ? most : run >= 2 ? 2 : 1;                               \
      const int32_t *soon = rows_ahead(lengths, row, together, count - i);                      \
      standing standings[4];                                                                    \
      for (int r = 0; r < together; r++) begin(&standings[r]);                                  \
      if (tails != NULL)                                                                        \
        for (int r = 0; r < together; r++)                                                      \
          add_tail(points, row[r], length, &centers->cells, tails + r * stride);                \
      const int is_whole = together == 4 && others == NULL;                                     \
      if (is_whole)                                                                             \
        NAME##_whole(points, row, vectors, length, centers, tails, is_near, soon, best, second, \
                     label);                                                                    \
      for (int64_t first = 0; first < stride && !is_whole; first += (WIDEST) * 16) {            \
        const int64_t left = (stride - first) / 16;                                             \
        const int width = (int)(left < (WIDEST) ? left : (WIDEST));                             \
        if (together == 4) {                                                                    \
          NAME##_four(points, row, width, length, centers, tails, first, is_near, soon, standings);      \
        } else if (together == 2) {                                                             \
          NAME##_two(points, row, width, length, centers, tails, first, is_near, soon, standings);       \
        } else {                                                                                \
          NAME##_one(points, row, width, length, centers, tails, first, is_near, soon, standings);       \
        }                                                                                       \
      }                                                                                         \
      if (tails != NULL)                                                                        \
        for (int r = 0; r < together; r++)                                                      \
          clear_tail(points, row[r], length, &centers->cells, stride, tails + r * stride);      \
      if (is_whole) {                                                                           \
        i += 4;                                                                                 \
        continue;                                                                               \
      }                                                                                         \
      if (together == 4) {                                                                      \
        conclude_four(standings, row, best, second, label, others);                             \
        i += 4;                                                                                 \
        continue;                                                                               \
      }                                                                                         \
      for (int r = 0; r < together; r++) {                                                      \
        conclude(&standings[r], best + row[r], second + row[r], label + row[r],                 \
                 others == NULL ? NULL : others + (int64_t)row[r] * 16);                        \
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
                           int64_t count, const int32_t *head_lengths,
                           const kindred_centers *centers, float *tails, float *best,
                           float *second, int32_t *label, float *others) {
  if (centers->cells.counts == NULL) tails = NULL;
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      assign_avx512(points, rows, count, head_lengths, centers, tails, best, second, label, others);
      return;
    case KINDRED_AVX2:
      assign_avx2(points, rows, count, head_lengths, centers, tails, best, second, label, others);
      return;
#endif
    default:
      assign_baseline(points, rows, count, head_lengths, centers, tails, best, second, label, others);
  }
}

int32_t kindred_packed_units(int64_t stride) {
  return stride <= 48 ? 1 << PACKED_BITS((int)(stride / 16)) : 0;
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
