// What skips comparisons: no row may be skipped whose label changes. Sums cell by cell.
#include "kernels.h"

/// Steps that change next to no label, and many.
static const double SHORT = 0x1p-16, LONG = 0x1p-5;

static float above(double number) { return nextafterf((float)number, INFINITY); }

/// Rows whose length goes from none to `d`, past what a kernel takes at once, with values of both signs.
static kindred_rows long_rows(int64_t n, int64_t d) {
  int64_t *offsets = ROOM(int64_t, n + 1);
  for (int64_t i = 0; i < n; i++)
    offsets[i + 1] = offsets[i] + (n > 1 ? d * i / (n - 1) : d);
  int32_t *columns = ROOM(int32_t, offsets[n]);
  for (int64_t i = 0; i < n; i++) {
    const int64_t count = offsets[i + 1] - offsets[i];
    for (int64_t e = 0; e < count; e++) columns[offsets[i] + e] = (int32_t)(e * d / count);
  }
  return (kindred_rows){offsets, columns, some_floats(offsets[n], 0)};
}

static double score_of(const kindred_rows *points, int64_t row, const kindred_centers *centers,
                       int64_t lane) {
  double sum = 0;
  for (int64_t p = points->row_offsets[row]; p < points->row_offsets[row + 1]; p++)
    sum += (double)points->values[p] * centers->panel[points->columns[p] * centers->stride + lane];
  return sum * centers->scale[lane] + centers->bias[lane];
}

/// Whether another center has a higher score than the row's own.
static int is_lost(const kindred_rows *points, int64_t row, const kindred_centers *centers,
                   int64_t count, int32_t label) {
  const double own = score_of(points, row, centers, label);
  for (int64_t j = 0; j < count; j++)
    if (j != label && score_of(points, row, centers, j) > own) return 1;
  return 0;
}

static void add_lost(results *out, const kindred_rows *points, const kindred_centers *centers,
                     int64_t count, const int32_t *label, int64_t n, const int32_t *left,
                     int64_t left_count) {
  uint8_t *is_left = ROOM(uint8_t, n);
  for (int64_t i = 0; i < left_count; i++) is_left[left[i]] = 1;
  for (int64_t i = 0; i < n; i++)
    if (!is_left[i] && is_lost(points, i, centers, count, label[i])) add_result(out, NAN);
}

