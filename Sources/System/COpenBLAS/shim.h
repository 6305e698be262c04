#include <cblas.h>

// OpenBLAS starts its threads when it is loaded, and they spin for about 100 ms before they sleep.
// Builds without threads of their own do not have the function.
extern int blas_thread_shutdown_(void) __attribute__((weak));

/// Ends OpenBLAS's own threads; call it only after the number of threads has been set to 1.
static inline void kindred_end_blas_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}
