"""Whether a tree merges nearest clusters, however it breaks ties."""

import numpy as np
import scipy.sparse


# Squared distances below this share of the norms are taken from differences.
NEAR = 1e-4


def row_distances(rows, metric):
    """All distances of rows, n×n; a row of zeros is at cosine distance 1, and from its like at 0."""
    rows = rows.toarray() if scipy.sparse.issparse(rows) else np.asarray(rows)
    rows = rows.astype(np.float64)
    if metric == "cosine":
        norms = np.linalg.norm(rows, axis=1)
        units = rows / np.where(norms > 0, norms, 1)[:, None]
        return squared_distances(np.column_stack([units, norms == 0])) / 2
    squares = squared_distances(rows)
    return squares if metric == "sqeuclidean" else np.sqrt(squares, out=squares)


def squared_distances(rows):
    """All squared distances, from products where that loses nothing."""
    norms = np.einsum("ij,ij->i", rows, rows)
    squares = rows @ rows.T
    squares *= -2
    squares += norms[:, None]
    squares += norms
    for row in range(len(rows)):
        near = np.flatnonzero(squares[row] < NEAR * (norms[row] + norms))
        squares[row, near] = np.square(rows[near] - rows[row]).sum(axis=1)
    return squares


def worst_departure(merges, distances, linkage):
    """How far a tree of a reducible linkage departs from merging nearest clusters, relatively.

    The height of a merge must be the distance of its parts, and no two clusters may be nearer than the
    lower of the heights at which they are merged away. Takes O(n²) time; `distances` is overwritten.
    """
    count = len(distances)
    is_ward = linkage == "ward"
    if is_ward:
        np.square(distances, out=distances)
    heights = np.square(merges[:, 2]) if is_ward else merges[:, 2]
    end = np.full(2 * count - 1, np.inf)
    end[merges[:, :2].astype(int)] = heights[:, None]
    unit = max(heights[-1], 1e-300) * 1e-6 if count > 1 else 1.0
    worst = 0.0
    for row in range(1, count):
        due = np.minimum(end[row], end[:row]) - distances[row, :row]
        worst = max(worst, (due / np.maximum(distances[row, :row], unit)).max())
    # Each cluster has the row of one of its leaves in the matrix.
    place = np.arange(2 * count - 1)
    cluster = np.arange(count)
    sizes = np.ones(count)
    is_live = np.ones(count, bool)
    for step, (left, right) in enumerate(merges[:, :2].astype(int)):
        a, b = place[left], place[right]
        between = distances[a, b]
        worst = max(worst, abs(between - heights[step]) / max(between, unit))
        is_live[[a, b]] = False
        others = np.flatnonzero(is_live)
        u, v, sa, sb = distances[a, others], distances[b, others], sizes[a], sizes[b]
        if linkage == "single":
            made = np.minimum(u, v)
        elif linkage == "complete":
            made = np.maximum(u, v)
        elif linkage == "average":
            made = (sa * u + sb * v) / (sa + sb)
        elif linkage == "weighted":
            made = (u + v) / 2
        elif is_ward:
            sk = sizes[others]
            made = ((sa + sk) * u + (sb + sk) * v - sk * between) / (sa + sb + sk)
        else:
            raise ValueError(f"the heights of {linkage} linkage may fall")
        distances[a, others] = made
        distances[others, a] = made
        place[count + step], cluster[a] = a, count + step
        sizes[a] = sa + sb
        is_live[a] = True
        if others.size:
            due = np.minimum(end[count + step], end[cluster[others]]) - made
            worst = max(worst, (due / np.maximum(made, unit)).max())
    return float(np.sqrt(1 + worst) - 1) if is_ward else float(worst)
