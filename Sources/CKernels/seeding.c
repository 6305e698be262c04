// Trying rows as seeds: products of bytes bound every row's product with a candidate from above, and only
// rows that may be nearer to it than to any seed are read and measured in double precision.
#include "seeding.h"

#include "fold.h"
#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_VNNI \
  __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx2,fma")))
#endif

typedef double v8d __attribute__((ext_vector_type(8)));
typedef _Bool v16b __attribute__((ext_vector_type(16)));
typedef float v8f_unaligned __attribute__((ext_vector_type(8), aligned(4)));

/// Rows that are marked before they are measured, and how far ahead their values are fetched.
enum { MARKED_ROWS = 256, FETCH_DISTANCE = 3 };

/// How far rounding may carry a bound, per unit of the lengths' product.
static const float slack = 2e-6f;

/// Rounds x·factor to bytes and returns the greatest |x| when the row has a scale, else 0.
INLINE float round_row(const float *x, int64_t d, float levels, int8_t *bytes, float *error) {
  float greatest = 0, sum = 0;
  for (int64_t p = 0; p < d; p++) {
    const float size = x[p] < 0 ? -x[p] : x[p];
    greatest = size > greatest ? size : greatest;
  }
  // A factor for such small values would not be finite.
  if (greatest < 1e-30f) return 0;
  const float factor = levels / greatest;
#pragma clang loop vectorize(enable) interleave(enable)
  for (int64_t p = 0; p < d; p++) {
    // Adding 1.5·2²³ rounds to the nearest whole number.
    const float value = x[p] * factor, whole = (value + 12582912.0f) - 12582912.0f;
    bytes[p] = (int8_t)whole;
    const float rest = value - whole;
    sum += rest * rest;
  }
  *error = sqrtf(sum * (1 + 1.2e-7f * (float)d)) * (greatest / levels);
  return greatest / levels;
}

/// Scale, error and length of a row in the common unit.
INLINE float measure_row(const float *x, int64_t d, float levels, double squared_norm,
                         double unit, int8_t *bytes, float *error, float *length) {
  float rest = 0;
  const float scale = round_row(x, d, levels, bytes, &rest);
  const double whole = sqrt(squared_norm);
  *length = (float)(whole * unit);
  *error = (float)((scale > 0 ? rest * 1.00001 : whole) * unit) + slack * *length;
  return (float)(scale * unit);
}

INLINE double distance(const float *x, const float *y, int64_t d) {
  v8d sums[2] = {(v8d)(0.0), (v8d)(0.0)};
  int64_t p = 0;
  for (; p + 16 <= d; p += 16)
    UNROLL for (int half = 0; half < 2; half++) {
      const v8d left = __builtin_convertvector(*(const v8f_unaligned *)(x + p + half * 8), v8d);
      const v8d right = __builtin_convertvector(*(const v8f_unaligned *)(y + p + half * 8), v8d);
      sums[half] += (left - right) * (left - right);
    }
  const v8d sum = sums[0] + sums[1];
  double left_over = 0;
  for (; p < d; p++) {
    const double rest = (double)x[p] - (double)y[p];
    left_over += rest * rest;
  }
  return left_over + (((sum[0] + sum[4]) + (sum[2] + sum[6])) +
                      ((sum[1] + sum[5]) + (sum[3] + sum[7])));
}

/// Fetches a row's first values; the processor goes on by itself.
INLINE void fetch(const kindred_byte_rows *points, int64_t row) {
  const float *x = points->data + row * points->d;
  for (int64_t p = 0; p < points->d && p < 256; p += 16) __builtin_prefetch(x + p);
}

/// The products of a group of 16 rows with some candidates, the first being number `seed`.
#define SUM_PLAIN(WIDTH)                                                                    \
  for (int64_t q = 0; q < quads; q++)                                                       \
    for (int s = 0; s < (WIDTH); s++) {                                                     \
      const int8_t *c = (const int8_t *)(seeds->quads + q * seeds->count + seed + s);       \
      const uint8_t *x = group + q * 64;                                                    \
      for (int r = 0; r < 16; r++)                                                          \
        sums[s][r] += x[4 * r] * c[0] + x[4 * r + 1] * c[1] + x[4 * r + 2] * c[2] +         \
                      x[4 * r + 3] * c[3];                                                  \
    }

