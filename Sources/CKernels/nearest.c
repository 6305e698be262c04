// The exact side of neighbors: values in double precision, the bytes of points, and lists in order.
#include "fold.h"
#include "machine.h"
#include "neighbors.h"

typedef double v8d __attribute__((ext_vector_type(8)));
typedef double v8d_unaligned __attribute__((ext_vector_type(8), aligned(8)));
typedef float v8f_unaligned __attribute__((ext_vector_type(8), aligned(4)));

/// How far rounding may carry bytes and halves, as a share of lengths and halves.
static const double slack = 1e-6;

/// What products that are too small for single precision may lose, before sizes multiply it.
#define UNDERFLOW_LOSS 1e-36f

/// ‖x − y‖² in one order whatever the two are, so that it is the same from both sides.
#define DIFFERENCE(LOAD, x, y, d)                                                           \
  v8d sums[2] = {(v8d)(0.0), (v8d)(0.0)};                                                   \
  int64_t p = 0;                                                                            \
  for (; p + 16 <= (d); p += 16)                                                            \
    UNROLL for (int half = 0; half < 2; half++) {                                           \
      const v8d rest = LOAD(x + p + half * 8) - LOAD(y + p + half * 8);                     \
      sums[half] += rest * rest;                                                            \
    }                                                                                       \
  const v8d sum = sums[0] + sums[1];                                                        \
  double left_over = 0;                                                                     \
  for (; p < (d); p++) {                                                                    \
    const double rest = (double)x[p] - (double)y[p];                                        \
    left_over += rest * rest;                                                               \
  }                                                                                         \
  return left_over + (((sum[0] + sum[4]) + (sum[2] + sum[6])) +                             \
                      ((sum[1] + sum[5]) + (sum[3] + sum[7])));

#define LOAD_FLOATS(from) __builtin_convertvector(*(const v8f_unaligned *)(from), v8d)
#define LOAD_DOUBLES(from) (*(const v8d_unaligned *)(from))

INLINE double float_difference(const float *x, const float *y, int64_t d) {
  DIFFERENCE(LOAD_FLOATS, x, y, d)
}

INLINE double double_difference(const double *x, const double *y, int64_t d) {
  DIFFERENCE(LOAD_DOUBLES, x, y, d)
}

INLINE double value_of(const kindred_exact_points *exact, int64_t left, int64_t right) {
  const int64_t d = exact->d;
  double sum = exact->rows != NULL
                   ? float_difference(exact->rows + left * d, exact->rows + right * d, d)
                   : double_difference(exact->means + left * d, exact->means + right * d, d);
  if (exact->spread != NULL) sum += exact->spread[left] + exact->spread[right];
  return exact->inverse == NULL ? sum : sum / (exact->inverse[left] + exact->inverse[right]);
}

INLINE uint32_t tie_of(uint32_t left, uint32_t right) {
  const uint64_t low = left < right ? left : right, high = left < right ? right : left;
  uint64_t bits = (low << 32 | high) + 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)(bits >> 32);
}

uint32_t kindred_pair_tie(int32_t left, int32_t right) {
  return tie_of((uint32_t)left, (uint32_t)right);
}

INLINE kindred_neighbor measure(const kindred_exact_points *exact, int32_t own, int32_t id) {
  const uint32_t tie = exact->has_ties ? tie_of((uint32_t)own, (uint32_t)id) : 0;
  return (kindred_neighbor){value_of(exact, own, id), tie, id};
}

INLINE int is_nearer(const kindred_neighbor *left, const kindred_neighbor *right) {
  if (left->value != right->value) return left->value < right->value;
  return left->tie != right->tie ? left->tie < right->tie : left->id < right->id;
}

/// Puts a neighbor at its place in a list that keeps `nearest`; returns the new length.
INLINE int32_t insert(kindred_neighbor *list, int32_t length, int32_t nearest,
                      const kindred_neighbor *neighbor) {
  if (length == nearest && !is_nearer(neighbor, list + length - 1)) return length;
  int32_t place = length < nearest ? length++ : length - 1;
  for (; place > 0 && is_nearer(neighbor, list + place - 1); place--)
    list[place] = list[place - 1];
  list[place] = *neighbor;
  return length;
}

