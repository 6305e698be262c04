// Searches: seeds, spanning trees, neighbors. What they find must be what plain loops find.
#include "kernels.h"

static double *squared_norms(const float *data, int64_t n, int64_t d, double *greatest) {
  double *norms = ROOM(double, n);
  *greatest = 0;
  for (int64_t i = 0; i < n; i++) {
    for (int64_t p = 0; p < d; p++) norms[i] += (double)data[i * d + p] * data[i * d + p];
    *greatest = fmax(*greatest, sqrt(norms[i]));
  }
  return norms;
}

static double plain_distance(const float *data, int64_t d, int64_t a, int64_t b) {
  double sum = 0;
  for (int64_t p = 0; p < d; p++) {
    const double difference = (double)data[a * d + p] - data[b * d + p];
    sum += difference * difference;
  }
  return sum;
}

static void distance_of_rows(int32_t level, int64_t size, results *out) {
  const float *x = some_floats(size, 0), *y = some_floats(size, 0);
  add_result(out, kindred_squared_distance(level, x, y, size));
  add_result(out, kindred_squared_distance(level, x, x, size));
}

static void seeds_at(int32_t level, int64_t n, int64_t d, results *out) {
  enum { TRIED = 3 };
  const int64_t padded = rounded(n, 16), quads = (d + 3) / 4;
  const float *data = some_floats(n * d, 0);
  double greatest;
  const double *norms = squared_norms(data, n, d, &greatest);
  const double unit = greatest > 0 ? 1 / greatest : 0;
  const kindred_byte_rows points = {data,
                                    n,
                                    d,
                                    LINED(uint8_t, padded * quads * 4),
                                    LINED(float, padded),
                                    LINED(float, padded),
                                    LINED(float, padded)};
  kindred_seed_bytes(level, &points, 0, n, norms, unit);
  int32_t *rows = ROOM(int32_t, TRIED);
  for (int i = 0; i < TRIED; i++) rows[i] = (int32_t)(i * n / TRIED);
  const kindred_seeds seeds = {TRIED,
                               rows,
                               LINED(int32_t, quads * TRIED),
                               ROOM(int32_t, TRIED),
                               ROOM(float, TRIED),
                               ROOM(float, TRIED),
                               ROOM(float, TRIED),
                               ROOM(float, TRIED)};
  kindred_seed_quads(level, &points, norms, unit, &seeds);
  double *closest = ROOM(double, n), *reduction = ROOM(double, TRIED);
  float *need = LINED(float, padded);
  for (int64_t i = 0; i < n; i++) {
    closest[i] = plain_distance(data, d, i, n / 2) / 2;
    need[i] = (float)((norms[i] - closest[i]) / 2 * unit * unit) - 1e-5f;
  }
  for (int64_t i = n; i < padded; i++) need[i] = INFINITY;
  kindred_nearer *nearer = ROOM(kindred_nearer, TRIED * n);
  int64_t *found = ROOM(int64_t, TRIED);
  kindred_try_seeds(level, &points, 0, n, need, closest, &seeds, nearer, n, found, reduction);
  for (int s = 0; s < TRIED; s++) {
    int64_t expected = 0;
    for (int64_t i = 0; i < n; i++) expected += plain_distance(data, d, i, rows[s]) < closest[i];
    add_result(out, (double)found[s]);
    add_result(out, expected == found[s] ? 0 : NAN);
    add_result(out, reduction[s]);
    for (int64_t f = 0; f < found[s]; f++) add_result(out, (double)nearer[s * n + f].row);
  }
}

static void seeds_by_rows(int32_t level, int64_t size, results *out) {
  seeds_at(level, size, 13, out);
}

static void seeds_by_columns(int32_t level, int64_t size, results *out) {
  seeds_at(level, 35, size, out);
}

static void rows_in_reach(int32_t level, int64_t size, results *out) {
  const int64_t padded = rounded(size, 16);
  double *products = LINED(double, padded);
  float *need = LINED(float, padded);
  for (int64_t i = 0; i < size; i++) {
    products[i] = i % 3 == 0 ? 0 : next_number();
    need[i] = (float)next_number();
  }
  for (int64_t i = size; i < padded; i++) need[i] = INFINITY;
  int32_t *rows = ROOM(int32_t, size);
  add_ints(out, rows, kindred_rows_in_reach(level, products, 0.5, need, 0.1f, size, rows));
}