/// Centers that move by up to a step, the bounds that begin before the move, and the rows that they leave, of which
/// at least so many are expected to be settled.
static void drift_at(int32_t level, const kindred_rows *points, int64_t n, int64_t d, int64_t lanes,
                     double step, int64_t expected, results *out) {
  const kindred_centers old = some_centers(lanes, d);
  const int64_t stride = old.stride;
  float *panel = LINED(float, d * stride), *bias = LINED(float, stride);
  for (int64_t c = 0; c < d * stride; c++)
    panel[c] = old.panel[c] + (float)(next_number() * step);
  float *bias_rise = LINED(float, 16), greatest_rise = 0;
  for (int64_t j = 0; j < stride; j++) {
    bias[j] = j < lanes ? old.bias[j] + (float)(next_number() * step) : -INFINITY;
    if (j >= lanes) continue;
    bias_rise[j % 16] = fmaxf(bias_rise[j % 16], above(bias[j] - (double)old.bias[j]));
    greatest_rise = fmaxf(greatest_rise, bias_rise[j % 16]);
  }
  const kindred_centers new = {panel, old.scale, bias, stride, {d, NULL, NULL, NULL, NULL}};

  int32_t *head_lengths = ROOM(int32_t, n), *label = ROOM(int32_t, n);
  double *norms = ROOM(double, n);
  for (int64_t i = 0; i < n; i++) {
    head_lengths[i] = (int32_t)(points->row_offsets[i + 1] - points->row_offsets[i]);
    for (int64_t p = points->row_offsets[i]; p < points->row_offsets[i + 1]; p++)
      norms[i] += (double)points->values[p] * points->values[p];
  }
  float *best = ROOM(float, n), *second = ROOM(float, n), *others = LINED(float, n * 16);
  const int32_t *rows = all_rows(n);
  kindred_assign_sparse(level, points, rows, n, head_lengths, &old, LINED(float, 4 * stride), best,
                        second, label, others);

  double longest = 0;
  for (int64_t j = 0; j < lanes; j++) {
    double squares = 0;
    for (int64_t t = 0; t < d; t++) {
      const double a = (double)old.panel[t * stride + j] * old.scale[j];
      const double b = (double)panel[t * stride + j] * old.scale[j];
      squares += fmax(a * a, b * b);
    }
    longest = fmax(longest, sqrt(squares));
  }
  const kindred_drift drift = {LINED(float, d * 16), ROOM(float, d), others,         ROOM(float, n),
                               bias_rise,            0,              above(longest), norms};
  // Bounds that begin now, when nothing has moved yet.
  const kindred_drift begun = {drift.rise,       drift.span, others,            drift.lead,
                               LINED(float, 16), 0,          drift.center_norm, norms};
  kindred_drift_store(level, &begun, points, rows, n, best, label, old.bias, 1);
  for (int64_t t = 0; t < d; t++)
    kindred_drift_term(level, old.panel + t * stride, panel + t * stride, old.scale, old.scale,
                       stride, 1, drift.rise + t * 16, drift.span + t);
  kindred_drift moved = drift;
  moved.greatest_bias_rise = greatest_rise;
  add_floats(out, drift.rise, d * 16);
  add_floats(out, drift.span, d);

  int32_t *left = ROOM(int32_t, n), *left_by = ROOM(int32_t, n);
  const int64_t left_count =
      kindred_drift_unsettled(level, &moved, points, 0, n, label, bias, left);
  add_lost(out, points, &new, lanes, label, n, left, left_count);
  add_result(out, n - left_count >= expected ? 0 : NAN);

  // The same told for the rows from the spans of 16 runs, of which the last is this one.
  float *spans = LINED(float, d * 16), *movements = LINED(float, n * 16);
  for (int64_t t = 0; t < d; t++) spans[t * 16 + 15] = drift.span[t];
  kindred_drift_movements(level, spans, points, 0, n, movements);
  const int64_t left_by_count =
      kindred_drift_unsettled_by(level, &moved, points, 0, n, movements + 15, label, bias, left_by);
  add_lost(out, points, &new, lanes, label, n, left_by, left_by_count);
  for (int64_t i = 0; i < n; i++) {
    double span = 0;
    for (int64_t p = points->row_offsets[i]; p < points->row_offsets[i + 1]; p++)
      span += fabs((double)points->values[p]) * drift.span[points->columns[p]];
    const double difference = fabs(movements[i * 16 + 15] - span);
    if (!(difference <= 1e-5 * span)) add_result(out, NAN);
    for (int run = 0; run < 15; run++) add_result(out, movements[i * 16 + run]);
  }

  // Measured against their own centers, of terms in the panel and of terms that are kept cell by cell.
  for (int turn = 0; turn < 2; turn++) {
    const int64_t head = turn == 0 ? d : d / 2;
    const kindred_centers split = turn == 0 ? new : without_rare_terms(&new, d, head);
    int32_t *rest = all_rows(n);
    const int64_t rest_count = kindred_drift_tighten(level, &moved, points, &split, NULL,
                                                     label, rest, n, label);
    add_lost(out, points, &new, lanes, label, n, rest, rest_count);
    add_result(out, n - rest_count >= expected ? 0 : NAN);
  }
  // Scores that are fresh after a move have their bounds go on from there.
  kindred_assign_sparse(level, points, rows, n, head_lengths, &new, LINED(float, 4 * stride), best,
                        second, label, others);
  kindred_drift_store(level, &moved, points, rows, n, best, label, bias, 0);
  add_lost(out, points, &new, lanes, label, n, left,
           kindred_drift_unsettled(level, &moved, points, 0, n, label, bias, left));
}

