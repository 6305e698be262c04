"""SciPy looks at a tree that kindred exported.

linkage.py take MATRIX OUT ROWS writes the first rows of a matrix.
linkage.py compare MATRIX K LINKAGE METRIC FOLDER [LINKAGE METRIC FOLDER ...] prints what SciPy says
about the trees of some runs, cut into k clusters, beside its own trees of the same rows.
"""

import json
import sys

import numpy as np
import scipy.sparse
from scipy.cluster.hierarchy import fcluster, is_monotonic, is_valid_linkage, linkage
from scipy.spatial.distance import squareform

from tree_audit import row_distances, worst_departure


def read(path):
    return scipy.sparse.load_npz(path).tocsr() if path.endswith(".npz") else np.load(path)


def canonical(labels):
    """Labels numbered by the lowest row that has them."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def clusters(tree, k):
    """SciPy's k clusters; of merges of one height on both sides of the cut, the first are done."""
    lower, upper = tree[len(tree) - k : len(tree) - k + 2, 2]
    if lower == upper:
        tree = tree.copy()
        tree[:, 2] = np.arange(len(tree))
    return fcluster(tree, k, "maxclust")


def compare(rows, method, metric, folder, k):
    ours = np.load(f"{folder}/linkage.npy")
    labels = np.load(f"{folder}/labels.npy")
    distances = row_distances(rows, metric)
    theirs = linkage(squareform(distances, checks=False), method)
    heights, expected = np.sort(ours[:, 2]), np.sort(theirs[:, 2])
    # Of low heights an absolute difference counts; unit rows in single precision have 1e-7 of cosine.
    low = 0.1 if metric == "cosine" else 1e-3 * expected[-1]
    differences = np.abs(heights - expected) / np.maximum(expected, low)
    found = {
        "valid": bool(is_valid_linkage(ours)),
        "monotonic": bool(is_monotonic(ours)),
        "double": ours.dtype == np.float64 and ours.shape == (len(distances) - 1, 4),
        "heights": differences.max(),
    }
    if method not in ("centroid", "median"):
        found["cut_labels"] = (canonical(clusters(ours, k)) != labels).sum()
        found["scipy_labels"] = (canonical(clusters(theirs, k)) != labels).sum()
        found["departure"] = worst_departure(ours, distances, method)
    return found


def main():
    if sys.argv[1] == "take":
        source, out, count = sys.argv[2:]
        rows = read(source)[: int(count)]
        if scipy.sparse.issparse(rows):
            scipy.sparse.save_npz(out, rows)
        else:
            np.save(out, rows)
        print("{}")
    else:
        rows, k, runs = read(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
        found = {}
        for method, metric, folder in zip(runs[::3], runs[1::3], runs[2::3]):
            for name, value in compare(rows, method, metric, folder, k).items():
                found[f"{method} {metric} {name}"] = float(value)
        print(json.dumps(found))


main()
