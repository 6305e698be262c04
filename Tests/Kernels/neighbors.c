// Nearest neighbors of points and of clusters that are merged, against all of them measured.
#include "kernels.h"

/// Points of three kinds: rows in bytes, rows in single precision, means with spreads and sizes in bytes.
enum { BYTES, FLOATS, MEANS, KINDS };

typedef struct {
  kindred_exact_points *exact;
  kindred_neighbor_points points;
  int64_t n, padded;
} placed;

static placed some_points(int32_t level, int64_t n, int64_t d, int kind, int32_t label_count) {
  const int64_t padded = rounded(n, 16), quads = (d + 3) / 4;
  kindred_exact_points *exact = ROOM(kindred_exact_points, 1);
  double *center = ROOM(double, d), *spread = NULL, *inverse = NULL, greatest = 0;
  *exact = (kindred_exact_points){d, NULL, NULL, NULL, NULL, kind == MEANS};
  if (kind == MEANS) {
    exact->means = some_doubles(n * d, 0);
    exact->spread = spread = ROOM(double, n);
    exact->inverse = inverse = ROOM(double, n);
    for (int64_t i = 0; i < n; i++) {
      inverse[i] = 1 / (double)(1 + i % 3);
      spread[i] = (double)(i % 4) / 16;
    }
  } else {
    exact->rows = some_floats(n * d, 0);
  }
  for (int64_t p = 0; p < d; p++) center[p] = next_number() / 4;
  for (int64_t i = 0; i < n; i++) {
    double squares = spread != NULL ? spread[i] : 0;
    for (int64_t p = 0; p < d; p++) {
      const double value = kind == MEANS ? exact->means[i * d + p] : exact->rows[i * d + p];
      squares += (value - center[p]) * (value - center[p]);
    }
    greatest = fmax(greatest, sqrt(squares));
  }
  int32_t *ids = ROOM(int32_t, padded), *label = LINED(int32_t, padded);
  int32_t *positions = ROOM(int32_t, n);
  float *half = LINED(float, padded);
  for (int64_t at = 0; at < padded; at++) {
    ids[at] = at < n ? (int32_t)(n - 1 - at) : 0;
    label[at] = at < n ? (int32_t)(label_count > 0 ? at % label_count : at) : -1;
    half[at] = INFINITY;
    if (at < n) positions[at] = (int32_t)at;
  }
  const kindred_neighbor_points points = {
      level,
      exact,
      greatest > 0 ? 1 / greatest : 1,
      d,
      kind == FLOATS ? LINED(float, padded * d) : NULL,
      kind == FLOATS ? NULL : LINED(uint8_t, padded * quads * 4),
      kind == FLOATS ? NULL : LINED(int8_t, padded * quads * 4),
      LINED(int32_t, padded),
      LINED(float, padded),
      LINED(float, padded),
      LINED(float, padded),
      LINED(float, padded),
      LINED(float, padded),
      half,
      LINED(float, padded),
      label,
      ids};
  // In two calls, of which one may have nothing to do.
  float *line = ROOM(float, d);
  kindred_place_neighbors(center, positions, n / 2, line, &points);
  kindred_place_neighbors(center, positions + n / 2, n - n / 2, line, &points);
  return (placed){exact, points, n, padded};
}

static kindred_candidates no_candidates(int64_t used, int64_t count, int32_t nearest) {
  const int64_t places = count * KINDRED_CANDIDATE_LIMIT;
  float *limit = LINED(float, count);
  for (int64_t i = 0; i < count; i++) limit[i] = i < used ? INFINITY : -INFINITY;
  return (kindred_candidates){limit,
                              ROOM(int32_t, count),
                              ROOM(int32_t, count),
                              ROOM(int32_t, places),
                              ROOM(float, places),
                              ROOM(float, places),
                              nearest};
}

static kindred_query_tile *packed(const kindred_neighbor_points *points, const int32_t *positions,
                                  int64_t count) {
  const int64_t columns = points->floats != NULL ? points->d : (points->d + 3) / 4;
  const int64_t size =
      (int64_t)sizeof(kindred_query_tile) + columns * KINDRED_QUERY_TILE * (int64_t)sizeof(float);
  kindred_query_tile *tiles =
      room(rounded(count, KINDRED_QUERY_TILE) / KINDRED_QUERY_TILE, size, 1);
  kindred_pack_queries(points, positions, count, tiles);
  return tiles;
}

