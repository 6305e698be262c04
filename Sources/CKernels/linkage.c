#include "linkage.h"

#include "machine.h"

#include <math.h>
#include <string.h>

// The two sides of a pair are computed in different loops and must agree to the last bit.
#pragma STDC FP_CONTRACT OFF

enum { LANES = 16 };

#define INLINE static inline __attribute__((always_inline))

typedef float float16 __attribute__((ext_vector_type(16), aligned(4)));
typedef float float8 __attribute__((ext_vector_type(8), aligned(4)));
typedef uint32_t uint16a __attribute__((ext_vector_type(16)));
typedef uint32_t uint8 __attribute__((ext_vector_type(8), aligned(4)));
typedef uint64_t ulong8 __attribute__((ext_vector_type(8)));
typedef uint32_t uint16 __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t int16 __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t int8 __attribute__((ext_vector_type(8), aligned(4)));
typedef double double8 __attribute__((ext_vector_type(8), aligned(8)));
typedef int64_t long8 __attribute__((ext_vector_type(8)));

#define UNWRAPPED(...) __VA_ARGS__

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define AVX2 __attribute__((target("avx2,fma")))
#define FENCE() __builtin_ia32_sfence()

/// Compiles a body three times; the first argument of the call picks one.
#define DISPATCHED(result, name, parameters, arguments)                                          \
  AVX512 static result name##_avx512 parameters { return name##_body arguments; }                \
  AVX2 static result name##_avx2 parameters { return name##_body arguments; }                    \
  static result name##_plain parameters { return name##_body arguments; }                        \
  result name(int32_t level, UNWRAPPED parameters) {                                             \
    switch (level) {                                                                             \
    case KINDRED_AVX512: return name##_avx512 arguments;                                         \
    case KINDRED_AVX2: return name##_avx2 arguments;                                             \
    default: return name##_plain arguments;                                                      \
    }                                                                                            \
  }
