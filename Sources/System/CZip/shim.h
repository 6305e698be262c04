#include <string.h>
#include <zip.h>
#include <zlib.h>

// inflateInit2 is a macro that passes the size of the caller's z_stream.
static inline int kindred_inflate_begin(z_stream *stream, int window_bits) {
  memset(stream, 0, sizeof *stream);
  return inflateInit2(stream, window_bits);
}
