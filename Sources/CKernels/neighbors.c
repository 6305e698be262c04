// Nearest neighbors: products of bytes bound the value of every pair from both sides, and only pairs that
// may be among the nearest of either point are measured in double precision.
#include "neighbors.h"

#include "fold.h"
#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_VNNI \
  __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx2,fma")))
#endif

typedef _Bool v16b __attribute__((ext_vector_type(16)));

enum { TILE = KINDRED_QUERY_TILE, CANDIDATES = KINDRED_CANDIDATE_LIMIT };

/// How far rounding may carry a sum of scaled halves, products and limits, as a share of them.
static const float slack = 1e-6f;

/// The bytes of a packed tile.
INLINE int64_t tile_size(const kindred_neighbor_points *points) {
  const int64_t columns = points->floats != NULL ? points->d : (points->d + 3) / 4;
  return (int64_t)sizeof(kindred_query_tile) + columns * TILE * 4;
}

/// Measures the candidates of a query that are only bounded so far.
static void measure_rest(const kindred_neighbor_points *points, const kindred_candidates *all,
                         int64_t query, int32_t own) {
  const int64_t start = query * CANDIDATES;
  const int32_t first = all->measured[query], found = all->found[query];
  kindred_neighbor list[CANDIDATES];
  for (int32_t a = first; a < found; a++)
    list[a - first].id = points->ids[all->positions[start + a]];
  kindred_measure_neighbors(points->level, points->exact, points->ids[own], list, found - first);
  for (int32_t a = first; a < found; a++) {
    const double value = list[a - first].value * points->unit * points->unit;
    const float least = (float)(value * (1 - 2e-7)) - 1e-37f;
    all->least[start + a] = least > 0 ? least : 0;
    all->most[start + a] = (float)(value * (1 + 2e-7)) + 1e-37f;
  }
  all->measured[query] = found;
}

/// The `rank`-th smallest of the numbers if it is below a limit, else the limit.
INLINE float ranked(const float *numbers, int32_t count, int32_t rank, float limit) {
  for (int32_t a = 0; a < count; a++) {
    if (!(numbers[a] < limit)) continue;
    const float value = numbers[a];
    int32_t below = 0;
    for (int32_t b = 0; b < count; b++) below += numbers[b] <= value;
    if (below >= rank) limit = value;
  }
  return limit;
}

/// Lowers the limit to what `nearest` candidates are sure to be within and drops those beyond it.
INLINE void tighten(const kindred_candidates *all, int64_t query, int32_t rank,
                    const float *numbers, int is_cut) {
  const int64_t start = query * CANDIDATES;
  int32_t *positions = all->positions + start;
  float *least = all->least + start, *most = all->most + start;
  const int32_t found = all->found[query], measured = all->measured[query];
  float limit = ranked(numbers + start, found, rank, is_cut ? INFINITY : all->limit[query]);
  if (is_cut) limit = limit > 0 ? nextafterf(limit, -1) : -1;
  int32_t kept = 0, kept_measured = 0;
  for (int32_t a = 0; a < found; a++) {
    if (!(least[a] <= limit)) continue;
    positions[kept] = positions[a];
    least[kept] = least[a];
    most[kept++] = most[a];
    kept_measured += a < measured;
  }
  all->limit[query] = limit;
  all->found[query] = kept;
  all->measured[query] = kept_measured;
}

#define DEFINE_NARROW(NAME, TARGET)                                                         \
  TARGET static void NAME(const kindred_neighbor_points *points,                            \
                          const kindred_candidates *all, int64_t query, int32_t own) {      \
    const int32_t enough = CANDIDATES / 2;                                                  \
    tighten(all, query, all->nearest, all->most, 0);                                        \
    if (all->found[query] <= enough) return;                                                \
    measure_rest(points, all, query, own);                                                  \
    tighten(all, query, all->nearest, all->most, 0);                                        \
    if (all->found[query] <= enough) return;                                                \
    /* Even measured they are alike: the farther ones go, with all that are no nearer. */   \
    tighten(all, query, enough / 2, all->least, 1);                                         \
  }

#if defined(__x86_64__)
DEFINE_NARROW(narrow_avx512, TARGET_AVX512)
DEFINE_NARROW(narrow_avx2, TARGET_AVX2)
#endif
DEFINE_NARROW(narrow_plain, )

void kindred_narrow_candidates(const kindred_neighbor_points *points,
                               const kindred_candidates *all, int64_t query, int32_t own) {
#if defined(__x86_64__)
  if (points->level >= KINDRED_AVX512) return narrow_avx512(points, all, query, own);
  if (points->level >= KINDRED_AVX2) return narrow_avx2(points, all, query, own);
#endif
  narrow_plain(points, all, query, own);
}

