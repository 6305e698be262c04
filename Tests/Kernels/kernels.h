// Calls of the inner loops with buffers that end where they may be read last, for the address sanitizer.
//
// A case fills its inputs from `size` alone, calls a kernel at one level and writes its results to `out`;
// the driver compares levels and looks for what is no number.
#ifndef KERNELS_H
#define KERNELS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

/// The results of a case.
typedef struct {
  double *numbers;
  int64_t count;
} results;

void add_result(results *out, double number);
void add_floats(results *out, const float *numbers, int64_t count);
void add_doubles(results *out, const double *numbers, int64_t count);
void add_ints(results *out, const int32_t *numbers, int64_t count);

/// Room for `count` things of `width` bytes, not a byte more, until the case is over. Placed on a 64-byte
/// boundary where `aligned`, else as far off one as the type allows.
void *room(int64_t count, int64_t width, int aligned);

#define ROOM(type, count) ((type *)room(count, sizeof(type), 0))
#define LINED(type, count) ((type *)room(count, sizeof(type), 1))

/// A number in −1..<1 that depends on how many were asked for since the case began.
double next_number(void);

/// Fills buffers with such numbers.
float *some_floats(int64_t count, int aligned);
double *some_doubles(int64_t count, int aligned);

/// Sparse rows, `n` of them with up to 9 entries in `d` columns; the first is empty. `padding` columns of 0 follow.
kindred_rows some_rows(int64_t n, int64_t d, int64_t padding);

/// `size` rounded up to a multiple.
int64_t rounded(int64_t size, int64_t to);

/// One kernel with its inputs.
typedef struct {
  const char *name;
  void (*run)(int32_t level, int64_t size, results *out);
  /// The least size that its contract allows.
  int64_t least;
  /// How far levels may differ, relative to the greater of 1 and the number; 0 for the same bits.
  double tolerance;
} kernel_case;

extern const kernel_case row_cases[], tile_cases[], search_cases[];

#endif
