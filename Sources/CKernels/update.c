// Cluster sums term by term: each term's postings are added in row order by one thread, so the sums do
// not depend on how many threads there are, and no thread needs a copy of the centers.
#include "update.h"

#include <stddef.h>
#include <string.h>

#include "charges.h"
#include "drift.h"
#include "fold.h"
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

/// A term's postings that changed their label: the listed ones, or among all from..<until those of moved rows.
typedef struct {
  const kindred_change *listed;
  int64_t from;
  int64_t until;
} changed_postings;

static inline changed_postings changed(const kindred_changes *changes, int64_t term,
                                       const int32_t *rows, int64_t start, int64_t end) {
  if (changes->offsets != NULL)
    return (changed_postings){changes->listed, changes->offsets[term], changes->offsets[term + 1]};
  int64_t from = start;
  while (from < end && !changes->moved[rows[from]]) from++;
  return (changed_postings){NULL, from, end};
}

/// What a posting changes.
typedef struct {
  int32_t before;
  int32_t after;
  float value;
} change;

/// Reads what a posting changes; 0 when its row stayed where it was.
static inline int read_change(const changed_postings *postings, const kindred_changes *changes,
                              const int32_t *rows, const float *values, int64_t p,
                              change *change) {
  if (postings->listed != NULL) {
    const kindred_change listed = postings->listed[p];
    change->before = listed.before;
    change->after = listed.after;
    change->value = listed.value;
    return 1;
  }
  const int32_t row = rows[p];
  if (!changes->moved[row]) return 0;
  change->before = changes->before[row];
  change->after = changes->after[row];
  change->value = values[p];
  return 1;
}

/// The first term from `term` on that has listed changes, or one a little before it.
static inline int64_t skip_unchanged(const int32_t *offsets, int64_t term, int64_t last) {
  typedef int32_t loose16 __attribute__((ext_vector_type(16), aligned(4)));
  for (; term + 16 <= last; term += 16) {
    const v16i differ = *(const loose16 *)(offsets + term) ^ *(const loose16 *)(offsets + term + 1);
    if (__builtin_reduce_or(differ)) break;
  }
  return term;
}

/// Takes new sums of a whole lane in, eight clusters at a time; what stays adds nothing.
/// Multiplications and additions are not fused, so the levels agree to the last bit.
#define DEFINE_TAKE_LANE(NAME, TARGET)                                                           \
  TARGET static void NAME(const double *sums, int64_t stride, const double *scale, float *lane,  \
                          double *norm_change, double *cross_change, swing *swing) {             \
    _Pragma("clang fp contract(off)") v8d most = (v8d)(0.0), least = (v8d)(0.0);                 \
    for (int64_t j = 0; j < stride; j += 8) {                                                    \
      const v8f rounded = __builtin_convertvector(*(const loose8d *)(sums + j), v8f);            \
      const v8d new = __builtin_convertvector(rounded, v8d);                                     \
      const v8d old = __builtin_convertvector(*(const v8f *)(lane + j), v8d);                    \
      const v8d change = new - old;                                                              \
      *(loose8d *)(norm_change + j) += change * (new + old);                                     \
      *(loose8d *)(cross_change + j) += old * change;                                            \
      *(v8f *)(lane + j) = rounded;                                                              \
      if (scale != NULL) {                                                                       \
        const v8d moved = *(const loose8d *)(scale + j) * change;                                \
        most = moved > most ? moved : most;                                                      \
        least = moved < least ? moved : least;                                                   \
      }                                                                                          \
    }                                                                                            \
    if (scale == NULL) return;                                                                   \
    take(swing, __builtin_reduce_max(most));                                                     \
    take(swing, __builtin_reduce_min(least));                                                    \
  }

typedef double v8d __attribute__((ext_vector_type(8)));
typedef double loose8d __attribute__((ext_vector_type(8), aligned(8)));

#if defined(__x86_64__)
DEFINE_TAKE_LANE(take_lane_avx512, TARGET_AVX512)
DEFINE_TAKE_LANE(take_lane_avx2, TARGET_AVX2)
#endif
DEFINE_TAKE_LANE(take_lane_baseline, )

