"""SciPy looks at a tree that kindred exported.

linkage.py take MATRIX OUT ROWS writes the first rows of a matrix.
linkage.py compare MATRIX LINKAGE METRIC RUN_FOLDER K prints what SciPy says about the run's tree, cut
into k clusters, beside its own tree of the same rows.
"""

import json
import sys

import numpy as np
import scipy.sparse
from scipy.cluster.hierarchy import cut_tree, fcluster, is_monotonic, is_valid_linkage, linkage
from scipy.spatial.distance import squareform

from tree_audit import row_distances, worst_departure


def read(path):
    return scipy.sparse.load_npz(path).tocsr() if path.endswith(".npz") else np.load(path)


def canonical(labels):
    """Labels numbered by the lowest row that has them."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def compare(matrix, method, metric, folder, k):
    ours = np.load(f"{folder}/linkage.npy")
    labels = np.load(f"{folder}/labels.npy")
    distances = row_distances(read(matrix), metric)
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
        # By the order of merges: fcluster gives fewer clusters where heights tie at the cut.
        found["cut_labels"] = (canonical(cut_tree(ours, k)[:, 0]) != labels).sum()
        found["scipy_labels"] = (canonical(fcluster(theirs, k, "maxclust")) != labels).sum()
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
        matrix, method, metric, folder, k = sys.argv[2:]
        found = compare(matrix, method, metric, folder, int(k))
        print(json.dumps({name: float(value) for name, value in found.items()}))


main()
