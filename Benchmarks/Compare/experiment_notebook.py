"""The notebook's experiment as it was written: scikit-learn, one loop after another.

Reads the catalogue, cleans the descriptions, and makes 5,000 TF-IDF columns; fits K-Means for k = 1...29
to see the inertia, fits it again for k = 2...29 to see the silhouette, fits the best k; builds Ward's tree
of all rows as SciPy's `linkage` does it, and cuts it at 6; writes what it found. Pictures are left out.

    experiment_notebook.py CATALOGUE.csv STOP_WORDS.txt FOLDER
"""

import pathlib
import string
import sys

import h5py
import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import silhouette_score

COUNTS = range(1, 30)


def read(catalogue, stop_words):
    """The kept rows and their cleaned descriptions."""
    rows = pd.read_csv(catalogue)
    rows = rows[rows["date_added"].notna() & rows["rating"].notna()].reset_index(drop=True)
    unwanted = set(pathlib.Path(stop_words).read_text(encoding="utf-8").split())
    no_punctuation = str.maketrans("", "", string.punctuation)

    def clean(text):
        words = text.lower().translate(no_punctuation).split()
        return " ".join(word for word in words if word not in unwanted)

    return rows, rows["description"].apply(clean)


def k_means(count, seed):
    return KMeans(count, init="k-means++", n_init=10, max_iter=300, random_state=seed)


def write(folder, rows, labels, silhouettes, model, tree, terms):
    """What the notebook left behind."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"cluster: {k}\tSilhouette: {value:.4f}\n" for k, value in silhouettes.items()]
    (folder / "result.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "no_of_clusters.txt").write_text(f"{model.n_clusters}\n", encoding="utf-8")
    rows[["show_id", "title"]].assign(cluster=labels).to_csv(folder / "labels.csv", index=False)
    np.save(folder / "linkage.npy", tree)
    with h5py.File(folder / "model.h5", "w") as file:
        file["centers"], file["labels"] = model.cluster_centers_, labels
        file["terms"] = [term.encode() for term in terms]


def experiment(catalogue, stop_words, folder):
    """Runs all of it; returns the inertia and the silhouette for each k."""
    rows, texts = read(catalogue, stop_words)
    vectorizer = TfidfVectorizer(max_features=5_000)
    points = vectorizer.fit_transform(texts)

    inertias = {k: float(k_means(k, 51).fit(points).inertia_) for k in COUNTS}
    silhouettes = {}
    for k in COUNTS[1:]:
        labels = k_means(k, 51).fit_predict(points)
        silhouettes[k] = float(silhouette_score(points, labels, metric="euclidean"))

    best = max(silhouettes, key=silhouettes.get)
    model = k_means(best, 42).fit(points)
    tree = linkage(points.toarray(), "ward")
    silhouette_score(points, fcluster(tree, 6, "maxclust"))
    terms = vectorizer.get_feature_names_out()
    write(folder, rows, model.labels_, silhouettes, model, tree, terms)
    return {"inertia": inertias, "silhouette": silhouettes}


if __name__ == "__main__":
    print(experiment(*sys.argv[1:4]))
