// Runs every case at every level that the processor has, for sizes around the lanes' boundaries.
#include <stdio.h>

#include "kernels.h"

static const int64_t sizes[] = {0,  1,  2,  7,  8,  9,  15, 16, 17,  31,  32,  33, 47,
                                48, 49, 63, 64, 65, 95, 96, 97, 127, 128, 129, 255, 256};
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes };

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
        begin_case((uint64_t)sizes[s]);
        test->run(level, sizes[s], &found);
        end_case();
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
  run_cases(bound_cases, &runs);
  run_cases(neighbor_cases, &runs);
  run_cases(byte_cases, &runs);
  if (kindred_available_cores() < 1) failures++;
  kindred_give_back_large_blocks();
  kindred_give_back_memory();
  if (!kindred_has_sha256()) printf("kernels: this processor has no SHA-256, left out\n");
  printf("kernels: %lld calls at levels 0 to %d, %lld of them wrong\n", (long long)runs,
         kindred_best_level(), (long long)failures);
  return failures > 0;
}
