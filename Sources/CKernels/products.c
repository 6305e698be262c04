// Products of a sparse matrix with a tall dense one, sixteen columns at a time. The same text is
// compiled for each instruction-set level.
#include "products.h"

#include <math.h>
#include <string.h>

#include "machine.h"

typedef float v16f __attribute__((ext_vector_type(16)));
typedef double v8d __attribute__((ext_vector_type(8)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

/// The lanes that one pass over a row keeps in registers, in vectors.
enum { WIDEST = 8 };

/// How many entries ahead a projection fetches the basis.
enum { PROJECTION_AHEAD = 8 };

INLINE void gram_stripe(const kindred_rows *x, int64_t n, int64_t d, float a, const float *input,
                        float b, float c, const float *previous, float *output,
                        int64_t stride, int vectors) {
  for (int64_t term = 0; term < d; term++) {
    const v16f *from = (const v16f *)(input + term * stride);
    const v16f *old = (const v16f *)(previous + term * stride);
    v16f *to = (v16f *)(output + term * stride);
    UNROLL for (int v = 0; v < vectors; v++) {
      v16f sum = from[v] * b;
      if (c != 0) sum += old[v] * c;
      to[v] = sum;
    }
  }
  for (int64_t row = 0; row < n; row++) {
    int64_t start = x->row_offsets[row];
    int64_t end = x->row_offsets[row + 1];
    v16f sums[2];
    UNROLL for (int v = 0; v < vectors; v++) sums[v] = (v16f)(0);
    for (int64_t p = start; p < end; p++) {
      // Without this the loop waits for memory at every rare term.
      int64_t ahead = x->columns[p + KINDRED_PRODUCT_PADDING] * stride;
      UNROLL for (int v = 0; v < vectors; v++) {
        __builtin_prefetch(input + ahead + v * 16, 0);
        __builtin_prefetch(output + ahead + v * 16, 1);
      }
      const v16f *line = (const v16f *)(input + x->columns[p] * stride);
      UNROLL for (int v = 0; v < vectors; v++) sums[v] += line[v] * x->values[p];
    }
    UNROLL for (int v = 0; v < vectors; v++) sums[v] *= a;
    for (int64_t p = start; p < end; p++) {
      v16f *line = (v16f *)(output + x->columns[p] * stride);
      UNROLL for (int v = 0; v < vectors; v++) line[v] += sums[v] * x->values[p];
    }
  }
}

/// `vectors` registers of one row of X·basis, into `sums`; adds their squares to `squares`.
INLINE void project(const kindred_rows *x, int64_t start, int64_t end, const float *basis,
                    int64_t stride, int vectors, v16f *sums, v8d *squares) {
  v16f held[WIDEST];
  UNROLL for (int v = 0; v < vectors; v++) held[v] = (v16f)(0);
  for (int64_t p = start; p < end; p++) {
    const float *ahead = basis + x->columns[p + PROJECTION_AHEAD] * stride;
    const v16f *line = (const v16f *)(basis + x->columns[p] * stride);
    UNROLL for (int v = 0; v < vectors; v++) {
      __builtin_prefetch(ahead + v * 16, 0);
      held[v] += line[v] * x->values[p];
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    sums[v] = held[v];
    v8d low = __builtin_convertvector(held[v].lo, v8d);
    v8d high = __builtin_convertvector(held[v].hi, v8d);
    *squares += low * low + high * high;
  }
}

INLINE void project_rows(const kindred_rows *x, int64_t first, int64_t last, const float *basis,
                         int64_t stride, int64_t width, int32_t unit, float *output) {
  v16f sums[WIDEST];
  for (int64_t row = first; row < last; row++) {
    int64_t start = x->row_offsets[row];
    int64_t end = x->row_offsets[row + 1];
    float *target = output + row * width;
    v8d squares = (v8d)(0);
    for (int64_t lane = 0; lane < width; lane += 16 * WIDEST) {
      int64_t lanes = width - lane < 16 * WIDEST ? width - lane : 16 * WIDEST;
      const float *part = basis + lane;
      switch ((lanes + 15) / 16) {
        case 1: project(x, start, end, part, stride, 1, sums, &squares); break;
        case 2: project(x, start, end, part, stride, 2, sums, &squares); break;
        case 3: project(x, start, end, part, stride, 3, sums, &squares); break;
        case 4: project(x, start, end, part, stride, 4, sums, &squares); break;
        case 5: project(x, start, end, part, stride, 5, sums, &squares); break;
        case 6: project(x, start, end, part, stride, 6, sums, &squares); break;
        case 7: project(x, start, end, part, stride, 7, sums, &squares); break;
        default: project(x, start, end, part, stride, 8, sums, &squares); break;
      }
      memcpy(target + lane, sums, (size_t)lanes * sizeof(float));
    }
    if (!unit) continue;
    double total = ((squares[0] + squares[4]) + (squares[1] + squares[5])) +
                   ((squares[2] + squares[6]) + (squares[3] + squares[7]));
    if (total > 0) {
      double scale = 1 / sqrt(total);
      for (int64_t i = 0; i < width; i++) target[i] = (float)(target[i] * scale);
    }
  }
}

#define DEFINE_PRODUCTS(NAME, TARGET)                                                            \
  TARGET static void NAME##_gram(const kindred_rows *x, int64_t n, int64_t d, float a,           \
                                 const float *input, float b, float c, const float *previous,    \
                                 float *output, int64_t stride, int32_t vectors) {               \
    if (vectors == 2)                                                                            \
      gram_stripe(x, n, d, a, input, b, c, previous, output, stride, 2);                         \
    else                                                                                         \
      gram_stripe(x, n, d, a, input, b, c, previous, output, stride, 1);                         \
  }                                                                                              \
  TARGET static void NAME##_project(const kindred_rows *x, int64_t first, int64_t last,          \
                                    const float *basis, int64_t stride, int64_t width,           \
                                    int32_t unit, float *output) {                               \
    project_rows(x, first, last, basis, stride, width, unit, output);                            \
  }

#if defined(__x86_64__)
DEFINE_PRODUCTS(products_avx512,
                __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))))
DEFINE_PRODUCTS(products_avx2, __attribute__((target("avx2,fma"))))
#endif
DEFINE_PRODUCTS(products_baseline, )

void kindred_gram_stripe(int32_t level, const kindred_rows *x, int64_t n, int64_t d, float a,
                         const float *input, float b, float c, const float *previous,
                         float *output, int64_t stride, int64_t lane, int32_t vectors) {
  input += lane;
  previous += lane;
  output += lane;
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      products_avx512_gram(x, n, d, a, input, b, c, previous, output, stride, vectors);
      return;
    case KINDRED_AVX2:
      products_avx2_gram(x, n, d, a, input, b, c, previous, output, stride, vectors);
      return;
#endif
    default:
      products_baseline_gram(x, n, d, a, input, b, c, previous, output, stride, vectors);
  }
}

void kindred_project_rows(int32_t level, const kindred_rows *x, int64_t first, int64_t last,
                          const float *basis, int64_t stride, int64_t width, int32_t unit,
                          float *output) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      products_avx512_project(x, first, last, basis, stride, width, unit, output);
      return;
    case KINDRED_AVX2:
      products_avx2_project(x, first, last, basis, stride, width, unit, output);
      return;
#endif
    default:
      products_baseline_project(x, first, last, basis, stride, width, unit, output);
  }
}
