// Distances as codes of 32 bits, and what the loops over them share.
#ifndef CKERNELS_CODES_H
#define CKERNELS_CODES_H

#include "linkage.h"
#include "machine.h"

#include <math.h>
#include <string.h>

// The two sides of a pair are computed in different loops and must agree to the last bit.
#pragma STDC FP_CONTRACT OFF

enum { LANES = 16 };

#define INLINE static inline __attribute__((always_inline))

typedef float float16 __attribute__((ext_vector_type(16), aligned(4)));
typedef float float8 __attribute__((ext_vector_type(8), aligned(4)));
typedef uint32_t uint16a __attribute__((ext_vector_type(16)));
typedef uint32_t uint8 __attribute__((ext_vector_type(8), aligned(4)));
typedef uint64_t ulong8 __attribute__((ext_vector_type(8)));
typedef uint32_t uint16 __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t int16 __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t int8 __attribute__((ext_vector_type(8), aligned(4)));
typedef double double8 __attribute__((ext_vector_type(8), aligned(8)));
typedef int64_t long8 __attribute__((ext_vector_type(8)));

#define UNWRAPPED(...) __VA_ARGS__

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define AVX2 __attribute__((target("avx2,fma")))
#define FENCE() __builtin_ia32_sfence()

/// Compiles a body three times; the first argument of the call picks one.
#define DISPATCHED(result, name, parameters, arguments)                                          \
  AVX512 static result name##_avx512 parameters { return name##_body arguments; }                \
  AVX2 static result name##_avx2 parameters { return name##_body arguments; }                    \
  static result name##_plain parameters { return name##_body arguments; }                        \
  result name(int32_t level, UNWRAPPED parameters) {                                             \
    switch (level) {                                                                             \
    case KINDRED_AVX512: return name##_avx512 arguments;                                         \
    case KINDRED_AVX2: return name##_avx2 arguments;                                             \
    default: return name##_plain arguments;                                                      \
    }                                                                                            \
  }
#else
#define FENCE() ((void)0)
#define DISPATCHED(result, name, parameters, arguments)                                          \
  result name(int32_t level, UNWRAPPED parameters) { return name##_body arguments; }
#endif

/// Scatters keys one to one, so that no two partners of a cluster are tied.
#define SCATTER(x)                 \
  do {                             \
    x ^= x >> 16;                  \
    x *= 0x7feb352dU;              \
    x ^= x >> 15;                  \
    x *= 0x846ca68bU;              \
    x ^= x >> 16;                  \
  } while (0)

/// A code is the upper part of a double-precision number's bits, less those of the least number.
enum { SHIFT = 26 };
#define LEAST_BITS (960ULL << SHIFT)
#define LEAST_NUMBER 0x1p-63

INLINE uint32_t code_of(double number) {
  const double kept = number > LEAST_NUMBER ? number : LEAST_NUMBER;
  uint64_t bits;
  memcpy(&bits, &kept, sizeof bits);
  // To the nearest, and to an even code from halfway.
  bits += (1ULL << (SHIFT - 1)) - 1 + ((bits >> SHIFT) & 1);
  return (uint32_t)((bits >> SHIFT) - LEAST_BITS);
}

/// As for outsiders, but that the code 0 stands for the least number.
INLINE double number_of(uint32_t code) {
  const uint64_t bits = (code + LEAST_BITS) << SHIFT;
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

INLINE void read_numbers(const uint32_t *codes, double8 *numbers) {
  *numbers = (double8)((__builtin_convertvector(*(const uint8 *)codes, ulong8) + LEAST_BITS)
                       << SHIFT);
}

/// Writes numbers but where another row has no pair: a column that is gone is none in all rows.
INLINE void write_numbers(const double8 *numbers, const uint32_t *other, uint32_t *codes) {
  const double8 least = LEAST_NUMBER;
  const uint8 none = KINDRED_NO_PAIR;
  ulong8 bits = (ulong8)(*numbers > least ? *numbers : least);
  bits += (1ULL << (SHIFT - 1)) - 1 + ((bits >> SHIFT) & 1);
  const uint8 code = __builtin_convertvector((bits >> SHIFT) - LEAST_BITS, uint8);
  *(uint8 *)codes = *(const uint8 *)other == none ? none : code;
}

#endif