#else
#define FENCE() ((void)0)
#define DISPATCHED(result, name, parameters, arguments)                                          \
  result name(int32_t level, UNWRAPPED parameters) { return name##_body arguments; }
#endif

/// Scatters keys one to one, so that no two partners of a cluster are tied.
#define SCATTER(x)                 \
  do {                             \
    x ^= x >> 16;                  \
    x *= 0x7feb352dU;              \
    x ^= x >> 15;                  \
    x *= 0x846ca68bU;              \
    x ^= x >> 16;                  \
  } while (0)

uint32_t kindred_tie(uint32_t left, uint32_t right) {
  uint32_t x = left ^ right;
  SCATTER(x);
  return x;
}

// MARK: Filling

// MARK: Codes

/// A code is the upper part of a double-precision number's bits, less those of the least number.
enum { SHIFT = 26 };
#define LEAST_BITS (960ULL << SHIFT)
#define LEAST_NUMBER 0x1p-63

INLINE uint32_t code_of(double number) {
  const double kept = number > LEAST_NUMBER ? number : LEAST_NUMBER;
  uint64_t bits;
  memcpy(&bits, &kept, sizeof bits);
  // To the nearest, and to an even code from halfway.
  bits += (1ULL << (SHIFT - 1)) - 1 + ((bits >> SHIFT) & 1);
  return (uint32_t)((bits >> SHIFT) - LEAST_BITS);
}

/// As for outsiders, but that the code 0 stands for the least number.
INLINE double number_of(uint32_t code) {
  const uint64_t bits = (code + LEAST_BITS) << SHIFT;
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

uint32_t kindred_pair_code(double number) { return code_of(number); }

double kindred_pair_number(uint32_t code) { return code == 0 ? 0 : number_of(code); }

INLINE void read_numbers(const uint32_t *codes, double8 *numbers) {
  *numbers = (double8)((__builtin_convertvector(*(const uint8 *)codes, ulong8) + LEAST_BITS)
                       << SHIFT);
}

/// Writes numbers but where another row has no pair: a column that is gone is none in all rows.
INLINE void write_numbers(const double8 *numbers, const uint32_t *other, uint32_t *codes) {
  const double8 least = LEAST_NUMBER;
  const uint8 none = KINDRED_NO_PAIR;
  ulong8 bits = (ulong8)(*numbers > least ? *numbers : least);
  bits += (1ULL << (SHIFT - 1)) - 1 + ((bits >> SHIFT) & 1);
  const uint8 code = __builtin_convertvector((bits >> SHIFT) - LEAST_BITS, uint8);
  *(uint8 *)codes = *(const uint8 *)other == none ? none : code;
}

// MARK: Filling

INLINE int64_t kindred_pair_distances_body(float *tile, int64_t stride, int32_t rows,
                                           int32_t columns, const float *norms,
                                           int64_t first_row, int64_t first_column,
                                           float near_share, const kindred_pair_measure *measure,
                                           uint32_t *near) {
  int64_t near_count = 0;
  // A single-precision number has the bits of its code but for three digits and where exponents begin.
  const int32_t base = (64 - measure->exponent) * (1 << 23);
  const int32_t least = base > 1 << 23 ? base : 1 << 23;
  const float *row_norms = norms + first_row, *column_norms = norms + first_column;
  for (int32_t i = 0; i < rows; i++) {
    float *row = tile + i * stride;
    for (int32_t j = 0; j < columns; j += LANES) {
      const float16 dots = *(const float16 *)(row + j);
      const float16 both = row_norms[i] + *(const float16 *)(column_norms + j);
      const float16 zero = 0;
      float16 distance = __builtin_elementwise_max(both - 2 * dots, zero);
      if (__builtin_reduce_or(distance <= near_share * both))
        for (int32_t k = j; k < columns && k < j + LANES; k++) {
          near[near_count] = (uint32_t)i << 16 | (uint32_t)k;
          near_count += distance[k - j] <= near_share * both[k - j];
        }
      if (!measure->squared) distance = __builtin_elementwise_sqrt(distance);
      if (measure->weights != NULL) {
        const double u = measure->weights[first_row + i];
        for (int32_t k = j; k < columns && k < j + LANES; k++) {
          const double v = measure->weights[first_column + k];
          distance[k - j] = (float)(distance[k - j] * (2 * u * v / (u + v)));
        }
      }
      const int16 bits = __builtin_elementwise_max((int16)distance, (int16)least);
      *(uint16 *)(row + j) = (uint16)(bits - base) << 3;
    }
  }
  return near_count;
}

DISPATCHED(int64_t, kindred_pair_distances,
           (float *tile, int64_t stride, int32_t rows, int32_t columns, const float *norms,
            int64_t first_row, int64_t first_column, float near_share,
            const kindred_pair_measure *measure, uint32_t *near),
           (tile, stride, rows, columns, norms, first_row, first_column, near_share, measure,
            near))

INLINE void kindred_pair_repair_body(uint32_t *tile, int64_t stride, const uint32_t *near,
                                     int64_t count, const float *data, int64_t d,
                                     int64_t first_row, int64_t first_column,
                                     const kindred_pair_measure *measure) {
  const double scale = ldexp(1, measure->exponent);
  for (int64_t n = 0; n < count; n++) {
    const int64_t i = near[n] >> 16, j = near[n] & 0xffff;
    const float *a = data + (first_row + i) * d, *b = data + (first_column + j) * d;
    double8 sums = 0;
    int64_t t = 0;
    for (; t + 8 <= d; t += 8) {
      const double8 difference = __builtin_convertvector(*(const float8 *)(a + t), double8) -
                                 __builtin_convertvector(*(const float8 *)(b + t), double8);
      sums += difference * difference;
    }
    double sum = 0;
    for (int lane = 0; lane < 8; lane++) sum += sums[lane];
    for (; t < d; t++) {
      const double difference = (double)a[t] - b[t];
      sum += difference * difference;
    }
    if (!measure->squared) sum = __builtin_sqrt(sum);
    if (measure->weights != NULL) {
      const double u = measure->weights[first_row + i], v = measure->weights[first_column + j];
      sum *= 2 * u * v / (u + v);
    }
    tile[i * stride + j] = code_of(sum * scale);
  }
}

DISPATCHED(void, kindred_pair_repair,
           (uint32_t *tile, int64_t stride, const uint32_t *near, int64_t count, const float *data,
            int64_t d, int64_t first_row, int64_t first_column,
            const kindred_pair_measure *measure),
           (tile, stride, near, count, data, d, first_row, first_column, measure))

void kindred_pair_border(uint32_t *tile, int64_t stride, int32_t rows, int32_t columns,
                         int32_t on_diagonal) {
  const int32_t padded_rows = (rows + LANES - 1) / LANES * LANES;
  const int32_t padded_columns = (columns + LANES - 1) / LANES * LANES;
  for (int32_t i = 0; i < padded_rows; i++)
    for (int32_t j = i < rows ? columns : 0; j < padded_columns; j++)
      tile[i * stride + j] = KINDRED_NO_PAIR;
  if (!on_diagonal) return;
  for (int32_t i = 0; i < rows; i++) {
    for (int32_t j = 0; j < i; j++) tile[i * stride + j] = tile[j * stride + i];
    tile[i * stride + i] = KINDRED_NO_PAIR;
  }
}

/// Takes 16 distances to one row into the partners of 16 columns.
INLINE void fold_lanes(const uint32_t *distances, uint32_t key, int32_t row, const uint32_t *keys,
                       uint16 *value, uint16 *tie, int16 *place) {
  const uint16 distance = *(const uint16 *)distances;
  if (!__builtin_reduce_or(distance <= *value)) return;
  uint16 own = *(const uint16 *)keys ^ key;
  SCATTER(own);
  const int16 takes = (distance < *value) | ((distance == *value) & (own < *tie));
  *value = takes ? distance : *value;
  *tie = takes ? own : *tie;
  *place = takes ? (int16)row : *place;
}

INLINE void kindred_pair_fold_body(const uint32_t *tile, int64_t stride, int32_t rows,
                                   int32_t columns, int64_t first_row, int64_t first_column,
                                   const uint32_t *keys, const kindred_partners *partners,
                                   int32_t across) {
  if (!across) {
    for (int32_t j = 0; j < columns; j += LANES) {
      const int64_t at = first_column + j;
      uint16 value = *(const uint16 *)(partners->value + at);
      uint16 tie = *(const uint16 *)(partners->tie + at);
      int16 place = *(const int16 *)(partners->place + at);
      for (int32_t i = 0; i < rows; i++)
        fold_lanes(tile + i * stride + j, keys[first_row + i], (int32_t)(first_row + i),
                   keys + at, &value, &tie, &place);
      *(uint16 *)(partners->value + at) = value;
      *(uint16 *)(partners->tie + at) = tie;
      *(int16 *)(partners->place + at) = place;
    }
    return;
  }
  for (int32_t i = 0; i < rows; i++) {
    const uint32_t *row = tile + i * stride;
    const int64_t at = first_row + i;
    uint16 least = *(const uint16 *)row;
    for (int32_t j = LANES; j < columns; j += LANES)
      least = __builtin_elementwise_min(least, *(const uint16 *)(row + j));
    uint32_t value = least[0];
    for (int lane = 1; lane < LANES; lane++) value = least[lane] < value ? least[lane] : value;
    if (!(value <= partners->value[at])) continue;
    for (int32_t j = 0; j < columns; j++) {
      if (row[j] != value) continue;
      const uint32_t tie = kindred_tie(keys[at], keys[first_column + j]);
      if (value < partners->value[at] || tie < partners->tie[at]) {
        partners->value[at] = value;
        partners->tie[at] = tie;
        partners->place[at] = (int32_t)(first_column + j);
      }
    }
  }
}

DISPATCHED(void, kindred_pair_fold,
           (const uint32_t *tile, int64_t stride, int32_t rows, int32_t columns, int64_t first_row,
            int64_t first_column, const uint32_t *keys, const kindred_partners *partners,
            int32_t across),
           (tile, stride, rows, columns, first_row, first_column, keys, partners, across))

INLINE void kindred_pair_store_body(const uint32_t *tile, int64_t stride, int32_t rows,
                                    int32_t columns, uint32_t *target, int64_t target_stride) {
  for (int32_t i = 0; i < rows; i++)
    for (int32_t j = 0; j < columns; j += LANES)
      __builtin_nontemporal_store((uint16a)*(const uint16 *)(tile + i * stride + j),
                                  (uint16a *)(target + i * target_stride + j));
  FENCE();
}

DISPATCHED(void, kindred_pair_store,
           (const uint32_t *tile, int64_t stride, int32_t rows, int32_t columns, uint32_t *target,
            int64_t target_stride),
           (tile, stride, rows, columns, target, target_stride))

/// Interleaves the first and the second half of 16 registers.
INLINE void interleave(const uint16a *source, uint16a *target) {
  for (int i = 0; i < 8; i++) {
    target[2 * i] = __builtin_shufflevector(source[i], source[i + 8], 0, 16, 1, 17, 2, 18, 3, 19,
                                            4, 20, 5, 21, 6, 22, 7, 23);
    target[2 * i + 1] = __builtin_shufflevector(source[i], source[i + 8], 8, 24, 9, 25, 10, 26, 11,
                                                27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
}

INLINE void kindred_pair_store_turned_body(const uint32_t *tile, int64_t stride, int32_t rows,
                                           int32_t columns, uint32_t *target,
                                           int64_t target_stride) {
  for (int32_t j = 0; j < columns; j += LANES)
    for (int32_t i = 0; i < rows; i += LANES) {
      uint16a a[LANES], b[LANES];
      for (int k = 0; k < LANES; k++) a[k] = *(const uint16 *)(tile + (i + k) * stride + j);
      interleave(a, b);
      interleave(b, a);
      interleave(a, b);
      interleave(b, a);
      for (int k = 0; k < LANES && j + k < columns; k++)
        __builtin_nontemporal_store(a[k], (uint16a *)(target + (j + k) * target_stride + i));
    }
  FENCE();
}

DISPATCHED(void, kindred_pair_store_turned,
           (const uint32_t *tile, int64_t stride, int32_t rows, int32_t columns, uint32_t *target,
            int64_t target_stride),
           (tile, stride, rows, columns, target, target_stride))

// MARK: Merging

INLINE uint32_t mean_of(uint32_t left, uint32_t right, const kindred_merge *merge) {
  const double u = number_of(left), v = number_of(right);
  return code_of(u + merge->share * (v - u) - merge->apart);
}

INLINE uint32_t ward_of(uint32_t left, uint32_t right, const kindred_merge *merge, double size) {
  const double u = merge->share + size, v = merge->right_size + size;
  return code_of((u * number_of(left) + v * number_of(right) - size * merge->apart) /
                 (merge->share + v));
}

#define EACH_MERGE(expression)                                 \
  for (int64_t m = 0; m < count; m++) {                        \
    const kindred_merge *merge = merges + m;                   \
    const uint32_t u = row[merge->left], v = row[merge->right];   \
    row[merge->left] = (expression);                           \
    row[merge->right] = KINDRED_NO_PAIR;                              \
  }

void kindred_merge_columns(int32_t update, uint32_t *row, int64_t width, const kindred_merge *merges,
                           int64_t count, double size) {
  // The merges jump about in a row that has not been read for long: it comes in order first.
  if (count >= 32)
    for (int64_t j = 0; j < width; j += LANES) __builtin_prefetch(row + j, 1);
  switch (update) {
    case KINDRED_LEAST: EACH_MERGE(u < v ? u : v) return;
    case KINDRED_GREATEST: EACH_MERGE(u > v ? u : v) return;
    case KINDRED_MEAN: EACH_MERGE(mean_of(u, v, merge)) return;
    default: EACH_MERGE(ward_of(u, v, merge, size))
  }
}

INLINE void mean_rows(uint32_t *left, const uint32_t *right, int64_t width,
                      const kindred_merge *merge) {
  for (int64_t j = 0; j < width; j += 8) {
    double8 u, v;
    read_numbers(left + j, &u);
    read_numbers(right + j, &v);
    const double8 merged = u + merge->share * (v - u) - merge->apart;
    write_numbers(&merged, right + j, left + j);
  }
}

INLINE void ward_rows(uint32_t *left, const uint32_t *right, int64_t width,
                      const kindred_merge *merge, const kindred_cluster_sizes *sizes,
                      int32_t number) {
  for (int64_t j = 0; j < width; j += 8) {
    double8 a, b;
    read_numbers(left + j, &a);
    read_numbers(right + j, &b);
    const long8 turn = __builtin_convertvector(*(const int8 *)(sizes->turn + j), long8);
    const double8 size = turn < (long8)number ? *(const double8 *)(sizes->after + j)
                                              : *(const double8 *)(sizes->before + j);
    const double8 u = merge->share + size, v = merge->right_size + size;
    const double8 merged = (u * a + v * b - size * merge->apart) / (merge->share + v);
    write_numbers(&merged, right + j, left + j);
  }
}

INLINE void kindred_merge_rows_body(int32_t update, uint32_t *left, const uint32_t *right,
                                    int64_t width, const kindred_merge *merge,
                                    const kindred_cluster_sizes *sizes, int32_t number) {
  switch (update) {
    case KINDRED_LEAST:
      for (int64_t j = 0; j < width; j += LANES)
        *(uint16 *)(left + j) = __builtin_elementwise_min(*(const uint16 *)(left + j),
                                                           *(const uint16 *)(right + j));
      break;
    case KINDRED_GREATEST:
      for (int64_t j = 0; j < width; j += LANES)
        *(uint16 *)(left + j) = __builtin_elementwise_max(*(const uint16 *)(left + j),
                                                           *(const uint16 *)(right + j));
      break;
    case KINDRED_MEAN: mean_rows(left, right, width, merge); break;
    default: ward_rows(left, right, width, merge, sizes, number);
  }
  left[merge->left] = KINDRED_NO_PAIR;
  left[merge->right] = KINDRED_NO_PAIR;
}

DISPATCHED(void, kindred_merge_rows,
           (int32_t update, uint32_t *left, const uint32_t *right, int64_t width,
            const kindred_merge *merge, const kindred_cluster_sizes *sizes, int32_t number),
           (update, left, right, width, merge, sizes, number))

void kindred_compact_row(uint32_t *row, const int32_t *places, int64_t count, int64_t padded) {
  for (int64_t k = 0; k < count; k++) row[k] = row[places[k]];
  for (int64_t k = count; k < padded; k++) row[k] = KINDRED_NO_PAIR;
}

// MARK: Searching

INLINE uint32_t least_element(const uint32_t *row, int64_t width) {
  uint16 least[4] = {KINDRED_NO_PAIR, KINDRED_NO_PAIR, KINDRED_NO_PAIR, KINDRED_NO_PAIR};
  int64_t j = 0;
  for (; j + 4 * LANES <= width; j += 4 * LANES)
    for (int k = 0; k < 4; k++)
      least[k] = __builtin_elementwise_min(least[k], *(const uint16 *)(row + j + k * LANES));
  for (; j < width; j += LANES)
    least[0] = __builtin_elementwise_min(least[0], *(const uint16 *)(row + j));
  least[0] = __builtin_elementwise_min(__builtin_elementwise_min(least[0], least[1]),
                                       __builtin_elementwise_min(least[2], least[3]));
  uint32_t value = least[0][0];
  for (int lane = 1; lane < LANES; lane++) value = least[0][lane] < value ? least[0][lane] : value;
  return value;
}

INLINE int32_t kindred_least_column_body(const uint32_t *row, int64_t width, uint32_t key,
                                         const uint32_t *keys, uint32_t *least) {
  const uint32_t value = least_element(row, width);
  *least = value;
  if (value == KINDRED_NO_PAIR) return -1;
  int32_t column = -1;
  uint32_t tie = 0;
  for (int64_t j = 0; j < width; j += LANES) {
    if (!__builtin_reduce_or(*(const uint16 *)(row + j) == value)) continue;
    for (int64_t k = j; k < j + LANES; k++) {
      if (row[k] != value) continue;
      const uint32_t own = kindred_tie(key, keys[k]);
      if (column < 0 || own < tie) {
        column = (int32_t)k;
        tie = own;
      }
    }
  }
  return column;
}

DISPATCHED(int32_t, kindred_least_column,
           (const uint32_t *row, int64_t width, uint32_t key, const uint32_t *keys, uint32_t *least),
           (row, width, key, keys, least))

INLINE int64_t kindred_columns_up_to_body(const uint32_t *row, int64_t width, uint32_t limit,
                                          int32_t *columns) {
  int64_t count = 0;
  for (int64_t j = 0; j < width; j += LANES) {
    if (!__builtin_reduce_or(*(const uint16 *)(row + j) <= limit)) continue;
    for (int64_t k = j; k < j + LANES; k++)
      if (row[k] <= limit) columns[count++] = (int32_t)k;
  }
  return count;
}

DISPATCHED(int64_t, kindred_columns_up_to,
           (const uint32_t *row, int64_t width, uint32_t limit, int32_t *columns),
           (row, width, limit, columns))

INLINE int64_t kindred_closer_columns_body(const uint32_t *row, int64_t width, uint32_t key,
                                           const uint32_t *keys, const uint32_t *limits,
                                           const uint32_t *ties, int32_t *columns) {
  int64_t count = 0;
  for (int64_t j = 0; j < width; j += LANES) {
    if (!__builtin_reduce_or(*(const uint16 *)(row + j) <= *(const uint16 *)(limits + j)))
      continue;
    for (int64_t k = j; k < j + LANES; k++)
      if (row[k] < limits[k] || (row[k] == limits[k] && kindred_tie(key, keys[k]) < ties[k]))
        columns[count++] = (int32_t)k;
  }
  return count;
}

DISPATCHED(int64_t, kindred_closer_columns,
           (const uint32_t *row, int64_t width, uint32_t key, const uint32_t *keys,
            const uint32_t *limits, const uint32_t *ties, int32_t *columns),
           (row, width, key, keys, limits, ties, columns))
