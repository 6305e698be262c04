// Comparison of full rows with those groups of centers alone that the bounds leave open. For each group
// the rows that need it are gathered, so that they meet its centers in tiles while those are in cache.
#include <string.h>

#include "bounds.h"
#include "fold.h"
#include "machine.h"
#include "prune.h"

/// Rows with more open groups than this run through the kernel for all centers, which is then faster.
enum { GREATEST_OPEN = 9, TILE = 4 };

/// Rows that are skipped in between leave the processor no pattern, so listed rows are fetched this many
/// ahead.
enum { AHEAD = 6 };

typedef float loose16 __attribute__((ext_vector_type(16), aligned(4)));
typedef _Bool v16b __attribute__((ext_vector_type(16)));

/// What is known of a row while its groups are compared: the best score so far and its center, the next
/// best in that center's group, the best of all others, and the score of the center it came with.
typedef struct {
  float best, neighbor, second, own_score;
  int32_t label, own;
  uint32_t open;
} candidate;

/// The sum of each of 16 vectors, one a lane.
INLINE void sum_each(const v16f *vectors, v16f *sums) {
  static const int ORDER[16] = {0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15};
  v16f eights[8], fours[4], twos[2];
  UNROLL for (int q = 0; q < 8; q++) {
    const v16f a = vectors[ORDER[q]], b = vectors[ORDER[q + 8]];
    eights[q] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21,
                                        22, 23) +
                __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28,
                                        29, 30, 31);
  }
  UNROLL for (int q = 0; q < 4; q++) {
    const v16f a = eights[q], b = eights[q + 4];
    fours[q] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25,
                                       26, 27) +
               __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29,
                                       30, 31);
  }
  UNROLL for (int q = 0; q < 2; q++) {
    const v16f a = fours[q], b = fours[q + 2];
    twos[q] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13,
                                      28, 29) +
              __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15,
                                      30, 31);
  }
  *sums = __builtin_shufflevector(twos[0], twos[1], 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12,
                                  14, 28, 30) +
          __builtin_shufflevector(twos[0], twos[1], 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13,
                                  15, 29, 31);
}

/// The products of four rows and four centers that lie one after another, `side` × `side` at a time; lane
/// 4r + c holds that of row r and center c. Rows are read up to `width`, where centers hold 0.
INLINE void multiply(const float *const *row, const float *centers, int64_t width, int side,
                     v16f *products) {
  v16f sums[TILE * TILE];
  UNROLL for (int top = 0; top < TILE; top += side)
    UNROLL for (int left = 0; left < TILE; left += side) {
      v16f part[TILE][TILE];
      UNROLL for (int r = 0; r < side; r++)
        UNROLL for (int c = 0; c < side; c++) part[r][c] = (v16f)(0.0f);
#pragma clang loop unroll(disable)
      for (int64_t p = 0; p < width; p += 16) {
        v16f x[TILE];
        UNROLL for (int r = 0; r < side; r++) x[r] = *(const loose16 *)(row[top + r] + p);
        UNROLL for (int c = 0; c < side; c++) {
          const v16f lane = *(const v16f *)(centers + (left + c) * width + p);
          UNROLL for (int r = 0; r < side; r++) part[r][c] += x[r] * lane;
        }
      }
      UNROLL for (int r = 0; r < side; r++)
        UNROLL for (int c = 0; c < side; c++) sums[(top + r) * TILE + left + c] = part[r][c];
    }
  sum_each(sums, products);
}

/// The score of a row at one center.
INLINE float score_at(const float *x, const float *center, int64_t width, float bias) {
  v16f sums = (v16f)(0.0f);
  for (int64_t p = 0; p < width; p += 16)
    sums += *(const loose16 *)(x + p) * *(const v16f *)(center + p);
  v8f eight = sums.lo + sums.hi;
  v4f four = eight.lo + eight.hi;
  return (four[0] + four[2]) + (four[1] + four[3]) + bias;
}

/// Asks for the first lines of a row.
INLINE void fetch(const float *x, int64_t d) {
  for (int64_t p = 0; p < d && p < 512; p += 16) __builtin_prefetch(x + p);
}

/// The place of a center in the panel.
INLINE int64_t place_of(const kindred_groups *groups, int32_t center) {
  return (int64_t)(center % 16) * groups->depth + center / 16;
}

