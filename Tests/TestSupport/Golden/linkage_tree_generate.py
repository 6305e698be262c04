"""Writes linkage_tree.json: trees, leaf orders, cuts and cophenetic correlations by SciPy.

Run it in this folder: python linkage_tree_generate.py
Points are whole multiples of a unit, so that they are the same numbers in single precision; no two
distances of a set are equal, but cosine distances of texts without a common term.
"""

import json

import numpy as np
import scipy
from scipy.cluster.hierarchy import cophenet, fcluster, leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import pdist

UNIT = 4096
rng = np.random.default_rng(20261123)


def blobs(rows, columns, centers):
    middle = rng.normal(size=(centers, columns)) * 2
    return middle[rng.integers(0, centers, rows)] + rng.normal(size=(rows, columns))


def text_like(rows, columns, stored):
    dense = np.zeros((rows, columns))
    weights = 1 / np.arange(1, columns + 1) ** 0.7
    weights /= weights.sum()
    for row in dense:
        count = rng.integers(2, stored)
        chosen = rng.choice(columns, size=count, replace=False, p=weights)
        row[chosen] = rng.uniform(0.2, 2, size=count)
    return dense


def partition(labels):
    """The same clusters, numbered by their lowest row."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].tolist()


def shortest_order(z, square):
    """The least sum of distances of neighbors, by plain dynamic programming.

    SciPy's optimal_leaf_ordering returns longer orders, too: scipy issue 11227.
    """
    rows = len(z) + 1
    ends = [{(row, row): 0.0} for row in range(rows)]
    for left, right, _, _ in z:
        best = {}
        for (u, m), before in ends[int(left)].items():
            for (k, w), after in ends[int(right)].items():
                total = before + square[m, k] + after
                if total < best.get((u, w), np.inf):
                    best[u, w] = best[w, u] = total
        ends.append(best)
    return min(ends[-1].values())


def tree(points, method, metric):
    distances = pdist(points, metric)
    z = linkage(points if method in ("ward", "centroid", "median") else distances, method)
    square = scipy.spatial.distance.squareform(distances)
    best = leaves_list(optimal_leaf_ordering(z, distances))
    heights = np.sort(z[:, 2])
    monotone = bool(np.all(np.diff(z[:, 2]) >= 0))
    cuts = [float(heights[i] + heights[i + 1]) / 2 for i in range(0, len(heights) - 1, 7)]
    tied = bool(np.any(np.diff(heights) < 1e-9))
    # Where heights tie, fcluster gives fewer clusters than it was asked for.
    counts = [2, 3, 5, 11] if monotone and not tied else []
    correlation = float(cophenet(z, distances)[0])
    return {
        "method": method,
        "metric": metric,
        "z": z.ravel().tolist(),
        "leaves": leaves_list(z).tolist(),
        "tied": tied,
        "optimalSum": float(shortest_order(z, square)),
        "sumOfSciPy": float(square[best[:-1], best[1:]].sum()),
        "correlation": correlation,
        "cuts": [
            {"height": height, "labels": partition(fcluster(z, height, "distance"))}
            for height in cuts
        ],
        "counts": [
            {"count": count, "labels": partition(fcluster(z, count, "maxclust"))}
            for count in counts
        ],
    }


sets = []
for name, points, sparse in [
    ("blobs", blobs(40, 5, 4), False),
    ("texts", text_like(36, 14, 9), True),
]:
    units = np.rint(points * UNIT).astype(int)
    exact = units / UNIT
    values = pdist(exact)
    assert len(np.unique(values)) == len(values)
    pairs = [(method, "euclidean") for method in ("ward", "centroid", "median")]
    pairs += [
        (method, metric)
        for method in ("single", "complete", "average", "weighted")
        for metric in ("euclidean", "sqeuclidean", "cosine")
    ]
    sets.append(
        {
            "name": name,
            "sparse": sparse,
            "columns": units.shape[1],
            "units": units.ravel().tolist(),
            "trees": [tree(exact, method, metric) for method, metric in pairs],
        }
    )

with open("linkage_tree.json", "w", encoding="utf-8") as file:
    json.dump(
        {
            "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
            "unit": UNIT,
            "sets": sets,
        },
        file,
        separators=(",", ":"),
    )
    file.write("\n")
