// Which clusters may be the nearest of one by Ward's distance: bounds of all of them, then those whose lower
// bound is not above some of the upper ones.
#include "merges.h"

#include "fold.h"
#include "machine.h"

/// What products too small for a float may add up to; norms are 1 at most.
#define UNDERFLOW 1e-30f

/// The number of the given place in rising order; what is not a number comes last.
static float in_order(const v16f *lanes, int32_t place) {
  float sorted[16];
  int32_t count = 0;
  for (int i = 0; i < 16; i++) {
    const float value = (*lanes)[i];
    int32_t at = count++;
    for (; at > 0 && sorted[at - 1] > value; at--) sorted[at] = sorted[at - 1];
    sorted[at] = value;
  }
  return sorted[place];
}

#define DEFINE_NEAREST(NAME, TARGET)                                                            \
  TARGET static int64_t NAME(const kindred_merge_clusters *clusters, float inverse, float norm, \
                             float error, int32_t nearest, float *dots, float *least,           \
                             int32_t *found, float *limit_) {                                   \
    v16f highest = (v16f)(INFINITY);                                                            \
    for (int64_t i = 0; i < clusters->count; i += 16) {                                         \
      const v16f other = *(const v16f *)(clusters->inverse + i);                                \
      const v16f norms = norm + *(const v16f *)(clusters->norm + i);                            \
      const v16f factor = 2.0f / (inverse + other);                                             \
      const v16f dot = *(const v16f *)(dots + i);                                               \
      const v16f value = factor * (norms - 2.0f * inverse * other * dot);                       \
      const v16f doubt = factor * (error * norms + UNDERFLOW);                                  \
      const v16f high = value + doubt;                                                          \
      *(v16f *)(least + i) = value - doubt;                                                     \
      highest = high < highest ? high : highest;                                                \
    }                                                                                           \
    /* Each lane has a cluster of its own below its least upper bound. */                       \
    const float limit = in_order(&highest, nearest - 1);                                        \
    *limit_ = limit;                                                                            \
    int64_t count = 0;                                                                          \
    for (int64_t i = 0; i < clusters->count; i += 16) {                                         \
      /* Of clusters that are not there the bound is no number, which is below nothing. */      \
      if (__builtin_reduce_or(*(const v16f *)(least + i) <= limit)) {                           \
        for (int64_t place = i; place < i + 16; place++) {                                      \
          if (!(least[place] <= limit)) continue;                                               \
          found[count++] = dots[place] == 0 ? (int32_t)(-1 - place) : (int32_t)place;           \
        }                                                                                       \
      }                                                                                         \
      *(v16f *)(dots + i) = (v16f)(0.0f);                                                       \
    }                                                                                           \
    return count;                                                                               \
  }

#if defined(__x86_64__)
DEFINE_NEAREST(nearest_avx512, TARGET_AVX512)
DEFINE_NEAREST(nearest_avx2, TARGET_AVX2)
#endif
DEFINE_NEAREST(nearest_baseline, )

int64_t kindred_nearest_merges(int32_t level, const kindred_merge_clusters *clusters, float inverse,
                               float norm, float error, int32_t nearest, float *dots, float *least,
                               int32_t *found, float *limit) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      return nearest_avx512(clusters, inverse, norm, error, nearest, dots, least, found, limit);
    case KINDRED_AVX2:
      return nearest_avx2(clusters, inverse, norm, error, nearest, dots, least, found, limit);
#endif
    default:
      return nearest_baseline(clusters, inverse, norm, error, nearest, dots, least, found, limit);
  }
}