/// What lies below the bound must be what measuring all of them gives.
static void add_list(results *out, const kindred_neighbor *found, int32_t length,
                     const kindred_neighbor *all, int32_t all_length, double bound) {
  for (int32_t i = 0; i < all_length; i++) {
    if (!(all[i].value < bound)) break;
    const int is_same = i < length && found[i].id == all[i].id && found[i].value == all[i].value &&
                        found[i].tie == all[i].tie;
    add_result(out, is_same ? all[i].value : NAN);
  }
  // Without ties the bound never lies at the first neighbor, so a case is never about nothing.
  if (all_length > 0) add_result(out, all[0].value <= bound ? 0 : NAN);
}

/// Each point asks for its neighbors among all.
static void asked_at(int32_t level, int64_t n, int64_t d, int kind, int32_t label_count,
                     results *out) {
  enum { NEAREST = 3 };
  const placed all = some_points(level, n, d, kind, label_count);
  const kindred_candidates own = no_candidates(n, rounded(n, KINDRED_QUERY_TILE), NEAREST);
  kindred_scan_neighbors(&all.points, packed(&all.points, all_rows(n), n), n, 0, all.padded, &own,
                         NULL);
  for (int64_t q = 0; q < n; q++) {
    kindred_neighbor found[NEAREST], measured[NEAREST];
    double bound = 0;
    if (q % 2 == 0) kindred_narrow_candidates(&all.points, &own, q, (int32_t)q);
    const int32_t length =
        kindred_conclude_neighbors(&all.points, &own, q, (int32_t)q, found, &bound);
    const int32_t measured_length =
        kindred_measure_all(&all.points, all.padded, (int32_t)q, NEAREST, measured);
    add_list(out, found, length, measured, measured_length, bound);
  }
}

/// Queries before a bound of groups and targets behind it, which find each other.
static void mutual_at(int32_t level, int64_t n, int64_t d, int kind, results *out) {
  enum { NEAREST = 2 };
  const int64_t split = n / 2 / 16 * 16;
  if (split == 0) return;
  const placed all = some_points(level, n, d, kind, 0);
  const kindred_candidates own = no_candidates(split, split, NEAREST);
  const kindred_candidates others = no_candidates(all.n, all.padded, NEAREST);
  kindred_scan_neighbors(&all.points, packed(&all.points, all_rows(split), split), split, split,
                         all.padded, &own, &others);
  for (int64_t at = 0; at < n; at++) {
    const int is_query = at < split;
    kindred_neighbor found[NEAREST];
    double bound = 0, least = INFINITY;
    const int32_t length = kindred_conclude_neighbors(&all.points, is_query ? &own : &others, at,
                                                      (int32_t)at, found, &bound);
    for (int64_t other = is_query ? split : 0; other < (is_query ? n : split); other++) {
      kindred_neighbor pair = {0, 0, all.points.ids[other]};
      kindred_measure_neighbors(level, all.exact, all.points.ids[at], &pair, 1);
      least = fmin(least, pair.value);
    }
    add_result(out, length > 0 && found[0].value == least && least <= bound ? 0 : NAN);
  }
}

static void asked_rows(int32_t level, int64_t size, results *out) {
  for (int kind = 0; kind < KINDS; kind++) {
    asked_at(level, size, 9, kind, 0, out);
    asked_at(level, size, 9, kind, 3, out);
  }
}

static void asked_columns(int32_t level, int64_t size, results *out) {
  for (int kind = 0; kind < KINDS; kind++) asked_at(level, 35, size, kind, 0, out);
}

static void mutual_rows(int32_t level, int64_t size, results *out) {
  for (int kind = 0; kind < KINDS; kind++) mutual_at(level, size, 7, kind, out);
}

static void mutual_columns(int32_t level, int64_t size, results *out) {
  for (int kind = 0; kind < KINDS; kind++) mutual_at(level, 49, size, kind, out);
}

