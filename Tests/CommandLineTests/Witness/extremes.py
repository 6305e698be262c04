"""Writes rows that scores stumble over, and what scikit-learn says of them: extremes.py FOLDER.

Repeated rows, zero rows and clusters of one row, dense (dense.npy) and sparse (sparse.npz), with labels.npy and
classes.npy. Prints one JSON object: for each matrix the scores, the silhouettes by metric. scikit-learn's cosine
distance of a zero row is 1 to every row, another zero row among them, and 0 to itself.
"""
import json
import sys

import numpy as np
import scipy.sparse
from sklearn import metrics

folder = sys.argv[1]
random = np.random.default_rng(7)
rows, columns, clusters = 240, 30, 6
labels = np.concatenate([[clusters, clusters + 1], random.integers(0, clusters, rows - 2)])
classes = np.where(random.random(rows) < 0.7, labels % 4, random.integers(0, 4, rows))
centers = random.random((clusters + 2, columns)) * 2
filled = centers[labels] + random.normal(scale=0.6, size=(rows, columns))
thinned = np.where(random.random((rows, columns)) < 0.2, np.abs(filled), 0)


def prepare(values):
    """Single precision, with some rows repeated within and across clusters and some all zero."""
    values = values.astype(np.float32)
    values[20:40] = values[40:60]
    values[60:70] = values[70]
    values[80:88] = 0
    return values


dense, sparse = prepare(filled), prepare(thinned)
np.save(f"{folder}/dense.npy", dense)
scipy.sparse.save_npz(f"{folder}/sparse.npz", scipy.sparse.csr_matrix(sparse))
np.save(f"{folder}/labels.npy", labels.astype(np.int32))
np.save(f"{folder}/classes.npy", classes.astype(np.int32))

found = {}
for name, values in (("dense.npy", dense.astype(np.float64)), ("sparse.npz", sparse.astype(np.float64))):
    found[name] = {
        "euclidean": metrics.silhouette_score(values, labels, metric="euclidean"),
        "sqeuclidean": metrics.silhouette_score(values, labels, metric="sqeuclidean"),
        "cosine": metrics.silhouette_score(values, labels, metric="cosine"),
        "calinski_harabasz": metrics.calinski_harabasz_score(values, labels),
        "davies_bouldin": metrics.davies_bouldin_score(values, labels),
        "ari": metrics.adjusted_rand_score(classes, labels),
        "nmi": metrics.normalized_mutual_info_score(classes, labels),
        "homogeneity": metrics.homogeneity_score(classes, labels),
        "completeness": metrics.completeness_score(classes, labels),
    }
print(json.dumps(found))
