"""What the files of a run say of the same things: prints the greatest difference of each pair.

Usage: same_numbers.py RUN-FOLDER
"""

import csv
import json
import sys
from pathlib import Path

import h5py
import numpy

folder = Path(sys.argv[1])
labels = list(csv.DictReader(open(folder / "labels.csv", encoding="utf-8", newline="")))
array = numpy.load(folder / "labels.npy")
sweep = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
table = list(csv.DictReader(open(folder / "sweep.csv", encoding="utf-8", newline="")))
page = (folder / "report.html").read_text(encoding="utf-8")
differences = {}


def compare(name, left, right):
    left, right = numpy.asarray(left, dtype=float), numpy.asarray(right, dtype=float)
    assert left.shape == right.shape, (name, left.shape, right.shape)
    differences[name] = float(numpy.abs(left - right).max(initial=0))


clusters = [int(row["cluster"]) for row in labels]
compare("labels.csv and labels.npy", clusters, array)
with h5py.File(folder / "model.h5") as model:
    inside = [int(row["row"]) for row in labels if int(row["cluster"]) >= 0]
    compare("labels.csv and model.h5", [c for c in clusters if c >= 0], model["labels"][:])
    compare("rows of labels.csv and model.h5", inside, model["row_numbers"][:])
    best = sweep["best"]
    run = next(
        r for r in sweep["runs"] if (r["k"], r["algorithm"]) == (best["k"], best["algorithm"])
    )
    compare("inertia in sweep.json and model.h5", run["inertia"], model.attrs["inertia"])
    silhouettes = [float(row["silhouette"]) for row in labels if row["silhouette"] != ""]
    compare("silhouettes in labels.csv and model.h5", silhouettes, model["silhouettes"][:])
    compare("mean silhouette in labels.csv and sweep.json", numpy.mean(silhouettes), run["silhouette"])
for name in ["k", "inertia", "silhouette", "calinski_harabasz", "davies_bouldin"]:
    pairs = [(r[name], t[name]) for r, t in zip(sweep["runs"], table, strict=True) if r[name] is not None]
    compare(f"{name} in sweep.json and sweep.csv", [p[0] for p in pairs], [p[1] for p in pairs])
assert f'"inertia": {run["inertia"]!r}' in page or repr(run["inertia"]) in page, "report.html has another inertia"
compare("k in no_of_clusters.txt", int((folder / "no_of_clusters.txt").read_text()), best["k"])
print(json.dumps(differences))
