// Which sparse rows keep their label for certain after the centers moved, told from the few terms that a
// row has: a center's drift on other terms cannot matter to it. The triangle inequality takes the whole
// drift instead, which on text settles nearly no row before the fit has all but converged.
#include "drift.h"

#include "fold.h"
#include "machine.h"
#include "rounding.h"

/// What the score of a row with `length` products may be off by.
INLINE float score_error(const kindred_drift *drift, int32_t row, int64_t length) {
  const float norm = sqrtf((float)drift->squared_norms[row]) * (1 + ROUNDING);
  const float terms = (float)(length + 8);
  return terms * ROUNDING * norm * drift->center_norm +
         8 * ROUNDING * drift->center_norm * drift->center_norm + terms * UNDERFLOW_LOSS;
}

/// What adding up `length` products may lose of a sum whose parts are no greater than `size` together.
INLINE float sum_error(int64_t length, float size) {
  return (float)(length + 16) * ROUNDING * size + (float)(length + 16) * UNDERFLOW_LOSS;
}

INLINE float magnitude(float value) { return __builtin_fabsf(value); }

/// True when a lead outlasts what moved; what is not a number does not.
INLINE int outlasts(float lead, float moved, float bias, float greatest_bias_rise, int64_t length) {
  const float size = magnitude(lead) + moved + magnitude(bias) + greatest_bias_rise;
  return lead - moved - greatest_bias_rise + bias > sum_error(length, size);
}

/// A cell's sum, zero where there is no cell.
INLINE float cell(const kindred_centers *centers, int64_t term, int32_t lane) {
  const kindred_cells *cells = &centers->cells;
  if (term < cells->head) return centers->panel[term * centers->stride + lane];
  const int64_t first = cells->offsets[term - cells->head];
  for (int64_t c = first; c < first + cells->counts[term - cells->head]; c++)
    if (cells->lanes[c] == lane) return cells->sums[c];
  return 0;
}

float kindred_cell(const kindred_centers *centers, int64_t term, int32_t lane) {
  return cell(centers, term, lane);
}