static void drift_rows(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(size, TERMS, 0);
  drift_at(level, &points, size, TERMS, 37, SHORT, size / 2, out);
  drift_at(level, &points, size, TERMS, 37, LONG, 0, out);
}

static void drift_lanes(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(ROWS, TERMS, 0);
  drift_at(level, &points, ROWS, TERMS, size, SHORT, size > 1 ? ROWS / 2 : 0, out);
  drift_at(level, &points, ROWS, TERMS, size, LONG, 0, out);
}

static void drift_terms(int32_t level, int64_t size, results *out) {
  enum { FEW = 7 };
  const kindred_rows points = long_rows(FEW, 3 * size);
  drift_at(level, &points, FEW, 3 * size, 5, SHORT, FEW / 2, out);
  drift_at(level, &points, FEW, 3 * size, 5, LONG, 0, out);
}

/// Shares of a row's own value in its center's coordinate, for rows without negative values.
static void drift_shares(int32_t level, int64_t size, results *out) {
  const postings terms = some_postings(TERMS, size);
  int64_t *offsets = ROOM(int64_t, size + 1);
  const int64_t stored = terms.offsets[TERMS];
  int32_t *columns = ROOM(int32_t, stored), *label = ROOM(int32_t, size);
  float *values = ROOM(float, stored);
  for (int64_t t = 0; t < TERMS; t++)
    for (int64_t p = terms.offsets[t]; p < terms.offsets[t + 1]; p++) offsets[terms.rows[p] + 1]++;
  for (int64_t i = 0; i < size; i++) offsets[i + 1] += offsets[i];
  int64_t *next = ROOM(int64_t, size);
  for (int64_t i = 0; i < size; i++) {
    next[i] = offsets[i];
    label[i] = (int32_t)(i % 4);
  }
  for (int64_t t = 0; t < TERMS; t++)
    for (int64_t p = terms.offsets[t]; p < terms.offsets[t + 1]; p++) {
      const int64_t place = next[terms.rows[p]]++;
      columns[place] = (int32_t)t;
      values[place] = terms.values[p];
    }
  const kindred_rows points = {offsets, columns, values};
  const int64_t stride = 16;
  float *panel = LINED(float, TERMS * stride), *scale = LINED(float, stride);
  float *bias = LINED(float, stride), *share = LINED(float, stride);
  double *norms = ROOM(double, size);
  for (int64_t i = 0; i < size; i++)
    for (int64_t p = offsets[i]; p < offsets[i + 1]; p++) {
      panel[columns[p] * stride + label[i]] += values[p];
      norms[i] += (double)values[p] * values[p];
    }
  double longest = 0;
  for (int64_t j = 0; j < stride; j++) {
    int64_t members = 0;
    double squares = 0;
    for (int64_t i = 0; i < size; i++) members += label[i] == j;
    scale[j] = members > 0 ? 1 / (float)members : 0;
    share[j] = scale[j] * (1 - 0x1p-20f);
    for (int64_t t = 0; t < TERMS; t++)
      squares += pow((double)panel[t * stride + j] * scale[j], 2);
    bias[j] = members > 0 ? (float)(-squares / 2) : -INFINITY;
    longest = fmax(longest, sqrt(squares));
  }
  const kindred_centers whole = {panel, scale, bias, stride, {TERMS, NULL, NULL, NULL, NULL}};
  const kindred_centers split = without_rare_terms(&whole, TERMS, TERMS / 2);
  float *others = LINED(float, size * 16);
  for (int64_t i = 0; i < size; i++)
    for (int64_t g = 0; g < 16; g++)
      others[i * 16 + g] = g == label[i] ? -INFINITY : above(score_of(&points, i, &whole, g));
  const kindred_drift drift = {LINED(float, TERMS * 16), ROOM(float, TERMS), others,
                               ROOM(float, size),        LINED(float, 16),   0,
                               above(longest),           norms};
  int32_t *rest = all_rows(size);
  const int64_t count =
      kindred_drift_tighten(level, &drift, &points, &split, share, label, rest, size, label);
  add_lost(out, &points, &whole, size < 4 ? size : 4, label, size, rest, count);
}

