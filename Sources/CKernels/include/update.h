#ifndef CKERNELS_UPDATE_H
#define CKERNELS_UPDATE_H

#include <stdint.h>

#include "assign.h"
#include "changes.h"

/// What a move needs to tell how far coordinates drifted: the scales before and after, `stride` each, and
/// the tables of drift.h. `scales_changed`: any scale did; `either_sign`: rows hold negative values.
typedef struct {
  int32_t level;
  int32_t scales_changed;
  int32_t either_sign;
  const float *old_scale;
  const float *new_scale;
  float *rise;
  float *span;
} kindred_move;

/// What moving sums charge the rows with, see leads.h.
/// IN/OUT: charge, n: each row is charged |x_t| times the greatest rise plus the greatest fall of a coordinate
/// on each term t whose sums change. IN: scale, `stride`: what the sums are multiplied with from now on.
typedef struct {
  double *charge;
  const double *scale;
} kindred_charges;

/// Brings the panel's cluster sums up to date for the terms first..<last.
/// IN: postings (offsets d+1, rows and values nnz, rows ascending within a term); what changed; is_exact
/// of `kindred_exact_terms`.
/// IN/OUT: panel, d × stride; exact, exact_count × stride, the sums of the first terms in double precision,
/// right for those that is_exact tells of; scratch, `stride` doubles, zero on entry and on return.
/// OUT (added to): norm_change and cross_change, `stride` doubles: Σ new² − old² and Σ old·(new − old).
/// `move` adds to its tables what the terms' coordinates moved by, and needs lane_before, room for
/// `stride`; or both are NULL. `charges` may be NULL too.
void kindred_update_terms(int32_t level, const int64_t *offsets, const int32_t *rows, const float *values,
                          int64_t first, int64_t last, const kindred_changes *changes,
                          const uint8_t *is_exact, int64_t stride, float *panel, double *exact,
                          int64_t exact_count, double *scratch, double *norm_change,
                          double *cross_change, const kindred_move *move, float *lane_before,
                          const kindred_charges *charges);

/// Writes the panel's cluster sums afresh for the terms first..<last, whatever it held; unused lanes become
/// zero. The parameters are those above.
void kindred_rebuild_terms(int32_t level, const int64_t *offsets, const int32_t *rows,
                           const float *values, int64_t first, int64_t last, const int32_t *after,
                           int64_t stride, float *panel, double *exact, int64_t exact_count,
                           double *scratch, double *norm_change, double *cross_change);

/// The same for terms that are kept cell by cell: writes the cells afresh, a cluster's in the order in
/// which its first row comes.
/// IN/OUT: cells, with room for the clusters of each term's rows; stamps, `stride`, zero before the first
/// term and kept between calls for other terms; scratch as above. `changes` tells the labels; with
/// `rebuilds` any row may have changed.
void kindred_update_cells(const int64_t *offsets, const int32_t *rows, const float *values,
                          int64_t first, int64_t last, const kindred_changes *changes,
                          int32_t rebuilds, const kindred_cells *cells, double *scratch,
                          int64_t *stamps, double *norm_change, double *cross_change,
                          const kindred_move *move, const kindred_charges *charges);

/// Adds listed rows of a dense matrix, times a sign of 1 or −1, to a sum.
/// IN: data n × d, row-major; rows, `count` row numbers, added in that order. IN/OUT: sum, d doubles.
void kindred_sum_rows(int32_t level, const float *data, int64_t d, const int32_t *rows,
                      int64_t count, double sign, double *sum);

#endif