/// Lists after every odd point has gone into the one before it, of which every fourth was measured since.
static void renewed(int32_t level, int64_t size, results *out) {
  enum { LISTED = 9, NEAREST = 4 };
  const placed all = some_points(level, size, 6, MEANS, 0);
  int32_t *parent = ROOM(int32_t, size), *changed = ROOM(int32_t, size);
  for (int32_t i = 0; i < size; i++) {
    parent[i] = i % 2 == 1 ? i - 1 : i;
    // A cluster alone has not changed.
    changed[i] = i % 2 == 0 && i + 1 < size ? 5 : 0;
  }
  for (int32_t at = 0; at < size; at++) {
    const int32_t own = all.points.ids[at];
    if (parent[own] != own) continue;
    kindred_neighbor list[LISTED], expected[LISTED];
    const int32_t length = kindred_measure_all(&all.points, all.padded, at, LISTED, list);
    int32_t count = 0;
    for (int32_t i = 0; i < length; i++) {
      kindred_neighbor next = {0, 0, parent[list[i].id]};
      int is_new = next.id != own;
      for (int32_t j = 0; j < count; j++) is_new &= expected[j].id != next.id;
      if (is_new) expected[count++] = next;
    }
    kindred_measure_neighbors(level, all.exact, own, expected, count);
    for (int32_t i = 1; i < count; i++)
      for (int32_t j = i; j > 0 && expected[j].value < expected[j - 1].value; j--) {
        const kindred_neighbor nearer = expected[j];
        expected[j] = expected[j - 1];
        expected[j - 1] = nearer;
      }
    double dropped = 0;
    const int32_t kept = kindred_renew_neighbors(level, all.exact, own, parent, changed, 4, NEAREST,
                                                 list, length, &dropped);
    add_result(out, kept == (count < NEAREST ? count : NEAREST) ? 0 : NAN);
    for (int32_t i = 0; i < kept; i++)
      add_result(out, list[i].id == expected[i].id ? expected[i].value : NAN);
    const double nearest_dropped = count > NEAREST ? expected[NEAREST].value : INFINITY;
    if (dropped != nearest_dropped) add_result(out, NAN);
  }
}

static void ties(int32_t level, int64_t size, results *out) {
  (void)level;
  for (int32_t i = 0; i < size; i++) {
    add_result(out, kindred_pair_tie(i, 7) == kindred_pair_tie(7, i) ? 0 : NAN);
    add_result(out, kindred_tie((uint32_t)i, 7) == kindred_tie(7, (uint32_t)i) ? 0 : NAN);
    if (i > 0 && kindred_tie((uint32_t)i, 300) == kindred_tie((uint32_t)i - 1, 300))
      add_result(out, NAN);
  }
}

/// The nearest clusters of each by Ward's distance, all of which must be among those found.
static void nearest_clusters(int32_t level, int64_t size, results *out) {
  enum { D = 5 };
  const int64_t padded = rounded(size, 16);
  float *inverse = LINED(float, padded), *norm = LINED(float, padded), *dots = LINED(float, padded);
  float *least = LINED(float, padded), limit = 0;
  float *means = some_floats(size * D, 0);
  int32_t *found = ROOM(int32_t, padded);
  uint8_t *is_found = ROOM(uint8_t, padded);
  double *values = ROOM(double, size), *norms = ROOM(double, size);
  for (int64_t i = 0; i < padded; i++) {
    inverse[i] = i < size ? 1 / (float)(1 << i % 3) : 1;
    norm[i] = INFINITY;
    if (i >= size) continue;
    // Each third has columns of its own, so that products of zero come up.
    for (int64_t p = 0; p < D; p++)
      if (i % 3 == 0 ? p > 2 : p < 3) means[i * D + p] = 0;
    for (int64_t p = 0; p < D; p++) {
      means[i * D + p] /= 4;
      norms[i] += (double)means[i * D + p] * means[i * D + p];
    }
    norm[i] = (float)norms[i];
  }
  const kindred_merge_clusters clusters = {inverse, norm, padded};
  for (int32_t nearest = 1; nearest <= 16; nearest += 5)
    for (int64_t own = 0; own < size; own++) {
      for (int64_t i = 0; i < size; i++) {
        double product = 0;
        for (int64_t p = 0; p < D; p++) product += (double)means[own * D + p] * means[i * D + p];
        dots[i] = i == own ? -INFINITY : (float)(product / inverse[own] / inverse[i]);
        values[i] = i == own ? INFINITY
                             : 2 / ((double)inverse[own] + inverse[i]) *
                                   (norms[own] + norms[i] - 2 * product);
      }
      const int64_t count = kindred_nearest_merges(level, &clusters, inverse[own], norm[own], 1e-5f,
                                                   nearest, dots, least, found, &limit);
      memset(is_found, 0, (size_t)padded);
      for (int64_t f = 0; f < count; f++) {
        const int64_t place = found[f] < 0 ? -1 - found[f] : found[f];
        is_found[place] = 1;
        if (place >= size) add_result(out, NAN);
      }
      for (int64_t i = 0; i < size; i++) {
        int64_t nearer = 0;
        for (int64_t j = 0; j < size; j++) nearer += values[j] < values[i];
        if (i != own && !is_found[i] && (nearer < nearest || values[i] < (double)limit * (1 - 1e-6)))
          add_result(out, NAN);
      }
      for (int64_t i = 0; i < padded; i++) add_result(out, dots[i] == 0 ? 0 : NAN);
    }
}

