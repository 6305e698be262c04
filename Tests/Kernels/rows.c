// Assignment, exact distances, sums and products of rows.
#include "kernels.h"

static void add_assignment(results *out, const float *best, const float *second,
                           const int32_t *label, const float *others, int64_t count) {
  add_floats(out, best, count);
  add_floats(out, second, count);
  add_ints(out, label, count);
  add_floats(out, others, count * 16);
}

static void assign_sparse(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(ROWS, TERMS, 0);
  const kindred_centers centers = some_centers(size, TERMS);
  int32_t *head_lengths = ROOM(int32_t, ROWS);
  for (int64_t i = 0; i < ROWS; i++)
    head_lengths[i] = (int32_t)(points.row_offsets[i + 1] - points.row_offsets[i]);
  float *best = ROOM(float, ROWS), *second = ROOM(float, ROWS), *others = LINED(float, ROWS * 16);
  int32_t *label = ROOM(int32_t, ROWS);
  kindred_assign_sparse(level, &points, all_rows(ROWS), ROWS, head_lengths, &centers,
                        LINED(float, 4 * centers.stride), best, second, label, others);
  add_assignment(out, best, second, label, others, ROWS);
  // Without the others, scores may carry the numbers of their centers, and be off by that.
  float *packed_best = ROOM(float, ROWS), *packed_second = ROOM(float, ROWS);
  int32_t *packed_label = ROOM(int32_t, ROWS);
  kindred_assign_sparse(level, &points, all_rows(ROWS), ROWS, head_lengths, &centers,
                        LINED(float, 4 * centers.stride), packed_best, packed_second, packed_label, NULL);
  const float units = (float)(kindred_packed_units(centers.stride) + 1) * 0x1p-23f;
  for (int64_t i = 0; i < ROWS; i++) {
    const float error = units * fmaxf(fabsf(best[i]), 1e-6f);
    const int is_near = fabsf(packed_best[i] - best[i]) <= error;
    const int is_tied = size > 1 && best[i] - second[i] <= 4 * units * fmaxf(fabsf(best[i]), fabsf(second[i]));
    add_result(out, is_near && (is_tied || packed_label[i] == label[i]) ? 0 : NAN);
    if (size > 1)
      add_result(out, fabsf(packed_second[i] - second[i]) <= units * fmaxf(fabsf(second[i]), 1e-6f) ? 0 : NAN);
  }
}

/// As many rows as the size says, none at all included.
static void assign_sparse_rows(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(size, TERMS, 0);
  const kindred_centers centers = some_centers(37, TERMS);
  int32_t *head_lengths = ROOM(int32_t, size);
  for (int64_t i = 0; i < size; i++)
    head_lengths[i] = (int32_t)(points.row_offsets[i + 1] - points.row_offsets[i]);
  float *best = ROOM(float, size), *second = ROOM(float, size);
  int32_t *label = ROOM(int32_t, size);
  kindred_assign_sparse(level, &points, all_rows(size), size, head_lengths, &centers,
                        LINED(float, 4 * centers.stride), best, second, label, NULL);
  add_assignment(out, best, second, label, NULL, 0);
  add_floats(out, best, size);
  add_ints(out, label, size);
}

