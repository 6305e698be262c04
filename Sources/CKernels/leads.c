// By how much rows' own centers lead after the centers moved, told from what moved and not from the rows.
#include "leads.h"

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
DEFINE_TAKE(take_avx2, TARGET_AVX2)
#endif
DEFINE_TAKE(take_baseline, )

void kindred_take_charges(int32_t level, const kindred_leads *leads, int64_t first, int64_t last,
                          const int32_t *label, uint8_t *is_unsettled) {
  switch (level) {
#if defined(__x86_64__)
    case KINDRED_AVX512: take_avx512(leads, first, last, label, is_unsettled); return;
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
