#ifndef CKERNELS_CHANGES_H
#define CKERNELS_CHANGES_H

#include <stdint.h>

#include "assign.h"

/// A stored value of a row whose label changed, with the label then and now.
typedef struct {
  uint16_t before;
  uint16_t after;
  float value;
} kindred_change;

/// How labels changed since sums were written. `before` and `after`: the label of each row then and now.
/// The stored values of the rows whose label differs are either listed, those of term t from offsets[t]
/// to offsets[t + 1] with rows ascending, or `offsets` is NULL and `moved` has 1 for each such row.
typedef struct {
  const int32_t *before;
  const int32_t *after;
  const uint8_t *moved;
  const int32_t *offsets;
  const kindred_change *listed;
} kindred_changes;

/// Lists the rows first..<last whose two labels differ, ascending. OUT: rows, room for all of them.
int64_t kindred_changed_labels(const int32_t *before, const int32_t *after, int64_t first,
                               int64_t last, int32_t *rows);

/// Lists the stored values of some rows, fewer than 2³¹, term by term; labels must be below 2¹⁶. IN: changed, `count` row numbers,
/// ascending; before and after, n labels; d, the number of terms. OUT: offsets, d + 2, of which d + 1 count;
/// listed, room for all of them.
void kindred_list_changes(const kindred_rows *points, const int32_t *changed, int64_t count,
                          const int32_t *before, const int32_t *after, int64_t d,
                          int32_t *offsets, kindred_change *listed);

/// Tells for the terms first..<last whether double precision holds the sum of any of their values to the
/// last digit, in whichever order they are added and taken away. OUT: is_exact, 1 or 0 for each.
void kindred_exact_terms(const int64_t *offsets, const float *values, int64_t first, int64_t last,
                         uint8_t *is_exact);

#endif
