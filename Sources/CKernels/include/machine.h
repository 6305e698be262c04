#ifndef CKERNELS_MACHINE_H
#define CKERNELS_MACHINE_H

#include <stdint.h>

/// Instruction-set levels, each including the ones before it.
enum { KINDRED_BASELINE = 0, KINDRED_AVX2 = 1, KINDRED_AVX512 = 2 };

/// The highest level that this processor runs.
int32_t kindred_best_level(void);

/// The number of cores in this process's affinity mask, at least 1.
int32_t kindred_available_cores(void);

/// Makes the allocator give large blocks back to the system as soon as they are freed.
void kindred_give_back_large_blocks(void);

/// Gives whole pages that are allocated but free back to the system.
void kindred_give_back_memory(void);

#endif
