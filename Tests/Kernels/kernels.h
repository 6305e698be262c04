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

/// Makes numbers follow from a seed; takes back the room that a case had.
void begin_case(uint64_t seed);
void end_case(void);

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

/// The terms and rows of cases whose size is something else.
enum { TERMS = 24, ROWS = 21 };

/// Sums of `count` centers in `d` terms and their scales; unused lanes have scale 0 and bias −∞.
kindred_centers some_centers(int64_t count, int64_t d);

/// The same centers with the terms from `head` on kept cell by cell, as many cells as there are sums.
kindred_centers without_rare_terms(const kindred_centers *centers, int64_t d, int64_t head);

/// The numbers 0..<count.
int32_t *all_rows(int64_t count);

/// Stored values of rows term by term, of few digits, so that sums are exact; the first term has none.
typedef struct {
  int64_t *offsets;
  int32_t *rows;
  float *values;
} postings;

postings some_postings(int64_t terms, int64_t n);

/// Stored values of rows term by term.
postings turned(const kindred_rows *points, int64_t n, int64_t d);

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

extern const kernel_case row_cases[], tile_cases[], search_cases[], bound_cases[], neighbor_cases[],
    byte_cases[];

#endif