/// Rare terms that are kept cell by cell are added up apart.
static void assign_sparse_cells(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(ROWS, TERMS, 0);
  const kindred_centers whole = some_centers(size, TERMS);
  const kindred_centers centers = without_rare_terms(&whole, TERMS, TERMS / 3);
  int32_t *head_lengths = ROOM(int32_t, ROWS);
  for (int64_t i = 0; i < ROWS; i++)
    for (int64_t p = points.row_offsets[i]; p < points.row_offsets[i + 1]; p++)
      head_lengths[i] += points.columns[p] < centers.cells.head;
  float *best = ROOM(float, ROWS), *second = ROOM(float, ROWS), *others = LINED(float, ROWS * 16);
  float *tails = LINED(float, 4 * centers.stride);
  int32_t *label = ROOM(int32_t, ROWS);
  kindred_assign_sparse(level, &points, all_rows(ROWS), ROWS, head_lengths, &centers, tails, best,
                        second, label, others);
  add_assignment(out, best, second, label, others, ROWS);
  for (int64_t j = 0; j < 4 * centers.stride; j++) add_result(out, tails[j] == 0 ? 0 : NAN);
  for (int64_t i = 0; i < ROWS; i++) {
    double greatest = -INFINITY;
    for (int64_t j = 0; j < size; j++) {
      double sum = 0;
      for (int64_t p = points.row_offsets[i]; p < points.row_offsets[i + 1]; p++)
        sum += (double)points.values[p] * whole.panel[points.columns[p] * whole.stride + j];
      greatest = fmax(greatest, sum * whole.scale[j] + whole.bias[j]);
    }
    if (!(fabs(best[i] - greatest) < 1e-5)) add_result(out, NAN);
  }
}

static void assign_dense_at(int32_t level, int64_t rows, int64_t lanes, int64_t d, results *out) {
  const float *data = some_floats(rows * d, 0);
  const kindred_centers centers = some_centers(lanes, d);
  float *best = ROOM(float, rows), *second = ROOM(float, rows), *others = LINED(float, rows * 16);
  int32_t *label = ROOM(int32_t, rows);
  kindred_assign_dense(level, data, d, all_rows(rows), rows, &centers, best, second, label, others);
  add_assignment(out, best, second, label, others, rows);
}

static void assign_dense_columns(int32_t level, int64_t size, results *out) {
  assign_dense_at(level, ROWS, 50, size, out);
}

static void assign_dense_rows(int32_t level, int64_t size, results *out) {
  assign_dense_at(level, size, 3, 5, out);
}

static void assign_dense_lanes(int32_t level, int64_t size, results *out) {
  assign_dense_at(level, ROWS, size, 7, out);
}

static void fold_tile(int32_t level, int64_t size, results *out) {
  const kindred_centers centers = some_centers(21, 1);
  const float *tile = some_floats(size * centers.stride, 1);
  float *best = ROOM(float, size), *second = ROOM(float, size);
  int32_t *label = ROOM(int32_t, size);
  kindred_fold_tile(level, tile, size, centers.stride, centers.scale, centers.bias, best, second,
                    label);
  add_floats(out, best, size);
  add_floats(out, second, size);
  add_ints(out, label, size);
}

static void exact(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(ROWS, TERMS, 0);
  const kindred_centers centers = some_centers(size, TERMS);
  double *scale = LINED(double, centers.stride), *bias = LINED(double, centers.stride);
  double *norm = LINED(double, centers.stride);
  for (int64_t j = 0; j < centers.stride; j++) {
    scale[j] = centers.scale[j];
    bias[j] = centers.bias[j];
    norm[j] = 2 + next_number();
  }
  double *scores = LINED(double, centers.stride), *distance = ROOM(double, ROWS);
  int32_t *label = ROOM(int32_t, ROWS);
  for (int32_t row = 0; row < ROWS; row++)
    label[row] = kindred_exact_sparse(level, &points, row, &centers, scale, bias, scores);
  kindred_exact_distances(&points, 0, ROWS, label, &centers, scale, norm, distance);
  add_ints(out, label, ROWS);
  add_doubles(out, distance, ROWS);
  // Cell by cell and term by term the last bits are the same.
  const kindred_centers split = without_rare_terms(&centers, TERMS, TERMS / 2);
  double *again = ROOM(double, ROWS), *by_term = ROOM(double, ROWS), *shared = ROOM(double, ROWS);
  const postings terms = turned(&points, ROWS, TERMS);
  kindred_exact_distances(&points, 0, ROWS, label, &split, scale, norm, again);
  kindred_exact_distances_by_term(terms.offsets, terms.rows, terms.values, ROWS, TERMS, label, &split,
                                  scale, norm, shared, by_term);
  for (int32_t row = 0; row < ROWS; row++) {
    if (again[row] != distance[row] || by_term[row] != distance[row]) add_result(out, NAN);
    if (kindred_exact_sparse(level, &points, row, &split, scale, bias, scores) != label[row])
      add_result(out, NAN);
  }
}

