// Tiles of distances, sums of them, matrices of codes, and trees.
#include "kernels.h"

/// Sides of tiles, runs and their labels; how far apart rows of the same columns are.
enum { SIDE = 5, RUNS = 2, SLOTS = 8, ALIKE = 120 };

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static void distances(int32_t level, int64_t size, results *out) {
  const int64_t stride = rounded(size, 16);
  float *tile = some_floats(SIDE * stride, 1);
  float *row_norms = LINED(float, 16), *column_norms = LINED(float, stride);
  for (int64_t i = 0; i < 16; i++) row_norms[i] = 2;
  for (int64_t j = 0; j < stride; j++) column_norms[j] = (float)(2 + next_number() / 2);
  uint32_t *near = ROOM(uint32_t, SIDE * size + 1);
  const int64_t count = kindred_distances_from_dots(level, tile, stride, SIDE, (int32_t)size,
                                                    row_norms, column_norms, 0.5f, 0.25f, near);
  add_result(out, (double)count);
  for (int64_t i = 0; i < count; i++) add_result(out, near[i]);
  for (int64_t i = 0; i < SIDE; i++) add_floats(out, tile + i * stride, size);
}

static uint32_t *some_slots(int64_t count) {
  uint32_t *slots = ROOM(uint32_t, count * RUNS);
  for (int64_t i = 0; i < count; i++) {
    slots[i * RUNS] = (uint32_t)(i % 3);
    slots[i * RUNS + 1] = (uint32_t)(3 + i % 5);
  }
  return slots;
}

static void label_sums(int32_t level, int64_t size, results *out) {
  uint32_t *starts = ROOM(uint32_t, RUNS + 1);
  starts[1] = 3;
  starts[2] = SLOTS;
  const int64_t stride = rounded(size, 16), rows = smaller(size, 19), high = rounded(rows, 16);
  const float *tile = some_floats(high * stride, 1);
  for (int32_t wide = 0; wide < 2; wide++) {
    double *down = LINED(double, stride * SLOTS), *across = LINED(double, high * SLOTS);
    kindred_add_tile_columns(level, tile, stride, (int32_t)rows, (int32_t)size, some_slots(rows),
                             RUNS, starts, wide, down);
    kindred_add_tile_rows(level, tile, stride, (int32_t)rows, (int32_t)size, some_slots(size), RUNS,
                          starts, wide, across);
    for (int64_t j = 0; j < size; j++)
      for (int64_t s = 0; s < SLOTS; s++)
        add_result(out, down[j / 16 * SLOTS * 16 + s * 16 + j % 16]);
    for (int64_t i = 0; i < rows; i++)
      for (int64_t s = 0; s < SLOTS; s++)
        add_result(out, across[i / 16 * SLOTS * 16 + s * 16 + i % 16]);
  }
}

static void differences(int32_t level, int64_t size, results *out) {
  const float *a = some_floats(size, 0), *b = some_floats(size, 0);
  add_result(out, kindred_squared_difference(level, a, b, size));
  add_result(out, kindred_squared_difference(level, a, a, size));
}

static void sparse_differences(int32_t level, int64_t size, results *out) {
  (void)level;
  const kindred_rows points = some_rows(size, TERMS, 0);
  for (int64_t i = 1; i < size; i++) {
    const int64_t a = points.row_offsets[i - 1], b = points.row_offsets[i];
    add_result(out, kindred_sparse_squared_difference(
                        points.columns + a, points.values + a, b - a, points.columns + b,
                        points.values + b, points.row_offsets[i + 1] - b));
  }
}

static void panel_dots(int32_t level, int64_t size, results *out) {
  const double *panel = some_doubles(9 * size, 0), *values = some_doubles(9, 0);
  int32_t *columns = ROOM(int32_t, 9);
  for (int i = 0; i < 9; i++) columns[i] = 8 - i;
  double *dots = ROOM(double, size);
  kindred_panel_dots(level, columns, values, 9, panel, size, dots);
  add_doubles(out, dots, size);
  kindred_panel_dots(level, NULL, values, 9, panel, size, dots);
  add_doubles(out, dots, size);
  kindred_panel_dots(level, NULL, values, 0, panel, size, dots);
  add_doubles(out, dots, size);
}