INLINE void push(const kindred_neighbor_points *points, const kindred_candidates *all,
                 int64_t query, int32_t own, int32_t position, float least, float most) {
  if (!(least <= all->limit[query])) return;
  const int64_t place = query * CANDIDATES + all->found[query];
  all->positions[place] = position;
  all->least[place] = least;
  all->most[place] = most;
  if (++all->found[query] == CANDIDATES) kindred_narrow_candidates(points, all, query, own);
}

/// Takes note of a pair that may be near.
static void note(const kindred_neighbor_points *points, const kindred_query_tile *tile, int r,
                 int64_t query, int32_t target, float sum, const kindred_candidates *own,
                 const kindred_candidates *others) {
  if (points->label[target] == tile->label[r]) return;
  const float product = sum * (tile->scale[r] * points->scale[target]);
  const float error =
      tile->error[r] * points->length[target] + tile->length[r] * points->error[target];
  const float halves = tile->half[r] + points->half[target];
  const float factor = 2 / (tile->inverse[r] + points->inverse[target]);
  const float low = halves - (product + error), high = halves - (product - error);
  // Halves are stored a little too small: what rounding may do is a share of them, and what underflow may
  // do is taken off. Sizes multiply both, so what makes up for them goes in before.
  const float least = low > 0 ? low * factor * (1 - slack) : 0;
  const float most = (high + 4 * slack * halves + 4e-36f) * factor * (1 + slack) + 1e-37f;
  const int32_t position = tile->position[r];
  push(points, own, query, position, target, least, most);
  if (others != NULL) push(points, others, target, target, position, least, most);
}

/// The products of ROWS queries with VECTORS groups of 16 targets: of bytes, or of the numbers.
#define SUM_PLAIN(ROWS, VECTORS)                                                            \
  const uint8_t *group = points->targets + target * quads * 4;                              \
  for (int64_t q = 0; q < quads; q++)                                                       \
    for (int r = 0; r < (ROWS); r++) {                                                      \
      const int8_t *c = (const int8_t *)((const int32_t *)packed + q * TILE + r);           \
      for (int v = 0; v < (VECTORS); v++) {                                                 \
        const uint8_t *x = group + (v * quads + q) * 64;                                    \
        for (int t = 0; t < 16; t++)                                                        \
          sums[r][v][t] += x[4 * t] * c[0] + x[4 * t + 1] * c[1] + x[4 * t + 2] * c[2] +    \
                           x[4 * t + 3] * c[3];                                             \
      }                                                                                     \
    }

#define SUM_AVX2(ROWS, VECTORS)                                                             \
  const uint8_t *group = points->targets + target * quads * 4;                              \
  for (int64_t q = 0; q < quads; q++) {                                                     \
    const __m256i low = _mm256_load_si256((const __m256i *)(group + q * 64));               \
    const __m256i high = _mm256_load_si256((const __m256i *)(group + q * 64 + 32));         \
    UNROLL for (int r = 0; r < (ROWS); r++) {                                               \
      const __m256i c = _mm256_set1_epi32(((const int32_t *)packed)[q * TILE + r]);         \
      const __m256i ones = _mm256_set1_epi16(1);                                            \
      sums[r][0].lo += (v8i)_mm256_madd_epi16(_mm256_maddubs_epi16(low, c), ones);          \
      sums[r][0].hi += (v8i)_mm256_madd_epi16(_mm256_maddubs_epi16(high, c), ones);         \
    }                                                                                       \
  }

#define SUM_VNNI(ROWS, VECTORS)                                                             \
  const uint8_t *group = points->targets + target * quads * 4;                              \
  _Pragma("clang loop unroll(disable)") for (int64_t q = 0; q < quads; q++) {               \
    __m512i x[VECTORS];                                                                     \
    UNROLL for (int v = 0; v < (VECTORS); v++)                                              \
      x[v] = _mm512_load_si512((const void *)(group + (v * quads + q) * 64));               \
    UNROLL for (int r = 0; r < (ROWS); r++) {                                               \
      const __m512i c = _mm512_set1_epi32(((const int32_t *)packed)[q * TILE + r]);         \
      UNROLL for (int v = 0; v < (VECTORS); v++)                                            \
        sums[r][v] = (v16i)_mm512_dpbusd_epi32((__m512i)sums[r][v], x[v], c);               \
    }                                                                                       \
  }

#define SUM_FLOATS(ROWS, VECTORS)                                                           \
  const float *group = points->floats + target * d;                                         \
  _Pragma("clang loop unroll(disable)") for (int64_t p = 0; p < d; p++) {                   \
    v16f x[VECTORS];                                                                        \
    UNROLL for (int v = 0; v < (VECTORS); v++)                                              \
      x[v] = *(const v16f *)(group + (v * d + p) * 16);                                     \
    UNROLL for (int r = 0; r < (ROWS); r++) {                                               \
      const v16f c = (v16f)(((const float *)packed)[p * TILE + r]);                         \
      UNROLL for (int v = 0; v < (VECTORS); v++) sums[r][v] += x[v] * c;                    \
    }                                                                                       \
  }