static void sum_rows(int32_t level, int64_t size, results *out) {
  const float *data = some_floats(ROWS * size, 0);
  double *sum = some_doubles(size, 0);
  kindred_sum_rows(level, data, size, all_rows(ROWS), ROWS, 1, sum);
  kindred_sum_rows(level, data, size, all_rows(3), 3, -1, sum);
  kindred_sum_rows(level, data, size, all_rows(0), 0, 1, sum);
  add_doubles(out, sum, size);
}

static void cluster_sums(int32_t level, int64_t size, results *out) {
  const int64_t stride = rounded(size, 16), half = TERMS / 2;
  const postings terms = some_postings(TERMS, ROWS);
  int32_t *before = ROOM(int32_t, ROWS), *after = ROOM(int32_t, ROWS);
  uint8_t *moved = ROOM(uint8_t, ROWS), *is_exact = ROOM(uint8_t, TERMS);
  for (int64_t i = 0; i < ROWS; i++) {
    before[i] = (int32_t)(i % size);
    after[i] = (int32_t)(i % 3 == 0 ? (i + 1) % size : i % size);
    moved[i] = before[i] != after[i];
  }
  float *panel = LINED(float, TERMS * stride);
  double *exact_sums = LINED(double, half * stride), *scratch = LINED(double, stride);
  double *norm_change = LINED(double, stride), *cross_change = LINED(double, stride);
  kindred_exact_terms(terms.offsets, terms.values, 0, TERMS, is_exact);
  kindred_rebuild_terms(level, terms.offsets, terms.rows, terms.values, 0, TERMS, before, stride,
                        panel, exact_sums, half, scratch, norm_change, cross_change);
  add_floats(out, panel, TERMS * stride);
  const kindred_changes changes = {before, after, moved, NULL, NULL};
  kindred_update_terms(level, terms.offsets, terms.rows, terms.values, 0, TERMS, &changes, is_exact,
                       stride, panel, exact_sums, half, scratch, norm_change, cross_change, NULL,
                       NULL, NULL);
  add_floats(out, panel, TERMS * stride);
  // Back again, and what moved by it: no coordinate rose further than the tables and charges tell.
  float *old_scale = LINED(float, stride), *new_scale = LINED(float, stride);
  double *charge_scale = ROOM(double, stride), *charge = ROOM(double, ROWS);
  for (int64_t j = 0; j < stride; j++) {
    old_scale[j] = (float)(1 + j % 3) / 4;
    new_scale[j] = (float)(1 + j % 5) / 8;
    charge_scale[j] = new_scale[j];
  }
  const kindred_move move = {level,     1,         0, old_scale, new_scale, LINED(float, TERMS * 16),
                             ROOM(float, TERMS)};
  const kindred_charges charges = {charge, charge_scale};
  int32_t *begins = ROOM(int32_t, TERMS + 1);
  kindred_change *listed = ROOM(kindred_change, terms.offsets[TERMS]);
  for (int64_t t = 0; t < TERMS; t++) {
    begins[t + 1] = begins[t];
    for (int64_t p = terms.offsets[t]; p < terms.offsets[t + 1]; p++) {
      const int32_t row = terms.rows[p];
      if (!moved[row]) continue;
      listed[begins[t + 1]++] =
          (kindred_change){(uint16_t)after[row], (uint16_t)before[row], terms.values[p]};
    }
  }
  const kindred_changes back = {after, before, NULL, begins, listed};
  float *old_panel = LINED(float, TERMS * stride);
  memcpy(old_panel, panel, (size_t)(TERMS * stride) * sizeof *panel);
  kindred_update_terms(level, terms.offsets, terms.rows, terms.values, 0, TERMS, &back, is_exact,
                       stride, panel, exact_sums, half, scratch, norm_change, cross_change, &move,
                       LINED(float, stride), &charges);
  add_floats(out, panel, TERMS * stride);
  double *least_charge = ROOM(double, ROWS);
  for (int64_t t = 0; t < TERMS; t++) {
    double up = 0, down = 0;
    for (int64_t j = 0; j < stride; j++) {
      const double from = old_panel[t * stride + j], to = panel[t * stride + j];
      if (to * new_scale[j] - from * old_scale[j] > move.rise[t * 16 + j % 16]) add_result(out, NAN);
      up = fmax(up, (to - from) * charge_scale[j]);
      down = fmax(down, (from - to) * charge_scale[j]);
    }
    for (int64_t p = terms.offsets[t]; p < terms.offsets[t + 1]; p++)
      least_charge[terms.rows[p]] += fabs(terms.values[p]) * (up + down);
  }
  for (int64_t i = 0; i < ROWS; i++)
    add_result(out, charge[i] >= least_charge[i] ? charge[i] : NAN);
  add_floats(out, move.rise, TERMS * 16);
  add_floats(out, move.span, TERMS);
  add_doubles(out, norm_change, stride);
  add_doubles(out, cross_change, stride);
}