#define SUM_AVX2(WIDTH)                                                                     \
  for (int64_t q = 0; q < quads; q++) {                                                     \
    const __m256i low = _mm256_load_si256((const __m256i *)(group + q * 64));               \
    const __m256i high = _mm256_load_si256((const __m256i *)(group + q * 64 + 32));         \
    UNROLL for (int s = 0; s < (WIDTH); s++) {                                              \
      const __m256i c = _mm256_set1_epi32(seeds->quads[q * seeds->count + seed + s]);       \
      const __m256i ones = _mm256_set1_epi16(1);                                            \
      sums[s].lo += (v8i)_mm256_madd_epi16(_mm256_maddubs_epi16(low, c), ones);             \
      sums[s].hi += (v8i)_mm256_madd_epi16(_mm256_maddubs_epi16(high, c), ones);            \
    }                                                                                       \
  }

#define SUM_VNNI(WIDTH)                                                                     \
  for (int64_t q = 0; q < quads; q++) {                                                     \
    const __m512i x = _mm512_load_si512((const void *)(group + q * 64));                    \
    UNROLL for (int s = 0; s < (WIDTH); s++)                                                \
      sums[s] = (v16i)_mm512_dpbusd_epi32(                                                  \
          (__m512i)sums[s], x,                                                              \
          _mm512_set1_epi32(seeds->quads[q * seeds->count + seed + s]));                    \
  }

/// Marks the rows of a group that may be nearer to candidates seed..<seed + count.
#define DEFINE_MARK(NAME, TARGET, COUNT, SUM)                                               \
  TARGET static void NAME##_##COUNT(const kindred_byte_rows *points, int64_t first,         \
                                    const float *need, const kindred_seeds *seeds,          \
                                    int32_t seed, uint16_t *marks) {                        \
    const int64_t quads = (points->d + 3) / 4;                                              \
    const uint8_t *group = points->bytes + first * quads * 4;                               \
    v16i sums[COUNT];                                                                       \
    UNROLL for (int s = 0; s < COUNT; s++) sums[s] = (v16i)(seeds->offset[seed + s]);       \
    SUM(COUNT)                                                                              \
    const v16f scale = *(const v16f *)(points->scale + first);                              \
    const v16f error = *(const v16f *)(points->error + first);                              \
    const v16f length = *(const v16f *)(points->length + first);                            \
    const v16f least = *(const v16f *)(need + first);                                       \
    UNROLL for (int s = 0; s < COUNT; s++) {                                                \
      const v16f bound =                                                                    \
          __builtin_convertvector(sums[s], v16f) * (scale * seeds->scale[seed + s]) +       \
          error * seeds->length[seed + s] + length * seeds->error[seed + s];                \
      const v16b passes =                                                                   \
          __builtin_convertvector(bound >= least + seeds->half[seed + s], v16b);            \
      __builtin_memcpy(marks + seed + s, &passes, sizeof *marks);                           \
    }                                                                                       \
  }