static void min_plus(int32_t level, int64_t size, results *out) {
  const int64_t columns = size, rows = smaller(size, 11), depth = smaller(size, 70);
  const double *a = some_doubles(rows * depth, 0), *b = some_doubles(depth * columns, 0);
  double *c = ROOM(double, rows * columns), *scratch = LINED(double, KINDRED_MIN_PLUS_SCRATCH);
  kindred_min_plus(level, rows, columns, depth, (kindred_part){a, depth, 1},
                   (kindred_part){b, columns, 1}, c, columns, scratch);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j++) {
      double least = INFINITY;
      for (int64_t p = 0; p < depth; p++)
        least = fmin(least, a[i * depth + p] + b[p * columns + j]);
      add_result(out, c[i * columns + j] - least);
    }
  // Turned parts are read by columns.
  kindred_min_plus(level, rows, columns, depth, (kindred_part){a, 1, rows},
                   (kindred_part){b, 1, depth}, c, columns, scratch);
  add_doubles(out, c, rows * columns);
}

static void tree_moments(int32_t level, int64_t size, results *out) {
  const float *distances = some_floats(size, 0);
  const double *merges = some_doubles(size, 0), *heights = some_doubles(size, 0);
  double *sums = ROOM(double, 3);
  for (int32_t squared = 0; squared < 2; squared++)
    kindred_add_tree_moments(level, distances, (int32_t)size, 0.5f, squared, 0.1, 0.7, merges,
                             heights, sums);
  add_doubles(out, sums, 3);
}

static double *some_weights(int64_t count) {
  double *weights = ROOM(double, count);
  for (int64_t i = 0; i < count; i++) weights[i] = (double)(1 + i % 4);
  return weights;
}

static void pair_distances(int32_t level, int64_t size, results *out) {
  const int64_t stride = rounded(size, 16);
  float *norms = LINED(float, 16 + stride);
  for (int64_t i = 0; i < 16 + stride; i++) norms[i] = (float)(0.5 + next_number() / 8);
  for (int32_t turn = 0; turn < 4; turn++) {
    const kindred_pair_measure measure = {turn & 1, -1, turn & 2 ? some_weights(16 + stride) : NULL};
    float *tile = LINED(float, SIDE * stride);
    for (int64_t i = 0; i < SIDE * stride; i++) tile[i] = (float)(next_number() / 4);
    uint32_t *near = ROOM(uint32_t, SIDE * size + 1);
    const int64_t count = kindred_pair_distances(level, tile, stride, SIDE, (int32_t)size, norms, 0,
                                                 16, 0.6f, &measure, near);
    add_result(out, (double)count);
    for (int64_t i = 0; i < SIDE; i++)
      for (int64_t j = 0; j < size; j++) {
        uint32_t code;
        memcpy(&code, tile + i * stride + j, sizeof code);
        add_result(out, kindred_pair_number(code));
      }
  }
}

static void pair_lengths(int32_t level, int64_t size, results *out) {
  const int64_t d = 11, stride = rounded(size, 16);
  double *norms = LINED(double, 16 + rounded(size, 8) + 8);
  for (int64_t i = 0; i < 16 + size; i++) norms[i] = 0.5 + next_number() / 8;
  double *tile = LINED(double, SIDE * stride);
  for (int64_t i = 0; i < SIDE * stride; i++) tile[i] = next_number() / 4;
  uint32_t *near = ROOM(uint32_t, SIDE * size + 1);
  const kindred_pair_measure measure = {0, -1, some_weights(16 + size)};
  const int64_t count = kindred_pair_lengths(level, tile, stride, SIDE, (int32_t)size, norms, 0, 16,
                                             0.6, &measure, near);
  kindred_pair_repair(level, tile, stride, near, count, some_floats((16 + size) * d, 0), d, 0, 16,
                      &measure);
  for (int64_t i = 0; i < SIDE; i++) add_doubles(out, tile + i * stride, size);
  uint32_t *codes = LINED(uint32_t, SIDE * stride);
  kindred_pair_encode(level, tile, stride, SIDE, (int32_t)size, -3, codes);
  for (int64_t i = 0; i < SIDE; i++)
    for (int64_t j = 0; j < size; j++) add_result(out, codes[i * stride + j]);
  int32_t *rows = ROOM(int32_t, 3), *columns = ROOM(int32_t, 3);
  rows[1] = 2;
  rows[2] = SIDE;
  columns[1] = (int32_t)(size + 1) / 2;
  columns[2] = (int32_t)size;
  if (size < 2) return;
  const kindred_pair_groups down = {2, rows, NULL}, across = {2, columns, some_weights(size)};
  kindred_pair_group(level, tile, stride, (int32_t)size, &down, &across);
  for (int64_t i = 0; i < 2; i++) add_doubles(out, tile + i * stride, 2);
}

