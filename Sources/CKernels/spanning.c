// Nearest neighbors among full rows: products of bytes bound every distance from below, and only pairs that
// may be near enough are read and measured in double precision.
//
// With v = scale·bytes of x and w of y, ‖x − y‖ ≥ ‖v − w‖ − error(x) − error(y), and ‖v − w‖² follows from a
// product of whole numbers. So a pair is passed over when ‖v‖² + ‖w‖² − 2⟨v, w⟩ exceeds the square of what
// either row's last neighbor is away, plus both errors.
#include "spanning.h"

#include "fold.h"
#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_VNNI \
  __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx2,fma")))
#endif

typedef double v8d __attribute__((ext_vector_type(8)));
typedef _Bool v16b __attribute__((ext_vector_type(16)));
typedef float loose8f __attribute__((ext_vector_type(8), aligned(4)));
typedef float loose16f __attribute__((ext_vector_type(16), aligned(4)));

// A contracted distance would differ from one level to another.
#pragma STDC FP_CONTRACT OFF

/// Pairs inside one range of so many rows are done by `leaf`.
enum { LEAF_SHIFT = 6 };

/// What rounding may add to a squared length, as a share of it, and to a length.
static const float slack = 2e-6f;

INLINE double squared_distance(const float *x, const float *y, int64_t d) {
  v8d sum = (v8d)(0.0);
  int64_t p = 0;
  for (; p + 8 <= d; p += 8) {
    const v8d left = __builtin_convertvector(*(const loose8f *)(x + p), v8d);
    const v8d right = __builtin_convertvector(*(const loose8f *)(y + p), v8d);
    const v8d difference = left - right;
    sum += difference * difference;
  }
  double total = 0;
  for (int lane = 0; lane < 8; lane++) total += sum[lane];
  for (; p < d; p++) {
    const double difference = (double)x[p] - (double)y[p];
    total += difference * difference;
  }
  return total;
}

/// Takes a neighbor in when it is nearer than the last one.
INLINE void insert(const kindred_span *span, int64_t row, int64_t other, double distance) {
  const int32_t capacity = span->capacity;
  double *distances = span->distances + row * capacity;
  int32_t *neighbors = span->neighbors + row * capacity;
  const int32_t number = span->numbers[other];
  int32_t place = capacity - 1;
  if (distance > distances[place]) return;
  if (distance == distances[place] &&
      (neighbors[place] < 0 || number > span->numbers[neighbors[place]]))
    return;
  for (; place > 0; place--) {
    const double before = distances[place - 1];
    if (before < distance || (before == distance && neighbors[place - 1] >= 0 &&
                              span->numbers[neighbors[place - 1]] < number))
      break;
    distances[place] = before;
    neighbors[place] = neighbors[place - 1];
  }
  distances[place] = distance;
  neighbors[place] = (int32_t)other;
  span->reach[row] = (float)(__builtin_sqrt(distances[capacity - 1]) * span->unit) * (1 + slack) +
                     span->error[row];
}

INLINE void fetch(const kindred_span *span, int64_t row) {
  const float *x = span->data + row * span->d;
  for (int64_t p = 0; p < span->d && p < 128; p += 16) __builtin_prefetch(x + p);
}

/// Adds the product of four bytes of each of 16 lanes with a row's four.
#define DOT_PLAIN(SUM, LANES, QUAD)                                                         \
  do {                                                                                      \
    const int8_t *c_ = (const int8_t *)(QUAD);                                              \
    for (int r_ = 0; r_ < 16; r_++)                                                         \
      (SUM)[r_] += (LANES)[4 * r_] * c_[0] + (LANES)[4 * r_ + 1] * c_[1] +                  \
                   (LANES)[4 * r_ + 2] * c_[2] + (LANES)[4 * r_ + 3] * c_[3];               \
  } while (0)

