// Mini-batch steps: the rows of a batch lie anywhere, and each of their entries touches another line of
// the panel, so both are fetched some rows ahead; nothing else here is slow.
#include "absorb.h"

#include <stddef.h>

/// Rows ahead at which offsets, entries and the panel's cells are fetched.
enum { OFFSETS_AHEAD = 24, ENTRIES_AHEAD = 16, CELLS_AHEAD = 8 };

#if defined(__x86_64__)
// Every 64-bit processor takes the instruction, some as one that does nothing.
#define OWNS_AHEAD __attribute__((target("prfchw")))
#else
#define OWNS_AHEAD
#endif

/// Fetches a row's cells, to write them.
OWNS_AHEAD static inline void fetch_cells(const kindred_rows *points, int32_t row,
                                          const int32_t *labels, int64_t stride,
                                          const float *panel) {
  const float *lane = panel + labels[row];
  for (int64_t p = points->row_offsets[row]; p < points->row_offsets[row + 1]; p++)
    __builtin_prefetch(lane + (int64_t)points->columns[p] * stride, 1);
}

/// Fetches what the rows some places on will need.
OWNS_AHEAD static inline void fetch_ahead(const kindred_rows *points, const int32_t *batch,
                                          int64_t place, int64_t count, const int32_t *labels,
                                          int64_t stride, const float *panel) {
  if (place + OFFSETS_AHEAD < count) {
    const int32_t row = batch[place + OFFSETS_AHEAD];
    __builtin_prefetch(points->row_offsets + row);
    __builtin_prefetch(labels + row);
  }
  if (place + ENTRIES_AHEAD < count) {
    const int64_t start = points->row_offsets[batch[place + ENTRIES_AHEAD]];
    __builtin_prefetch(points->columns + start);
    __builtin_prefetch(points->values + start);
  }
  if (place + CELLS_AHEAD < count)
    fetch_cells(points, batch[place + CELLS_AHEAD], labels, stride, panel);
}

OWNS_AHEAD void kindred_batch_products(const kindred_rows *points, const int32_t *batch,
                                       int64_t count, const int32_t *labels, int64_t stride,
                                       const float *panel, double *products) {
  for (int64_t i = 0; i < count; i++) {
    fetch_ahead(points, batch, i, count, labels, stride, panel);
    const int32_t row = batch[i];
    const float *lane = panel + labels[row];
    double product = 0;
    for (int64_t p = points->row_offsets[row]; p < points->row_offsets[row + 1]; p++)
      product += (double)points->values[p] * lane[(int64_t)points->columns[p] * stride];
    products[row] = product;
  }
}

OWNS_AHEAD void kindred_absorb_rows(const kindred_rows *points, const int32_t *batch,
                                    int64_t count, const int32_t *labels, int64_t stride,
                                    const uint8_t *is_long, float *panel, float *remainders,
                                    double *norm_change) {
  for (int64_t i = 0; i < count; i++) {
    fetch_ahead(points, batch, i, count, labels, stride, panel);
    if (is_long != NULL && i + CELLS_AHEAD < count && is_long[labels[batch[i + CELLS_AHEAD]]])
      fetch_cells(points, batch[i + CELLS_AHEAD], labels, stride, remainders);
    const int32_t row = batch[i], cluster = labels[row];
    const int keeps_remainder = is_long != NULL && is_long[cluster];
    double change = 0;
    for (int64_t p = points->row_offsets[row]; p < points->row_offsets[row + 1]; p++) {
      const int64_t place = (int64_t)points->columns[p] * stride + cluster;
      const float old = panel[place];
      float sum;
      if (keeps_remainder) {
        const double whole = (double)old + remainders[place] + points->values[p];
        sum = (float)whole;
        remainders[place] = (float)(whole - sum);
      } else {
        sum = old + points->values[p];
      }
      panel[place] = sum;
      // From the cell as it was rounded: the norm must be that of the sum in the panel.
      change += ((double)sum - old) * ((double)sum + old);
    }
    norm_change[cluster] += change;
  }
}
