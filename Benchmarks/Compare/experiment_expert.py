"""The notebook's experiment as a scikit-learn expert would write it: all that can be shared is done once.

One fit for each k gives inertia and labels. One matrix of distances, from a sparse product, serves all
silhouettes and the tree, which fastcluster builds from it instead of from 5,000 columns. Points stay
sparse and in single precision. Two processes share the fits: small ones gain little from threads inside.

    experiment_expert.py CATALOGUE.csv STOP_WORDS.txt FOLDER
"""

import sys

import numpy as np
from experiment_notebook import COUNTS, k_means, read, write
from fastcluster import linkage
from joblib import Parallel, delayed
from scipy.cluster.hierarchy import fcluster
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import pairwise_distances, silhouette_score
from threadpoolctl import threadpool_limits


def fit(count, points):
    """The best of ten restarts, on one thread."""
    with threadpool_limits(1):
        return k_means(count, 51).fit(points)


def experiment(catalogue, stop_words, folder):
    """Runs all of it; returns the inertia and the silhouette for each k."""
    rows, texts = read(catalogue, stop_words)
    vectorizer = TfidfVectorizer(max_features=5_000, dtype=np.float32)
    points = vectorizer.fit_transform(texts)

    distances = pairwise_distances(points, metric="euclidean")
    np.fill_diagonal(distances, 0)
    # The longest fits go first, so that no process is left with one at the end.
    fits = Parallel(n_jobs=2)(delayed(fit)(k, points) for k in reversed(COUNTS))
    models = dict(zip(reversed(COUNTS), fits))
    silhouettes = {
        k: float(silhouette_score(distances, models[k].labels_, metric="precomputed"))
        for k in COUNTS[1:]
    }
    best = max(silhouettes, key=silhouettes.get)
    tree = linkage(squareform(distances, checks=False), "ward", preserve_input=False)
    silhouette_score(distances, fcluster(tree, 6, "maxclust"), metric="precomputed")
    terms = vectorizer.get_feature_names_out()
    write(folder, rows, models[best].labels_, silhouettes, models[best], tree, terms)
    return {
        "inertia": {k: float(model.inertia_) for k, model in models.items()},
        "silhouette": silhouettes,
    }


if __name__ == "__main__":
    print(experiment(*sys.argv[1:4]))