/// Starts reading a point that is measured soon.
INLINE void fetch(const kindred_exact_points *exact, int64_t id) {
  const char *from = exact->rows != NULL ? (const char *)(exact->rows + id * exact->d)
                                         : (const char *)(exact->means + id * exact->d);
  const int64_t size = exact->d * (exact->rows != NULL ? 4 : 8);
  for (int64_t at = 0; at < size && at < 1024; at += 64) __builtin_prefetch(from + at);
}

/// Scale of a line's bytes, −levels…levels, and the length of what rounding to them takes away.
INLINE float round_line(const float *line, int64_t d, float greatest, float levels,
                        float *error) {
  const float factor = levels / greatest;
  float sum = 0;
#pragma clang loop vectorize(enable) interleave(enable)
  for (int64_t p = 0; p < d; p++) {
    // Adding 1.5·2²³ rounds to the nearest whole number.
    const float value = line[p] * factor, whole = (value + 12582912.0f) - 12582912.0f;
    const float rest = value - whole;
    sum += rest * rest;
  }
  *error = sqrtf(sum * (1 + 1.2e-7f * (float)d)) * (greatest / levels);
  return greatest / levels;
}

INLINE int32_t byte_of(float value) {
  return (int32_t)((value + 12582912.0f) - 12582912.0f);
}

INLINE void place_bytes(const float *line, int64_t at, float query_levels,
                        const kindred_neighbor_points *points) {
  const int64_t d = points->d, quads = (d + 3) / 4;
  // Sums of products must fit 32 bits.
  const float room = sqrtf(2147483000.0f / (float)(d > 0 ? d : 1));
  const float levels = room < 127 ? floorf(room) : 127;
  if (query_levels > levels) query_levels = levels;
  float greatest = 0;
  for (int64_t p = 0; p < d; p++) {
    const float size = line[p] < 0 ? -line[p] : line[p];
    greatest = size > greatest ? size : greatest;
  }
  // A factor for such small values would not be finite.
  const int is_small = greatest < 1e-30f;
  float error = points->length[at], query_error = error;
  points->scale[at] = is_small ? 0 : round_line(line, d, greatest, levels, &error);
  points->query_scale[at] =
      is_small ? 0 : round_line(line, d, greatest, query_levels, &query_error);
  const float rounding = (float)slack * points->length[at];
  points->error[at] = error * (float)(1 + slack) + rounding;
  points->query_error[at] = query_error * (float)(1 + slack) + rounding;
  const float factor = is_small ? 0 : levels / greatest;
  const float query_factor = is_small ? 0 : query_levels / greatest;
  uint8_t *target = points->targets + at / 16 * quads * 64 + at % 16 * 4;
  int8_t *query = points->queries + at * quads * 4;
  // Without a sign: rows of very many columns may wrap.
  uint32_t sum = 0;
  for (int64_t p = 0; p < quads * 4; p++) {
    const float value = p < d ? line[p] : 0;
    const int32_t byte = byte_of(value * query_factor);
    target[p / 4 * 64 + p % 4] = (uint8_t)(byte_of(value * factor) + 128);
    query[p] = (int8_t)byte;
    sum += (uint32_t)byte;
  }
  points->offset[at] = (int32_t)(0u - 128u * sum);
}

INLINE void place_floats(const float *line, int64_t at, const kindred_neighbor_points *points) {
  const int64_t d = points->d;
  float *group = points->floats + at / 16 * d * 16 + at % 16;
  for (int64_t p = 0; p < d; p++) group[p * 16] = line[p];
  points->scale[at] = 1;
  points->query_scale[at] = 1;
  points->offset[at] = 0;
  // Half of what adding d products may be off by, and the rounding of the numbers.
  const float share = 3.1e-8f * (float)(d + 2) + (float)slack;
  points->error[at] = share * points->length[at];
  points->query_error[at] = points->error[at];
}

