"""Writes scores.json: silhouettes, dispersion scores and agreement by scikit-learn.

Run it in this folder: python scores_generate.py
Euclidean distances are given to scikit-learn as a matrix of exact differences, because its own
expansion of the square is off by up to 1e-8 where rows are equal.
"""

import json

import numpy as np
import scipy
import scipy.sparse as sp
import sklearn
from scipy.spatial.distance import cdist
from sklearn import metrics
from sklearn.metrics.pairwise import cosine_distances

rng = np.random.default_rng(20260101)


def text_like(rows, columns, stored, unit):
    """Sparse float32 rows, of norm 1 (in float32) or of any norm."""
    dense = np.zeros((rows, columns))
    weights = 1 / np.arange(1, columns + 1) ** 0.7
    weights /= weights.sum()
    for row in dense:
        chosen = rng.choice(columns, size=rng.integers(1, stored), replace=False, p=weights)
        row[chosen] = rng.uniform(0.2, 2, size=len(chosen))
    if unit:
        dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    return dense.astype(np.float32)


def blobs(rows, columns, centers, offset=0.0):
    middle = rng.normal(size=(centers, columns)) * 1.5
    points = middle[rng.integers(0, centers, rows)] + rng.normal(size=(rows, columns))
    return (points + offset).astype(np.float32)


def labels(rows, clusters):
    """Every cluster has a row; the last two have exactly one each."""
    some = rng.integers(0, max(1, clusters - 2), rows)
    some[:clusters] = np.arange(clusters)
    return rng.permutation(some)


def case(name, points, clusterings, sparse):
    exact = points.astype(np.float64)
    squared = cdist(exact, exact, "sqeuclidean")
    distances = {
        "euclidean": np.sqrt(squared),
        "sqeuclidean": squared,
        "cosine": cosine_distances(exact),
    }
    scored = []
    for row_labels in clusterings:
        entry = {"labels": row_labels.tolist(), "silhouettes": {}}
        for metric, matrix in distances.items():
            samples = metrics.silhouette_samples(matrix, row_labels, metric="precomputed")
            entry["silhouettes"][metric] = samples.tolist()
        entry["calinskiHarabasz"] = metrics.calinski_harabasz_score(exact, row_labels)
        entry["daviesBouldin"] = metrics.davies_bouldin_score(exact, row_labels)
        scored.append(entry)
    stored = sp.csr_matrix(points)
    return {
        "name": name,
        "rows": points.shape[0],
        "columns": points.shape[1],
        "sparse": sparse,
        "offsets": stored.indptr.tolist(),
        "indices": stored.indices.tolist(),
        "values": [float(value) for value in stored.data],
        "clusterings": scored,
    }


def agreement(first, second):
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "adjustedRandIndex": metrics.adjusted_rand_score(second, first),
        "normalizedMutualInformation": metrics.normalized_mutual_info_score(second, first),
        "homogeneity": metrics.homogeneity_score(second, first),
        "completeness": metrics.completeness_score(second, first),
        "vMeasure": metrics.v_measure_score(second, first),
        "mutualInformation": metrics.mutual_info_score(second, first),
    }


unit = text_like(90, 60, 7, unit=True)
unit[10] = unit[11]
unit[40] = unit[11]
unit[70] = 0
unit[71] = 0
loose = text_like(80, 40, 9, unit=False)
loose[5] = loose[6]
loose[7] = 0
dense = blobs(70, 9, 4)
dense[3] = dense[9]
far = blobs(50, 6, 3, offset=100.0)
full = blobs(40, 20, 3)

cases = [
    case("unit rows", unit, [labels(90, k) for k in (2, 3, 7, 20, 89)], True),
    case("rows of any norm", loose, [labels(80, k) for k in (2, 5, 11)], True),
    case("dense blobs", dense, [labels(70, k) for k in (2, 4, 12, 69)], False),
    case("far from the origin", far, [labels(50, k) for k in (3, 6)], False),
    case("full rows stored sparse", full, [labels(40, k) for k in (3, 5)], True),
]

pairs = []
for first_count, second_count in [(1, 1), (1, 4), (3, 3), (7, 2), (5, 30), (60, 60)]:
    first = rng.integers(0, first_count, 60)
    second = np.where(rng.random(60) < 0.5, first % second_count, rng.integers(0, second_count, 60))
    pairs.append(agreement(first, second))
pairs.append(agreement(np.arange(60), np.arange(60)[::-1]))
pairs.append(agreement(np.zeros(60, dtype=int), np.arange(60)))

with open("scores.json", "w", encoding="utf-8") as file:
    json.dump(
        {
            "versions": {
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "scikit-learn": sklearn.__version__,
            },
            "cases": cases,
            "agreements": pairs,
        },
        file,
        separators=(",", ":"),
    )
    file.write("\n")
