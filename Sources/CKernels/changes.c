// Which rows changed their label, and what that means for each term.
#include "changes.h"

#include <math.h>
#include <string.h>

#include "fold.h"

int64_t kindred_changed_labels(const int32_t *before, const int32_t *after, int64_t first,
                               int64_t last, int32_t *rows) {
  typedef int32_t loose16 __attribute__((ext_vector_type(16), aligned(4)));
  int64_t count = 0, row = first;
  while (row < last) {
    // Most labels stay, so rows are passed over 64 at a time.
    for (; row + 64 <= last; row += 64) {
      v16i differ = (v16i)(0);
      UNROLL for (int part = 0; part < 64; part += 16)
        differ |= *(const loose16 *)(before + row + part) ^ *(const loose16 *)(after + row + part);
      if (__builtin_reduce_or(differ)) break;
    }
    const int64_t end = row + 64 < last ? row + 64 : last;
    for (; row < end; row++) {
      rows[count] = (int32_t)row;
      count += before[row] != after[row];
    }
  }
  return count;
}

void kindred_list_changes(const kindred_rows *points, const int32_t *changed, int64_t count,
                          const int32_t *before, const int32_t *after, int64_t d,
                          int32_t *offsets, kindred_change *listed) {
  memset(offsets, 0, (size_t)(d + 2) * sizeof *offsets);
  // Counts stand two places on, so that filling in the values leaves each term's begin in its place.
  for (int64_t i = 0; i < count; i++)
    for (int64_t p = points->row_offsets[changed[i]]; p < points->row_offsets[changed[i] + 1]; p++)
      offsets[points->columns[p] + 2]++;
  for (int64_t term = 2; term <= d; term++) offsets[term] += offsets[term - 1];
  for (int64_t i = 0; i < count; i++) {
    kindred_change change = {(uint16_t)before[changed[i]], (uint16_t)after[changed[i]], 0};
    for (int64_t p = points->row_offsets[changed[i]]; p < points->row_offsets[changed[i] + 1];
         p++) {
      change.value = points->values[p];
      listed[offsets[points->columns[p] + 1]++] = change;
    }
  }
}

void kindred_exact_terms(const int64_t *offsets, const float *values, int64_t first, int64_t last,
                         uint8_t *is_exact) {
  for (int64_t term = first; term < last; term++) {
    // Magnitudes order as their bits do; zeros wrap around and count for nothing.
    uint32_t least = UINT32_MAX, greatest = 0;
    for (int64_t p = offsets[term]; p < offsets[term + 1]; p++) {
      uint32_t bits;
      memcpy(&bits, values + p, sizeof bits);
      bits &= 0x7fffffff;
      least = bits - 1 < least ? bits - 1 : least;
      greatest = bits > greatest ? bits : greatest;
    }
    if (greatest == 0) {
      is_exact[term] = 1;
      continue;
    }
    least++;
    float small, large;
    memcpy(&small, &least, sizeof small);
    memcpy(&large, &greatest, sizeof large);
    // Every value is a multiple of the last place of the smallest.
    const double last_place = (double)nextafterf(small, INFINITY) - small;
    const double total = (double)(offsets[term + 1] - offsets[term]) * large;
    is_exact[term] = total <= 0x1p52 * last_place;
  }
}