/// Queries r0..<r0 + ROWS of a tile against VECTORS groups of targets from position `target` on.
#define DEFINE_TILE(NAME, TARGET, ROWS, VECTORS, ELEMENT, SUM)                              \
  TARGET static void NAME##_##VECTORS(                                                      \
      const kindred_neighbor_points *points, int64_t target, const kindred_query_tile *tile, \
      int r0, int64_t query, const kindred_candidates *own,                                 \
      const kindred_candidates *others) {                                                   \
    const int64_t d = points->d, quads = (d + 3) / 4;                                       \
    const void *packed = (const int32_t *)(tile + 1) + r0;                                  \
    ELEMENT sums[ROWS][VECTORS];                                                            \
    UNROLL for (int r = 0; r < (ROWS); r++)                                                 \
      UNROLL for (int v = 0; v < (VECTORS); v++)                                            \
        sums[r][v] = (ELEMENT)(tile->offset[r0 + r]);                                       \
    (void)quads;                                                                            \
    SUM(ROWS, VECTORS)                                                                      \
    uint16_t marks[ROWS][VECTORS];                                                          \
    uint32_t any = 0;                                                                       \
    UNROLL for (int v = 0; v < (VECTORS); v++) {                                            \
      const int64_t at = target + 16 * v;                                                   \
      const v16f scale = *(const v16f *)(points->scale + at);                               \
      const v16f error = *(const v16f *)(points->error + at);                               \
      const v16f length = *(const v16f *)(points->length + at);                             \
      const v16f half = *(const v16f *)(points->half + at);                                 \
      const v16f inverse = *(const v16f *)(points->inverse + at);                           \
      const v16f limit = others == NULL ? (v16f)(-INFINITY)                                 \
                                        : *(const v16f *)(others->limit + at) *             \
                                              (0.5f * (1 + slack));                         \
      const v16f base = half - limit * inverse;                                             \
      UNROLL for (int r = 0; r < (ROWS); r++) {                                             \
        const int row = r0 + r;                                                             \
        const float own_limit = own->limit[query + r] * (0.5f * (1 + slack));               \
        const v16f product =                                                                \
            __builtin_convertvector(sums[r][v], v16f) * scale * tile->scale[row] +          \
            (tile->error[row] * length + tile->length[row] * error);                        \
        const v16f need = tile->half[row] - own_limit * tile->inverse[row];                 \
        v16i passes = product + (own_limit * inverse - half) >= need;                       \
        if (others != NULL) {                                                               \
          const v16f other_need = tile->half[row] + base;                                   \
          passes |= product + limit * tile->inverse[row] >= other_need;                     \
        }                                                                                   \
        const v16b bits = __builtin_convertvector(passes, v16b);                            \
        __builtin_memcpy(&marks[r][v], &bits, 2);                                           \
        any |= marks[r][v];                                                                 \
      }                                                                                     \
    }                                                                                       \
    if (any == 0) return;                                                                   \
    float stored[ROWS][VECTORS * 16] __attribute__((aligned(64)));                          \
    UNROLL for (int r = 0; r < (ROWS); r++)                                                 \
      UNROLL for (int v = 0; v < (VECTORS); v++)                                            \
        *(v16f *)(stored[r] + 16 * v) = __builtin_convertvector(sums[r][v], v16f);          \
    for (int r = 0; r < (ROWS); r++)                                                        \
      for (int v = 0; v < (VECTORS); v++)                                                   \
        for (uint32_t mark = marks[r][v]; mark != 0; mark &= mark - 1) {                    \
          const int lane = 16 * v + __builtin_ctz(mark);                                    \
          note(points, tile, r0 + r, query + r, (int32_t)(target + lane), stored[r][lane],  \
               own, others);                                                                \
        }                                                                                   \
  }