static void begun_leads(int32_t level, int64_t size, results *out) {
  (void)level;
  const int32_t *rows = all_rows(size);
  const float *best = some_floats(size, 0);
  float *second = ROOM(float, size);
  for (int64_t i = 0; i < size; i++) second[i] = best[i] - (i % 3 == 0 ? 0.0625f : 0.5f);
  double *lead = ROOM(double, size), *own = ROOM(double, size), *rival = ROOM(double, size);
  const kindred_leads leads = {lead, own, rival, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0};
  int32_t *near = ROOM(int32_t, size);
  for (int turn = 0; turn < 2; turn++) {
    const int64_t count = kindred_begin_leads(turn == 0 ? NULL : &leads, rows, size, best, second,
                                              0.125f, near);
    add_result(out, count == (size + 2) / 3 ? 0 : NAN);
    for (int64_t i = 0; i < count; i++) add_result(out, near[i] == 3 * i ? 0 : NAN);
  }
  for (int64_t i = 0; i < size; i++) {
    const double certain = (double)best[i] - second[i] - 0.25;
    add_result(out, lead[i] <= certain && own[i] >= best[i] && rival[i] >= second[i] ? 0 : NAN);
  }
}

/// Full rows and centers that move, and the rows that measuring alone does not settle.
static void refine_at(int32_t level, int64_t n, int64_t d, int64_t k, results *out) {
  const int64_t width = rounded(d, 16), depth = rounded((k + 15) / 16, 4), stride = rounded(k, 16);
  const float *data = some_floats(n * d, 0);
  float *old = ROOM(float, k * d), *new = ROOM(float, k * d), *strips = LINED(float, d * stride);
  float *scale = LINED(float, stride), *bias = LINED(float, stride);
  float *panel = LINED(float, 16 * depth * width), *places = LINED(float, 16 * depth);
  for (int64_t i = 0; i < 16 * depth; i++) places[i] = -INFINITY;
  for (int64_t j = 0; j < stride; j++) bias[j] = -INFINITY;
  float *group_drift = LINED(float, 16), *center_drift = ROOM(float, k), greatest = 0;
  double longest = 0;
  for (int64_t j = 0; j < k; j++) {
    double before = 0, after = 0, apart = 0;
    const int64_t first = j / 48 * 48, lanes = stride - first < 48 ? stride - first : 48;
    const int64_t place = j % 16 * depth + j / 16;
    for (int64_t p = 0; p < d; p++) {
      // Near one of the rows, so that each has an owner.
      old[j * d + p] = (n > 0 ? data[j % n * d + p] : 0) + (float)(next_number() / 8);
      new[j * d + p] = old[j * d + p] + (float)(next_number() / 64);
      before += (double)old[j * d + p] * old[j * d + p];
      after += (double)new[j * d + p] * new[j * d + p];
      apart += pow((double)new[j * d + p] - old[j * d + p], 2);
      strips[first * d + p * lanes + j - first] = old[j * d + p];
      panel[place * width + p] = new[j * d + p];
    }
    bias[j] = (float)(-before / 2);
    scale[j] = 1;
    places[place] = (float)(-after / 2);
    center_drift[j] = above(sqrt(apart));
    group_drift[j % 16] = fmaxf(group_drift[j % 16], center_drift[j]);
    greatest = fmaxf(greatest, center_drift[j]);
    longest = fmax(longest, sqrt(fmax(before, after)));
  }
  float *best = ROOM(float, n), *second = ROOM(float, n), *others = LINED(float, n * 16);
  int32_t *label = ROOM(int32_t, n), *before = ROOM(int32_t, n), *rows = all_rows(n);
  double *norms = ROOM(double, n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t p = 0; p < d; p++) norms[i] += (double)data[i * d + p] * data[i * d + p];
  const kindred_centers centers = {strips, scale, bias, stride, {d, NULL, NULL, NULL, NULL}};
  kindred_assign_dense(level, data, d, rows, n, &centers, best, second, label, others);
  const kindred_bounds still = {others, ROOM(float, n),     LINED(float, 16), ROOM(float, k), 0,
                                norms,  (float)(width + 8), above(longest)};
  kindred_store_bounds(level, &still, rows, n, best, label);
  const kindred_bounds moved = {others, still.reach,  group_drift,      center_drift, greatest,
                                norms,  still.length, still.center_norm};
  memcpy(before, label, (size_t)n * sizeof *label);
  const kindred_groups groups = {panel, places, depth, width};
  int64_t refined = 0;
  const int64_t whole = kindred_refine_dense(level, &moved, data, n, d, &groups, rows, n, best,
                                             second, label, &refined);
  add_result(out, whole >= 0 && refined >= 0 && whole + refined <= n ? 0 : NAN);
  uint8_t *is_whole = ROOM(uint8_t, n), *is_refined = ROOM(uint8_t, n);
  for (int64_t i = 0; i < whole; i++) is_whole[rows[i]] = 1;
  for (int64_t i = whole; i < whole + refined; i++) is_refined[rows[i]] = 1;
  for (int64_t i = 0; i < n; i++) {
    double own = 0, least = INFINITY;
    for (int64_t j = 0; j < k; j++) {
      double distance = 0;
      for (int64_t p = 0; p < d; p++)
        distance += pow((double)data[i * d + p] - new[j * d + p], 2);
      if (j == label[i]) own = distance;
      least = fmin(least, distance);
      // What the bounds say of the other centers must hold.
      if (!is_whole[i] && j != label[i] &&
          others[i * 16 + j % 16] - group_drift[j % 16] > sqrt(distance) * (1 + 1e-6))
        add_result(out, NAN);
    }
    if (is_whole[i]) continue;
    if (own > least + 1e-4 * (1 + norms[i])) add_result(out, NAN);
    if (!is_refined[i] && label[i] != before[i]) add_result(out, NAN);
    if (moved.reach[i] + center_drift[label[i]] < sqrt(own) * (1 - 1e-6)) add_result(out, NAN);
  }
}

