#define _GNU_SOURCE
#include "machine.h"

#include <malloc.h>
#include <sched.h>
#include <unistd.h>

int32_t kindred_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return KINDRED_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return KINDRED_AVX2;
#endif
  return KINDRED_BASELINE;
}

int32_t kindred_available_cores(void) {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) {
    int count = CPU_COUNT(&mask);
    if (count > 0) return count;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int32_t)online : 1;
}

void kindred_give_back_large_blocks(void) {
#ifdef __GLIBC__
  // Without these the threshold rises to 32 MiB, and holes of that size stay in every thread's heap.
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

void kindred_give_back_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
