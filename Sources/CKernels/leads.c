// By how much rows' own centers lead after the centers moved, told from what moved and not from the rows.
#include "leads.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "fold.h"
#include "machine.h"

#define DEFINE_TAKE(NAME, TARGET)                                                               \
  TARGET static void NAME(const kindred_leads *leads, int64_t first, int64_t last,              \
                          const int32_t *restrict label, uint8_t *restrict is_unsettled) {      \
    double *restrict lead = leads->lead, *restrict own = leads->own;                            \
    double *restrict rival = leads->rival, *restrict charge = leads->charge;                    \
    const double *restrict loss_rate = leads->loss_rate, *restrict loss = leads->loss;          \
    const double *restrict gain_rate = leads->gain_rate, *restrict gain = leads->gain;          \
    const double rise_rate = leads->rise_rate, rise = leads->rise, slack = leads->slack;        \
    for (int64_t i = first; i < last; i++) {                                                    \
      const int32_t center = label[i];                                                          \
      const double score = own[i] > 0 ? own[i] : 0, other = rival[i] > 0 ? rival[i] : 0;        \
      const double moved = charge[i], rose = moved + rise_rate * other + rise;                  \
      const double left = lead[i] - rose - loss_rate[center] * score - loss[center];            \
      lead[i] = left;                                                                           \
      rival[i] += rose;                                                                         \
      own[i] += moved + gain_rate[center] * score + gain[center];                               \
      charge[i] = 0;                                                                            \
      /* What is not a number is no lead either. */                                             \
      is_unsettled[i] = !(left > slack);                                                        \
    }                                                                                           \
  }

#if defined(__x86_64__)
DEFINE_TAKE(take_avx512, TARGET_AVX512)

/// What up to 32 centers have, held in registers: a gather would take four times as long.
typedef struct {
  __m512d part[4];
} table;

TARGET_AVX512 INLINE table load_table(const double *values, int64_t count) {
  table table;
  UNROLL for (int i = 0; i < 4; i++) {
    const int64_t left = count - 8 * i;
    const __mmask8 lanes = left >= 8 ? 0xff : left > 0 ? (__mmask8)((1 << left) - 1) : 0;
    table.part[i] = _mm512_maskz_loadu_pd(lanes, values + 8 * i);
  }
  return table;
}

TARGET_AVX512 INLINE __m512d look_up(const table *table, __m512i center, __mmask8 is_high) {
  const __m512d low = _mm512_permutex2var_pd(table->part[0], center, table->part[1]);
  const __m512d high = _mm512_permutex2var_pd(table->part[2], center, table->part[3]);
  return _mm512_mask_blend_pd(is_high, low, high);
}

/// The same for 32 centers at most; returns where it stopped, less than eight rows before the end.
TARGET_AVX512 static int64_t take_few(const kindred_leads *leads, int64_t first, int64_t last,
                                      const int32_t *label, uint8_t *is_unsettled) {
  const table loss_rate = load_table(leads->loss_rate, leads->center_count);
  const table loss = load_table(leads->loss, leads->center_count);
  const table gain_rate = load_table(leads->gain_rate, leads->center_count);
  const table gain = load_table(leads->gain, leads->center_count);
  const __m512d zero = _mm512_setzero_pd(), rise = _mm512_set1_pd(leads->rise);
  const __m512d rise_rate = _mm512_set1_pd(leads->rise_rate), slack = _mm512_set1_pd(leads->slack);
  int64_t i = first;
  for (; i + 8 <= last; i += 8) {
    const __m512i center = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(label + i)));
    const __mmask8 is_high = _mm512_test_epi64_mask(center, _mm512_set1_epi64(16));
    const __m512d own = _mm512_loadu_pd(leads->own + i), rival = _mm512_loadu_pd(leads->rival + i);
    const __m512d moved = _mm512_loadu_pd(leads->charge + i);
    const __m512d score = _mm512_max_pd(own, zero), other = _mm512_max_pd(rival, zero);
    const __m512d rose = moved + rise_rate * other + rise;
    const __m512d left = _mm512_loadu_pd(leads->lead + i) - rose -
                         look_up(&loss_rate, center, is_high) * score -
                         look_up(&loss, center, is_high);
    _mm512_storeu_pd(leads->lead + i, left);
    _mm512_storeu_pd(leads->rival + i, rival + rose);
    _mm512_storeu_pd(leads->own + i, own + (moved + look_up(&gain_rate, center, is_high) * score +
                                            look_up(&gain, center, is_high)));
    _mm512_storeu_pd(leads->charge + i, zero);
    // What is not a number is no lead either.
    const __mmask8 is_settled = _mm512_cmp_pd_mask(left, slack, _CMP_GT_OQ);
    const __m128i marks = _mm_maskz_set1_epi8((__mmask16)(uint8_t)~is_settled, 1);
    _mm_storel_epi64((__m128i *)(is_unsettled + i), marks);
  }
  return i;
}
DEFINE_TAKE(take_avx2, TARGET_AVX2)
#endif
DEFINE_TAKE(take_baseline, )

void kindred_take_charges(int32_t level, const kindred_leads *leads, int64_t first, int64_t last,
                          const int32_t *label, uint8_t *is_unsettled) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512:
      if (leads->center_count <= 32) first = take_few(leads, first, last, label, is_unsettled);
      take_avx512(leads, first, last, label, is_unsettled);
      return;
    case KINDRED_AVX2: take_avx2(leads, first, last, label, is_unsettled); return;
#endif
    default: take_baseline(leads, first, last, label, is_unsettled);
  }
}

int64_t kindred_begin_leads(const kindred_leads *leads, const int32_t *rows, int64_t count,
                            const float *best, const float *second, float error, int32_t *near) {
  int64_t found = 0;
  for (int64_t i = 0; i < count; i++) {
    const int32_t row = rows[i];
    near[found] = row;
    // What is not a number tells nothing.
    found += !(best[row] - second[row] > 2 * error);
  }
  if (leads == NULL) return found;
  double *restrict lead = leads->lead, *restrict own = leads->own, *restrict rival = leads->rival;
  for (int64_t i = 0; i < count; i++) {
    const int32_t row = rows[i];
    lead[row] = (double)best[row] - second[row] - 2 * (double)error;
    own[row] = (double)best[row] + error;
    rival[row] = (double)second[row] + error;
  }
  return found;
}
