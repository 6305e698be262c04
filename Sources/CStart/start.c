/* OpenBLAS makes a thread for each core while it is loaded, ends the process by SIGINT when it cannot, and waits
   for ever when their memory is refused. Kindred calls it from its own threads only, so it may believe in one
   core; these are its own variables, absent where it was built without threads. */
extern int blas_cpu_number __attribute__((weak));
extern int blas_num_threads __attribute__((weak));

static void before_libraries(void) {
  if (&blas_cpu_number) blas_cpu_number = 1;
  if (&blas_num_threads) blas_num_threads = 1;
}

/* Runs before the constructors of shared libraries, where the loader knows such a list. */
__attribute__((section(".preinit_array"), used)) static void (*const entry)(void) = before_libraries;
