"""What is measured of labels and of features, in NumPy and scikit-learn."""

import csv
import itertools
import warnings

import h5py
import numpy as np
import scipy.sparse as sp
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    normalized_mutual_info_score,
)

NEIGHBORS = 10
BLOCK = 1_024


def classes(path, column):
    """The class of each row: the first entry of a list such as `Dramas, Thrillers`."""
    with open(path, encoding="utf-8", newline="") as file:
        names = [row[column].split(",")[0].strip() for row in csv.DictReader(file)]
    return np.unique(names, return_inverse=True)[1]


def load(path):
    """A matrix that `kindred features` wrote."""
    return sp.load_npz(path).tocsr() if path.suffix == ".npz" else np.load(path)


def unit(points):
    """Rows of length one, or 0."""
    if sp.issparse(points):
        lengths = np.sqrt(np.asarray(points.multiply(points).sum(axis=1)).ravel())
        return sp.diags_array(1 / np.where(lengths > 0, lengths, 1)).tocsr() @ points
    lengths = np.linalg.norm(points, axis=1)
    return points / np.where(lengths > 0, lengths, 1)[:, None]


def precision(spaces, truth):
    """The share of each row's ten most similar rows that are of its class, mean over the rows.

    `spaces` are pairs of rows and a weight: likeness is the weighted sum of the cosines.
    """
    spaces = [(unit(points.astype(np.float32)), weight) for points, weight in spaces]
    rows, hits = len(truth), 0
    for start in range(0, rows, BLOCK):
        cosines = 0
        for points, weight in spaces:
            block = points[start : start + BLOCK] @ points.T
            cosines = cosines + weight * (block.toarray() if sp.issparse(block) else block)
        own = np.arange(cosines.shape[0])
        cosines[own, start + own] = -np.inf
        nearest = np.argpartition(-cosines, NEIGHBORS - 1, axis=1)[:, :NEIGHBORS]
        hits += np.count_nonzero(truth[nearest] == truth[start + own][:, None])
    return hits / (rows * NEIGHBORS)


def run_labels(folder):
    """The labels of every clustering of a run folder by its k."""
    with h5py.File(folder / "runs.h5") as runs:
        return {int(run.attrs["cluster_count"]): run["labels"][:] for run in runs.values()}


def predicted_labels(path):
    """The labels that `kindred predict` wrote."""
    with open(path, encoding="utf-8", newline="") as file:
        return np.array([int(row["cluster"]) for row in csv.DictReader(file)])


def agreement(labels, truth):
    """How much labels and classes tell of each other, 1 for all; AMI is 0 for labels by chance."""
    return {
        "nmi": float(normalized_mutual_info_score(truth, labels)),
        "ami": float(adjusted_mutual_info_score(truth, labels)),
    }


def likeness(left, right):
    """The adjusted Rand index of two labelings."""
    return float(adjusted_rand_score(left, right))


def pairwise(labelings):
    """The adjusted Rand index of every pair of labelings."""
    return [likeness(left, right) for left, right in itertools.combinations(labelings, 2)]


# A half may have fewer clusters than classes; scikit-learn would say so every time.
warnings.filterwarnings("ignore", module="sklearn")