/// Which rows changed, and what they hold term by term.
static void listed_changes(int32_t level, int64_t size, results *out) {
  (void)level;
  const kindred_rows points = some_rows(size, TERMS, 0);
  int32_t *before = ROOM(int32_t, size), *after = ROOM(int32_t, size), *rows = ROOM(int32_t, size);
  for (int64_t i = 0; i < size; i++) after[i] = (int32_t)(i % 4 == 1);
  const int64_t count = kindred_changed_labels(before, after, 0, size, rows);
  add_ints(out, rows, count);
  int32_t *offsets = ROOM(int32_t, TERMS + 2);
  kindred_change *listed = ROOM(kindred_change, points.row_offsets[size]);
  kindred_list_changes(&points, rows, count, before, after, TERMS, offsets, listed);
  for (int32_t p = 0; p < offsets[TERMS]; p++) {
    add_result(out, listed[p].value);
    add_result(out, listed[p].before + 2 * listed[p].after);
  }
}

static void batches(int32_t level, int64_t size, results *out) {
  (void)level;
  const kindred_rows points = some_rows(size, TERMS, 0);
  const int64_t stride = 16;
  float *panel = LINED(float, TERMS * stride), *remainders = LINED(float, TERMS * stride);
  double *products = ROOM(double, size), *norm_change = ROOM(double, stride);
  int32_t *labels = ROOM(int32_t, size);
  uint8_t *is_long = ROOM(uint8_t, stride);
  is_long[2] = 1;
  for (int64_t i = 0; i < size; i++) labels[i] = (int32_t)(i % 5);
  kindred_absorb_rows(&points, all_rows(size), size, labels, stride, is_long, panel, remainders,
                      norm_change);
  kindred_batch_products(&points, all_rows(size), size, labels, stride, panel, products);
  add_doubles(out, products, size);
  add_doubles(out, norm_change, stride);
}

static void sorted_entries(int32_t level, int64_t size, results *out) {
  (void)level;
  int32_t *columns = ROOM(int32_t, size);
  float *values = ROOM(float, size);
  for (int64_t i = 0; i < size; i++) {
    columns[i] = (int32_t)(i * 7919 % 8209);
    values[i] = (float)columns[i];
  }
  kindred_sort_entries(columns, values, size);
  for (int64_t i = 0; i < size; i++)
    if (values[i] != (float)columns[i] || (i > 0 && columns[i] <= columns[i - 1]))
      add_result(out, NAN);
}

