// Fills a matrix of codes of distances, tile by tile.
#include "codes.h"

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

INLINE int64_t kindred_pair_lengths_body(double *tile, int64_t stride, int32_t rows,
                                         int32_t columns, const double *norms, int64_t first_row,
                                         int64_t first_column, double near_share,
                                         const kindred_pair_measure *measure, uint32_t *near) {
  const double8 zero = 0;
  int64_t near_count = 0;
  for (int32_t i = 0; i < rows; i++)
    for (int32_t j = 0; j < columns; j += 8) {
      double8 *at = (double8 *)(tile + i * stride + j);
      const double8 both =
          norms[first_row + i] + *(const double8 *)(norms + first_column + j);
      const double8 squared = both - 2 * *at;
      double8 distance = squared > zero ? squared : zero;
      if (__builtin_reduce_or(distance <= near_share * both))
        for (int32_t k = j; k < columns && k < j + 8; k++) {
          near[near_count] = (uint32_t)i << 16 | (uint32_t)k;
          near_count += distance[k - j] <= near_share * both[k - j];
        }
      if (!measure->squared) distance = __builtin_elementwise_sqrt(distance);
      if (measure->weights != NULL) {
        const double u = measure->weights[first_row + i];
        for (int32_t k = j; k < columns && k < j + 8; k++) {
          const double v = measure->weights[first_column + k];
          distance[k - j] *= 2 * u * v / (u + v);
        }
      }
      *at = distance;
    }
  return near_count;
}

DISPATCHED(int64_t, kindred_pair_lengths,
           (double *tile, int64_t stride, int32_t rows, int32_t columns, const double *norms,
            int64_t first_row, int64_t first_column, double near_share,
            const kindred_pair_measure *measure, uint32_t *near),
           (tile, stride, rows, columns, norms, first_row, first_column, near_share, measure,
            near))

INLINE void kindred_pair_repair_body(double *tile, int64_t stride, const uint32_t *near,
                                     int64_t count, const float *data, int64_t d,
                                     int64_t first_row, int64_t first_column,
                                     const kindred_pair_measure *measure) {
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
    tile[i * stride + j] = sum;
  }
}

DISPATCHED(void, kindred_pair_repair,
           (double *tile, int64_t stride, const uint32_t *near, int64_t count, const float *data,
            int64_t d, int64_t first_row, int64_t first_column,
            const kindred_pair_measure *measure),
           (tile, stride, near, count, data, d, first_row, first_column, measure))

INLINE void kindred_pair_group_body(double *tile, int64_t stride, int32_t columns,
                                    const kindred_pair_groups *rows,
                                    const kindred_pair_groups *across) {
  // A group's place is not after its first row or column: what it overwrites has been read.
  for (int32_t g = 0; g < rows->count; g++) {
    const int32_t first = rows->starts[g], end = rows->starts[g + 1];
    double *group = tile + g * stride;
    for (int32_t j = 0; j < columns; j += 8) {
      double8 made = *(const double8 *)(tile + first * stride + j);
      if (rows->weights != NULL) {
        made *= rows->weights[first];
        for (int32_t i = first + 1; i < end; i++)
          made += rows->weights[i] * *(const double8 *)(tile + i * stride + j);
      } else {
        for (int32_t i = first + 1; i < end; i++)
          made = __builtin_elementwise_max(made, *(const double8 *)(tile + i * stride + j));
      }
      *(double8 *)(group + j) = made;
    }
    for (int32_t h = 0; h < across->count; h++) {
      const int32_t from = across->starts[h], to = across->starts[h + 1];
      double made = group[from];
      if (across->weights != NULL) {
        made *= across->weights[from];
        for (int32_t j = from + 1; j < to; j++) made += across->weights[j] * group[j];
      } else {
        for (int32_t j = from + 1; j < to; j++) made = group[j] > made ? group[j] : made;
      }
      group[h] = made;
    }
  }
}

DISPATCHED(void, kindred_pair_group,
           (double *tile, int64_t stride, int32_t columns, const kindred_pair_groups *rows,
            const kindred_pair_groups *across),
           (tile, stride, columns, rows, across))

INLINE void kindred_pair_encode_body(const double *tile, int64_t stride, int32_t rows,
                                     int32_t columns, int32_t exponent, uint32_t *codes) {
  const double8 scale = ldexp(1, exponent), least = LEAST_NUMBER;
  for (int32_t i = 0; i < rows; i++)
    for (int32_t j = 0; j < columns; j += 8) {
      const double8 distance = *(const double8 *)(tile + i * stride + j) * scale;
      ulong8 bits = (ulong8)(distance > least ? distance : least);
      bits += (1ULL << (SHIFT - 1)) - 1 + ((bits >> SHIFT) & 1);
      *(uint8 *)(codes + i * stride + j) =
          __builtin_convertvector((bits >> SHIFT) - LEAST_BITS, uint8);
    }
}

DISPATCHED(void, kindred_pair_encode,
           (const double *tile, int64_t stride, int32_t rows, int32_t columns, int32_t exponent,
            uint32_t *codes),
           (tile, stride, rows, columns, exponent, codes))

/// Puts a pair into a list in the order of (value, id), dropping the last one.
INLINE void insert(const kindred_pair_lists *lists, int64_t row, float value, int32_t id) {
  const int32_t width = lists->width;
  float *values = lists->values + row * width;
  int32_t *ids = lists->ids + row * width;
  int32_t place = width - 1;
  if (value > values[place] || (value == values[place] && id > ids[place])) return;
  for (; place > 0; place--) {
    const float before = values[place - 1];
    if (before < value || (before == value && ids[place - 1] < id)) break;
    values[place] = before;
    ids[place] = ids[place - 1];
  }
  values[place] = value;
  ids[place] = id;
  lists->limits[row] = values[width - 1];
}

INLINE void kindred_pair_list_body(const float *dots, int64_t stride, int32_t rows,
                                   int32_t columns, const float *norms, int64_t first_row,
                                   int64_t first_column, float rounding,
                                   const kindred_pair_lists *lists) {
  const int32_t on_diagonal = first_row == first_column;
  const float share = 1 - rounding;
  for (int32_t i = 0; i < rows; i++) {
    const int64_t a = first_row + i;
    for (int32_t j = 0; j < columns; j += LANES) {
      const float16 both = norms[a] + *(const float16 *)(norms + first_column + j);
      const float16 least = share * both - 2 * *(const float16 *)(dots + i * stride + j);
      const float own = lists->limits[a];
      const float16 others = *(const float16 *)(lists->limits + first_column + j);
      if (!__builtin_reduce_or(least <= __builtin_elementwise_max(others, (float16)own)))
        continue;
      for (int32_t k = j; k < columns && k < j + LANES; k++) {
        if (on_diagonal && k <= i) continue;
        const int64_t b = first_column + k;
        const float value = least[k - j];
        if (value <= lists->limits[a]) insert(lists, a, value, (int32_t)b);
        if (value <= lists->limits[b]) insert(lists, b, value, (int32_t)a);
      }
    }
  }
}

DISPATCHED(void, kindred_pair_list,
           (const float *dots, int64_t stride, int32_t rows, int32_t columns, const float *norms,
            int64_t first_row, int64_t first_column, float rounding,
            const kindred_pair_lists *lists),
           (dots, stride, rows, columns, norms, first_row, first_column, rounding, lists))

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
