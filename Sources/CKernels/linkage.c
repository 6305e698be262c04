// Merges the rows of a matrix of codes of distances, and searches them.
#include "codes.h"

uint32_t kindred_tie(uint32_t left, uint32_t right) {
  uint32_t x = left ^ right;
  SCATTER(x);
  return x;
}

uint32_t kindred_pair_code(double number) { return code_of(number); }

double kindred_pair_number(uint32_t code) { return code == 0 ? 0 : number_of(code); }

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
