// Near-ties decided again in double precision.
#include "exact.h"

#include "drift.h"
#include "fold.h"
#include "machine.h"

// A fused multiply-add would give other last bits than the levels without one.
#pragma STDC FP_CONTRACT OFF

typedef double v8d __attribute__((ext_vector_type(8)));
typedef double loose8d __attribute__((ext_vector_type(8), aligned(8)));

#define DEFINE_EXACT(NAME, TARGET)                                                              \
  TARGET static int32_t NAME(const kindred_rows *points, int32_t row,                           \
                             const kindred_centers *centers, const double *scale,               \
                             const double *bias, double *scores) {                              \
    const kindred_cells *cells = &centers->cells;                                               \
    const int64_t stride = centers->stride;                                                     \
    const int64_t start = points->row_offsets[row], end = points->row_offsets[row + 1];         \
    int64_t head_end = start;                                                                   \
    while (head_end < end && points->columns[head_end] < cells->head) head_end++;               \
    for (int64_t lane = 0; lane < stride; lane += 16) {                                         \
      v8d low = (v8d)(0.0), high = (v8d)(0.0);                                                  \
      for (int64_t p = start; p < head_end; p++) {                                              \
        const v16f sums = *(const v16f *)(centers->panel + points->columns[p] * stride + lane); \
        const v8d value = (v8d)((double)points->values[p]);                                     \
        low += value * __builtin_convertvector(sums.lo, v8d);                                   \
        high += value * __builtin_convertvector(sums.hi, v8d);                                  \
      }                                                                                         \
      *(loose8d *)(scores + lane) = low;                                                        \
      *(loose8d *)(scores + lane + 8) = high;                                                   \
    }                                                                                           \
    for (int64_t p = head_end; p < end; p++) {                                                  \
      const int64_t term = points->columns[p] - cells->head;                                    \
      const double value = points->values[p];                                                   \
      const int64_t first = cells->offsets[term];                                               \
      for (int64_t c = first; c < first + cells->counts[term]; c++)                             \
        scores[cells->lanes[c]] += value * (double)cells->sums[c];                              \
    }                                                                                           \
    v8d top = (v8d)(-INFINITY);                                                                 \
    for (int64_t lane = 0; lane < stride; lane += 8) {                                          \
      loose8d *score = (loose8d *)(scores + lane);                                              \
      *score = *score * *(const loose8d *)(scale + lane) + *(const loose8d *)(bias + lane);     \
      top = *score > top ? *score : top;                                                        \
    }                                                                                           \
    double greatest = top[0];                                                                   \
    UNROLL for (int i = 1; i < 8; i++) greatest = top[i] > greatest ? top[i] : greatest;        \
    for (int32_t lane = 0; lane < stride; lane++)                                               \
      if (scores[lane] == greatest) return lane;                                                \
    return 0;                                                                                   \
  }

#if defined(__x86_64__)
DEFINE_EXACT(exact_avx512, TARGET_AVX512)
DEFINE_EXACT(exact_avx2, TARGET_AVX2)
#endif
DEFINE_EXACT(exact_baseline, )

int32_t kindred_exact_sparse(int32_t level, const kindred_rows *points, int32_t row,
                             const kindred_centers *centers, const double *scale,
                             const double *bias, double *scores) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      return exact_avx512(points, row, centers, scale, bias, scores);
    case KINDRED_AVX2:
      return exact_avx2(points, row, centers, scale, bias, scores);
#endif
    default:
      return exact_baseline(points, row, centers, scale, bias, scores);
  }
}

/// A squared distance over a row's terms, and what of the center lies outside them; rounding alone leaves a
/// trace of that.
static double with_rest(double sum, double shared, double norm) {
  const double rest = norm - shared;
  return rest > 1e-14 * norm ? sum + rest : sum;
}

void kindred_exact_distances(const kindred_rows *points, int64_t first, int64_t last,
                             const int32_t *label, const kindred_centers *centers,
                             const double *scale, const double *norm, double *distance) {
  for (int64_t row = first; row < last; row++) {
    const int32_t center = label[row];
    double sum = 0, shared = 0;
    for (int64_t p = points->row_offsets[row]; p < points->row_offsets[row + 1]; p++) {
      const int64_t term = points->columns[p];
      const float cell = term < centers->cells.head
                             ? centers->panel[term * centers->stride + center]
                             : kindred_cell(centers, term, center);
      const double coordinate = (double)cell * scale[center];
      const double difference = (double)points->values[p] - coordinate;
      sum += difference * difference;
      shared += coordinate * coordinate;
    }
    distance[row] = with_rest(sum, shared, norm[center]);
  }
}

void kindred_exact_distances_by_term(const int64_t *offsets, const int32_t *rows,
                                     const float *values, int64_t n, int64_t d,
                                     const int32_t *label, const kindred_centers *centers,
                                     const double *scale, const double *norm, double *shared,
                                     double *distance) {
  for (int64_t term = 0; term < d; term++) {
    const float *lane =
        term < centers->cells.head ? centers->panel + term * centers->stride : NULL;
    for (int64_t p = offsets[term]; p < offsets[term + 1]; p++) {
      const int32_t row = rows[p], center = label[row];
      const float cell = lane != NULL ? lane[center] : kindred_cell(centers, term, center);
      const double coordinate = (double)cell * scale[center];
      const double difference = (double)values[p] - coordinate;
      distance[row] += difference * difference;
      shared[row] += coordinate * coordinate;
    }
  }
  for (int64_t row = 0; row < n; row++)
    distance[row] = with_rest(distance[row], shared[row], norm[label[row]]);
}