/// One level: groups of 16 rows are marked, then the marked rows measured one by one.
#define DEFINE_SEEDING(NAME, TARGET, SUM)                                                   \
  DEFINE_MARK(NAME, TARGET, 1, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 2, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 3, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 4, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 5, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 6, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 7, SUM)                                                         \
  DEFINE_MARK(NAME, TARGET, 8, SUM)                                                         \
  TARGET static double NAME##_distance(const float *x, const float *y, int64_t d) {         \
    return distance(x, y, d);                                                               \
  }                                                                                         \
  TARGET static int64_t NAME##_reach(const double *products, double unit, const float *need,\
                                     float half, int64_t n, int32_t *rows) {                \
    int64_t found = 0;                                                                      \
    for (int64_t start = 0; start < n; start += 16) {                                       \
      const v8d low = *(const v8d *)(products + start) * unit;                              \
      const v8d high = *(const v8d *)(products + start + 8) * unit;                         \
      v16f product;                                                                         \
      product.lo = __builtin_convertvector(low, v8f);                                       \
      product.hi = __builtin_convertvector(high, v8f);                                      \
      const v16i near = product >= *(const v16f *)(need + start) + half;                    \
      const v16b passes = __builtin_convertvector(near & (product != 0), v16b);             \
      uint16_t marks;                                                                       \
      __builtin_memcpy(&marks, &passes, sizeof marks);                                      \
      for (; marks != 0; marks &= (uint16_t)(marks - 1)) {                                  \
        const int64_t row = start + __builtin_ctz(marks);                                   \
        if (row < n) rows[found++] = (int32_t)row;                                          \
      }                                                                                     \
    }                                                                                       \
    return found;                                                                           \
  }                                                                                         \
  TARGET static void NAME##_bytes(const kindred_byte_rows *points, int64_t first,           \
                                  int64_t last, const double *squared_norms, double unit) { \
    const int64_t d = points->d, quads = (d + 3) / 4;                                       \
    int8_t line[4 * quads + 4];                                                             \
    for (int64_t row = first; row < last; row++) {                                          \
      __builtin_memset(line, 0, (size_t)(4 * quads));                                       \
      points->scale[row] =                                                                  \
          measure_row(points->data + row * d, d, 127, squared_norms[row], unit, line,       \
                      points->error + row, points->length + row);                           \
      uint32_t *target = (uint32_t *)(points->bytes + row / 16 * quads * 64) + row % 16;    \
      for (int64_t q = 0; q < quads; q++) {                                                 \
        uint32_t quad;                                                                      \
        __builtin_memcpy(&quad, line + 4 * q, sizeof quad);                                 \
        target[q * 16] = quad ^ 0x80808080u;                                                \
      }                                                                                     \
    }                                                                                       \
  }                                                                                         \
  TARGET static void NAME##_quads(const kindred_byte_rows *points,                          \
                                  const double *squared_norms, double unit,                 \
                                  const kindred_seeds *seeds) {                             \
    const int64_t d = points->d, quads = (d + 3) / 4;                                       \
    int8_t line[4 * quads + 4];                                                             \
    for (int32_t s = 0; s < seeds->count; s++) {                                            \
      const int64_t row = seeds->rows[s];                                                   \
      int32_t sum = 0;                                                                      \
      __builtin_memset(line, 0, (size_t)(4 * quads));                                       \
      seeds->scale[s] =                                                                     \
          measure_row(points->data + row * d, d, 63, squared_norms[row], unit, line,        \
                      seeds->error + s, seeds->length + s);                                 \
      seeds->half[s] = (float)(squared_norms[row] * unit * unit * 0.5 * (1 - slack));       \
      for (int64_t p = 0; p < d; p++) sum += line[p];                                       \
      seeds->offset[s] = -128 * sum;                                                        \
      for (int64_t q = 0; q < quads; q++)                                                   \
        __builtin_memcpy(seeds->quads + q * seeds->count + s, line + 4 * q, 4);             \
    }                                                                                       \
  }                                                                                         \
  TARGET static void NAME##_try(const kindred_byte_rows *points, int64_t first,             \
                                int64_t last, const float *need, const double *closest,     \
                                const kindred_seeds *seeds, kindred_nearer *nearer,         \
                                int64_t capacity, int64_t *found, double *reduction) {      \
    const int32_t count = seeds->count;                                                     \
uint16_t marks[MARKED_ROWS / 16][KINDRED_SEED_LIMIT];                                   \
    int64_t marked[MARKED_ROWS];                                                            \
    for (int32_t s = 0; s < count; s++) {                                                   \
      found[s] = 0;                                                                         \
      reduction[s] = 0;                                                                     \
    }                                                                                       \
    for (int64_t start = first; start < last; start += MARKED_ROWS) {                       \
      const int64_t end = last - start < MARKED_ROWS ? last : start + MARKED_ROWS;          \
      int64_t marked_count = 0;                                                             \
      for (int64_t group = start; group < end; group += 16) {                               \
        uint16_t *mark = marks[(group - start) / 16];                                       \
        uint32_t any = 0;                                                                   \
        for (int32_t seed = 0; seed < count; seed += 8) switch (count - seed) {             \
            case 1: NAME##_1(points, group, need, seeds, seed, mark); break;                \
            case 2: NAME##_2(points, group, need, seeds, seed, mark); break;                \
            case 3: NAME##_3(points, group, need, seeds, seed, mark); break;                \
            case 4: NAME##_4(points, group, need, seeds, seed, mark); break;                \
            case 5: NAME##_5(points, group, need, seeds, seed, mark); break;                \
            case 6: NAME##_6(points, group, need, seeds, seed, mark); break;                \
            case 7: NAME##_7(points, group, need, seeds, seed, mark); break;                \
            default: NAME##_8(points, group, need, seeds, seed, mark);                      \
          }                                                                                 \
        for (int32_t s = 0; s < count; s++) any |= mark[s];                                 \
        for (; any != 0; any &= any - 1) {                                                  \
          const int64_t row = group + __builtin_ctz(any);                                   \
          if (row < end) marked[marked_count++] = row;                                      \
        }                                                                                   \
      }                                                                                     \
      for (int64_t i = 0; i < marked_count; i++) {                                          \
        const int64_t row = marked[i];                                                      \
        const uint16_t *mark = marks[(row - start) / 16];                                   \
        const float *x = points->data + row * points->d;                                    \
        if (i + FETCH_DISTANCE < marked_count) fetch(points, marked[i + FETCH_DISTANCE]);   \
        for (int32_t s = 0; s < count; s++) {                                               \
          if (((mark[s] >> (row % 16)) & 1) == 0) continue;                                 \
          const double new =                                                                \
              distance(x, points->data + (int64_t)seeds->rows[s] * points->d, points->d);   \
          if (new < closest[row]) {                                                         \
            reduction[s] += closest[row] - new;                                             \
            nearer[s * capacity + found[s]++] = (kindred_nearer){row, new};                 \
          }                                                                                 \
        }                                                                                   \
      }                                                                                     \
    }                                                                                       \
  }