static void refine_rows(int32_t level, int64_t size, results *out) {
  refine_at(level, size, 21, 37, out);
}

static void refine_columns(int32_t level, int64_t size, results *out) {
  refine_at(level, 35, size, 37, out);
}

static void refine_centers(int32_t level, int64_t size, results *out) {
  refine_at(level, 35, 16, size, out);
}

/// Sums cell by cell: afresh, after some labels changed, told by rows and told by terms.
static void rare_sums(int32_t level, int64_t size, results *out) {
  const int64_t stride = rounded(size, 16), head = TERMS / 2;
  const postings terms = some_postings(TERMS, ROWS);
  int64_t *room_for = ROOM(int64_t, TERMS - head + 1);
  for (int64_t t = head; t < TERMS; t++) {
    const int64_t count = terms.offsets[t + 1] - terms.offsets[t];
    room_for[t - head + 1] = room_for[t - head] + (count < size ? count : size);
  }
  const int64_t total = room_for[TERMS - head];
  const kindred_cells cells = {head, room_for, ROOM(int32_t, TERMS - head), ROOM(int32_t, total),
                               ROOM(float, total)};
  float *old_scale = LINED(float, stride), *new_scale = LINED(float, stride);
  double *charge_scale = LINED(double, stride);
  for (int64_t j = 0; j < stride; j++) {
    old_scale[j] = (float)(1 + j % 3) / 4;
    new_scale[j] = (float)(1 + j % 5) / 8;
    charge_scale[j] = new_scale[j];
  }
  const kindred_move move = {level,     1,         0, old_scale, new_scale, LINED(float, TERMS * 16),
                             ROOM(float, TERMS)};
  double *charge = ROOM(double, ROWS);
  const kindred_charges charges = {charge, charge_scale};
  double *scratch = LINED(double, stride);
  int64_t *stamps = ROOM(int64_t, stride);
  double *norm_change = ROOM(double, stride), *cross_change = ROOM(double, stride);
  double *squares = ROOM(double, stride);
  int32_t *labels[3] = {ROOM(int32_t, ROWS), ROOM(int32_t, ROWS), ROOM(int32_t, ROWS)};
  for (int64_t i = 0; i < ROWS; i++)
    for (int turn = 0; turn < 3; turn++)
      labels[turn][i] = (int32_t)((i % 3 == 0 ? i + turn : i) % size);
  const kindred_centers centers = {NULL, NULL, NULL, stride, cells};
  for (int turn = 0; turn < 3; turn++) {
    const int32_t *from = labels[turn > 0 ? turn - 1 : 0], *to = labels[turn];
    uint8_t *changed = ROOM(uint8_t, ROWS);
    int32_t *offsets = ROOM(int32_t, TERMS + 2);
    for (int64_t i = 0; i < ROWS; i++) changed[i] = from[i] != to[i];
    for (int64_t t = 0; t < TERMS; t++) {
      offsets[t + 1] = offsets[t];
      for (int64_t p = terms.offsets[t]; p < terms.offsets[t + 1]; p++)
        offsets[t + 1] += changed[terms.rows[p]];
    }
    // Rows and values of listed changes are not read.
    const kindred_changes changes = {from, to, changed, turn == 2 ? offsets : NULL, NULL};
    memset(stamps, 0, (size_t)stride * sizeof *stamps);
    kindred_update_cells(terms.offsets, terms.rows, terms.values, head, TERMS, &changes, turn == 0,
                         &cells, scratch, stamps, norm_change, cross_change,
                         turn == 0 ? NULL : &move, turn == 0 ? NULL : &charges);
    memset(squares, 0, (size_t)stride * sizeof *squares);
    for (int64_t t = head; t < TERMS; t++)
      for (int64_t j = 0; j < stride; j++) {
        double sum = 0, swing = 0;
        for (int64_t p = terms.offsets[t]; p < terms.offsets[t + 1]; p++) {
          if (to[terms.rows[p]] == j) sum += terms.values[p];
          if (from[terms.rows[p]] == j) swing += terms.values[p];
        }
        const float found = kindred_cell(&centers, t, (int32_t)j);
        squares[j] += sum * sum;
        if (found != (float)sum) add_result(out, NAN);
        // How much its coordinate rose is at most what the move tells.
        if (turn > 0 &&
            sum * new_scale[j] - swing * old_scale[j] > move.rise[t * 16 + j % 16] + 1e-9)
          add_result(out, NAN);
      }
    for (int64_t j = 0; j < stride; j++) {
      if (scratch[j] != 0) add_result(out, NAN);
      if (fabs(norm_change[j] - squares[j]) > 1e-9 * (1 + squares[j])) add_result(out, NAN);
    }
  }
  add_doubles(out, norm_change, stride);
  add_doubles(out, cross_change, stride);
  add_doubles(out, charge, ROWS);
  add_floats(out, move.rise, TERMS * 16);
  add_floats(out, move.span, TERMS);
}

const kernel_case bound_cases[] = {
    {"drift, rows", drift_rows, 0, 1e-5},
    {"drift, lanes", drift_lanes, 1, 1e-5},
    {"drift, terms", drift_terms, 1, 1e-5},
    {"drift_tighten, shares", drift_shares, 1, 0},
    {"begin_leads", begun_leads, 0, 0},
    {"refine_dense, rows", refine_rows, 0, 0},
    {"refine_dense, columns", refine_columns, 1, 0},
    {"refine_dense, centers", refine_centers, 1, 0},
    {"update_cells, cell", rare_sums, 1, 1e-5},
    {NULL, NULL, 0, 0},
};
