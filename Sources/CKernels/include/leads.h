#ifndef CKERNELS_LEADS_H
#define CKERNELS_LEADS_H

#include <stdint.h>

/// What is known of the scores of rows that are not compared with their centers again.
/// IN/OUT, n each: lead, a lower bound of by how much the row's own center leads; own, an upper bound of its
/// score there; rival, an upper bound of its score at any other center; charge, what the terms that moved
/// since may have done to either, zero on return.
/// IN: of each center, center_count: a row of its own may have lost `loss_rate` times its score (at least 0) and `loss`,
/// or have gained `gain_rate` times its score and `gain`; rise_rate and rise: the same gain of any center;
/// slack: a lead up to which is no lead.
typedef struct {
  double *lead;
  double *own;
  double *rival;
  double *charge;
  const double *loss_rate;
  const double *loss;
  const double *gain_rate;
  const double *gain;
  double rise_rate;
  double rise;
  double slack;
  int64_t center_count;
} kindred_leads;

/// Takes what moved off the leads of the rows first..<last.
/// IN: label, n. OUT: is_unsettled, n: 1 for each row whose lead may be gone, else 0.
void kindred_take_charges(int32_t level, const kindred_leads *leads, int64_t first, int64_t last,
                          const int32_t *label, uint8_t *is_unsettled);

/// Begins the leads of `count` listed rows anew, but for those whose best two scores are no further apart
/// than twice `error`, what any of them may be off by. IN: best and second, n. OUT: near, those rows, room for
/// all of them. `leads` may be NULL, else its lead, own and rival are written. Returns the number of near rows.
int64_t kindred_begin_leads(const kindred_leads *leads, const int32_t *rows, int64_t count,
                            const float *best, const float *second, float error, int32_t *near);

#endif
