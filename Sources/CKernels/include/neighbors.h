#ifndef CKERNELS_NEIGHBORS_H
#define CKERNELS_NEIGHBORS_H

#include <stdint.h>

/// The most neighbors that a list holds, the candidates that a query may have while it is answered, and
/// the queries of a tile.
enum { KINDRED_NEIGHBOR_LIMIT = 16, KINDRED_CANDIDATE_LIMIT = 64, KINDRED_QUERY_TILE = 8 };

/// Points whose values for each other are, exactly,
///   (spread_x + spread_y + ‖x − y‖²) / (inverse_x + inverse_y).
/// IN: rows n×d or, when NULL, means n×d; spread n, or NULL for zeros; inverse n, or NULL for halves, so
/// that a value is a squared distance. has_ties tells whether equal values are ordered at random.
typedef struct {
  int64_t d;
  const float *rows;
  const double *means;
  const double *spread;
  const double *inverse;
  int32_t has_ties;
} kindred_exact_points;

/// One neighbor; of two, that of the lower (value, tie, id) is nearer.
typedef struct {
  double value;
  uint32_t tie;
  int32_t id;
} kindred_neighbor;

/// The same points about a center and divided by the greatest length, each at a position, in bytes or,
/// where `floats` is not NULL, in single precision.
/// Positions are padded to groups of 16 and columns to fours. A target is x ≈ scale·(byte − 128), within
/// `error` in length; a query x ≈ query_scale·byte, within query_error.
/// A group of targets holds, for each four columns, the four bytes of its 16 rows; one of floats, for each
/// column, its 16 numbers. Half is a little less than (‖x‖² + spread)/2; at padding it is infinite.
/// IN: unit, 1 / the greatest length; ids, the exact point at each position; label, only points of different labels are neighbors.
typedef struct {
  int32_t level;
  const kindred_exact_points *exact;
  double unit;
  int64_t d;
  float *floats;
  uint8_t *targets;
  int8_t *queries;
  int32_t *offset;
  float *scale;
  float *error;
  float *query_scale;
  float *query_error;
  float *length;
  float *half;
  float *inverse;
  int32_t *label;
  const int32_t *ids;
} kindred_neighbor_points;

/// What queries have found so far, KINDRED_CANDIDATE_LIMIT places each: positions and the bounds of their
/// values, in the unit of the points; the first `measured` have been measured. Everything else has a value
/// above `limit`.
typedef struct {
  float *limit;
  int32_t *found;
  int32_t *measured;
  int32_t *positions;
  float *least;
  float *most;
  int32_t nearest;
} kindred_candidates;

/// What some queries need in a scan, side by side, followed by ⌈d/4⌉ × 8 fours of bytes or d × 8 floats.
typedef struct {
  float scale[KINDRED_QUERY_TILE];
  float error[KINDRED_QUERY_TILE];
  float length[KINDRED_QUERY_TILE];
  float half[KINDRED_QUERY_TILE];
  float inverse[KINDRED_QUERY_TILE];
  int32_t offset[KINDRED_QUERY_TILE];
  int32_t position[KINDRED_QUERY_TILE];
  int32_t label[KINDRED_QUERY_TILE];
} kindred_query_tile;

/// Writes what there is at some positions, except for the label.
/// IN: center d. SCRATCH: line, d.
void kindred_place_neighbors(const double *center, const int32_t *positions, int64_t count,
                             float *line, const kindred_neighbor_points *points);

/// Packs queries at some positions into tiles.
void kindred_pack_queries(const kindred_neighbor_points *points, const int32_t *positions,
                          int64_t count, kindred_query_tile *tiles);

/// Looks for neighbors of packed queries among targets first..<last, multiples of 16.
/// IN/OUT: own, the candidates of the queries in their order, a multiple of 8 of them, limit −∞ for what
/// fills the last tile; others, those of the targets at their positions, or NULL. With others, count must
/// be a multiple of 8.
void kindred_scan_neighbors(const kindred_neighbor_points *points,
                            const kindred_query_tile *tiles, int64_t count, int64_t first,
                            int64_t last, const kindred_candidates *own,
                            const kindred_candidates *others);

/// Drops candidates that cannot be among the nearest, measuring them where their bounds do not tell; a scan
/// calls it when a query has no place left. With too many of one value some are dropped nevertheless.
/// IN: own, the query's position.
void kindred_narrow_candidates(const kindred_neighbor_points *points,
                               const kindred_candidates *candidates, int64_t query, int32_t own);

/// Measures the candidates of a query and keeps its `nearest` nearest in order.
/// IN: own, the query's position. OUT: list; bound, below which nothing else has a value.
/// Returns the length of the list.
int32_t kindred_conclude_neighbors(const kindred_neighbor_points *points,
                                   const kindred_candidates *candidates, int64_t query,
                                   int32_t own, kindred_neighbor *list, double *bound);

/// The `nearest` nearest of the point at a position among `count` positions, all of them measured.
int32_t kindred_measure_all(const kindred_neighbor_points *points, int64_t count, int32_t own,
                            int32_t nearest, kindred_neighbor *list);

/// A number of a pair of points that has nothing to do with their order.
uint32_t kindred_pair_tie(int32_t left, int32_t right);

/// Brings a list up to date after merges: parent leads from a gone id to the cluster that it is in, and
/// changed tells in which round a cluster last was merged. Entries that were measured after `since` are kept.
/// IN/OUT: list of `length` entries, whose first `nearest` are kept. OUT: dropped, the value of the nearest
/// entry that was not kept, or infinity. Returns the new length.
int32_t kindred_renew_neighbors(int32_t level, const kindred_exact_points *exact, int32_t own,
                                const int32_t *parent, const int32_t *changed, int32_t since,
                                int32_t nearest, kindred_neighbor *list, int32_t length,
                                double *dropped);

/// Writes the values and ties of neighbors whose ids are given.
void kindred_measure_neighbors(int32_t level, const kindred_exact_points *exact, int32_t own,
                               kindred_neighbor *list, int64_t count);

#endif