#define DOT_AVX2(SUM, LANES, QUAD)                                                          \
  do {                                                                                      \
    const __m256i c_ = _mm256_set1_epi32(*(QUAD)), ones_ = _mm256_set1_epi16(1);            \
    const __m256i low_ = _mm256_load_si256((const __m256i *)(LANES));                       \
    const __m256i high_ = _mm256_load_si256((const __m256i *)((LANES) + 32));               \
    (SUM).lo += (v8i)_mm256_madd_epi16(_mm256_maddubs_epi16(low_, c_), ones_);              \
    (SUM).hi += (v8i)_mm256_madd_epi16(_mm256_maddubs_epi16(high_, c_), ones_);             \
  } while (0)

#define DOT_VNNI(SUM, LANES, QUAD)                                                          \
  (SUM) = (v16i)_mm512_dpbusd_epi32((__m512i)(SUM), _mm512_load_si512((const void *)(LANES)), \
                                    _mm512_set1_epi32(*(QUAD)))

/// Writes the places of the lanes of 16·VECTORS columns that may be near to each of some rows.
#define DEFINE_TILE(NAME, TARGET, ROWS, VECTORS, DOT, MUTUAL)                               \
  TARGET static void NAME(const kindred_span *span, const int64_t *rows, int64_t column,    \
                          uint64_t *marks) {                                                \
    const int64_t quads = (span->d + 3) / 4;                                                \
    const int32_t *x[ROWS];                                                                 \
    const uint8_t *lanes = span->lanes + column * quads * 4;                                \
    v16i sums[ROWS][VECTORS];                                                               \
    UNROLL for (int r = 0; r < (ROWS); r++) {                                               \
      x[r] = (const int32_t *)(span->bytes + rows[r] * quads * 4);                          \
      UNROLL for (int v = 0; v < (VECTORS); v++)                                            \
        sums[r][v] = (v16i)(span->offset[rows[r]]);                                         \
    }                                                                                       \
    _Pragma("clang loop unroll(disable)") for (int64_t q = 0; q < quads; q++)               \
      UNROLL for (int r = 0; r < (ROWS); r++)                                               \
        UNROLL for (int v = 0; v < (VECTORS); v++)                                          \
          DOT(sums[r][v], lanes + (v * quads + q) * 64, x[r] + q);                          \
    UNROLL for (int r = 0; r < (ROWS); r++) marks[r] = 0;                                   \
    UNROLL for (int v = 0; v < (VECTORS); v++) {                                            \
      const int64_t at = column + v * 16;                                                   \
      const v16f scale = *(const v16f *)(span->scale + at);                                 \
      const v16f error = *(const v16f *)(span->error + at);                                 \
      const v16f square = *(const v16f *)(span->square + at);                               \
      UNROLL for (int r = 0; r < (ROWS); r++) {                                             \
        const int64_t row = rows[r];                                                        \
        v16f width = span->reach[row] + error;                                              \
        if (MUTUAL) {                                                                       \
          const v16f other = *(const v16f *)(span->reach + at) + span->error[row];          \
          width = other > width ? other : width;                                            \
        }                                                                                   \
        const v16f product =                                                                \
            __builtin_convertvector(sums[r][v], v16f) * (scale * span->scale[row]);         \
        const v16b passes = __builtin_convertvector(                                        \
            width * width + product >= square + span->square[row], v16b);                   \
        uint16_t mark;                                                                      \
        __builtin_memcpy(&mark, &passes, sizeof mark);                                      \
        marks[r] |= (uint64_t)mark << (16 * v);                                             \
      }                                                                                     \
    }                                                                                       \
  }

