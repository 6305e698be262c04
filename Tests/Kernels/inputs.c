// What the cases are filled with.
#include "kernels.h"

enum { BLOCK_LIMIT = 4096 };

static void *blocks[BLOCK_LIMIT];
static int64_t block_count;
static uint64_t position;

void begin_case(uint64_t seed) { position = seed; }

void end_case(void) {
  while (block_count > 0) free(blocks[--block_count]);
}

void *room(int64_t count, int64_t width, int aligned) {
  if (block_count == BLOCK_LIMIT) abort();
  const int64_t shift = aligned ? 0 : width;
  void *block = NULL;
  if (posix_memalign(&block, 64, (size_t)(count * width + shift)) != 0) abort();
  blocks[block_count++] = block;
  memset(block, 0, (size_t)(count * width + shift));
  return (char *)block + shift;
}

double next_number(void) {
  // SplitMix64 of a counter.
  uint64_t z = (position += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
}

float *some_floats(int64_t count, int aligned) {
  float *numbers = room(count, sizeof(float), aligned);
  for (int64_t i = 0; i < count; i++) numbers[i] = (float)next_number();
  return numbers;
}

double *some_doubles(int64_t count, int aligned) {
  double *numbers = room(count, sizeof(double), aligned);
  for (int64_t i = 0; i < count; i++) numbers[i] = next_number();
  return numbers;
}

kindred_rows some_rows(int64_t n, int64_t d, int64_t padding) {
  int64_t *offsets = ROOM(int64_t, n + 1);
  for (int64_t i = 0; i < n; i++) {
    const int64_t wanted = i % 10;
    offsets[i + 1] = offsets[i] + (wanted < d ? wanted : d);
  }
  int32_t *columns = ROOM(int32_t, offsets[n] + padding);
  float *values = ROOM(float, offsets[n]);
  for (int64_t i = 0; i < n; i++) {
    const int64_t count = offsets[i + 1] - offsets[i];
    // Columns ascend, evenly spread from a place of the row's own.
    for (int64_t e = 0; e < count; e++) {
      columns[offsets[i] + e] = (int32_t)((e * d + i % d) / count % d);
      values[offsets[i] + e] = (float)next_number();
    }
    for (int64_t e = 1; e < count; e++)
      if (columns[offsets[i] + e] <= columns[offsets[i] + e - 1])
        columns[offsets[i] + e] = columns[offsets[i] + e - 1] + 1;
    for (int64_t e = count - 1; e >= 0; e--) {
      const int32_t limit = (int32_t)(d - count + e);
      if (columns[offsets[i] + e] > limit) columns[offsets[i] + e] = limit;
    }
  }
  return (kindred_rows){offsets, columns, values};
}

int64_t rounded(int64_t size, int64_t to) { return (size + to - 1) / to * to; }

kindred_centers some_centers(int64_t count, int64_t d) {
  const int64_t stride = rounded(count, 16);
  float *scale = LINED(float, stride), *bias = LINED(float, stride);
  for (int64_t j = 0; j < stride; j++) {
    scale[j] = j < count ? (float)(1.5 + next_number()) : 0;
    bias[j] = j < count ? (float)next_number() : -INFINITY;
  }
  float *panel = some_floats(d * stride, 1);
  return (kindred_centers){panel, scale, bias, stride, {d, NULL, NULL, NULL, NULL}};
}

int32_t *all_rows(int64_t count) {
  int32_t *rows = ROOM(int32_t, count);
  for (int64_t i = 0; i < count; i++) rows[i] = (int32_t)i;
  return rows;
}

kindred_centers without_rare_terms(const kindred_centers *centers, int64_t d, int64_t head) {
  const int64_t rare = d - head, stride = centers->stride;
  int64_t *offsets = ROOM(int64_t, rare + 1);
  int32_t *counts = ROOM(int32_t, rare);
  for (int64_t t = 0; t < rare; t++) {
    for (int64_t j = 0; j < stride; j++) counts[t] += centers->panel[(head + t) * stride + j] != 0;
    offsets[t + 1] = offsets[t] + counts[t];
  }
  int32_t *lanes = ROOM(int32_t, offsets[rare]);
  float *sums = ROOM(float, offsets[rare]);
  for (int64_t t = 0, c = 0; t < rare; t++)
    for (int64_t j = 0; j < stride; j++) {
      const float sum = centers->panel[(head + t) * stride + j];
      if (sum == 0) continue;
      lanes[c] = (int32_t)j;
      sums[c++] = sum;
    }
  float *panel = LINED(float, head * stride);
  memcpy(panel, centers->panel, (size_t)(head * stride) * sizeof(float));
  return (kindred_centers){panel, centers->scale, centers->bias, stride,
                           {head, offsets, counts, lanes, sums}};
}

postings some_postings(int64_t terms, int64_t n) {
  postings made = {ROOM(int64_t, terms + 1), NULL, NULL};
  for (int64_t t = 0; t < terms; t++) made.offsets[t + 1] = made.offsets[t] + (t == 0 ? 0 : t % n);
  made.rows = ROOM(int32_t, made.offsets[terms]);
  made.values = ROOM(float, made.offsets[terms]);
  for (int64_t t = 0; t < terms; t++)
    for (int64_t p = made.offsets[t]; p < made.offsets[t + 1]; p++) {
      made.rows[p] = (int32_t)(p - made.offsets[t]);
      // Few digits, so that sums are exact in any order.
      made.values[p] = (float)(int)(next_number() * 64) / 64 + 2;
    }
  return made;
}

postings turned(const kindred_rows *points, int64_t n, int64_t d) {
  const int64_t stored = points->row_offsets[n];
  int32_t *all = ROOM(int32_t, n);
  for (int64_t i = 0; i < n; i++) all[i] = (int32_t)i;
  const postings made = {ROOM(int64_t, d + 1), ROOM(int32_t, stored), ROOM(float, stored)};
  int32_t *begins = ROOM(int32_t, d + 2);
  kindred_change *listed = ROOM(kindred_change, stored);
  // Rows that are their own labels: the list is the transpose.
  kindred_list_changes(points, all, n, all, all, d, begins, listed);
  for (int64_t t = 0; t <= d; t++) made.offsets[t] = begins[t];
  for (int64_t p = 0; p < stored; p++) {
    made.rows[p] = listed[p].after;
    made.values[p] = listed[p].value;
  }
  return made;
}
