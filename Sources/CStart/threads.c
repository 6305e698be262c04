#include "CStart.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

static void *wait_for_gate(void *gate) {
  pthread_mutex_lock(gate);
  pthread_mutex_unlock(gate);
  return NULL;
}

int kindred_possible_threads(int wanted) {
  pthread_t *threads = calloc(wanted > 0 ? (size_t)wanted : 1, sizeof *threads);
  if (!threads) return 0;
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&gate);
  int made = 0;
  while (made < wanted && !pthread_create(&threads[made], NULL, wait_for_gate, &gate)) made++;
  pthread_mutex_unlock(&gate);
  for (int thread = 0; thread < made; thread++) pthread_join(threads[thread], NULL);
  free(threads);
  return made;
}

int kindred_has_address_space(unsigned long byte_count) {
  void *space = mmap(NULL, byte_count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) return 0;
  munmap(space, byte_count);
  return 1;
}
