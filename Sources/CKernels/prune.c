// Which rows keep their label for certain after the centers moved: by the triangle inequality a center
// that moved by δ is at most δ nearer or farther than before.
#include "prune.h"

#include "fold.h"
#include "machine.h"

static const float ROUNDING = 1.1920929e-7f;

/// What a product may lose where numbers are too small for all their digits.
static const float UNDERFLOW_LOSS = 1.17549435e-38f;

/// What the score of a row with `length` products may be off by, twice, as a squared distance; infinite
/// or not a number when `center_norm` is infinite, which settles no row.
INLINE float slack(float length, float squared_norm, const kindred_bounds *bounds) {
  const float error = length * ROUNDING * sqrtf(squared_norm) * bounds->center_norm +
                      8 * ROUNDING * bounds->center_norm * bounds->center_norm;
  return 2 * error + 4 * ROUNDING * squared_norm + 4 * length * UNDERFLOW_LOSS;
}

INLINE float row_length(const kindred_bounds *bounds, int32_t row) {
  return bounds->row_offsets == NULL
             ? bounds->fixed_length
             : (float)(bounds->row_offsets[row + 1] - bounds->row_offsets[row] + 8);
}

/// The most that a row can be away from its center, given its score there; what is not a number stays so.
INLINE float reach_of(float score, float slack, float squared_norm) {
  const float squared = squared_norm - 2 * score + slack;
  return squared <= 0 ? 0 : sqrtf(squared) * (1 + 4 * ROUNDING);
}

/// True when no other center can be as near as a row's own.
INLINE int is_settled(const kindred_bounds *bounds, int32_t row, int32_t label) {
  const float drift = bounds->center_drift[label];
  const float reach = bounds->reach[row] + drift;
  const v16f left = *(const v16f *)(bounds->others + (int64_t)row * 16) -
                    *(const v16f *)bounds->group_drift;
  float least;
  LEAST(least, left);
  return least > reach + 1e-6f * (reach + drift + bounds->greatest_drift);
}

