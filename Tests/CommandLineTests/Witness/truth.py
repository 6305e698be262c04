"""Compares agreement with known classes, and the tables of clusters and classes, with scikit-learn.

truth.py RUN_FOLDER MATRIX CATALOGUE COLUMN prints one JSON object: the greatest absolute difference of
each score over all runs, and of each column of clusters.csv relative to its size.
"""

import json
import sys

import h5py
import numpy as np
import pandas as pd
import scipy.sparse
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix

folder, matrix, catalogue, column = sys.argv[1:]
cells = pd.read_csv(catalogue, keep_default_na=False)[column]
classes = np.array([cell.split(",")[0].strip() for cell in cells])
known = classes != ""
sweep = json.load(open(f"{folder}/sweep.json"))
table = pd.read_csv(f"{folder}/sweep.csv", keep_default_na=False)
found = {}


def note(name, difference):
    found[name] = max(found.get(name, 0.0), float(np.max(np.abs(difference))))


rows = scipy.sparse.load_npz(matrix).toarray() if matrix.endswith(".npz") else np.load(matrix)
rows = rows.astype(np.float64)
total = ((rows - rows.mean(axis=0)) ** 2).sum()
with h5py.File(f"{folder}/runs.h5") as runs:
    for place, run in enumerate(sweep["runs"]):
        labels = runs[f"{run['algorithm']}-k{run['k']:04d}"]["labels"][:]
        counts = contingency_matrix(classes[known], labels[known])
        theirs = {
            "ari": metrics.adjusted_rand_score(classes[known], labels[known]),
            "nmi": metrics.normalized_mutual_info_score(classes[known], labels[known]),
            "homogeneity": metrics.homogeneity_score(classes[known], labels[known]),
            "completeness": metrics.completeness_score(classes[known], labels[known]),
            "purity": counts.max(axis=0).sum() / counts.sum(),
        }
        for name, value in theirs.items():
            note(name, run["truth"][name] - value)
            note(name, table[name][place] - value)
        means = np.stack([rows[labels == c].mean(axis=0) for c in range(run["k"])])
        within = ((rows - means[labels]) ** 2).sum()
        note("within", run["within"] / within - 1)
        note("between", run["between"] / (total - within) - 1)
        note("rows", run["truth"]["rows"] - known.sum())

best = sweep["best"]
labels = np.load(f"{folder}/labels.npy")
counts = pd.read_csv(f"{folder}/truth.csv", index_col="class")
names = sorted(set(classes[known]))
note("classes", [list(counts.index) != names])
note("truth.csv", counts.to_numpy() - contingency_matrix(classes[known], labels[known]))

clusters = pd.read_csv(f"{folder}/clusters.csv")
samples = metrics.silhouette_samples(rows, labels)
for c, line in clusters.iterrows():
    own = rows[labels == c]
    center = own.mean(axis=0)
    distances = np.linalg.norm(own - center, axis=1)
    norms = np.linalg.norm(own, axis=1) * np.linalg.norm(center)
    cosines = np.divide(own @ center, norms, out=np.zeros(len(own)), where=norms > 0)
    note("size", line["size"] - len(own))
    note("cluster silhouette", line["silhouette"] - samples[labels == c].mean())
    note("cohesion", line["cohesion"] - cosines.mean())
    note("distance", line["distance"] - distances.mean())
    note("cluster inertia", line["inertia"] / (distances**2).sum() - 1 if distances.any() else 0)
note("clusters", len(clusters) - best["k"])
print(json.dumps(found))