static void take_lane(int32_t level, const double *sums, int64_t stride, const double *scale,
                      float *lane, double *norm_change, double *cross_change, swing *swing) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      take_lane_avx512(sums, stride, scale, lane, norm_change, cross_change, swing);
      return;
    case KINDRED_AVX2:
      take_lane_avx2(sums, stride, scale, lane, norm_change, cross_change, swing);
      return;
#endif
    default: take_lane_baseline(sums, stride, scale, lane, norm_change, cross_change, swing);
  }
}

/// Up to so many lanes, taking all of them in costs no more than one cluster after another.
enum { SHORT_LANE = 64 };

void kindred_update_terms(int32_t level, const int64_t *offsets, const int32_t *rows, const float *values,
                          int64_t first, int64_t last, const kindred_changes *changes,
                          const uint8_t *is_exact, int64_t stride, float *panel, double *exact,
                          int64_t exact_count, double *scratch, double *norm_change,
                          double *cross_change, const kindred_move *move, float *lane_before,
                          const kindred_charges *charges) {
  const int32_t *after = changes->after;
  const int visits_all = changes->offsets == NULL || (move != NULL && move->scales_changed);
  for (int64_t term = first; term < last; term++) {
    const int64_t start = offsets[term], end = offsets[term + 1];
    float *lane = panel + term * stride;
    const changed_postings postings = changed(changes, term, rows, start, end);
    if (postings.from == postings.until) {
      if (!visits_all) term = skip_unchanged(changes->offsets, term + 1, last) - 1;
      if (move != NULL && move->scales_changed) drift_lane(move, lane, lane, stride, term);
      continue;
    }
    if (move != NULL) memcpy(lane_before, lane, (size_t)stride * sizeof *lane);
    // Sums that lose no digit need only what came and went; others are added up again.
    const int keeps_sums = term < exact_count && is_exact[term];
    double *sums = keeps_sums ? exact + term * stride : scratch;
    if (keeps_sums) {
      change change;
      for (int64_t p = postings.from; p < postings.until; p++) {
        if (!read_change(&postings, changes, rows, values, p, &change)) continue;
        sums[change.before] -= change.value;
        sums[change.after] += change.value;
      }
    } else {
      for (int64_t p = start; p < end; p++) sums[after[rows[p]]] += values[p];
    }
    swing swing = {0, 0};
    // The first posting and the last one changed.
    const int takes_lane = stride <= SHORT_LANE && postings.until - postings.from > 1;
    if (takes_lane)
      take_lane(level, sums, stride, charges == NULL ? NULL : charges->scale, lane, norm_change,
                cross_change, &swing);
    for (int64_t p = postings.from; p < postings.until && !takes_lane; p++) {
      // A row that stayed changes no sum; whichever rows came or went rewrite its cluster's cell.
      change change;
      if (!read_change(&postings, changes, rows, values, p, &change)) continue;
      const int32_t touched[2] = {change.before, change.after};
      for (int side = 0; side < 2; side++) {
        const int32_t cluster = touched[side];
        const float new_sum = (float)sums[cluster];
        const double old = lane[cluster], change = (double)new_sum - old;
        if (change == 0) continue;
        norm_change[cluster] += change * ((double)new_sum + old);
        cross_change[cluster] += old * change;
        lane[cluster] = new_sum;
        if (charges != NULL) take(&swing, charges->scale[cluster] * change);
      }
    }
    if (charges != NULL) charge(charges, &swing, rows, values, start, end);
    if (!keeps_sums) clear(scratch, stride, rows, start, end, after);
    if (move != NULL) drift_lane(move, lane_before, lane, stride, term);
  }
}

void kindred_rebuild_terms(int32_t level, const int64_t *offsets, const int32_t *rows,
                           const float *values, int64_t first, int64_t last, const int32_t *after,
                           int64_t stride, float *panel, double *exact, int64_t exact_count,
                           double *scratch, double *norm_change, double *cross_change) {
  swing unused = {0, 0};
  for (int64_t term = first; term < last; term++) {
    float *lane = panel + term * stride;
    for (int64_t p = offsets[term]; p < offsets[term + 1]; p++)
      scratch[after[rows[p]]] += values[p];
    if (term < exact_count) memcpy(exact + term * stride, scratch, (size_t)stride * sizeof *exact);
    take_lane(level, scratch, stride, NULL, lane, norm_change, cross_change, &unused);
    memset(scratch, 0, (size_t)stride * sizeof *scratch);
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
