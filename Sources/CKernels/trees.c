// Inner loops over trees.
#include "trees.h"

#include "fold.h"
#include "machine.h"

#pragma STDC FP_CONTRACT OFF

typedef double v8d __attribute__((ext_vector_type(8)));
typedef double loose8d __attribute__((ext_vector_type(8), aligned(8)));
typedef float loose8f __attribute__((ext_vector_type(8), aligned(4)));

/// How much of the depth is packed at a time.
enum { DEPTH = 256 };

/// Packs `depth` × `columns` elements into rows of `width`; what is missing never is least.
INLINE void pack(kindred_part b, int64_t depth, int64_t columns, int64_t width, double *strip) {
  if (b.column == 1) {
    for (int64_t p = 0; p < depth; p++) {
      for (int64_t j = 0; j < columns; j++) strip[p * width + j] = b.start[p * b.row + j];
      for (int64_t j = columns; j < width; j++) strip[p * width + j] = INFINITY;
    }
    return;
  }
  for (int64_t j = 0; j < columns; j++)
    for (int64_t p = 0; p < depth; p++)
      strip[p * width + j] = b.start[p * b.row + j * b.column];
  for (int64_t j = columns; j < width; j++)
    for (int64_t p = 0; p < depth; p++) strip[p * width + j] = INFINITY;
}

/// `rows` rows against a packed strip; `first` tells whether c holds nothing yet.
INLINE void tropical_tile(int rows, int vectors, int64_t depth, kindred_part a,
                          const double *strip, double *c, int64_t c_row, int64_t columns,
                          int first) {
  v8d least[4][4];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) least[r][v] = (v8d)(INFINITY);
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < depth; p++) {
    v8d lanes[4];
    UNROLL for (int v = 0; v < vectors; v++) lanes[v] = ((const v8d *)strip)[p * vectors + v];
    UNROLL for (int r = 0; r < rows; r++) {
      const v8d value = (v8d)(a.start[r * a.row + p * a.column]);
      UNROLL for (int v = 0; v < vectors; v++) {
        const v8d sum = value + lanes[v];
        least[r][v] = sum < least[r][v] ? sum : least[r][v];
      }
    }
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) {
      double *target = c + r * c_row + v * 8;
      const int64_t left = columns - v * 8;
      if (left >= 8) {
        loose8d *place = (loose8d *)target;
        if (!first) least[r][v] = *place < least[r][v] ? *place : least[r][v];
        *place = least[r][v];
      } else {
        for (int64_t j = 0; j < left; j++)
          if (first || least[r][v][j] < target[j]) target[j] = least[r][v][j];
      }
    }
}

/// One level: tiles of ROWS × VECTORS registers stay in its register file.
#define DEFINE_MIN_PLUS(NAME, TARGET, ROWS, VECTORS)                                              \
  TARGET static void NAME(int64_t rows, int64_t columns, int64_t depth, kindred_part a,           \
                          kindred_part b, double *c, int64_t c_row, double *scratch) {            \
    enum { WIDTH = 8 * (VECTORS) };                                                               \
    for (int64_t j = 0; j < columns; j += WIDTH) {                                                \
      const int64_t width = columns - j < WIDTH ? columns - j : WIDTH;                            \
      for (int64_t p = 0; p < depth; p += DEPTH) {                                                \
        const int64_t here = depth - p < DEPTH ? depth - p : DEPTH;                               \
        const kindred_part part = {b.start + p * b.row + j * b.column, b.row, b.column};          \
        pack(part, here, width, WIDTH, scratch);                                                  \
        int64_t i = 0;                                                                            \
        for (; i + (ROWS) <= rows; i += (ROWS)) {                                                 \
          const kindred_part own = {a.start + i * a.row + p * a.column, a.row, a.column};         \
          tropical_tile(ROWS, VECTORS, here, own, scratch, c + i * c_row + j, c_row, width,       \
                        p == 0);                                                                  \
        }                                                                                         \
        for (; i < rows; i++) {                                                                   \
          const kindred_part own = {a.start + i * a.row + p * a.column, a.row, a.column};         \
          tropical_tile(1, VECTORS, here, own, scratch, c + i * c_row + j, c_row, width, p == 0); \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }

#if defined(__x86_64__)
DEFINE_MIN_PLUS(min_plus_avx512, TARGET_AVX512, 4, 4)
DEFINE_MIN_PLUS(min_plus_avx2, TARGET_AVX2, 2, 2)
#endif
DEFINE_MIN_PLUS(min_plus_baseline, , 1, 1)

void kindred_min_plus(int32_t level, int64_t rows, int64_t columns, int64_t depth, kindred_part a,
                      kindred_part b, double *c, int64_t c_row, double *scratch) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      min_plus_avx512(rows, columns, depth, a, b, c, c_row, scratch);
      return;
    case KINDRED_AVX2:
      min_plus_avx2(rows, columns, depth, a, b, c, c_row, scratch);
      return;
#endif
    default:
      min_plus_baseline(rows, columns, depth, a, b, c, c_row, scratch);
  }
}

#define DEFINE_MOMENTS(NAME, TARGET)                                                              \
  TARGET static void NAME(const float *distances, int32_t count, double offset, int32_t squared,  \
                          double merge, double height, const double *merges,                      \
                          const double *heights, double *sums) {                                  \
    v8d x = (v8d)(0.0), xx = (v8d)(0.0), xy = (v8d)(0.0);                                         \
    int32_t j = 0;                                                                                \
    for (; j + 8 <= count; j += 8) {                                                              \
      v8d d = __builtin_convertvector(*(const loose8f *)(distances + j), v8d);                    \
      if (squared) d *= d + 2 * offset;                                                           \
      const v8d other = *(const loose8d *)(heights + j);                                          \
      const v8d y = *(const loose8d *)(merges + j) < (v8d)(merge) ? (v8d)(height) : other;        \
      x += d;                                                                                     \
      xx += d * d;                                                                                \
      xy += d * y;                                                                                \
    }                                                                                             \
    double total[3] = {0, 0, 0};                                                                  \
    for (int lane = 0; lane < 8; lane++) {                                                        \
      total[0] += x[lane];                                                                        \
      total[1] += xx[lane];                                                                       \
      total[2] += xy[lane];                                                                       \
    }                                                                                             \
    for (; j < count; j++) {                                                                      \
      double d = distances[j];                                                                    \
      if (squared) d *= d + 2 * offset;                                                           \
      const double y = merges[j] < merge ? height : heights[j];                                   \
      total[0] += d;                                                                              \
      total[1] += d * d;                                                                          \
      total[2] += d * y;                                                                          \
    }                                                                                             \
    for (int i = 0; i < 3; i++) sums[i] += total[i];                                              \
  }

#if defined(__x86_64__)
DEFINE_MOMENTS(moments_avx512, TARGET_AVX512)
DEFINE_MOMENTS(moments_avx2, TARGET_AVX2)
#endif
DEFINE_MOMENTS(moments_baseline, )

void kindred_add_tree_moments(int32_t level, const float *distances, int32_t count, float offset,
                              int32_t squared, double merge, double height, const double *merges,
                              const double *heights, double *sums) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      moments_avx512(distances, count, offset, squared, merge, height, merges, heights, sums);
      return;
    case KINDRED_AVX2:
      moments_avx2(distances, count, offset, squared, merge, height, merges, heights, sums);
      return;
#endif
    default:
      moments_baseline(distances, count, offset, squared, merge, height, merges, heights, sums);
  }
}
