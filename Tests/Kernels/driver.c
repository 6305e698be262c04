// Runs every case at every level that the processor has, for sizes around the lanes' boundaries.
#include <stdio.h>

#include "kernels.h"

static const int64_t sizes[] = {0,  1,  2,  7,  8,  9,  15, 16, 17,  31,  32,  33, 47,
                                48, 49, 63, 64, 65, 95, 96, 97, 127, 128, 129, 255, 256};
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes, BLOCK_LIMIT = 4096 };

static void *blocks[BLOCK_LIMIT];
static int64_t block_count;
static uint64_t position;

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

void add_result(results *out, double number) {
  if (out->count % 1024 == 0) {
    out->numbers = realloc(out->numbers, (size_t)(out->count + 1024) * sizeof(double));
    if (out->numbers == NULL) abort();
  }
  out->numbers[out->count++] = number;
}

void add_floats(results *out, const float *numbers, int64_t count) {
  for (int64_t i = 0; i < count; i++) add_result(out, numbers[i]);
}

void add_doubles(results *out, const double *numbers, int64_t count) {
  for (int64_t i = 0; i < count; i++) add_result(out, numbers[i]);
}

void add_ints(results *out, const int32_t *numbers, int64_t count) {
  for (int64_t i = 0; i < count; i++) add_result(out, numbers[i]);
}

/// Whether two numbers are the same as far as a case promises it.
static int agree(double a, double b, double tolerance) {
  if (a == b) return 1;
  const double scale = fmax(1, fmax(fabs(a), fabs(b)));
  return fabs(a - b) <= tolerance * scale;
}

static int64_t failures;

static void compare(const kernel_case *test, int32_t level, int64_t size, const results *plain,
                    const results *found) {
  if (plain->count != found->count) {
    printf("%s: size %lld, level %d: %lld results, the baseline has %lld\n", test->name,
           (long long)size, level, (long long)found->count, (long long)plain->count);
    failures++;
    return;
  }
  for (int64_t i = 0; i < plain->count; i++)
    if (isnan(found->numbers[i]) || !agree(plain->numbers[i], found->numbers[i], test->tolerance)) {
      printf("%s: size %lld, level %d: result %lld is %.17g, the baseline has %.17g\n", test->name,
             (long long)size, level, (long long)i, found->numbers[i], plain->numbers[i]);
      failures++;
      return;
    }
}

static void run_cases(const kernel_case *cases, int64_t *runs) {
  for (const kernel_case *test = cases; test->name != NULL; test++)
    for (int s = 0; s < SIZE_COUNT; s++) {
      if (sizes[s] < test->least) continue;
      results plain = {NULL, 0};
      for (int32_t level = KINDRED_BASELINE; level <= kindred_best_level(); level++) {
        results found = {NULL, 0};
        position = (uint64_t)sizes[s];
        test->run(level, sizes[s], &found);
        while (block_count > 0) free(blocks[--block_count]);
        ++*runs;
        if (level == KINDRED_BASELINE) plain = found;
        compare(test, level, sizes[s], &plain, &found);
        if (level != KINDRED_BASELINE) free(found.numbers);
      }
      free(plain.numbers);
    }
}

int main(void) {
  int64_t runs = 0;
  run_cases(row_cases, &runs);
  run_cases(tile_cases, &runs);
  run_cases(search_cases, &runs);
  printf("kernels: %lld calls at levels 0 to %d, %lld of them wrong\n", (long long)runs,
         kindred_best_level(), (long long)failures);
  return failures > 0;
}
