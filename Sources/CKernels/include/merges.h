#ifndef CKERNELS_MERGES_H
#define CKERNELS_MERGES_H

#include <stdint.h>

/// Clusters, `count` of them in whole groups of 16: of each 1 / size, and ‖mean‖², infinite where there is none.
typedef struct {
  const float *inverse;
  const float *norm;
  int64_t count;
} kindred_merge_clusters;

/// Lists the clusters that may be among the `nearest` (1 to 16) nearest by Ward's distance
/// 2·a·b/(a + b)·‖mean − mean′‖² of one whose inverse size and norm are given. Sums of products are off by
/// `error` times the two norms at most.
/// IN/OUT: dots, the products of its sum with those of the clusters, all zero on return; its own is −∞.
/// OUT: found, `count` at most, −1 − place where the product is zero; limit, at or above which all others
/// are. Scratch: `count` in least. Returns how many.
int64_t kindred_nearest_merges(int32_t level, const kindred_merge_clusters *clusters, float inverse,
                               float norm, float error, int32_t nearest, float *dots, float *least,
                               int32_t *found, float *limit);

#endif
