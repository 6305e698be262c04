"""Writes kmeans_points.json, kmeans_lloyd.json, kmeans_quality.json and kmeans_philox.json.

Needs numpy 2.4.6, scikit-learn 1.9.1 and pandas 3.1.1. Run it in this folder:
python kmeans_generate.py
"""

import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from scipy import sparse
from sklearn.cluster import KMeans, MiniBatchKMeans, kmeans_plusplus
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

VERSIONS = {"numpy": np.__version__, "scikit-learn": sklearn.__version__}
CATALOGUE = pathlib.Path("../../../Dataset/train.csv")
# Values are whole multiples of this, so that every program reads the very same numbers.
UNIT = 4096
SEEDS = range(20)


def write(name, content):
    """One JSON file, its versions first."""
    text = json.dumps({"versions": VERSIONS, **content}, separators=(",", ":"))
    pathlib.Path(name).write_text(text.replace("],", "],\n") + "\n", encoding="utf-8")


def catalogue_points():
    """TF-IDF of the descriptions and its LSA, both rounded to multiples of 1 / UNIT."""
    texts = pd.read_csv(CATALOGUE)["description"].fillna("")
    words = TfidfVectorizer(stop_words="english", min_df=2).fit_transform(texts)
    factors = TruncatedSVD(16, random_state=0).fit_transform(words)
    factors /= np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-12)
    rounded = words.copy()
    rounded.sort_indices()
    rounded.data = np.rint(rounded.data * UNIT) / UNIT
    return sparse.csr_array(rounded), np.rint(factors * UNIT) / UNIT


def whole(values):
    """Values as multiples of 1 / UNIT."""
    return [int(value) for value in np.rint(np.ravel(values) * UNIT)]


def lloyd(points, initial, limit, tolerance):
    """What scikit-learn makes of given start centers."""
    model = KMeans(
        len(initial), init=initial, n_init=1, max_iter=limit, tol=tolerance, algorithm="lloyd"
    ).fit(points)
    return {
        "iterationLimit": limit,
        "tolerance": tolerance,
        "labels": model.labels_.tolist(),
        "inertia": float(model.inertia_),
        "iterations": int(model.n_iter_),
        "centerNorms": [float(v) for v in np.square(model.cluster_centers_).sum(axis=1)],
        "centerSums": [float(v) for v in model.cluster_centers_.sum(axis=1)],
    }


def catalogue_cases(name, points):
    """Fits from means of eight rows of the catalogue each, which are multiples of 1 / (8 UNIT)."""
    full = points.toarray() if sparse.issparse(points) else points
    for clusters in (1, 2, 5, 17, 33, 65, 130):
        generator = np.random.default_rng(clusters)
        rows = [generator.choice(len(full), 8, replace=False) for _ in range(clusters)]
        initial = np.array([full[eight].sum(axis=0) / 8 for eight in rows])
        for limit, tolerance in ((2, 0.0), (300, 0.0), (300, 1e-4), (300, 0.03)):
            yield {
                "points": name,
                "initialRows": [eight.tolist() for eight in rows],
                **lloyd(points, initial, limit, tolerance),
            }


def small_cases():
    """Fits of few points with empty clusters, duplicates and rows of zeros."""
    generator = np.random.default_rng(5)
    cloud = generator.integers(-40, 41, (60, 3)) / 4
    far = np.array([[100.0, 100, 100]])
    duplicates = np.repeat(generator.integers(0, 9, (6, 4)) / 2, [4, 1, 8, 2, 2, 16], axis=0)
    zeros = np.vstack([np.zeros((4, 3)), generator.integers(1, 30, (12, 3)) / 8])
    shapes = [
        ("one empty cluster", cloud, np.vstack([cloud[:3], far])),
        ("an empty cluster before the others", cloud, np.vstack([far, cloud[:3]])),
        ("an empty cluster, one full cluster", cloud, np.vstack([cloud[:1], far])),
        ("rows of zeros", zeros, zeros[[0, 5, 9]]),
        ("duplicates", duplicates, duplicates[[0, 4, 5]]),
        ("as many clusters as distinct rows", duplicates, duplicates[[0, 4, 5, 13, 15, 17]]),
        ("one cluster", cloud, cloud[:1]),
        ("as many clusters as rows", cloud[:9], cloud[:9]),
        ("two points", cloud[:2], cloud[:2]),
    ]
    for title, points, initial in shapes:
        for limit in (1, 2, 50):
            yield {
                "title": title,
                "rows": whole(points),
                "columnCount": points.shape[1],
                "initial": whole(initial),
                # Sparse rows, because scikit-learn first subtracts the mean from full ones.
                **lloyd(sparse.csr_array(points), initial, limit, 0.0),
            }


def standard_error(values):
    """The standard error of the mean."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def quality(name, points, clusters):
    """The inertias of scikit-learn's fits from its own seeds, greedy and with one draw a step."""
    full = [
        KMeans(clusters, n_init=1, random_state=seed).fit(points).inertia_ for seed in SEEDS
    ]
    single = []
    for seed in SEEDS:
        rows = kmeans_plusplus(points, clusters, random_state=seed, n_local_trials=1)[1]
        start = points[rows].toarray() if sparse.issparse(points) else points[rows]
        single.append(KMeans(clusters, init=start, n_init=1).fit(points).inertia_)
    batch = [
        MiniBatchKMeans(clusters, n_init=1, batch_size=256, random_state=seed)
        .fit(points)
        .inertia_
        for seed in SEEDS
    ]
    return {
        "points": name,
        "clusterCount": clusters,
        "lloyd": float(np.mean(full)),
        "lloydError": standard_error(full),
        "singleDraw": float(np.mean(single)),
        "singleDrawError": standard_error(single),
        "miniBatch": float(np.mean(batch)),
    }


def philox():
    """Raw words; numpy's generator steps its counter before it makes a block."""
    words = []
    for key, counter in (
        ([0, 0], [0, 0, 0, 0]),
        ([1, 2], [3, 4, 5, 6]),
        ([0xFFFFFFFFFFFFFFFF, 0x123456789ABCDEF], [0xFEDCBA9876543210, 7, 1 << 63, 99]),
    ):
        raw = np.random.Philox(key=np.array(key, np.uint64), counter=np.array(counter, np.uint64))
        words.append(
            {
                "key": [str(v) for v in key],
                "counter": [str(v) for v in counter],
                "words": [str(v) for v in raw.random_raw(12)],
            }
        )
    return words


def main():
    words, factors = catalogue_points()
    write(
        "kmeans_points.json",
        {
            "unit": UNIT,
            "sparse": {
                "columnCount": words.shape[1],
                "rowOffsets": words.indptr.tolist(),
                "columns": words.indices.tolist(),
                "values": whole(words.data),
            },
            "dense": {"columnCount": factors.shape[1], "values": whole(factors)},
        },
    )
    write(
        "kmeans_lloyd.json",
        {
            "unit": UNIT,
            "catalogue": [
                *catalogue_cases("sparse", words), *catalogue_cases("dense", factors)
            ],
            "small": list(small_cases()),
        },
    )
    write(
        "kmeans_quality.json",
        {
            "seeds": len(SEEDS),
            "cases": [
                quality(name, points, clusters)
                for name, points in (("sparse", words), ("dense", factors))
                for clusters in (5, 8, 20, 40)
            ],
        },
    )
    write("kmeans_philox.json", {"cases": philox()})


if __name__ == "__main__":
    main()