static uint32_t *some_codes(int64_t count) {
  uint32_t *codes = LINED(uint32_t, count);
  for (int64_t i = 0; i < count; i++) codes[i] = kindred_pair_code(0.5 + next_number() / 2);
  return codes;
}

static uint32_t *some_keys(int64_t count) {
  uint32_t *keys = LINED(uint32_t, count);
  for (int64_t i = 0; i < count; i++) keys[i] = (uint32_t)(i * 2654435761u);
  return keys;
}

static void stored_tiles(int32_t level, int64_t size, results *out) {
  const int64_t stride = rounded(size, 16), rows = 16;
  uint32_t *tile = some_codes(rows * stride);
  kindred_pair_border(tile, stride, (int32_t)rows, (int32_t)size, 0);
  uint32_t *copy = LINED(uint32_t, rows * stride), *turned = LINED(uint32_t, stride * rows);
  kindred_pair_store(level, tile, stride, (int32_t)rows, (int32_t)stride, copy, stride);
  kindred_pair_store_turned(level, tile, stride, (int32_t)rows, (int32_t)size, turned, rows);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < size; j++) {
      add_result(out, (double)copy[i * stride + j] - tile[i * stride + j]);
      add_result(out, (double)turned[j * rows + i] - tile[i * stride + j]);
    }
  const int64_t total = rows + stride;
  uint32_t *values = LINED(uint32_t, total), *ties = LINED(uint32_t, total);
  int32_t *places = LINED(int32_t, total);
  for (int64_t i = 0; i < total; i++) values[i] = ties[i] = KINDRED_NO_PAIR;
  const kindred_partners partners = {values, ties, places};
  for (int32_t across = 0; across < 2; across++)
    kindred_pair_fold(level, tile, stride, (int32_t)rows, (int32_t)size, 0, rows, some_keys(total),
                      &partners, across);
  for (int64_t i = 0; i < rows + size; i++) {
    add_result(out, values[i]);
    add_result(out, places[i]);
  }
}

static void merged_rows(int32_t level, int64_t size, results *out) {
  const int64_t width = rounded(size, 16);
  double *before = LINED(double, width), *after = LINED(double, width);
  int32_t *turn = LINED(int32_t, width);
  for (int64_t j = 0; j < width; j++) {
    before[j] = 1 + (double)(j % 3);
    after[j] = before[j] + 1;
    turn[j] = (int32_t)(j % 5);
  }
  const kindred_cluster_sizes sizes = {before, after, turn};
  for (int32_t update = KINDRED_LEAST; update <= KINDRED_WARD; update++) {
    uint32_t *left = some_codes(width), *right = some_codes(width);
    for (int64_t j = size; j < width; j++) left[j] = right[j] = KINDRED_NO_PAIR;
    const kindred_merge merge = {0, (int32_t)size - 1, update == KINDRED_WARD ? 2 : 0.25, 3, 0};
    kindred_merge_rows(level, update, left, right, width, &merge, &sizes, 2);
    for (int64_t j = 0; j < size; j++) add_result(out, left[j]);
    kindred_merge_columns(update, left, width, &merge, size > 1, 2);
    for (int64_t j = 0; j < size; j++) add_result(out, left[j]);
  }
}

static void searched_rows(int32_t level, int64_t size, results *out) {
  const int64_t width = rounded(size, 16);
  uint32_t *row = some_codes(width), *keys = some_keys(width), least = 0;
  for (int64_t j = size; j < width; j++) row[j] = KINDRED_NO_PAIR;
  add_result(out, kindred_least_column(level, row, width, 7, keys, &least));
  add_result(out, least);
  int32_t *columns = ROOM(int32_t, width);
  add_ints(out, columns,
           kindred_columns_up_to(level, row, width, kindred_pair_code(0.5), columns));
  uint32_t *limits = some_codes(width), *ties = some_keys(width);
  add_ints(out, columns,
           kindred_closer_columns(level, row, width, 7, keys, limits, ties, columns));
  int32_t *places = ROOM(int32_t, size);
  for (int64_t j = 0; j < size; j++) places[j] = (int32_t)j;
  kindred_compact_row(row, places + size / 2, size - size / 2, width);
  for (int64_t j = 0; j < width; j++) add_result(out, row[j]);
}