/// Takes in what a group gave: its greatest score and that center, and the next greatest.
INLINE void merge(candidate *row, float greatest, int32_t center, float next) {
  if (greatest > row->best) {
    row->second = row->best > next ? row->best : next;
    row->best = greatest;
    row->neighbor = next;
    row->label = center;
  } else if (greatest > row->second) {
    row->second = greatest;
  }
}

/// Folds each lane together with the lane that the order pairs it with.
#define JOIN_LANES(found, center, ...)                                                          \
  do {                                                                                          \
    const v16f top_ = __builtin_shufflevector((found).top, (found).top, __VA_ARGS__);           \
    const v16f next_ = __builtin_shufflevector((found).next, (found).next, __VA_ARGS__);        \
    const v16i center_ = __builtin_shufflevector(center, center, __VA_ARGS__);                  \
    const v16f lesser_ = top_ > (found).top ? (found).top : top_;                               \
    const v16i wins_ = top_ > (found).top;                                                      \
    (found).next = (found).next > next_ ? (found).next : next_;                                 \
    (found).next = (found).next > lesser_ ? (found).next : lesser_;                             \
    (found).top = top_ > (found).top ? top_ : (found).top;                                      \
    (center) = wins_ ? center_ : (center);                                                      \
  } while (0)

/// Compares four rows, of which the first `count` matter, with a group.
INLINE void compare(const float *const *x, const kindred_groups *groups, int group, int count,
                    candidate *const *rows, float *const *others, int side) {
  standing found;
  begin(&found);
  const float *bias = groups->bias + group * groups->depth;
  const float *panel = groups->panel + group * groups->depth * groups->width;
  for (int64_t i = 0; i < groups->depth; i += TILE) {
    const v4f four = *(const v4f *)(bias + i);
    v16f scores;
    multiply(x, panel + i * groups->width, groups->width, side, &scores);
    scores += __builtin_shufflevector(four, four, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    fold(&scores, (int32_t)i, &found);
  }
  v16i center = found.origin * 16 + group +
                (v16i){0, 16, 32, 48, 0, 16, 32, 48, 0, 16, 32, 48, 0, 16, 32, 48};
  JOIN_LANES(found, center, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  JOIN_LANES(found, center, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  for (int r = 0; r < count; r++) {
    merge(rows[r], found.top[r * TILE], center[r * TILE], found.next[r * TILE]);
    others[r][group] = found.top[r * TILE];
  }
}

#define DEFINE_REFINE(NAME, TARGET, SIDE)                                                       \
  TARGET static int64_t NAME(const kindred_bounds *bounds, const float *data, int64_t n,        \
                             int64_t d, const kindred_groups *groups, int32_t *rows,            \
                             int64_t count, float *best, float *second, int32_t *label,         \
                             int64_t *refined) {                                                \
    const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};                  \
    const v16f group_drift = *(const v16f *)bounds->group_drift;                                \
    candidate candidates[KINDRED_REFINE_ROWS];                                                  \
    float scores[KINDRED_REFINE_ROWS];                                                          \
    uint16_t open[KINDRED_REFINE_ROWS];                                                         \
    int32_t listed[KINDRED_REFINE_ROWS];                                                        \
    uint8_t lists[16][KINDRED_REFINE_ROWS];                                                     \
    int lengths[16] = {0}, kept = 0;                                                            \
    int64_t whole = 0;                                                                          \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i], own = label[row];                                            \
      if (i + AHEAD < count) fetch(data + (int64_t)rows[i + AHEAD] * d, d);                     \
      open[i] = 0xffff;                                                                         \
      if ((int64_t)row * d + groups->width > n * d) continue;                                   \
      const int64_t place = place_of(groups, own);                                              \
      const float *center = groups->panel + place * groups->width;                              \
      scores[i] =                                                                               \
          score_at(data + (int64_t)row * d, center, groups->width, groups->bias[place]);        \
      const float norm = (float)bounds->squared_norms[row];                                     \
      const float distance = reach_of(scores[i], slack(norm, bounds), norm);                    \
      bounds->reach[row] = distance - bounds->center_drift[own];                                \
      const v16f left = *(const v16f *)(bounds->others + (int64_t)row * 16) - group_drift;      \
      const float margin = margin_of(bounds, bounds->reach[row], own);                          \
      const v16b closed = __builtin_convertvector(left > (v16f)(margin), v16b);                 \
      uint16_t bits;                                                                            \
      memcpy(&bits, &closed, sizeof bits);                                                      \
      open[i] = (uint16_t)~bits;                                                                \
    }                                                                                           \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i], own = label[row];                                            \
      if (open[i] == 0) continue;                                                               \
      if (__builtin_popcount(open[i]) > GREATEST_OPEN) {                                        \
        rows[whole++] = row;                                                                    \
        continue;                                                                               \
      }                                                                                         \
      const int sees_own = open[i] >> (own % 16) & 1;                                           \
      candidates[kept] = (candidate){sees_own ? -INFINITY : scores[i], -INFINITY, -INFINITY,    \
                                     scores[i], own, own, open[i]};                             \
      for (uint32_t rest = open[i]; rest != 0; rest &= rest - 1) {                              \
        const int group = __builtin_ctz(rest);                                                  \
        lists[group][lengths[group]++] = (uint8_t)kept;                                         \
      }                                                                                         \
      listed[kept++] = row;                                                                     \
    }                                                                                           \
    for (int group = 0; group < 16; group++)                                                    \
      for (int i = 0; i < lengths[group]; i += TILE) {                                          \
        const int here = lengths[group] - i < TILE ? lengths[group] - i : TILE;                 \
        const float *x[TILE];                                                                   \
        candidate *row[TILE];                                                                   \
        float *others[TILE];                                                                    \
        for (int r = 0; r < TILE; r++) {                                                        \
          const int at = lists[group][i + (r < here ? r : 0)];                                  \
          x[r] = data + (int64_t)listed[at] * d;                                                \
          row[r] = &candidates[at];                                                             \
          others[r] = bounds->others + (int64_t)listed[at] * 16;                                \
        }                                                                                       \
        compare(x, groups, group, here, row, others, SIDE);                                     \
      }                                                                                         \
    for (int i = 0; i < kept; i++) {                                                            \
      const int32_t row = listed[i];                                                            \
      candidate *found = &candidates[i];                                                        \
      float *slots = bounds->others + (int64_t)row * 16;                                        \
      const float norm = (float)bounds->squared_norms[row];                                     \
      const float loose = slack(norm, bounds);                                                  \
      if (found->open >> (found->label % 16) & 1) slots[found->label % 16] = found->neighbor;   \
      const v16i is_open = ((v16i)((int32_t)found->open) >> lanes & 1) != 0;                    \
      v16f *others = (v16f *)slots;                                                             \
      v16f fresh = *others;                                                                     \
      set_away(&fresh, norm, loose);                                                            \
      *others = is_open ? fresh + group_drift : *others;                                        \
      if (found->label != found->own && !(found->open >> (found->own % 16) & 1)) {              \
        v16f left = (v16f)(found->own_score);                                                   \
        set_away(&left, norm, loose);                                                           \
        const int group = found->own % 16;                                                      \
        const float bound = left[group] + group_drift[group];                                   \
        if (!(bound >= slots[group])) slots[group] = bound;                                     \
      }                                                                                         \
      bounds->reach[row] =                                                                      \
          reach_of(found->best, loose, norm) - bounds->center_drift[found->label];              \
      best[row] = found->best;                                                                  \
      second[row] = found->second;                                                              \
      label[row] = found->label;                                                                \
      rows[whole + i] = row;                                                                    \
    }                                                                                           \
    *refined = kept;                                                                            \
    return whole;                                                                               \
  }

#if defined(__x86_64__)
DEFINE_REFINE(refine_avx512, TARGET_AVX512, 4)
DEFINE_REFINE(refine_avx2, TARGET_AVX2, 2)
#endif
DEFINE_REFINE(refine_baseline, , 1)

int64_t kindred_refine_dense(int32_t level, const kindred_bounds *bounds, const float *data,
                             int64_t n, int64_t d, const kindred_groups *groups, int32_t *rows,
                             int64_t count, float *best, float *second, int32_t *label,
                             int64_t *refined) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      return refine_avx512(bounds, data, n, d, groups, rows, count, best, second, label, refined);
    case KINDRED_AVX2:
      return refine_avx2(bounds, data, n, d, groups, rows, count, best, second, label, refined);
#endif
    default:
      return refine_baseline(bounds, data, n, d, groups, rows, count, best, second, label,
                             refined);
  }
}