/// A scan by tiles of ROWS queries and VECTORS groups of targets.
#define DEFINE_SCAN(NAME, TARGET, ROWS, VECTORS)                                            \
  TARGET static void NAME##_scan(const kindred_neighbor_points *points,                     \
                                 const kindred_query_tile *tiles, int64_t count,            \
                                 int64_t first, int64_t last,                               \
                                 const kindred_candidates *own,                             \
                                 const kindred_candidates *others) {                        \
    for (int64_t target = first; target < last;) {                                          \
      const int is_wide = last - target >= 16 * (VECTORS);                                  \
      for (int64_t query = 0; query < count; query += TILE) {                               \
        const kindred_query_tile *tile =                                                    \
            (const kindred_query_tile *)((const char *)tiles + query / TILE * tile_size(points)); \
        for (int r = 0; r < TILE; r += (ROWS)) {                                            \
          if (is_wide)                                                                      \
            NAME##_##VECTORS(points, target, tile, r, query + r, own, others);              \
          else                                                                              \
            NAME##_1(points, target, tile, r, query + r, own, others);                      \
        }                                                                                   \
      }                                                                                     \
      target += is_wide ? 16 * (VECTORS) : 16;                                              \
    }                                                                                       \
  }

#if defined(__x86_64__)
DEFINE_TILE(bytes_vnni, TARGET_VNNI, 8, 3, v16i, SUM_VNNI)
DEFINE_TILE(bytes_vnni, TARGET_VNNI, 8, 1, v16i, SUM_VNNI)
DEFINE_SCAN(bytes_vnni, TARGET_VNNI, 8, 3)
DEFINE_TILE(bytes_avx2, TARGET_AVX2, 4, 1, v16i, SUM_AVX2)
DEFINE_SCAN(bytes_avx2, TARGET_AVX2, 4, 1)
DEFINE_TILE(floats_avx512, TARGET_AVX512, 8, 3, v16f, SUM_FLOATS)
DEFINE_TILE(floats_avx512, TARGET_AVX512, 8, 1, v16f, SUM_FLOATS)
DEFINE_SCAN(floats_avx512, TARGET_AVX512, 8, 3)
DEFINE_TILE(floats_avx2, TARGET_AVX2, 4, 1, v16f, SUM_FLOATS)
DEFINE_SCAN(floats_avx2, TARGET_AVX2, 4, 1)
#endif
DEFINE_TILE(bytes_plain, , 2, 1, v16i, SUM_PLAIN)
DEFINE_SCAN(bytes_plain, , 2, 1)
DEFINE_TILE(floats_plain, , 2, 1, v16f, SUM_FLOATS)
DEFINE_SCAN(floats_plain, , 2, 1)

void kindred_scan_neighbors(const kindred_neighbor_points *points,
                            const kindred_query_tile *tiles, int64_t count, int64_t first,
                            int64_t last, const kindred_candidates *own,
                            const kindred_candidates *others) {
  const int32_t level = points->level;
  if (points->floats != NULL) {
#if defined(__x86_64__)
    if (level >= KINDRED_AVX512) {
      floats_avx512_scan(points, tiles, count, first, last, own, others);
      return;
    }
    if (level >= KINDRED_AVX2) {
      floats_avx2_scan(points, tiles, count, first, last, own, others);
      return;
    }
#endif
    floats_plain_scan(points, tiles, count, first, last, own, others);
    return;
  }
#if defined(__x86_64__)
  if (level >= KINDRED_AVX512 && __builtin_cpu_supports("avx512vnni")) {
    bytes_vnni_scan(points, tiles, count, first, last, own, others);
    return;
  }
  if (level >= KINDRED_AVX2) {
    bytes_avx2_scan(points, tiles, count, first, last, own, others);
    return;
  }
#endif
  bytes_plain_scan(points, tiles, count, first, last, own, others);
}

void kindred_pack_queries(const kindred_neighbor_points *points, const int32_t *positions,
                          int64_t count, kindred_query_tile *tiles) {
  const int64_t d = points->d, quads = (d + 3) / 4;
  for (int64_t start = 0; start < count; start += TILE) {
    kindred_query_tile *tile =
        (kindred_query_tile *)((char *)tiles + start / TILE * tile_size(points));
    for (int r = 0; r < TILE; r++) {
      // A last tile is filled up with its first query, whose copies have limits that nothing passes.
      const int64_t from = positions[start + r < count ? start + r : start];
      tile->scale[r] = points->query_scale[from];
      tile->error[r] = points->query_error[from];
      tile->length[r] = points->length[from];
      tile->half[r] = points->half[from];
      tile->inverse[r] = points->inverse[from];
      tile->offset[r] = points->offset[from];
      tile->position[r] = (int32_t)from;
      tile->label[r] = points->label[from];
      if (points->floats != NULL) {
        float *packed = (float *)(tile + 1) + r;
        const float *numbers = points->floats + from / 16 * d * 16 + from % 16;
        for (int64_t p = 0; p < d; p++) packed[p * TILE] = numbers[p * 16];
      } else {
        int32_t *packed = (int32_t *)(tile + 1) + r;
        const int8_t *bytes = points->queries + from * quads * 4;
        for (int64_t q = 0; q < quads; q++)
          __builtin_memcpy(packed + q * TILE, bytes + 4 * q, 4);
      }
    }
  }
}