/// The product of two sparse rows; whether they share a column at all.
static double product_of(const kindred_rows *points, int64_t a, int64_t b, int *is_shared) {
  double sum = 0;
  *is_shared = 0;
  for (int64_t p = points->row_offsets[a]; p < points->row_offsets[a + 1]; p++)
    for (int64_t q = points->row_offsets[b]; q < points->row_offsets[b + 1]; q++)
      if (points->columns[p] == points->columns[q]) {
        sum += (double)points->values[p] * points->values[q];
        *is_shared = 1;
      }
  return sum;
}

static double distance_of(const kindred_rows *points, int64_t a, int64_t b) {
  double differences[TERMS] = {0}, sum = 0;
  for (int64_t p = points->row_offsets[a]; p < points->row_offsets[a + 1]; p++)
    differences[points->columns[p]] += points->values[p];
  for (int64_t p = points->row_offsets[b]; p < points->row_offsets[b + 1]; p++)
    differences[points->columns[p]] -= points->values[p];
  for (int t = 0; t < TERMS; t++) sum += differences[t] * differences[t];
  return sqrt(sum);
}

/// Rows that share columns, and what their distances differ by from those without shared columns.
static void overlaps(int32_t level, int64_t size, results *out) {
  const int64_t d = TERMS;
  kindred_rows points = some_rows(size, d, 0);
  float *values = ROOM(float, points.row_offsets[size]);
  memcpy(values, points.values, (size_t)points.row_offsets[size] * sizeof *values);
  points.values = values;
  // Rows of the same columns, of which the later ones are all but the same as the ones before.
  for (int64_t i = ALIKE; i < size; i++)
    for (int64_t p = points.row_offsets[i]; p < points.row_offsets[i + 1]; p++)
      values[p] = values[p - points.row_offsets[i] + points.row_offsets[i - ALIKE]] * (1 + 0x1p-20f);
  const postings terms = turned(&points, size, d);
  double *norms = ROOM(double, size), *dots = ROOM(double, size);
  for (int64_t i = 0; i < size; i++) {
    int is_shared;
    norms[i] = product_of(&points, i, i, &is_shared);
  }
  const uint32_t *slots = some_slots(size);
  const kindred_overlap_targets targets = {points.row_offsets, points.columns, points.values, norms,
                                           slots, RUNS};
  double *base = ROOM(double, 3);
  for (int64_t i = 0; i < size; i++) {
    const int64_t start = points.row_offsets[i], count = points.row_offsets[i + 1] - start;
    int64_t visited = 0;
    for (int64_t p = start; p < start + count; p++)
      visited += terms.offsets[points.columns[p] + 1] - terms.offsets[points.columns[p]];
    int32_t *touched = ROOM(int32_t, visited);
    double *sums = ROOM(double, SLOTS), *expected = ROOM(double, SLOTS);
    const int64_t touched_count =
        kindred_overlaps(points.columns + start, points.values + start, count, terms.offsets,
                         terms.rows, terms.values, dots, touched);
    base[0] = sqrt(norms[i] + 1);
    base[1] = 0.5 / base[0];
    base[2] = -0.125 / (base[0] * base[0] * base[0]);
    for (int64_t j = 0; j < size; j++) {
      int is_shared;
      const double product = product_of(&points, i, j, &is_shared);
      if (fabs(dots[j] - product) > 1e-12) add_result(out, NAN);
      if (product == 0) continue;
      const double distance = distance_of(&points, i, j);
      const double without = base[0] + (norms[j] - 1) * (base[1] + (norms[j] - 1) * base[2]);
      for (int r = 0; r < RUNS; r++) expected[slots[j * RUNS + r]] += distance - without;
    }
    kindred_add_overlap_corrections(level, points.columns + start, points.values + start, count,
                                    norms[i], base, touched, touched_count, dots, &targets, sums);
    for (int64_t j = 0; j < size; j++) add_result(out, dots[j] == 0 ? 0 : NAN);
    for (int64_t s = 0; s < SLOTS; s++)
      add_result(out, fabs(sums[s] - expected[s]) < 1e-11 ? sums[s] : NAN);
  }
}

