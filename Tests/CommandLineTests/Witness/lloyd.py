"""K-Means from given start centers, by scikit-learn.

lloyd.py start MATRIX CENTERS K writes k rows of the matrix as start centers.
lloyd.py compare MATRIX CENTERS ITERATIONS RUN_FOLDER prints how a run differs.
"""

import json
import sys

import numpy as np
import scipy.sparse
from sklearn.cluster import KMeans


def read(path):
    return scipy.sparse.load_npz(path) if path.endswith(".npz") else np.load(path)


def main():
    mode, matrix, centers = sys.argv[1:4]
    rows = read(matrix)
    if mode == "start":
        chosen = np.random.default_rng(7).choice(rows.shape[0], int(sys.argv[4]), replace=False)
        start = rows[np.sort(chosen)]
        start = start.toarray() if scipy.sparse.issparse(start) else start
        np.save(centers, np.ascontiguousarray(start, dtype=np.float32))
        print("{}")
        return
    start = np.load(centers).astype(np.float64)
    model = KMeans(len(start), init=start, n_init=1, max_iter=int(sys.argv[4]), tol=0)
    model.fit(rows.astype(np.float64))
    folder = sys.argv[5]
    labels = np.load(f"{folder}/labels.npy")
    with open(f"{folder}/sweep.json") as file:
        inertia = json.load(file)["runs"][0]["inertia"]
    print(
        json.dumps(
            {
                "different_labels": int((labels != model.labels_).sum()),
                "inertia": abs(inertia / model.inertia_ - 1),
            }
        )
    )


main()
