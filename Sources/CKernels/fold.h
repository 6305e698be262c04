// The fold that keeps a row's best and next best score, lane by lane, and the vector types it works on.
#ifndef CKERNELS_FOLD_H
#define CKERNELS_FOLD_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef float v16f __attribute__((ext_vector_type(16)));
typedef int32_t v16i __attribute__((ext_vector_type(16)));
typedef float v8f __attribute__((ext_vector_type(8)));
typedef float v4f __attribute__((ext_vector_type(4)));
typedef int32_t v8i __attribute__((ext_vector_type(8)));
typedef int32_t v4i __attribute__((ext_vector_type(4)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

#if defined(__x86_64__)
#define TARGET_AVX512 __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define TARGET_AVX2 __attribute__((target("avx2,fma")))
#endif

/// Halves 16 elements until one is left, which is the one that the comparison prefers.
#define REDUCE(result, vector, wide, half, quarter, compare)               \
  do {                                                                     \
    wide wide_ = (vector);                                                 \
    half half_ = wide_.lo compare wide_.hi ? wide_.lo : wide_.hi;          \
    quarter part_ = half_.lo compare half_.hi ? half_.lo : half_.hi;       \
    quarter turned_ = __builtin_shufflevector(part_, part_, 2, 3, 0, 1);   \
    part_ = part_ compare turned_ ? part_ : turned_;                       \
    turned_ = __builtin_shufflevector(part_, part_, 1, 0, 3, 2);           \
    part_ = part_ compare turned_ ? part_ : turned_;                       \
    (result) = part_[0];                                                   \
  } while (0)

#define GREATEST(result, vector) REDUCE(result, vector, v16f, v8f, v4f, >)
#define LEAST(result, vector) REDUCE(result, vector, v16f, v8f, v4f, <)
#define LEAST_INTEGER(result, vector) REDUCE(result, vector, v16i, v8i, v4i, <)

/// What a row has seen so far in each of 16 lanes: the greatest score, the next greatest, and the number
/// of the register that the greatest came from.
typedef struct {
  v16f top;
  v16f next;
  v16i origin;
} standing;

INLINE void begin(standing *row) {
  row->top = (v16f)(-INFINITY);
  row->next = (v16f)(-INFINITY);
  row->origin = (v16i)(0);
}

/// Takes in a register of scores; a tie stays with the earlier one.
INLINE void fold(const v16f *scores, int32_t number, standing *row) {
  const v16f score = *scores;
  v16f lesser = score > row->top ? row->top : score;
  v16i wins = score > row->top;
  row->next = row->next > lesser ? row->next : lesser;
  row->top = score > row->top ? score : row->top;
  row->origin = wins ? (v16i)(number) : row->origin;
}

/// Writes what a row has seen: its best score, the lowest center that has it, the next best score, and
/// when asked the best of the other centers whose number is g modulo 16, for each g.
INLINE void conclude(const standing *row, float *best, float *second, int32_t *label,
                     float *others) {
  const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  float greatest, runner_up;
  int32_t center;
  GREATEST(greatest, row->top);
  v16i identity = row->origin * 16 + lanes;
  v16i candidates = row->top == (v16f)(greatest) ? identity : (v16i)(INT32_MAX);
  LEAST_INTEGER(center, candidates);
  v16f rest = identity == (v16i)(center) ? row->next : row->top;
  GREATEST(runner_up, rest);
  *best = greatest;
  *second = runner_up;
  *label = center;
  if (others != NULL) *(v16f *)others = rest;
}

/// Halves the elements of four vectors of 16 until each quarter of the result holds, in all its places, the
/// one of its vector that the comparison prefers.
#define REDUCE_FOUR(result, wide, a, b, c, d, compare)                                            \
  do {                                                                                            \
    wide low_ = SHUFFLE(a, b, LOW_HALVES), high_ = SHUFFLE(a, b, HIGH_HALVES);                    \
    const wide ab_ = low_ compare high_ ? low_ : high_;                                           \
    low_ = SHUFFLE(c, d, LOW_HALVES), high_ = SHUFFLE(c, d, HIGH_HALVES);                         \
    const wide cd_ = low_ compare high_ ? low_ : high_;                                           \
    low_ = SHUFFLE(ab_, cd_, EVEN_QUARTERS), high_ = SHUFFLE(ab_, cd_, ODD_QUARTERS);             \
    wide all_ = low_ compare high_ ? low_ : high_;                                                \
    wide turned_ = SHUFFLE(all_, all_, SWAPPED_PAIRS);                                            \
    all_ = all_ compare turned_ ? all_ : turned_;                                                 \
    turned_ = SHUFFLE(all_, all_, SWAPPED_NEIGHBORS);                                             \
    (result) = all_ compare turned_ ? all_ : turned_;                                             \
  } while (0)

#define SHUFFLE(a, b, places) __builtin_shufflevector(a, b, places)
#define LOW_HALVES 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH_HALVES 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define EVEN_QUARTERS 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ODD_QUARTERS 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
#define SWAPPED_PAIRS 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13
#define SWAPPED_NEIGHBORS 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14

/// What `conclude` does for four listed rows at once, whose steps then do not wait for each other.
INLINE void conclude_four(const standing *rows, const int32_t *row, float *best, float *second,
                          int32_t *label, float *others) {
  const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  v16f greatest, runner_up, rest[4];
  v16i center, identity[4], candidates[4];
  REDUCE_FOUR(greatest, v16f, rows[0].top, rows[1].top, rows[2].top, rows[3].top, >);
  UNROLL for (int r = 0; r < 4; r++) {
    identity[r] = rows[r].origin * 16 + lanes;
    candidates[r] = rows[r].top == (v16f)(greatest[4 * r]) ? identity[r] : (v16i)(INT32_MAX);
  }
  REDUCE_FOUR(center, v16i, candidates[0], candidates[1], candidates[2], candidates[3], <);
  UNROLL for (int r = 0; r < 4; r++)
    rest[r] = identity[r] == (v16i)(center[4 * r]) ? rows[r].next : rows[r].top;
  REDUCE_FOUR(runner_up, v16f, rest[0], rest[1], rest[2], rest[3], >);
  UNROLL for (int r = 0; r < 4; r++) {
    best[row[r]] = greatest[4 * r];
    second[row[r]] = runner_up[4 * r];
    label[row[r]] = center[4 * r];
    if (others != NULL) *(v16f *)(others + (int64_t)row[r] * 16) = rest[r];
  }
}

/// Halves pairs of best and next best scores until `places` is used up: what `a` and `b` hold at the same place
/// belongs to the same row.
#define MEET(top, next, top_a, top_b, next_a, next_b)                     \
  do {                                                                    \
    const v16f a_ = (top_a), b_ = (top_b), c_ = (next_a), d_ = (next_b);  \
    const v16f lesser_ = a_ < b_ ? a_ : b_, other_ = c_ > d_ ? c_ : d_;   \
    (top) = a_ > b_ ? a_ : b_;                                            \
    (next) = other_ > lesser_ ? other_ : lesser_;                         \
  } while (0)

/// What a row's scores are off by, in units in the last place, once they carry the number of their lane.
#define PACKED_BITS(vectors) ((vectors) == 1 ? 4 : (vectors) == 2 ? 5 : 6)

/// What `conclude_four` does, from all scores of four rows at once, `vectors` registers each and three at most.
///
/// The last bits of each score give way to the number of its lane, so that the greatest score brings its
/// center along; `best` and `second` are off by that.
INLINE void conclude_packed(const v16f *scores, int vectors, const int32_t *row, float *best,
                            float *second, int32_t *label) {
  const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const int32_t places = (1 << PACKED_BITS(vectors)) - 1;
  // Not less: the bits of what is infinite say that it is no number.
  const v16f least = (v16f)(-FLT_MAX);
  v16f top[4], next[4];
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int v = 0; v < vectors; v++) {
      const v16f score = scores[r * vectors + v] > least ? scores[r * vectors + v] : least;
      const v16f packed = (v16f)(((v16i)score & ~places) | (lanes + 16 * v));
      if (v == 0) {
        top[r] = packed;
        next[r] = least;
        continue;
      }
      const v16f lesser = packed < top[r] ? packed : top[r];
      next[r] = v == 1 || lesser > next[r] ? lesser : next[r];
      top[r] = packed > top[r] ? packed : top[r];
    }
  }
  v16f tops[2], nexts[2];
  UNROLL for (int pair = 0; pair < 2; pair++) {
    const v16f a = top[2 * pair], b = top[2 * pair + 1];
    const v16f c = next[2 * pair], d = next[2 * pair + 1];
    MEET(tops[pair], nexts[pair], SHUFFLE(a, b, LOW_HALVES), SHUFFLE(a, b, HIGH_HALVES),
         SHUFFLE(c, d, LOW_HALVES), SHUFFLE(c, d, HIGH_HALVES));
  }
  v16f greatest, runner_up;
  MEET(greatest, runner_up, SHUFFLE(tops[0], tops[1], EVEN_QUARTERS),
       SHUFFLE(tops[0], tops[1], ODD_QUARTERS), SHUFFLE(nexts[0], nexts[1], EVEN_QUARTERS),
       SHUFFLE(nexts[0], nexts[1], ODD_QUARTERS));
  MEET(greatest, runner_up, greatest, SHUFFLE(greatest, greatest, SWAPPED_PAIRS), runner_up,
       SHUFFLE(runner_up, runner_up, SWAPPED_PAIRS));
  MEET(greatest, runner_up, greatest, SHUFFLE(greatest, greatest, SWAPPED_NEIGHBORS), runner_up,
       SHUFFLE(runner_up, runner_up, SWAPPED_NEIGHBORS));
  const v16i center = (v16i)greatest & places;
  UNROLL for (int r = 0; r < 4; r++) {
    best[row[r]] = greatest[4 * r];
    second[row[r]] = runner_up[4 * r];
    label[row[r]] = center[4 * r];
  }
}

#endif
