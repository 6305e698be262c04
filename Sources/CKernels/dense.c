// Assignment of full rows to their best center: a tile of rows × lanes is summed in registers and folded
// there, so that no product is ever stored.
#include "assign.h"
#include "fold.h"
#include "machine.h"

/// Lanes to a strip of the panel.
enum { STRIP = 48, BLOCK = 32 };

/// `rows` rows against `vectors` registers of a strip that is `width` lanes wide.
INLINE void dense_tile(const float *const *row, int rows, int vectors, int64_t d,
                       const float *strip, int64_t width, const float *bias, int32_t number,
                       standing *standings) {
  v16f sums[8][3];
  const float *x[8];
  UNROLL for (int r = 0; r < rows; r++) {
    x[r] = row[r];
    UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = (v16f)(0.0f);
  }
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < d; p++) {
    const v16f *lane = (const v16f *)(strip + p * width);
    v16f lanes[3];
    UNROLL for (int v = 0; v < vectors; v++) lanes[v] = lane[v];
    UNROLL for (int r = 0; r < rows; r++) {
      const v16f value = (v16f)(x[r][p]);
      UNROLL for (int v = 0; v < vectors; v++) sums[r][v] += value * lanes[v];
    }
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) {
      sums[r][v] += *(const v16f *)(bias + v * 16);
      fold(&sums[r][v], number + v, &standings[r]);
    }
}

/// One level: tiles of ROWS × VECTORS registers stay in its register file; rows that are left over run
/// one by one.
#define DEFINE_DENSE(NAME, TARGET, ROWS, VECTORS)                                               \
  TARGET static void NAME##_wide(const float *const *row, int64_t d, const float *strip,        \
                                 int64_t width, const float *bias, int32_t number,              \
                                 standing *standings) {                                         \
    dense_tile(row, ROWS, VECTORS, d, strip, width, bias, number, standings);                   \
  }                                                                                             \
  TARGET static void NAME##_narrow(const float *const *row, int64_t d, const float *strip,      \
                                   int64_t width, const float *bias, int32_t number,            \
                                   standing *standings) {                                       \
    dense_tile(row, ROWS, 1, d, strip, width, bias, number, standings);                         \
  }                                                                                             \
  TARGET static void NAME##_single(const float *const *row, int64_t d, const float *strip,      \
                                   int64_t width, const float *bias, int32_t number,            \
                                   standing *standings) {                                       \
    dense_tile(row, 1, 1, d, strip, width, bias, number, standings);                            \
  }                                                                                             \
  TARGET static void NAME(const float *data, int64_t d, const int32_t *rows, int64_t count,     \
                          const kindred_centers *centers, float *best, float *second,           \
                          int32_t *label, float *others) {                                      \
    standing standings[BLOCK];                                                                  \
    const float *row[BLOCK];                                                                    \
    for (int64_t start = 0; start < count; start += BLOCK) {                                    \
      const int block = (int)(count - start < BLOCK ? count - start : BLOCK);                   \
      for (int r = 0; r < block; r++) {                                                         \
        begin(&standings[r]);                                                                   \
        row[r] = data + (int64_t)rows[start + r] * d;                                           \
      }                                                                                         \
      for (int64_t first = 0; first < centers->stride; first += STRIP) {                        \
        const int64_t left = centers->stride - first;                                           \
        const int64_t width = left < STRIP ? left : STRIP;                                      \
        const float *strip = centers->panel + first * d;                                        \
        for (int64_t at = 0; at < width;) {                                                     \
          const int wide = width - at >= (VECTORS) * 16;                                        \
          const float *lanes = strip + at, *bias = centers->bias + first + at;                  \
          const int32_t number = (int32_t)((first + at) / 16);                                  \
          int r = 0;                                                                            \
          for (; r + (ROWS) <= block; r += (ROWS))                                              \
            (wide ? NAME##_wide : NAME##_narrow)(row + r, d, lanes, width, bias, number,        \
                                                 standings + r);                                \
          for (; r < block; r++)                                                                \
            for (int v = 0; v < (wide ? (VECTORS) : 1); v++)                                    \
              NAME##_single(row + r, d, lanes + v * 16, width, bias + v * 16, number + v,       \
                            standings + r);                                                     \
          at += wide ? (VECTORS) * 16 : 16;                                                     \
        }                                                                                       \
      }                                                                                         \
      for (int r = 0; r < block; r++) {                                                         \
        const int32_t own = rows[start + r];                                                    \
        conclude(&standings[r], best + own, second + own, label + own,                          \
                 others == NULL ? NULL : others + (int64_t)own * 16);                           \
      }                                                                                         \
    }                                                                                           \
  }

#if defined(__x86_64__)
DEFINE_DENSE(dense_avx512, TARGET_AVX512, 8, 3)
DEFINE_DENSE(dense_avx2, TARGET_AVX2, 6, 1)
#endif
DEFINE_DENSE(dense_baseline, , 2, 1)

void kindred_assign_dense(int32_t level, const float *data, int64_t d, const int32_t *rows,
                          int64_t count, const kindred_centers *centers, float *best,
                          float *second, int32_t *label, float *others) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      dense_avx512(data, d, rows, count, centers, best, second, label, others);
      return;
    case KINDRED_AVX2:
      dense_avx2(data, d, rows, count, centers, best, second, label, others);
      return;
#endif
    default:
      dense_baseline(data, d, rows, count, centers, best, second, label, others);
  }
}