/// One level.
#define DEFINE_SPANNING(NAME, TARGET, ROWS, VECTORS, DOT, LEVELS)                           \
  DEFINE_TILE(NAME##_mutual_wide, TARGET, ROWS, VECTORS, DOT, 1)                            \
  DEFINE_TILE(NAME##_mutual_narrow, TARGET, ROWS, 1, DOT, 1)                                \
  DEFINE_TILE(NAME##_single_wide, TARGET, ROWS, VECTORS, DOT, 0)                            \
  DEFINE_TILE(NAME##_single_narrow, TARGET, ROWS, 1, DOT, 0)                                \
  TARGET static void NAME##_norms(const float *data, int64_t d, const float *center,        \
                                  int64_t first, int64_t last, double *norms) {             \
    for (int64_t row = first; row < last; row++) {                                          \
      double sum = 0;                                                                       \
      for (int64_t p = 0; p < d; p++) {                                                     \
        const double value =                                                                \
            (double)data[row * d + p] - (center == NULL ? 0.0 : (double)center[p]);         \
        sum += value * value;                                                               \
      }                                                                                     \
      norms[row] = sum;                                                                     \
    }                                                                                       \
  }                                                                                         \
  TARGET static void NAME##_bytes(const kindred_span *span, const float *center,            \
                                  int64_t first, int64_t last) {                            \
    const int64_t d = span->d, quads = (d + 3) / 4;                                         \
    for (int64_t row = first; row < last; row++) {                                          \
      int8_t *line = span->bytes + row * quads * 4;                                         \
      const float *x = span->data + row * d;                                                \
      double greatest = 0, rest = 0;                                                        \
      int64_t squares = 0;                                                                  \
      int32_t sum = 0;                                                                      \
      __builtin_memset(line, 0, (size_t)(4 * quads));                                       \
      if (row < span->n)                                                                    \
        for (int64_t p = 0; p < d; p++) {                                                   \
          const double value = (double)x[p] - (center == NULL ? 0.0 : (double)center[p]);   \
          const double size = value < 0 ? -value : value;                                   \
          greatest = size > greatest ? size : greatest;                                     \
        }                                                                                   \
      const double factor = greatest > 0 ? (LEVELS) / greatest : 0;                         \
      const double step = greatest / (LEVELS);                                              \
      if (row < span->n)                                                                    \
        for (int64_t p = 0; p < d; p++) {                                                   \
          const double value = (double)x[p] - (center == NULL ? 0.0 : (double)center[p]);   \
          /* Adding 1.5·2⁵² rounds to the nearest whole number. */                          \
          const double whole = (value * factor + 6755399441055744.0) - 6755399441055744.0;  \
          const int32_t byte = (int32_t)whole;                                              \
          line[p] = (int8_t)byte;                                                           \
          sum += byte;                                                                      \
          squares += byte * byte;                                                           \
          const double missed = value - whole * step;                                       \
          rest += missed * missed;                                                          \
        }                                                                                   \
      uint32_t *target = (uint32_t *)(span->lanes + row / 16 * quads * 64) + row % 16;      \
      for (int64_t q = 0; q < quads; q++) {                                                 \
        uint32_t quad;                                                                      \
        __builtin_memcpy(&quad, line + 4 * q, sizeof quad);                                 \
        target[q * 16] = quad ^ 0x80808080u;                                                \
      }                                                                                     \
      const double unit = span->unit;                                                       \
      const double length = step * unit * __builtin_sqrt((double)squares);                  \
      span->offset[row] = -128 * sum;                                                       \
      span->scale[row] = (float)(step * unit * 1.4142135623730951);                         \
      span->error[row] = (float)(__builtin_sqrt(rest) * unit * 1.00001 + 1e-18);            \
      span->square[row] = row < span->n ? (float)(length * length) * (1 - slack) - 1e-36f   \
                                        : INFINITY;                                         \
      span->reach[row] = row < span->n ? INFINITY : -INFINITY;                              \
      if (row < span->n)                                                                    \
        for (int32_t k = 0; k < span->capacity; k++) {                                      \
          span->distances[row * span->capacity + k] = INFINITY;                             \
          span->neighbors[row * span->capacity + k] = -1;                                   \
        }                                                                                   \
    }                                                                                       \
  }                                                                                         \
  TARGET static void NAME##_leaf(const kindred_span *span, int64_t first, int64_t last) {   \
    const int64_t d = span->d;                                                              \
    for (int64_t row = first; row < last; row++)                                            \
      for (int64_t other = row + 1; other < last; other++) {                                \
        const double distance =                                                             \
            squared_distance(span->data + row * d, span->data + other * d, d);              \
        insert(span, row, other, distance);                                                 \
        insert(span, other, row, distance);                                                 \
      }                                                                                     \
  }                                                                                         \
  TARGET static void NAME##_measure(const kindred_span *span, const uint64_t *pairs,        \
                                    int64_t count) {                                        \
    const int64_t d = span->d;                                                              \
    for (int64_t i = 0; i < count; i++) {                                                   \
      const int64_t row = (int64_t)(pairs[i] >> 32), other = (int64_t)(uint32_t)pairs[i];   \
      if (i + 4 < count) fetch(span, (int64_t)(uint32_t)pairs[i + 4]);                      \
      const double distance =                                                               \
          squared_distance(span->data + row * d, span->data + other * d, d);                \
      insert(span, row, other, distance);                                                   \
      insert(span, other, row, distance);                                                   \
    }                                                                                       \
  }                                                                                         \
  TARGET static void NAME##_tile(const kindred_span *span, int64_t row_first,             \
                                   int64_t row_last, int64_t column_first,                  \
                                   int64_t column_last, uint64_t *pairs) {                  \
    enum { WIDTH = 16 * (VECTORS) };                                                        \
    uint64_t marks[ROWS];                                                                   \
    int64_t rows[ROWS], found = 0;                                                          \
    for (int64_t column = column_first; column < column_last;) {                            \
      const int is_wide = column_last - column >= WIDTH;                                    \
      const int64_t width = is_wide ? WIDTH : 16;                                           \
      for (int64_t row = row_first; row < row_last && row < column + width; row += (ROWS)) { \
        for (int r = 0; r < (ROWS); r++)                                                    \
          rows[r] = row + r < row_last ? row + r : row_last - 1;                            \
        (is_wide ? NAME##_mutual_wide : NAME##_mutual_narrow)(span, rows, column, marks);   \
        for (int r = 0; r < (ROWS) && row + r < row_last; r++)                              \
          for (uint64_t mark = marks[r]; mark != 0; mark &= mark - 1) {                     \
            const int64_t other = column + __builtin_ctzll(mark);                           \
            if (other <= row + r || other >= column_last ||                                 \
                (row + r) >> LEAF_SHIFT == other >> LEAF_SHIFT)                             \
              continue;                                                                     \
            pairs[found++] = (uint64_t)(row + r) << 32 | (uint64_t)other;                   \
            if (found < KINDRED_SPAN_SCRATCH) continue;                                 \
            NAME##_measure(span, pairs, found);                                             \
            found = 0;                                                                      \
          }                                                                                 \
        if (found >= 64) {                                                                  \
          NAME##_measure(span, pairs, found);                                               \
          found = 0;                                                                        \
        }                                                                                   \
      }                                                                                     \
      column += width;                                                                      \
    }                                                                                       \
    NAME##_measure(span, pairs, found);                                                     \
  }                                                                                         \
  TARGET static void NAME##_search(const kindred_span *span, const int32_t *queries,        \
                                   int64_t count, int64_t first, int64_t last,              \
                                   const int32_t *labels) {                                 \
    enum { WIDTH = 16 * (VECTORS) };                                                        \
    const int64_t d = span->d;                                                              \
    uint64_t marks[ROWS];                                                                   \
    int64_t rows[ROWS];                                                                     \
    for (int64_t column = first; column < last;) {                                          \
      const int is_wide = last - column >= WIDTH;                                           \
      const int64_t width = is_wide ? WIDTH : 16;                                           \
      for (int64_t q = 0; q < count; q += (ROWS)) {                                         \
        for (int r = 0; r < (ROWS); r++)                                                    \
          rows[r] = queries[q + r < count ? q + r : count - 1];                             \
        (is_wide ? NAME##_single_wide : NAME##_single_narrow)(span, rows, column, marks);   \
        for (int r = 0; r < (ROWS) && q + r < count; r++)                                   \
          for (uint64_t mark = marks[r]; mark != 0; mark &= mark - 1) {                     \
            const int64_t other = column + __builtin_ctzll(mark);                           \
            if (other >= last || labels[other] == labels[rows[r]]) continue;                \
            insert(span, rows[r], other,                                                    \
                   squared_distance(span->data + rows[r] * d, span->data + other * d, d));  \
          }                                                                                 \
      }                                                                                     \
      column += width;                                                                      \
    }                                                                                       \
  }                                                                                         \
  TARGET static void NAME##_project(const float *data, int64_t d, const int32_t *rows,      \
                                    int64_t count, const float *from, const float *to,      \
                                    float *places) {                                        \
    for (int64_t i = 0; i < count; i++) {                                                   \
      const float *x = data + (int64_t)rows[i] * d;                                         \
      v16f sum = (v16f)(0.0f);                                                              \
      int64_t p = 0;                                                                        \
      for (; p + 16 <= d; p += 16) {                                                        \
        const v16f start = *(const loose16f *)(from + p);                                   \
        sum += (*(const loose16f *)(x + p) - start) * (*(const loose16f *)(to + p) - start); \
      }                                                                                     \
      float total = 0;                                                                      \
      for (int lane = 0; lane < 16; lane++) total += sum[lane];                             \
      for (; p < d; p++) total += (x[p] - from[p]) * (to[p] - from[p]);                     \
      places[i] = total;                                                                    \
    }                                                                                       \
  }