#define DEFINE_DRIFT(NAME, TARGET)                                                              \
  TARGET static void NAME##_term(const float *before, const float *after,                       \
                                 const float *old_scale, const float *new_scale,                \
                                 int64_t stride, int32_t either_sign, float *rise,              \
                                 float *span) {                                                 \
    v16f up = (v16f)(0.0f), down = (v16f)(0.0f);                                                \
    for (int64_t j = 0; j < stride; j += 16) {                                                  \
      const v16f old = *(const v16f *)(before + j) * *(const v16f *)(old_scale + j);            \
      const v16f new = *(const v16f *)(after + j) * *(const v16f *)(new_scale + j);             \
      const v16f loose = 4 * ROUNDING * (__builtin_elementwise_abs(old) +                       \
                                         __builtin_elementwise_abs(new));                       \
      const v16f rose = new - old + loose, fell = old - new + loose;                            \
      /* What is not a number must stay: it settles no row. */                                  \
      up = rose <= up ? up : rose;                                                              \
      down = fell <= down ? down : fell;                                                        \
    }                                                                                           \
    if (either_sign) {                                                                          \
      up = up > down ? up : down;                                                               \
      down = up;                                                                                \
    }                                                                                           \
    float most_up, most_down;                                                                   \
    GREATEST(most_up, up);                                                                      \
    GREATEST(most_down, down);                                                                  \
    *(v16f *)rise = (*(v16f *)rise + up) * ROUND_UP;                                            \
    *span = (*span + (most_up + most_down) * ROUND_UP) * ROUND_UP;                              \
  }                                                                                             \
  TARGET static void NAME##_store(const kindred_drift *drift, const kindred_rows *points,       \
                                  const int32_t *rows, int64_t count, const float *best,        \
                                  const int32_t *label, const float *bias, int32_t is_fresh) {  \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i];                                                              \
      const int64_t start = points->row_offsets[row], end = points->row_offsets[row + 1];       \
      const float error = score_error(drift, row, end - start);                                 \
      v16f *others = (v16f *)(drift->others + (int64_t)row * 16);                               \
      float second;                                                                             \
      GREATEST(second, *others);                                                                \
      v16f rise = *(const v16f *)drift->bias_rise;                                              \
      float moved = 0;                                                                          \
      if (!is_fresh)                                                                            \
        for (int64_t p = start; p < end; p++) {                                                 \
          const float value = magnitude(points->values[p]);                                     \
          rise += value * *(const v16f *)(drift->rise + (int64_t)points->columns[p] * 16);      \
          moved += value * drift->span[points->columns[p]];                                     \
        }                                                                                       \
      const float size = magnitude(best[row]) + magnitude(second) + magnitude(bias[label[row]]) \
                         + moved + drift->greatest_bias_rise;                                   \
      *others += error + sum_error(end - start, size) - rise;                                   \
      drift->lead[row] = best[row] - second - 2 * error - sum_error(end - start, size) +        \
                         moved + drift->greatest_bias_rise - bias[label[row]];                  \
    }                                                                                           \
  }                                                                                             \
  TARGET static int64_t NAME##_unsettled(const kindred_drift *drift,                            \
                                         const kindred_rows *points, int64_t first,             \
                                         int64_t last, const int32_t *label,                    \
                                         const float *bias, int32_t *unsettled) {               \
    typedef float loose16 __attribute__((ext_vector_type(16), aligned(4)));                     \
    const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};                  \
    enum { ROOM = 512 };                                                                        \
    float products[ROOM + 16] = {0};                                                                \
    /* Products first, whole rows of them at a time: their loop then never stops for a row's end. */ \
    int64_t kept = 0, row = first;                                                              \
    while (row < last) {                                                                        \
      const int64_t from = points->row_offsets[row];                                            \
      int64_t until = row + 1;                                                                  \
      while (until < last && points->row_offsets[until + 1] - from <= ROOM) until++;            \
      const int64_t parts = points->row_offsets[until] - from;                                  \
      if (parts <= ROOM) {                                                                      \
        for (int64_t p = 0; p < parts; p++)                                                     \
          products[p] =                                                                         \
              magnitude(points->values[from + p]) * drift->span[points->columns[from + p]];     \
      }                                                                                         \
      for (; row < until; row++) {                                                              \
        const int64_t start = points->row_offsets[row], end = points->row_offsets[row + 1];     \
        float moved = 0;                                                                        \
        if (parts <= ROOM) {                                                                    \
          v16f sums = (v16f)(0.0f);                                                             \
          for (int64_t p = start; p < end; p += 16) {                                           \
            const v16f part = *(const loose16 *)(products + (p - from));                        \
            sums += lanes < (v16i)((int32_t)(end - p)) ? part : (v16f)(0.0f);                   \
          }                                                                                     \
          v8f half = sums.lo + sums.hi;                                                         \
          v4f quarter = half.lo + half.hi;                                                      \
          quarter += __builtin_shufflevector(quarter, quarter, 2, 3, 0, 1);                     \
          moved = quarter[0] + quarter[1];                                                      \
        } else {                                                                                \
          for (int64_t p = start; p < end; p++)                                                 \
            moved += magnitude(points->values[p]) * drift->span[points->columns[p]];            \
        }                                                                                       \
        unsettled[kept] = (int32_t)row;                                                         \
        kept += !outlasts(drift->lead[row], moved, bias[label[row]],                            \
                          drift->greatest_bias_rise, end - start);                              \
      }                                                                                         \
    }                                                                                           \
    return kept;                                                                                \
  }                                                                                             \
  TARGET static void NAME##_movements(const float *spans, const kindred_rows *points,           \
                                      int64_t first, int64_t last, float *moved) {              \
    for (int64_t row = first; row < last; row++, moved += 16) {                                 \
      const int64_t start = points->row_offsets[row], end = points->row_offsets[row + 1];       \
      v16f sum = (v16f)(0.0f), other = (v16f)(0.0f);                                            \
      int64_t p = start;                                                                        \
      for (; p + 2 <= end; p += 2) {                                                            \
        sum += magnitude(points->values[p]) *                                                   \
               *(const v16f *)(spans + (int64_t)points->columns[p] * 16);                       \
        other += magnitude(points->values[p + 1]) *                                             \
                 *(const v16f *)(spans + (int64_t)points->columns[p + 1] * 16);                 \
      }                                                                                         \
      if (p < end)                                                                              \
        sum += magnitude(points->values[p]) *                                                   \
               *(const v16f *)(spans + (int64_t)points->columns[p] * 16);                       \
      *(v16f *)moved = sum + other;                                                             \
    }                                                                                           \
  }                                                                                             \
  TARGET static int64_t NAME##_unsettled_by(const kindred_drift *drift,                         \
                                            const kindred_rows *points, int64_t first,          \
                                            int64_t last, const float *moved,                   \
                                            const int32_t *label, const float *bias,            \
                                            int32_t *unsettled) {                               \
    int64_t kept = 0;                                                                           \
    for (int64_t row = first; row < last; row++) {                                              \
      unsettled[kept] = (int32_t)row;                                                           \
      kept += !outlasts(drift->lead[row], moved[(row - first) * 16], bias[label[row]],          \
                        drift->greatest_bias_rise,                                              \
                        points->row_offsets[row + 1] - points->row_offsets[row]);               \
    }                                                                                           \
    return kept;                                                                                \
  }                                                                                             \
  TARGET static int64_t NAME##_tighten(const kindred_drift *drift, const kindred_rows *points,  \
                                       const kindred_centers *centers, const float *share,      \
                                       const int32_t *summed, int32_t *rows, int64_t count,     \
                                       const int32_t *label) {                                  \
    int64_t kept = 0;                                                                           \
    for (int64_t i = 0; i < count; i++) {                                                       \
      const int32_t row = rows[i], own = label[row];                                            \
      const int64_t start = points->row_offsets[row], end = points->row_offsets[row + 1];       \
      if (i + 4 < count) {                                                                      \
        const int32_t soon = rows[i + 4];                                                       \
        __builtin_prefetch(drift->others + (int64_t)soon * 16);                                 \
        for (int64_t p = points->row_offsets[soon]; p < points->row_offsets[soon + 1]; p++) {   \
          const int64_t term = points->columns[p];                                              \
          __builtin_prefetch(drift->rise + term * 16);                                          \
          if (term < centers->cells.head)                                                       \
            __builtin_prefetch(centers->panel + term * centers->stride + label[soon]);          \
        }                                                                                       \
      }                                                                                         \
      v16f others = *(const v16f *)(drift->others + (int64_t)row * 16);                         \
      v16f rise = *(const v16f *)drift->bias_rise;                                              \
      float sum = 0, moved = 0, alone = 0;                                                      \
      int64_t p = start;                                                                        \
      for (; p < end && points->columns[p] < centers->cells.head; p++) {                        \
        const float value = points->values[p];                                                  \
        const int64_t term = points->columns[p];                                                \
        rise += magnitude(value) * *(const v16f *)(drift->rise + term * 16);                    \
        moved += magnitude(value) * drift->span[term];                                          \
        sum += value * centers->panel[term * centers->stride + own];                            \
      }                                                                                         \
      const int64_t rare = p;                                                                   \
      for (; p < end; p++) {                                                                    \
        const float value = points->values[p];                                                  \
        const int64_t term = points->columns[p];                                                \
        rise += magnitude(value) * *(const v16f *)(drift->rise + term * 16);                    \
        moved += magnitude(value) * drift->span[term];                                          \
        alone += value * value;                                                                 \
      }                                                                                         \
      float greatest;                                                                           \
      others += rise;                                                                           \
      GREATEST(greatest, others);                                                               \
      const float bias = centers->bias[own];                                                    \
      const float error = score_error(drift, row, end - start);                                 \
      float lead = 0;                                                                           \
      /* On rare terms the row itself is most of what its center has; what others add to it is */ \
      /* looked up only when it may matter. */                                                  \
      for (int is_whole = share == NULL || summed[row] != own; is_whole < 2 && !(lead > 0);     \
           is_whole++) {                                                                        \
        if (is_whole) {                                                                         \
          for (p = rare; p < end; p++)                                                          \
            sum += points->values[p] * cell(centers, points->columns[p], own);                  \
          alone = 0;                                                                            \
        }                                                                                       \
        const float score =                                                                     \
            sum * centers->scale[own] + (is_whole ? 0 : alone * share[own]) + bias;             \
        const float size = magnitude(score) + magnitude(greatest) + magnitude(bias) + moved +   \
                           drift->greatest_bias_rise;                                           \
        lead = score - greatest - error - sum_error(end - start, size);                         \
        if (rare == end) break;                                                                 \
      }                                                                                         \
      rows[kept] = row;                                                                         \
      if (lead > 0) {                                                                           \
        drift->lead[row] = lead + moved + drift->greatest_bias_rise - bias;                     \
      } else {                                                                                  \
        kept++;                                                                                 \
      }                                                                                         \
    }                                                                                           \
    return kept;                                                                                \
  }

