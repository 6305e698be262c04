// The fold that keeps a row's best and next best score, lane by lane, and the vector types it works on.
#ifndef CKERNELS_FOLD_H
#define CKERNELS_FOLD_H

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

#endif
