#include "silhouette.h"

#include "machine.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define LANES KINDRED_SUM_LANES
#define INLINE static inline __attribute__((always_inline))

typedef float float16 __attribute__((vector_size(64), aligned(4)));
typedef float float8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t int16 __attribute__((vector_size(64), aligned(4)));
typedef double double8 __attribute__((vector_size(64), aligned(8)));

#define UNWRAPPED(...) __VA_ARGS__

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define AVX2 __attribute__((target("avx2,fma")))

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
#define DISPATCHED(result, name, parameters, arguments)                                          \
  result name(int32_t level, UNWRAPPED parameters) { return name##_body arguments; }
#endif

INLINE int64_t kindred_distances_from_dots_body(float *tile, int64_t stride, int32_t rows,
                                                int32_t columns, const float *row_norms,
                                                const float *column_norms, float near_share,
                                                float offset, uint32_t *near) {
  const int32_t vectors = (columns + LANES - 1) / LANES;
  const float square = offset * offset;
  int64_t near_count = 0;
  for (int32_t i = 0; i < rows; i++) {
    float *row = tile + i * stride;
    const float norm = row_norms[i];
    int16 is_near = {0};
    for (int32_t v = 0; v < vectors; v++) {
      float16 *dots = (float16 *)row + v;
      const float16 both = norm + ((const float16 *)column_norms)[v];
      const float16 excess = both - 2 * *dots;
      const float16 squared = excess + square;
      // The offset's rounding is in the sum too, however short the two rows are.
      const float16 least = {0};
      is_near |= squared <= near_share * (__builtin_elementwise_max(both, least) + square);
      const float16 root =
          __builtin_elementwise_sqrt(__builtin_elementwise_max(squared, (float16){0}));
      *dots = excess / (root + offset);
    }
    if (!__builtin_reduce_or(is_near)) continue;
    for (int32_t j = 0; j < columns; j++) {
      const float distance = row[j] + offset, both = norm + column_norms[j];
      near[near_count] = (uint32_t)i << 16 | (uint32_t)j;
      // What was stored is rounded: a little more than the share is let in.
      near_count += distance <= 0 || distance * distance <=
                                         1.01f * near_share * ((both > 0 ? both : 0) + square);
    }
  }
  return near_count;
}

DISPATCHED(int64_t, kindred_distances_from_dots,
           (float *tile, int64_t stride, int32_t rows, int32_t columns, const float *row_norms,
            const float *column_norms, float near_share, float offset, uint32_t *near),
           (tile, stride, rows, columns, row_norms, column_norms, near_share, offset, near))

/// The slots whose sums are kept in single precision, in a core's innermost cache, for one tile.
enum { CACHED_SLOTS = 256, GROUPS_TOGETHER = 4 };

/// Adds `steps` vectors of each of `groups` lane groups to the sums of the steps' slots, for some
/// runs whose slots are `first_slot..<first_slot + slot_count`. Several groups at a time keep the
/// adders busy when consecutive steps carry the same label.
INLINE void add_cached(const float *source, int64_t step, int64_t group_step, int32_t steps,
                       int32_t groups, const uint32_t *slots, int32_t all_runs, int32_t runs,
                       uint32_t first_slot, int32_t slot_count, int64_t group_sums, double *sums) {
  float16 cache[CACHED_SLOTS];
  memset(cache, 0, sizeof(float16) * (size_t)(groups * slot_count));
  for (int32_t s = 0; s < steps; s++) {
    float16 vectors[GROUPS_TOGETHER];
    for (int32_t g = 0; g < groups; g++)
      vectors[g] = *(const float16 *)(source + s * step + g * group_step);
    for (int32_t r = 0; r < runs; r++) {
      float16 *target = cache + (slots[(int64_t)s * all_runs + r] - first_slot);
      for (int32_t g = 0; g < groups; g++) target[g * slot_count] += vectors[g];
    }
  }
  for (int32_t g = 0; g < groups; g++) {
    double8 *target = (double8 *)(sums + g * group_sums + (int64_t)first_slot * LANES);
    const float8 *halves = (const float8 *)(cache + g * slot_count);
    for (int32_t h = 0; h < 2 * slot_count; h++)
      target[h] += __builtin_convertvector(halves[h], double8);
  }
}

/// As `add_cached` for one run, straight into its sums.
INLINE void add_directly(const float *source, int64_t step, int32_t steps, const uint32_t *slots,
                         int32_t all_runs, double *sums) {
  for (int32_t s = 0; s < steps; s++) {
    const float8 *halves = (const float8 *)(source + s * step);
    double8 *target = (double8 *)(sums + (int64_t)slots[(int64_t)s * all_runs] * LANES);
    target[0] += __builtin_convertvector(halves[0], double8);
    target[1] += __builtin_convertvector(halves[1], double8);
  }
}

/// Adds the steps of some lane groups to the sums, as many runs at a time as the cache holds.
INLINE void add_steps(const float *source, int64_t step, int64_t group_step, int32_t steps,
                      int32_t groups, const uint32_t *slots, int32_t runs,
                      const uint32_t *run_starts, uint32_t cached_slots, int64_t group_sums,
                      double *sums) {
  for (int32_t first = 0, end; first < runs; first = end) {
    const uint32_t start = run_starts[first];
    end = first + 1;
    while (end < runs && run_starts[end + 1] - start <= cached_slots) end++;
    const uint32_t slot_count = run_starts[end] - start;
    const int32_t here = end - first;
    if (groups == GROUPS_TOGETHER && slot_count <= cached_slots / GROUPS_TOGETHER) {
      add_cached(source, step, group_step, steps, GROUPS_TOGETHER, slots + first, runs, here,
                 start, (int32_t)slot_count, group_sums, sums);
      continue;
    }
    for (int32_t g = 0; g < groups; g++) {
      if (slot_count <= cached_slots)
        add_cached(source + g * group_step, step, 0, steps, 1, slots + first, runs, here, start,
                   (int32_t)slot_count, 0, sums + g * group_sums);
      else
        add_directly(source + g * group_step, step, steps, slots + first, runs,
                     sums + g * group_sums);
    }
  }
}

INLINE void kindred_add_tile_columns_body(const float *tile, int64_t stride, int32_t rows,
                                          int32_t columns, const uint32_t *slots, int32_t runs,
                                          const uint32_t *run_starts, int32_t wide, double *sums) {
  const int64_t group_sums = (int64_t)run_starts[runs] * LANES;
  const int32_t groups = (columns + LANES - 1) / LANES;
  for (int32_t g = 0; g < groups; g += GROUPS_TOGETHER)
    add_steps(tile + g * LANES, stride, LANES, rows,
              groups - g < GROUPS_TOGETHER ? groups - g : GROUPS_TOGETHER, slots, runs, run_starts,
              wide ? 0 : CACHED_SLOTS, group_sums, sums + g * group_sums);
}

DISPATCHED(void, kindred_add_tile_columns,
           (const float *tile, int64_t stride, int32_t rows, int32_t columns,
            const uint32_t *slots, int32_t runs, const uint32_t *run_starts, int32_t wide,
            double *sums),
           (tile, stride, rows, columns, slots, runs, run_starts, wide, sums))

/// Writes the transpose of a 16×16 block: 16 floats a row, `stride` from row to row in the source.
INLINE void transpose(const float *source, int64_t stride, float *target) {
  float16 a[16], b[16];
  for (int i = 0; i < 16; i++) a[i] = *(const float16 *)(source + i * stride);
  for (int i = 0; i < 8; i++) {
    b[2 * i] = __builtin_shufflevector(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                       6, 22, 7, 23);
    b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                           13, 29, 14, 30, 15, 31);
  }
  for (int i = 0; i < 8; i++) {
    a[2 * i] = __builtin_shufflevector(b[i], b[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                       6, 22, 7, 23);
    a[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                           13, 29, 14, 30, 15, 31);
  }
  for (int i = 0; i < 8; i++) {
    b[2 * i] = __builtin_shufflevector(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                       6, 22, 7, 23);
    b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                           13, 29, 14, 30, 15, 31);
  }
  for (int i = 0; i < 8; i++) {
    a[2 * i] = __builtin_shufflevector(b[i], b[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                       6, 22, 7, 23);
    a[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                           13, 29, 14, 30, 15, 31);
  }
  for (int i = 0; i < 16; i++) *(float16 *)(target + i * LANES) = a[i];
}

INLINE void kindred_add_tile_rows_body(const float *tile, int64_t stride, int32_t rows,
                                       int32_t columns, const uint32_t *slots, int32_t runs,
                                       const uint32_t *run_starts, int32_t wide, double *sums) {
  enum { SIDE = KINDRED_TILE_SIDE };
  const int64_t group_sums = (int64_t)run_starts[runs] * LANES;
  const int32_t groups = (rows + LANES - 1) / LANES;
  float turned[GROUPS_TOGETHER * SIDE * LANES] __attribute__((aligned(64)));
  for (int32_t g = 0; g < groups; g += GROUPS_TOGETHER) {
    const int32_t here = groups - g < GROUPS_TOGETHER ? groups - g : GROUPS_TOGETHER;
    for (int32_t q = 0; q < here; q++)
      for (int32_t j = 0; j < columns; j += LANES)
        transpose(tile + (int64_t)(g + q) * LANES * stride + j, stride,
                  turned + (q * SIDE + j) * LANES);
    add_steps(turned, LANES, SIDE * LANES, columns, here, slots, runs, run_starts,
              wide ? 0 : CACHED_SLOTS, group_sums, sums + g * group_sums);
  }
}

DISPATCHED(void, kindred_add_tile_rows,
           (const float *tile, int64_t stride, int32_t rows, int32_t columns,
            const uint32_t *slots, int32_t runs, const uint32_t *run_starts, int32_t wide,
            double *sums),
           (tile, stride, rows, columns, slots, runs, run_starts, wide, sums))

INLINE double kindred_squared_difference_body(const float *a, const float *b, int64_t count) {
  double8 sum = {0};
  int64_t t = 0;
  for (; t + 8 <= count; t += 8) {
    const double8 left = __builtin_convertvector(*(const float8 *)(a + t), double8);
    const double8 right = __builtin_convertvector(*(const float8 *)(b + t), double8);
    const double8 difference = left - right;
    sum += difference * difference;
  }
  double total = 0;
  for (int lane = 0; lane < 8; lane++) total += sum[lane];
  for (; t < count; t++) {
    const double difference = (double)a[t] - (double)b[t];
    total += difference * difference;
  }
  return total;
}

DISPATCHED(double, kindred_squared_difference, (const float *a, const float *b, int64_t count),
           (a, b, count))

double kindred_sparse_squared_difference(const int32_t *a_columns, const float *a_values,
                                         int64_t a_count, const int32_t *b_columns,
                                         const float *b_values, int64_t b_count) {
  double total = 0;
  int64_t i = 0, j = 0;
  while (i < a_count || j < b_count) {
    double difference;
    if (j >= b_count || (i < a_count && a_columns[i] < b_columns[j])) {
      difference = a_values[i++];
    } else if (i >= a_count || b_columns[j] < a_columns[i]) {
      difference = b_values[j++];
    } else {
      difference = (double)a_values[i++] - (double)b_values[j++];
    }
    total += difference * difference;
  }
  return total;
}

int64_t kindred_overlaps(const int32_t *columns, const float *values, int64_t count,
                         const int64_t *offsets, const int32_t *rows, const float *posting_values,
                         double *dots, int32_t *touched) {
  int64_t reached = 0;
  for (int64_t e = 0; e < count; e++) {
    const double value = values[e];
    const int64_t end = offsets[columns[e] + 1];
    for (int64_t p = offsets[columns[e]]; p < end; p++) {
      const int32_t row = rows[p];
      const double dot = dots[row];
      touched[reached] = row;
      reached += dot == 0;
      dots[row] = dot + value * posting_values[p];
    }
  }
  return reached;
}

/// As `kindred_add_overlap_corrections` says; rows are taken in blocks so that roots come 8 at a time.
INLINE void kindred_add_overlap_corrections_body(const int32_t *columns, const float *values,
                                                 int64_t count, double norm, const double *base,
                                                 const int32_t *touched, int64_t touched_count,
                                                 double *dots,
                                                 const kindred_overlap_targets *targets,
                                                 double *sums) {
  // Below this share of the norms a difference of squares has under ten digits left.
  const double near_share = 1e-6;
  enum { BLOCK = 64 };
  int32_t rows[BLOCK];
  double products[BLOCK], norms[BLOCK], corrections[BLOCK];
  const int32_t runs = targets->runs;
  for (int64_t first = 0; first < touched_count; first += BLOCK) {
    const int64_t end = first + BLOCK < touched_count ? first + BLOCK : touched_count;
    int32_t reached = 0;
    for (int64_t q = first; q < end; q++) {
      const int32_t row = touched[q];
      const double dot = dots[row];
      rows[reached] = row;
      products[reached] = dot;
      norms[reached] = targets->norms[row];
      dots[row] = 0;
      reached += dot != 0;
      // Rows are touched in no order that the machine could foresee.
      const char *soon = (const char *)(targets->slots + (int64_t)row * runs);
      for (int32_t byte = 0; byte < runs * 4; byte += 64) __builtin_prefetch(soon + byte);
    }
    for (int32_t i = reached; i % 8; i++) products[i] = norms[i] = 0;
    for (int32_t i = 0; i < reached; i += 8) {
      const double8 own = *(const double8 *)(norms + i);
      const double8 both = norm + own;
      const double8 squared = both - 2 * *(const double8 *)(products + i);
      const double8 deviation = own - 1;
      const double8 apart = base[0] + deviation * (base[1] + deviation * base[2]);
      const double8 least = {0};
      *(double8 *)(corrections + i) =
          __builtin_elementwise_sqrt(__builtin_elementwise_max(squared, least)) - apart;
      if (!__builtin_reduce_or(squared < near_share * both)) continue;
      for (int32_t j = i; j < i + 8 && j < reached; j++) {
        if (squared[j - i] >= near_share * both[j - i]) continue;
        const int64_t start = targets->offsets[rows[j]];
        corrections[j] = sqrt(kindred_sparse_squared_difference(
                             columns, values, count, targets->columns + start,
                             targets->values + start, targets->offsets[rows[j] + 1] - start)) -
                         apart[j - i];
      }
    }
    for (int32_t i = 0; i < reached; i++) {
      const uint32_t *slots = targets->slots + (int64_t)rows[i] * runs;
      for (int32_t r = 0; r < runs; r++) sums[slots[r]] += corrections[i];
    }
  }
}

DISPATCHED(void, kindred_add_overlap_corrections,
           (const int32_t *columns, const float *values, int64_t count, double norm,
            const double *base, const int32_t *touched, int64_t touched_count, double *dots,
            const kindred_overlap_targets *targets, double *sums),
           (columns, values, count, norm, base, touched, touched_count, dots, targets, sums))

INLINE void kindred_add_moments_body(const double *counts, const double *deviations,
                                     const double *squares, const double *zeros,
                                     const double *weights, int64_t count, double *sums) {
  int64_t s = 0;
  for (; s + 8 <= count; s += 8)
    *(double8 *)(sums + s) += (weights[0] * *(const double8 *)(counts + s) +
                               weights[1] * *(const double8 *)(deviations + s)) +
                              (weights[2] * *(const double8 *)(squares + s) +
                               weights[3] * *(const double8 *)(zeros + s));
  for (; s < count; s++)
    sums[s] += (weights[0] * counts[s] + weights[1] * deviations[s]) +
               (weights[2] * squares[s] + weights[3] * zeros[s]);
}

DISPATCHED(void, kindred_add_moments,
           (const double *counts, const double *deviations, const double *squares,
            const double *zeros, const double *weights, int64_t count, double *sums),
           (counts, deviations, squares, zeros, weights, count, sums))

INLINE void kindred_split_grid_body(const double *grid, int64_t rows, int64_t columns,
                                    double *restrict row_sums, double *restrict column_sums) {
  memset(column_sums, 0, (size_t)columns * sizeof *column_sums);
  for (int64_t r = 0; r < rows; r++) {
    const double *row = grid + r * columns;
    double8 lanes = {0};
    double rest = 0;
    int64_t c = 0;
    for (; c + 8 <= columns; c += 8) {
      const double8 cells = *(const double8 *)(row + c);
      *(double8 *)(column_sums + c) += cells;
      lanes += cells;
    }
    for (; c < columns; c++) {
      column_sums[c] += row[c];
      rest += row[c];
    }
    row_sums[r] = (((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) +
                   ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))) +
                  rest;
  }
}