static void sparse_tile(int32_t level, int64_t size, results *out) {
  (void)level;
  const int64_t d = TERMS;
  const kindred_rows points = some_rows(size, d, 0);
  const postings terms = turned(&points, size, d);
  int32_t *heads = ROOM(int32_t, d + 1);
  for (int64_t t = 0; t <= d; t++) heads[t] = (int32_t)terms.offsets[t];
  float *tile = ROOM(float, size * size);
  kindred_sparse_tile(points.row_offsets, (int32_t)size, points.columns, points.values, heads,
                      terms.rows, terms.values, tile, size);
  for (int64_t i = 0; i < size; i++)
    for (int64_t j = 0; j < size; j++) {
      int is_shared;
      const double product = product_of(&points, i, j, &is_shared);
      add_result(out, fabs(tile[i * size + j] - product) < 1e-5 ? 0 : NAN);
    }
}

static void moments(int32_t level, int64_t size, results *out) {
  const double *counts = some_doubles(size, 0), *deviations = some_doubles(size, 0);
  const double *squares = some_doubles(size, 0), *zeros = some_doubles(size, 0);
  const double *weights = some_doubles(4, 0);
  double *sums = ROOM(double, size);
  for (int64_t s = 0; s < size; s++) sums[s] = (double)s;
  kindred_add_moments(level, counts, deviations, squares, zeros, weights, size, sums);
  for (int64_t s = 0; s < size; s++) {
    const double expected = (double)s + weights[0] * counts[s] + weights[1] * deviations[s] +
                            weights[2] * squares[s] + weights[3] * zeros[s];
    add_result(out, fabs(sums[s] - expected) < 1e-12 ? sums[s] : NAN);
  }
}

static void grids(int32_t level, int64_t size, results *out) {
  enum { ROWS = 7 };
  const double *grid = some_doubles(ROWS * size, 0);
  double *row_sums = ROOM(double, ROWS), *column_sums = ROOM(double, size);
  kindred_split_grid(level, grid, ROWS, size, row_sums, column_sums);
  for (int64_t r = 0; r < ROWS; r++) {
    double expected = 0;
    for (int64_t c = 0; c < size; c++) expected += grid[r * size + c];
    add_result(out, fabs(row_sums[r] - expected) < 1e-12 ? row_sums[r] : NAN);
  }
  for (int64_t c = 0; c < size; c++) {
    double expected = 0;
    for (int64_t r = 0; r < ROWS; r++) expected += grid[r * size + c];
    add_result(out, column_sums[c] == expected ? expected : NAN);
  }
}

static void sums_by_label(int32_t level, int64_t size, results *out) {
  (void)level;
  int32_t *rows = ROOM(int32_t, size);
  for (int64_t i = 0; i < size; i++) rows[i] = (int32_t)(size - 1 - i);
  const float *values = some_floats(size, 0);
  const double *weights = some_doubles(size, 0);
  const uint32_t *slots = some_slots(size);
  double *sums = ROOM(double, SLOTS);
  kindred_add_by_label(rows, values, weights, size, slots, RUNS, sums);
  for (uint32_t s = 0; s < SLOTS; s++) {
    double expected = 0;
    for (int64_t i = 0; i < size; i++)
      for (int r = 0; r < RUNS; r++)
        if (slots[rows[i] * RUNS + r] == s) expected += values[i] * weights[rows[i]];
    add_result(out, fabs(sums[s] - expected) < 1e-12 ? sums[s] : NAN);
  }
}

const kernel_case tile_cases[] = {
    {"distances_from_dots", distances, 1, 0},
    {"add_tile_columns, add_tile_rows", label_sums, 1, 0},
    {"squared_difference", differences, 0, 0},
    {"sparse_squared_difference", sparse_differences, 0, 0},
    {"panel_dots", panel_dots, 0, 0},
    {"min_plus", min_plus, 1, 0},
    {"add_tree_moments", tree_moments, 0, 0},
    {"pair_distances", pair_distances, 1, 1e-6},
    {"pair_lengths, pair_repair, pair_encode, pair_group", pair_lengths, 1, 1e-6},
    {"pair_border, pair_store, pair_store_turned, pair_fold", stored_tiles, 1, 0},
    {"merge_rows, merge_columns", merged_rows, 1, 1e-6},
    {"least_column, columns_up_to, closer_columns, compact_row", searched_rows, 1, 0},
    {"overlaps, add_overlap_corrections", overlaps, 0, 0},
    {"sparse_tile", sparse_tile, 0, 0},
    {"add_moments", moments, 0, 0},
    {"split_grid", grids, 0, 0},
    {"add_by_label", sums_by_label, 0, 0},
    {NULL, NULL, 0, 0},
};
