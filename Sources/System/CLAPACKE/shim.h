// LAPACKE's header would pull in C99 complex types, which Swift cannot import.
#define lapack_complex_float float
#define lapack_complex_double double
#define LAPACK_COMPLEX_CUSTOM
#include <lapacke.h>
