// Which rows keep their label for certain after the centers moved: by the triangle inequality a center
// that moved by δ is at most δ nearer or farther than before.
#include "prune.h"

#include "bounds.h"
#include "fold.h"
#include "machine.h"

#define DEFINE_PRUNE(NAME, TARGET)                                                              \
  TARGET static void NAME##_store(const kindred_bounds *bounds, const int32_t *rows,            \
                                  int64_t count, const float *best, const int32_t *label) {     \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i];                                                              \
      const float norm = (float)bounds->squared_norms[row];                                     \
      const float loose = slack(norm, bounds);                                                  \
      v16f *others = (v16f *)(bounds->others + (int64_t)row * 16);                              \
      set_away(others, norm, loose);                                                            \
      *others += *(const v16f *)bounds->group_drift;                                            \
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