/// Lists of the least pairs of rows and columns: of a tile beside the diagonal and of one on it.
static void listed_pairs(int32_t level, int64_t size, results *out) {
  enum { WIDTH = 3, ABOVE = 16 };
  for (int turn = 0; turn < 2; turn++) {
    const int on_diagonal = turn == 1;
    const int64_t stride = rounded(size, 16), rows = on_diagonal ? size : 5;
    const int64_t from = on_diagonal ? 0 : ABOVE, total = from + stride;
    float *dots = some_floats(rows * stride, 1), *norms = LINED(float, total);
    for (int64_t i = 0; i < total; i++) norms[i] = 4 + (float)(i % 7) / 8;
    float *limits = LINED(float, total), *values = ROOM(float, total * WIDTH);
    for (int64_t i = 0; i < total; i++) limits[i] = INFINITY;
    for (int64_t i = 0; i < total * WIDTH; i++) values[i] = INFINITY;
    const kindred_pair_lists lists = {values, ROOM(int32_t, total * WIDTH), limits, WIDTH};
    kindred_pair_list(level, dots, stride, (int32_t)rows, (int32_t)size, norms, 0, from, 0x1p-20f,
                      &lists);
    for (int64_t a = 0; a < from + size; a++) {
      if (!on_diagonal && a >= rows && a < from) continue;
      double least[WIDTH] = {INFINITY, INFINITY, INFINITY};
      for (int64_t b = 0; b < from + size; b++) {
        const int64_t low = a < b ? a : b, high = a < b ? b : a;
        if (low == high || low >= rows || high < from) continue;
        double value = (1 - 0x1p-20) * ((double)norms[low] + norms[high]) -
                       2 * (double)dots[low * stride + high - from];
        for (int place = 0; place < WIDTH; place++)
          if (value < least[place]) {
            const double next = least[place];
            least[place] = value;
            value = next;
          }
      }
      for (int place = 0; place < WIDTH; place++) {
        const double value = values[a * WIDTH + place];
        if (!(value == least[place] || fabs(value - least[place]) < 1e-5)) add_result(out, NAN);
      }
      if (limits[a] != values[a * WIDTH + WIDTH - 1]) add_result(out, NAN);
      for (int place = 0; place < WIDTH; place++) add_result(out, values[a * WIDTH + place]);
    }
  }
}

const kernel_case neighbor_cases[] = {
    {"place, pack, scan, narrow, conclude, rows", asked_rows, 0, 1e-12},
    {"place, pack, scan, narrow, conclude, columns", asked_columns, 1, 1e-12},
    {"scan_neighbors both ways, rows", mutual_rows, 0, 1e-12},
    {"scan_neighbors both ways, columns", mutual_columns, 1, 1e-12},
    {"renew_neighbors, measure_neighbors", renewed, 0, 1e-12},
    {"pair_tie, tie", ties, 0, 0},
    {"nearest_merges", nearest_clusters, 1, 0},
    {"pair_list", listed_pairs, 1, 1e-6},
    {NULL, NULL, 0, 0},
};