#if defined(__x86_64__)
DEFINE_DRIFT(drift_avx512, TARGET_AVX512)
DEFINE_DRIFT(drift_avx2, TARGET_AVX2)
#define DISPATCH(level, CALL)                         \
  switch (level) {                                    \
    case KINDRED_AVX512: return drift_avx512_##CALL;  \
    case KINDRED_AVX2: return drift_avx2_##CALL;      \
    default: return drift_baseline_##CALL;            \
  }
#else
#define DISPATCH(level, CALL) return drift_baseline_##CALL;
#endif
DEFINE_DRIFT(drift_baseline, )

void kindred_drift_term(int32_t level, const float *before, const float *after,
                        const float *old_scale, const float *new_scale, int64_t stride,
                        int32_t either_sign, float *rise, float *span) {
  DISPATCH(level, term(before, after, old_scale, new_scale, stride, either_sign, rise, span))
}

void kindred_drift_store(int32_t level, const kindred_drift *drift, const kindred_rows *points,
                         const int32_t *rows, int64_t count, const float *best,
                         const int32_t *label, const float *bias, int32_t is_fresh) {
  DISPATCH(level, store(drift, points, rows, count, best, label, bias, is_fresh))
}

int64_t kindred_drift_unsettled(int32_t level, const kindred_drift *drift,
                                const kindred_rows *points, int64_t first, int64_t last,
                                const int32_t *label, const float *bias, int32_t *unsettled) {
  DISPATCH(level, unsettled(drift, points, first, last, label, bias, unsettled))
}

void kindred_drift_movements(int32_t level, const float *spans, const kindred_rows *points,
                             int64_t first, int64_t last, float *moved) {
  DISPATCH(level, movements(spans, points, first, last, moved))
}

int64_t kindred_drift_unsettled_by(int32_t level, const kindred_drift *drift,
                                   const kindred_rows *points, int64_t first, int64_t last,
                                   const float *moved, const int32_t *label, const float *bias,
                                   int32_t *unsettled) {
  DISPATCH(level, unsettled_by(drift, points, first, last, moved, label, bias, unsettled))
}

int64_t kindred_drift_tighten(int32_t level, const kindred_drift *drift,
                              const kindred_rows *points, const kindred_centers *centers,
                              const float *share, const int32_t *summed, int32_t *rows,
                              int64_t count, const int32_t *label) {
  DISPATCH(level, tighten(drift, points, centers, share, summed, rows, count, label))
}