#define DEFINE_NEAREST(NAME, TARGET, QUERY_LEVELS)                                          \
  TARGET static void NAME##_place(const double *center, const int32_t *positions,           \
                                  int64_t count, float *line,                               \
                                  const kindred_neighbor_points *points) {                  \
    const kindred_exact_points *exact = points->exact;                                      \
    const double unit = points->unit;                                                       \
    const int64_t d = exact->d;                                                             \
    for (int64_t i = 0; i < count; i++) {                                                   \
      const int64_t at = positions[i], id = points->ids[at];                                \
      double norm = 0;                                                                      \
      for (int64_t p = 0; p < d; p++) {                                                     \
        const double whole = exact->rows != NULL ? (double)exact->rows[id * d + p]          \
                                                 : exact->means[id * d + p];                \
        const double value = (whole - center[p]) * unit;                                    \
        norm += value * value;                                                              \
        line[p] = (float)value;                                                             \
      }                                                                                     \
      const double spread = exact->spread == NULL ? 0 : exact->spread[id];                  \
      points->length[at] = (float)(sqrt(norm) * (1 + slack));                               \
      points->half[at] =                                                                    \
          (float)((norm + spread * unit * unit) * 0.5 * (1 - 2 * slack)) - UNDERFLOW_LOSS;  \
      points->inverse[at] = exact->inverse == NULL ? 0.5f : (float)exact->inverse[id];      \
      if (points->floats != NULL)                                                           \
        place_floats(line, at, points);                                                     \
      else                                                                                  \
        place_bytes(line, at, QUERY_LEVELS, points);                                        \
    }                                                                                       \
  }                                                                                         \
  TARGET static int32_t NAME##_conclude(const kindred_neighbor_points *points,              \
                                        const kindred_candidates *candidates,               \
                                        int64_t query, int32_t own,                         \
                                        kindred_neighbor *list, double *bound) {            \
    kindred_narrow_candidates(points, candidates, query, own);                              \
    const int32_t found = candidates->found[query], nearest = candidates->nearest;          \
    const int32_t *positions = candidates->positions + query * KINDRED_CANDIDATE_LIMIT;     \
    int32_t length = 0;                                                                     \
    for (int32_t i = 0; i < found; i++) fetch(points->exact, points->ids[positions[i]]);    \
    for (int32_t i = 0; i < found; i++) {                                                   \
      const kindred_neighbor neighbor =                                                     \
          measure(points->exact, points->ids[own], points->ids[positions[i]]);              \
      length = insert(list, length, nearest, &neighbor);                                    \
    }                                                                                       \
    const double limit = (double)candidates->limit[query] / (points->unit * points->unit);  \
    const double sure = limit * (1 - 1e-12);                                                \
    *bound = length == nearest && list[length - 1].value < sure ? list[length - 1].value : sure;\
    return length;                                                                          \
  }                                                                                         \
  TARGET static int32_t NAME##_all(const kindred_neighbor_points *points, int64_t count,    \
                                   int32_t own, int32_t nearest, kindred_neighbor *list) {  \
    int32_t length = 0;                                                                     \
    for (int64_t at = 0; at < count; at++) {                                                \
      if (points->label[at] == points->label[own] || points->half[at] == INFINITY) continue;\
      const kindred_neighbor neighbor =                                                     \
          measure(points->exact, points->ids[own], points->ids[at]);                        \
      length = insert(list, length, nearest, &neighbor);                                    \
    }                                                                                       \
    return length;                                                                          \
  }                                                                                         \
  TARGET static int32_t NAME##_renew(                                                       \
      const kindred_exact_points *exact, int32_t own, const int32_t *parent,                \
      const int32_t *changed, int32_t since, int32_t nearest, kindred_neighbor *list,       \
      int32_t length, double *dropped) {                                                    \
    int32_t unlike = 0;                                                                     \
    for (int32_t i = 0; i < length; i++) {                                                  \
      kindred_neighbor neighbor = list[i];                                                  \
      while (parent[neighbor.id] != neighbor.id) neighbor.id = parent[neighbor.id];         \
      if (neighbor.id == own) continue;                                                     \
      int is_new = 1;                                                                       \
      for (int32_t j = 0; j < unlike; j++) is_new &= list[j].id != neighbor.id;             \
      if (!is_new) continue;                                                                \
      /* A value below 0 stands for one that is measured below. */                          \
      if (changed[neighbor.id] > since) neighbor.value = -1;                                \
      if (neighbor.value < 0) fetch(exact, neighbor.id);                                    \
      list[unlike++] = neighbor;                                                            \
    }                                                                                       \
    int32_t kept = 0;                                                                       \
    *dropped = INFINITY;                                                                    \
    for (int32_t i = 0; i < unlike; i++) {                                                  \
      const kindred_neighbor neighbor =                                                     \
          list[i].value < 0 ? measure(exact, own, list[i].id) : list[i];                    \
      if (kept == nearest) {                                                                \
        const double farther = is_nearer(&neighbor, list + kept - 1) ? list[kept - 1].value \
                                                                     : neighbor.value;      \
        *dropped = farther < *dropped ? farther : *dropped;                                 \
      }                                                                                     \
      kept = insert(list, kept, nearest, &neighbor);                                        \
    }                                                                                       \
    return kept;                                                                            \
  }                                                                                         \
  TARGET static void NAME##_values(const kindred_exact_points *exact, int32_t own,          \
                                   kindred_neighbor *list, int64_t count) {                 \
    for (int64_t i = 0; i < count && i < 4; i++) fetch(exact, list[i].id);                  \
    for (int64_t i = 0; i < count; i++) {                                                   \
      if (i + 4 < count) fetch(exact, list[i + 4].id);                                      \
      list[i] = measure(exact, own, list[i].id);                                            \
    }                                                                                       \
  }

