#ifndef CKERNELS_MACHINE_H
#define CKERNELS_MACHINE_H

#include <stdint.h>

/// Instruction-set levels, each including the ones before it.
enum { KINDRED_BASELINE = 0, KINDRED_AVX2 = 1, KINDRED_AVX512 = 2 };

/// The highest level that this processor runs.
int32_t kindred_best_level(void);

/// The number of cores in this process's affinity mask, at least 1.
int32_t kindred_available_cores(void);

#endif