/// Neighbors among full rows for spanning trees, against all of them measured.
static void spans(int32_t level, int64_t size, results *out) {
  enum { D = 9, CAPACITY = 3 };
  const int64_t padded = rounded(size, 64), quads = (D + 3) / 4;
  const float *data = some_floats(size * D, 0), *center = some_floats(D, 0);
  double *norms = ROOM(double, size), greatest = 0;
  kindred_span_norms(level, data, D, center, 0, size, norms);
  add_doubles(out, norms, size);
  for (int64_t i = 0; i < size; i++) greatest = fmax(greatest, sqrt(norms[i]));
  int32_t *numbers = ROOM(int32_t, size), *labels = ROOM(int32_t, size);
  int32_t *queries = ROOM(int32_t, size);
  for (int64_t i = 0; i < size; i++) {
    numbers[i] = queries[i] = (int32_t)i;
    labels[i] = (int32_t)(i % 2);
  }
  const kindred_span span = {data,
                             size,
                             D,
                             numbers,
                             greatest > 0 ? 1 / greatest : 1,
                             LINED(int8_t, padded * quads * 4),
                             LINED(uint8_t, padded * quads * 4),
                             LINED(int32_t, padded),
                             LINED(float, padded),
                             LINED(float, padded),
                             LINED(float, padded),
                             CAPACITY,
                             ROOM(double, size * CAPACITY),
                             ROOM(int32_t, size * CAPACITY),
                             LINED(float, padded)};
  kindred_span_bytes(level, &span, center, 0, padded);
  for (int64_t first = 0; first < size; first += 64)
    kindred_span_leaf(level, &span, first, first + 64 < size ? first + 64 : size);
  uint64_t *pairs = LINED(uint64_t, KINDRED_SPAN_SCRATCH);
  kindred_span_tile(level, &span, 0, size, 0, size, pairs);
  for (int64_t i = 0; i < size; i++) {
    double least = INFINITY;
    for (int64_t j = 0; j < size; j++)
      if (j != i) least = fmin(least, plain_distance(data, D, i, j));
    const double found = span.distances[i * CAPACITY];
    add_result(out, isfinite(least) && fabs(least - found) > 1e-9 ? NAN : 0);
  }
  add_ints(out, span.neighbors, size > CAPACITY ? size * CAPACITY : 0);
  kindred_span_bytes(level, &span, center, 0, padded);
  kindred_span_search(level, &span, queries, size, 0, size, labels);
  add_ints(out, span.neighbors, size > 2 * CAPACITY ? size * CAPACITY : 0);
  float *places = ROOM(float, size);
  kindred_span_project(level, data, D, queries, size, center, data, places);
  add_floats(out, places, size);
  kindred_span_select(places, queries, size, size / 2);
  for (int64_t i = 0; i < size / 2; i++)
    for (int64_t j = size / 2; j < size; j++)
      if (places[i] > places[j]) add_result(out, NAN);
}

static void row_bounds(int32_t level, int64_t size, results *out) {
  float *others = LINED(float, size * 16), *reach = ROOM(float, size), *best = ROOM(float, size);
  double *norms = ROOM(double, size);
  int32_t *rows = ROOM(int32_t, size), *label = ROOM(int32_t, size), *left = ROOM(int32_t, size);
  for (int64_t i = 0; i < size; i++) {
    rows[i] = (int32_t)i;
    label[i] = (int32_t)(i % 5);
    norms[i] = 2;
    best[i] = (float)(0.8 + next_number() / 8);
    for (int g = 0; g < 16; g++) others[i * 16 + g] = (float)(0.4 + next_number() / 4);
  }
  float *group_drift = LINED(float, 16), *center_drift = LINED(float, 16);
  for (int g = 0; g < 16; g++) group_drift[g] = center_drift[g] = 0.05f * (float)(g % 3);
  const kindred_bounds bounds = {others, reach, group_drift, center_drift, 0.1f, norms, 9, 1.5f};
  kindred_store_bounds(level, &bounds, rows, size, best, label);
  add_floats(out, reach, size);
  add_floats(out, others, size * 16);
  add_ints(out, left, kindred_unsettled(level, &bounds, rows, size, label, left));
}

const kernel_case search_cases[] = {
    {"squared_distance", distance_of_rows, 0, 1e-12},
    {"seed_bytes, seed_quads, try_seeds, by rows", seeds_by_rows, 1, 1e-12},
    {"seed_bytes, seed_quads, try_seeds, by columns", seeds_by_columns, 1, 1e-12},
    {"rows_in_reach", rows_in_reach, 0, 0},
    {"span_norms, span_leaf, span_tile, span_search, span_select", spans, 1, 1e-5},
    {"store_bounds, unsettled", row_bounds, 0, 1e-5},
    {NULL, NULL, 0, 0},
};