#if defined(__x86_64__)
DEFINE_NEAREST(nearest_avx512, TARGET_AVX512, 127)
// Without products of four bytes at once, pairs of products must fit 16 bits.
DEFINE_NEAREST(nearest_avx512_plain, TARGET_AVX512, 63)
DEFINE_NEAREST(nearest_avx2, TARGET_AVX2, 63)
#endif
DEFINE_NEAREST(nearest_plain, , 127)

/// Calls the form of a function that the level and the processor allow.
#if defined(__x86_64__)
#define DISPATCH(FORM, ...)                                                             \
  if (level >= KINDRED_AVX512 && __builtin_cpu_supports("avx512vnni"))                  \
    return nearest_avx512_##FORM(__VA_ARGS__);                                          \
  if (level >= KINDRED_AVX512) return nearest_avx512_plain_##FORM(__VA_ARGS__);         \
  if (level >= KINDRED_AVX2) return nearest_avx2_##FORM(__VA_ARGS__);                   \
  return nearest_plain_##FORM(__VA_ARGS__)
#else
#define DISPATCH(FORM, ...) return nearest_plain_##FORM(__VA_ARGS__)
#endif

void kindred_place_neighbors(const double *center, const int32_t *positions, int64_t count,
                             float *line, const kindred_neighbor_points *points) {
  const int32_t level = points->level;
  DISPATCH(place, center, positions, count, line, points);
}

int32_t kindred_conclude_neighbors(const kindred_neighbor_points *points,
                                   const kindred_candidates *candidates, int64_t query,
                                   int32_t own, kindred_neighbor *list, double *bound) {
  const int32_t level = points->level;
  DISPATCH(conclude, points, candidates, query, own, list, bound);
}

int32_t kindred_measure_all(const kindred_neighbor_points *points, int64_t count, int32_t own,
                            int32_t nearest, kindred_neighbor *list) {
  const int32_t level = points->level;
  DISPATCH(all, points, count, own, nearest, list);
}

void kindred_measure_neighbors(int32_t level, const kindred_exact_points *exact, int32_t own,
                               kindred_neighbor *list, int64_t count) {
  DISPATCH(values, exact, own, list, count);
}

int32_t kindred_renew_neighbors(int32_t level, const kindred_exact_points *exact, int32_t own,
                                const int32_t *parent, const int32_t *changed, int32_t since,
                                int32_t nearest, kindred_neighbor *list, int32_t length,
                                double *dropped) {
  DISPATCH(renew, exact, own, parent, changed, since, nearest, list, length, dropped);
}