#if defined(__x86_64__)
DEFINE_SPANNING(spanning_vnni, TARGET_VNNI, 8, 3, DOT_VNNI, 127)
DEFINE_SPANNING(spanning_avx2, TARGET_AVX2, 4, 1, DOT_AVX2, 63)
#endif
DEFINE_SPANNING(spanning_plain, , 2, 1, DOT_PLAIN, 127)

/// Calls the form of a function that the level and the processor allow.
#if defined(__x86_64__)
#define DISPATCH(FORM, ...)                                                             \
  if (level >= KINDRED_AVX512 && __builtin_cpu_supports("avx512vnni"))                  \
    return spanning_vnni_##FORM(__VA_ARGS__);                                           \
  if (level >= KINDRED_AVX2) return spanning_avx2_##FORM(__VA_ARGS__);                  \
  return spanning_plain_##FORM(__VA_ARGS__)
#else
#define DISPATCH(FORM, ...) return spanning_plain_##FORM(__VA_ARGS__)
#endif

void kindred_span_norms(int32_t level, const float *data, int64_t d, const float *center,
                        int64_t first, int64_t last, double *norms) {
  DISPATCH(norms, data, d, center, first, last, norms);
}

void kindred_span_bytes(int32_t level, const kindred_span *span, const float *center,
                        int64_t first, int64_t last) {
  DISPATCH(bytes, span, center, first, last);
}

