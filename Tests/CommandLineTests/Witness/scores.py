"""Compares what kindred exported with scikit-learn on the same labels.

Arguments: the run folder, the matrix (.npz of SciPy or .npy), the matrix's silhouette metric, and
perhaps N to look at every N-th run only. Prints one JSON object: the greatest relative difference of
each score over those runs.
"""
import json
import sys

import h5py
import numpy as np
import scipy.sparse
from sklearn import metrics

folder, matrix_path, metric = sys.argv[1:4]
step = int(sys.argv[4]) if len(sys.argv) > 4 else 1
X = scipy.sparse.load_npz(matrix_path).tocsr() if matrix_path.endswith(".npz") else np.load(matrix_path)
X = X.astype(np.float64)
dense = X.toarray() if scipy.sparse.issparse(X) else X
sweep = json.load(open(f"{folder}/sweep.json"))
differences = {"silhouette": 0.0, "calinski_harabasz": 0.0, "davies_bouldin": 0.0, "inertia": 0.0}
with h5py.File(f"{folder}/runs.h5") as runs:
    for run in sweep["runs"][::step]:
        group = runs[f"{run['algorithm']}-k{run['k']:04d}"]
        labels = group["labels"][:]
        if run["silhouette"] is None:
            continue
        theirs = {
            "silhouette": metrics.silhouette_score(X, labels, metric=metric),
            "calinski_harabasz": metrics.calinski_harabasz_score(dense, labels),
            "davies_bouldin": metrics.davies_bouldin_score(dense, labels),
        }
        center = group["centroids"]
        if "dense" in center:
            centroids = center["dense"][:].astype(np.float64)
        else:
            parts = (center["data"][:], center["indices"][:], center["indptr"][:])
            shape = (run["k"], X.shape[1])
            centroids = scipy.sparse.csr_matrix(parts, shape=shape).toarray().astype(np.float64)
        theirs["inertia"] = ((dense - centroids[labels]) ** 2).sum()
        for name, value in theirs.items():
            differences[name] = max(differences[name], abs(run[name] - value) / max(abs(value), 1e-12))
print(json.dumps(differences))