static void gram(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(size, TERMS, KINDRED_PRODUCT_PADDING);
  const int64_t stride = 32;
  const float *input = some_floats(TERMS * stride, 1), *previous = some_floats(TERMS * stride, 1);
  float *output = LINED(float, TERMS * stride);
  kindred_gram_stripe(level, &points, size, TERMS, 0.5f, input, -1, 0.25f, previous, output, stride,
                      0, 2);
  add_floats(out, output, TERMS * stride);
  kindred_gram_stripe(level, &points, size, TERMS, 1, input, 0, 0, previous, output, stride, 16, 1);
  add_floats(out, output, TERMS * stride);
}

static void projection(int32_t level, int64_t size, results *out) {
  const kindred_rows points = some_rows(ROWS, TERMS, KINDRED_PRODUCT_PADDING);
  const int64_t stride = rounded(size, 16);
  float *basis = LINED(float, TERMS * stride), *output = ROOM(float, ROWS * size);
  for (int64_t t = 0; t < TERMS; t++)
    for (int64_t j = 0; j < size; j++) basis[t * stride + j] = (float)next_number();
  for (int32_t unit = 0; unit < 2; unit++) {
    kindred_project_rows(level, &points, 0, ROWS, basis, stride, size, unit, output);
    add_floats(out, output, ROWS * size);
  }
}

static void drift_terms(int32_t level, int64_t size, results *out) {
  const int64_t stride = rounded(size, 16);
  const float *before = some_floats(stride, 1), *after = some_floats(stride, 1);
  const float *scale = some_floats(stride, 1);
  float *rise = LINED(float, 16), span = 0;
  for (int32_t either = 0; either < 2; either++)
    kindred_drift_term(level, before, after, scale, scale, stride, either, rise, &span);
  add_floats(out, rise, 16);
  add_result(out, span);
}

static void charges(int32_t level, int64_t size, results *out) {
  double *lead = some_doubles(size, 0), *own = some_doubles(size, 0), *rival = some_doubles(size, 0);
  // More centers than the widest registers look up, and fewer.
  const int64_t k = 1 + size % 40;
  double *charge = some_doubles(size, 0), *rates = some_doubles(4 * k, 0);
  int32_t *label = ROOM(int32_t, size);
  for (int64_t i = 0; i < size; i++) {
    label[i] = (int32_t)(i * 7 % k);
    charge[i] = fabs(charge[i]) / 8;
  }
  for (int64_t i = 0; i < 4 * k; i++) rates[i] = fabs(rates[i]) / 8;
  uint8_t *unsettled = ROOM(uint8_t, size);
  const kindred_leads leads = {lead,          own,           rival, charge, rates, rates + k,
                               rates + 2 * k, rates + 3 * k, 0.001, 0.002,  1e-9,  k};
  kindred_take_charges(level, &leads, 0, size, label, unsettled);
  for (int64_t i = 0; i < size; i++) add_result(out, unsettled[i]);
  add_doubles(out, charge, size);
}

const kernel_case row_cases[] = {
    {"assign_sparse, lanes", assign_sparse, 1, 1e-5},
    {"assign_sparse, cells", assign_sparse_cells, 1, 1e-5},
    {"assign_sparse, rows", assign_sparse_rows, 0, 1e-5},
    {"assign_dense, columns", assign_dense_columns, 1, 1e-5},
    {"assign_dense, rows", assign_dense_rows, 0, 1e-5},
    {"assign_dense, lanes", assign_dense_lanes, 1, 1e-5},
    {"fold_tile", fold_tile, 0, 1e-5},
    {"exact_sparse, exact_distances", exact, 1, 0},
    {"sum_rows", sum_rows, 0, 0},
    {"exact_terms, rebuild_terms, update_terms", cluster_sums, 1, 1e-5},
    {"changed_labels, list_changes", listed_changes, 0, 0},
    {"absorb_rows, batch_products", batches, 0, 0},
    {"sort_entries", sorted_entries, 0, 0},
    {"gram_stripe", gram, 0, 1e-5},
    {"project_rows", projection, 1, 1e-5},
    {"drift_term", drift_terms, 1, 1e-5},
    {"take_charges", charges, 0, 0},
    {NULL, NULL, 0, 0},
};
