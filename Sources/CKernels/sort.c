// Entries of a sparse row in the order of their columns.
#include <stdlib.h>
#include <string.h>

#include "assign.h"

/// Entries up to which moving them one by one is the quickest way.
enum { SHORT_ROW = 48 };

typedef struct {
  int32_t column;
  float value;
} entry;

static int by_column(const void *a, const void *b) {
  const int32_t left = ((const entry *)a)->column, right = ((const entry *)b)->column;
  return (left > right) - (left < right);
}

static void insert_in_order(int32_t *columns, float *values, int64_t count) {
  for (int64_t i = 1; i < count; i++) {
    const int32_t column = columns[i];
    const float value = values[i];
    int64_t j = i;
    for (; j > 0 && columns[j - 1] > column; j--) {
      columns[j] = columns[j - 1];
      values[j] = values[j - 1];
    }
    columns[j] = column;
    values[j] = value;
  }
}

void kindred_sort_entries(int32_t *columns, float *values, int64_t count) {
  entry *entries = count > SHORT_ROW ? malloc((size_t)count * sizeof *entries) : NULL;
  if (entries == NULL) {
    insert_in_order(columns, values, count);
    return;
  }
  for (int64_t i = 0; i < count; i++) entries[i] = (entry){columns[i], values[i]};
  qsort(entries, (size_t)count, sizeof *entries, by_column);
  for (int64_t i = 0; i < count; i++) {
    columns[i] = entries[i].column;
    values[i] = entries[i].value;
  }
  free(entries);
}
