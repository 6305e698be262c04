// Tiles of distances, sums of them, matrices of codes, and trees.
#include "kernels.h"

enum { SIDE = 5, RUNS = 2, SLOTS = 8 };

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
  const kindred_rows points = some_rows(size, 24, 0);
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

static void overlaps(int32_t level, int64_t size, results *out) {
  (void)level;
  const int64_t d = 24;
  const kindred_rows points = some_rows(size, d, 0);
  const int64_t stored = points.row_offsets[size];
  int64_t *offsets = ROOM(int64_t, d + 1);
  int32_t *all = ROOM(int32_t, size), *rows = ROOM(int32_t, stored);
  float *values = ROOM(float, stored);
  for (int64_t i = 0; i < size; i++) all[i] = (int32_t)i;
  int32_t *begins = ROOM(int32_t, d + 2);
  kindred_change *listed = ROOM(kindred_change, stored);
  // Rows that are their own labels: the list is the transpose.
  kindred_list_changes(&points, all, size, all, all, d, begins, listed);
  for (int64_t t = 0; t <= d; t++) offsets[t] = begins[t];
  for (int64_t p = 0; p < stored; p++) {
    rows[p] = listed[p].after;
    values[p] = listed[p].value;
  }
  double *dots = ROOM(double, size);
  int32_t *touched = ROOM(int32_t, stored * 10 + 1);
  for (int64_t i = 0; i < size; i++) {
    const int64_t start = points.row_offsets[i];
    const int64_t count =
        kindred_overlaps(points.columns + start, points.values + start,
                         points.row_offsets[i + 1] - start, offsets, rows, values, dots, touched);
    for (int64_t t = 0; t < count; t++) {
      add_result(out, dots[touched[t]]);
      dots[touched[t]] = 0;
    }
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
    {"overlaps", overlaps, 0, 0},
    {NULL, NULL, 0, 0},
};