#define DEFINE_PRUNE(NAME, TARGET)                                                              \
  TARGET static void NAME##_store(const kindred_bounds *bounds, const int32_t *rows,            \
                                  int64_t count, const float *best, const int32_t *label) {     \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i];                                                              \
      const float norm = (float)bounds->squared_norms[row];                                     \
      const float loose = slack(row_length(bounds, row), norm, bounds);                         \
      v16f *others = (v16f *)(bounds->others + (int64_t)row * 16);                              \
      v16f squared = (v16f)(norm - loose) - 2 * *others;                                        \
      squared = squared > 0 ? squared : (v16f)(0.0f);                                           \
      *others = __builtin_elementwise_sqrt(squared) * (1 - 4 * ROUNDING) +                      \
                *(const v16f *)bounds->group_drift;                                             \
      bounds->reach[row] =                                                                      \
          reach_of(best[row], loose, norm) - bounds->center_drift[label[row]];                  \
    }                                                                                           \
  }                                                                                             \
  TARGET static int64_t NAME##_select(const kindred_bounds *bounds, const int32_t *rows,        \
                                      int64_t count, const int32_t *label,                      \
                                      int32_t *unsettled) {                                     \
    int64_t kept = 0;                                                                           \
    for (int64_t i = 0; i < count; i++) {                                                       \
      unsettled[kept] = rows[i];                                                                \
      kept += !is_settled(bounds, rows[i], label[rows[i]]);                                     \
    }                                                                                           \
    return kept;                                                                                \
  }                                                                                             \
  TARGET static int64_t NAME##_tighten_dense(const kindred_bounds *bounds, int32_t *rows,       \
                                             int64_t count, const int32_t *label,               \
                                             const float *data, int64_t d,                      \
                                             const float *centers, const float *bias) {         \
    int64_t kept = 0;                                                                           \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i], own = label[row];                                            \
      const float *x = data + (int64_t)row * d, *c = centers + (int64_t)own * d;                \
      typedef float loose16 __attribute__((ext_vector_type(16), aligned(4)));                   \
      v16f sums = (v16f)(0.0f);                                                                 \
      int64_t p = 0;                                                                            \
      for (; p + 16 <= d; p += 16)                                                              \
        sums += *(const loose16 *)(x + p) * *(const loose16 *)(c + p);                          \
      float score = bias[own];                                                                  \
      for (; p < d; p++) score += x[p] * c[p];                                                  \
      UNROLL for (int v = 0; v < 16; v++) score += sums[v];                                     \
      const float norm = (float)bounds->squared_norms[row];                                     \
      const float loose = slack(row_length(bounds, row), norm, bounds);                         \
      bounds->reach[row] = reach_of(score, loose, norm) - bounds->center_drift[own];            \
      rows[kept] = row;                                                                         \
      kept += !is_settled(bounds, row, own);                                                    \
    }                                                                                           \
    return kept;                                                                                \
  }                                                                                             \
  TARGET static int64_t NAME##_tighten_sparse(const kindred_bounds *bounds, int32_t *rows,      \
                                              int64_t count, const int32_t *label,              \
                                              const kindred_rows *points,                       \
                                              const kindred_centers *centers) {                 \
    int64_t kept = 0;                                                                           \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i], own = label[row];                                            \
      const float *lane = centers->panel + own;                                                 \
      float sum = 0;                                                                            \
      for (int64_t p = points->row_offsets[row]; p < points->row_offsets[row + 1]; p++)         \
        sum += points->values[p] * lane[(int64_t)points->columns[p] * centers->stride];         \
      const float score = sum * centers->scale[own] + centers->bias[own];                       \
      const float norm = (float)bounds->squared_norms[row];                                     \
      const float loose = slack(row_length(bounds, row), norm, bounds);                         \
      bounds->reach[row] = reach_of(score, loose, norm) - bounds->center_drift[own];            \
      rows[kept] = row;                                                                         \
      kept += !is_settled(bounds, row, own);                                                    \
    }                                                                                           \
    return kept;                                                                                \
  }

#if defined(__x86_64__)
DEFINE_PRUNE(prune_avx512, TARGET_AVX512)
DEFINE_PRUNE(prune_avx2, TARGET_AVX2)
#define DISPATCH(level, CALL)                         \
  switch (level) {                                    \
    case KINDRED_AVX512: return prune_avx512_##CALL;  \
    case KINDRED_AVX2: return prune_avx2_##CALL;      \
    default: return prune_baseline_##CALL;            \
  }
#else
#define DISPATCH(level, CALL) return prune_baseline_##CALL;
#endif
DEFINE_PRUNE(prune_baseline, )

void kindred_store_bounds(int32_t level, const kindred_bounds *bounds, const int32_t *rows,
                          int64_t count, const float *best, const int32_t *label) {
  DISPATCH(level, store(bounds, rows, count, best, label))
}

int64_t kindred_unsettled(int32_t level, const kindred_bounds *bounds, const int32_t *rows,
                          int64_t count, const int32_t *label, int32_t *unsettled) {
  DISPATCH(level, select(bounds, rows, count, label, unsettled))
}

int64_t kindred_tighten_dense(int32_t level, const kindred_bounds *bounds, int32_t *rows,
                              int64_t count, const int32_t *label, const float *data, int64_t d,
                              const float *centers, const float *bias) {
  DISPATCH(level, tighten_dense(bounds, rows, count, label, data, d, centers, bias))
}

int64_t kindred_tighten_sparse(int32_t level, const kindred_bounds *bounds, int32_t *rows,
                               int64_t count, const int32_t *label, const kindred_rows *points,
                               const kindred_centers *centers) {
  DISPATCH(level, tighten_sparse(bounds, rows, count, label, points, centers))
}