void kindred_span_leaf(int32_t level, const kindred_span *span, int64_t first, int64_t last) {
  DISPATCH(leaf, span, first, last);
}

void kindred_span_tile(int32_t level, const kindred_span *span, int64_t row_first,
                       int64_t row_last, int64_t column_first, int64_t column_last,
                       uint64_t *pairs) {
  DISPATCH(tile, span, row_first, row_last, column_first, column_last, pairs);
}

void kindred_span_search(int32_t level, const kindred_span *span, const int32_t *queries,
                         int64_t count, int64_t first, int64_t last, const int32_t *labels) {
  DISPATCH(search, span, queries, count, first, last, labels);
}

void kindred_span_select(float *places, int32_t *rows, int64_t count, int64_t middle) {
  int64_t low = 0, high = count - 1;
  while (low < high) {
    // What is not a number stops both searches, so that they meet.
    const float pivot = places[low + (high - low) / 2];
    int64_t left = low - 1, right = high + 1;
    for (;;) {
      do left++;
      while (places[left] < pivot);
      do right--;
      while (places[right] > pivot);
      if (left >= right) break;
      const float place = places[left];
      const int32_t row = rows[left];
      places[left] = places[right];
      rows[left] = rows[right];
      places[right] = place;
      rows[right] = row;
    }
    if (middle <= right)
      high = right;
    else
      low = right + 1;
  }
}

void kindred_span_project(int32_t level, const float *data, int64_t d, const int32_t *rows,
                          int64_t count, const float *from, const float *to, float *places) {
  DISPATCH(project, data, d, rows, count, from, to, places);
}
