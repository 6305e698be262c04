// Cluster sums term by term: each term's postings are added in row order by one thread, so the sums do
// not depend on how many threads there are, and no thread needs a copy of the centers.
#include "update.h"

#include <stddef.h>
#include <string.h>

#include "drift.h"
#include "machine.h"

/// Makes the sums of a term's clusters zero again, all of them or one by one, whichever is less work.
static void clear(double *scratch, int64_t stride, const int32_t *rows, int64_t start, int64_t end,
                  const int32_t *after) {
  if (end - start > stride / 8) {
    memset(scratch, 0, (size_t)stride * sizeof *scratch);
  } else {
    for (int64_t p = start; p < end; p++) scratch[after[rows[p]]] = 0;
  }
}

/// What a term's coordinates moved by.
static void drift_lane(const kindred_move *move, const float *before, const float *after,
                       int64_t stride, int64_t term) {
  kindred_drift_term(move->level, before, after, move->old_scale, move->new_scale, stride,
                     move->either_sign, move->rise + term * 16, move->span + term);
}

void kindred_update_terms(const int64_t *offsets, const int32_t *rows, const float *values,
                          int64_t first, int64_t last, const int32_t *before,
                          const int32_t *after, const uint8_t *moved, const uint8_t *dirty,
                          int64_t stride, float *panel, double *scratch, double *norm_change,
                          double *cross_change, const kindred_move *move, float *lane_before) {
  for (int64_t term = first; term < last; term++) {
    const int64_t start = offsets[term], end = offsets[term + 1];
    float *lane = panel + term * stride;
    int64_t change_at = start;
    if (dirty != NULL && !dirty[term]) {
      change_at = end;
    } else {
      while (change_at < end && !moved[rows[change_at]]) change_at++;
    }
    if (change_at == end) {
      if (move != NULL && move->scales_changed) drift_lane(move, lane, lane, stride, term);
      continue;
    }
    if (move != NULL) memcpy(lane_before, lane, (size_t)stride * sizeof *lane);
    for (int64_t p = start; p < end; p++) scratch[after[rows[p]]] += values[p];
    for (int64_t p = change_at; p < end; p++) {
      // A row that stayed changes no sum; whichever rows came or went rewrite its cluster's cell.
      if (!moved[rows[p]]) continue;
      const int32_t touched[2] = {before[rows[p]], after[rows[p]]};
      for (int side = 0; side < 2; side++) {
        const int32_t cluster = touched[side];
        const float new_sum = (float)scratch[cluster];
        const double old = lane[cluster], change = (double)new_sum - old;
        if (change == 0) continue;
        norm_change[cluster] += change * ((double)new_sum + old);
        cross_change[cluster] += old * change;
        lane[cluster] = new_sum;
      }
    }
    clear(scratch, stride, rows, start, end, after);
    if (move != NULL) drift_lane(move, lane_before, lane, stride, term);
  }
}

void kindred_rebuild_terms(const int64_t *offsets, const int32_t *rows, const float *values,
                           int64_t first, int64_t last, const int32_t *after, int64_t stride,
                           int32_t clusters, float *panel, double *scratch,
                           double *norm_change, double *cross_change) {
  for (int64_t term = first; term < last; term++) {
    float *lane = panel + term * stride;
    for (int64_t p = offsets[term]; p < offsets[term + 1]; p++)
      scratch[after[rows[p]]] += values[p];
    for (int32_t cluster = 0; cluster < clusters; cluster++) {
      const float new_sum = (float)scratch[cluster];
      const double old = lane[cluster], change = (double)new_sum - old;
      norm_change[cluster] += change * ((double)new_sum + old);
      cross_change[cluster] += old * change;
      lane[cluster] = new_sum;
      scratch[cluster] = 0;
    }
  }
}

/// Each sum has one order of additions whatever the level, so the levels agree to the last bit.
#define DEFINE_SUM_ROWS(NAME, TARGET)                                                        \
  TARGET static void NAME(const float *data, int64_t d, const int32_t *rows, int64_t count,  \
                          double sign, double *restrict sum) {                               \
    int64_t i = 0;                                                                           \
    for (; i + 4 <= count; i += 4) {                                                         \
      const float *a = data + rows[i] * d, *b = data + rows[i + 1] * d;                      \
      const float *c = data + rows[i + 2] * d, *e = data + rows[i + 3] * d;                  \
      for (int64_t j = 0; j < d; j++)                                                        \
        sum[j] = (((sum[j] + sign * a[j]) + sign * b[j]) + sign * c[j]) + sign * e[j];       \
    }                                                                                        \
    for (; i < count; i++) {                                                                 \
      const float *a = data + rows[i] * d;                                                   \
      for (int64_t j = 0; j < d; j++) sum[j] += sign * a[j];                                 \
    }                                                                                        \
  }

#if defined(__x86_64__)
DEFINE_SUM_ROWS(sum_rows_avx512,
                __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))))
DEFINE_SUM_ROWS(sum_rows_avx2, __attribute__((target("avx2,fma"))))
#endif
DEFINE_SUM_ROWS(sum_rows_baseline, )

void kindred_sum_rows(int32_t level, const float *data, int64_t d, const int32_t *rows,
                      int64_t count, double sign, double *sum) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      sum_rows_avx512(data, d, rows, count, sign, sum);
      return;
    case KINDRED_AVX2:
      sum_rows_avx2(data, d, rows, count, sign, sum);
      return;
#endif
    default:
      sum_rows_baseline(data, d, rows, count, sign, sum);
  }
}