#if defined(__x86_64__)
DEFINE_SEEDING(seeding_vnni, TARGET_VNNI, SUM_VNNI)
DEFINE_SEEDING(seeding_avx2, TARGET_AVX2, SUM_AVX2)
#endif
DEFINE_SEEDING(seeding_plain, , SUM_PLAIN)

/// Calls the form of a function that the level and the processor allow.
#if defined(__x86_64__)
#define DISPATCH(FORM, ...)                                                             \
  if (level >= KINDRED_AVX512 && __builtin_cpu_supports("avx512vnni"))                  \
    return seeding_vnni_##FORM(__VA_ARGS__);                                            \
  if (level >= KINDRED_AVX2) return seeding_avx2_##FORM(__VA_ARGS__);                   \
  return seeding_plain_##FORM(__VA_ARGS__)
#else
#define DISPATCH(FORM, ...) return seeding_plain_##FORM(__VA_ARGS__)
#endif

void kindred_seed_bytes(int32_t level, const kindred_byte_rows *points, int64_t first,
                        int64_t last, const double *squared_norms, double unit) {
  DISPATCH(bytes, points, first, last, squared_norms, unit);
}

void kindred_seed_quads(int32_t level, const kindred_byte_rows *points,
                        const double *squared_norms, double unit, const kindred_seeds *seeds) {
  DISPATCH(quads, points, squared_norms, unit, seeds);
}

void kindred_try_seeds(int32_t level, const kindred_byte_rows *points, int64_t first,
                       int64_t last, const float *need, const double *closest,
                       const kindred_seeds *seeds, kindred_nearer *nearer, int64_t capacity,
                       int64_t *found, double *reduction) {
  DISPATCH(try, points, first, last, need, closest, seeds, nearer, capacity, found, reduction);
}

int64_t kindred_rows_in_reach(int32_t level, const double *products, double unit,
                              const float *need, float half, int64_t n, int32_t *rows) {
  DISPATCH(reach, products, unit, need, half, n, rows);
}

double kindred_squared_distance(int32_t level, const float *x, const float *y, int64_t d) {
  DISPATCH(distance, x, y, d);
}