DISPATCHED(void, kindred_split_grid,
           (const double *grid, int64_t rows, int64_t columns, double *row_sums,
            double *column_sums),
           (grid, rows, columns, row_sums, column_sums))

void kindred_add_by_label(const int32_t *rows, const float *values, const double *weights,
                          int64_t count, const uint32_t *slots, int32_t runs, double *sums) {
  for (int64_t p = 0; p < count; p++) {
    const double value = (double)values[p] * weights[rows[p]];
    const uint32_t *own = slots + (int64_t)rows[p] * runs;
    for (int32_t r = 0; r < runs; r++) sums[own[r]] += value;
  }
}

INLINE void kindred_panel_dots_body(const int32_t *columns, const double *values, int64_t count,
                                    const double *panel, int64_t width, double *dots) {
  enum { vectors = 8, block = 8 * vectors };
  int64_t w = 0;
  for (; w + block <= width; w += block) {
    double8 sums[vectors] = {{0}};
    for (int64_t e = 0; e < count; e++) {
      const double *line = panel + (columns ? columns[e] : e) * width + w;
      for (int v = 0; v < vectors; v++) sums[v] += values[e] * ((const double8 *)line)[v];
    }
    memcpy(dots + w, sums, sizeof sums);
  }
  for (; w < width; w++) {
    double sum = 0;
    for (int64_t e = 0; e < count; e++)
      sum += values[e] * panel[(columns ? columns[e] : e) * width + w];
    dots[w] = sum;
  }
}

DISPATCHED(void, kindred_panel_dots,
           (const int32_t *columns, const double *values, int64_t count, const double *panel,
            int64_t width, double *dots),
           (columns, values, count, panel, width, dots))

void kindred_sparse_tile(const int64_t *row_offsets, int32_t rows, const int32_t *columns,
                         const float *values, const int32_t *heads, const int32_t *posting_rows,
                         const float *posting_values, float *tile, int64_t stride) {
  for (int32_t i = 0; i < rows; i++) {
    float *restrict target = tile + i * stride;
    for (int64_t e = row_offsets[i]; e < row_offsets[i + 1]; e++) {
      const float value = values[e];
      const int32_t end = heads[columns[e] + 1];
      for (int32_t p = heads[columns[e]]; p < end; p++)
        target[posting_rows[p]] += value * posting_values[p];
    }
  }
}
