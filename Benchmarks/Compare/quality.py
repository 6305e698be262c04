"""Judges what ours and a peer came to, in double precision, with one function for both.

Started by compare.py as a process of its own with one JSON argument; prints one line of JSON.
"""

import json
import pathlib
import sys

import h5py
import numpy as np
import scipy.sparse as sp

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "Tests/CommandLineTests/Witness"))
from tree_audit import row_distances, worst_departure  # noqa: E402

# Two squared distances nearer than this, relative to the norms they come from, are a near-tie.
NEAR_TIE = 1e-6

# The share that an inertia may be above the peer's.
INERTIA_TOLERANCE = 1e-6

BLOCK_ROWS = 2_000

# What heights may differ by, relative; of lower ones, the same share of this share of the highest.
HEIGHT_TOLERANCE = 1e-6
LOW_HEIGHT = 1e-3


def load(path):
    """A matrix in double precision, from the same file that both sides read."""
    matrix = sp.load_npz(path).tocsr() if path.endswith(".npz") else np.load(path)
    return matrix.astype(np.float64)


def centers_of(run, k):
    """The centers of one of our runs, from its runs.h5, and its labels."""
    with h5py.File(pathlib.Path(run) / "runs.h5") as runs:
        group = runs[f"kmeans-k{k:04d}"]
        centers = group["centroids"]
        if "dense" in centers:
            matrix = centers["dense"][:]
        else:
            parts = tuple(centers[part][:] for part in ("data", "indices", "indptr"))
            shape = tuple(int(size) for size in centers.attrs["shape"])
            matrix = sp.csr_matrix(parts, shape).toarray()
        return group["labels"][:], matrix.astype(np.float64)


def dots(points, centers, labels):
    """The product of every row with the center of its label."""
    if sp.issparse(points):
        owner = np.repeat(np.arange(points.shape[0]), np.diff(points.indptr))
        products = points.data * centers[labels[owner], points.indices]
        return np.bincount(owner, products, points.shape[0])
    result = np.empty(points.shape[0])
    for first in range(0, points.shape[0], BLOCK_ROWS):
        rows = slice(first, first + BLOCK_ROWS)
        result[rows] = np.einsum("ij,ij->i", points[rows], centers[labels[rows]])
    return result


def squared_norms(matrix):
    if sp.issparse(matrix):
        return np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    return np.einsum("ij,ij->i", matrix, matrix)


def squared_distances(points, centers, labels, norms):
    """Squared distance of every row to the center of its label."""
    return norms - 2 * dots(points, centers, labels) + squared_norms(centers)[labels]


def kmeans(spec):
    """Labels row by row, each difference audited; inertia of both sides."""
    points = load(spec["matrix"])
    norms = squared_norms(points)
    ours, our_centers = centers_of(spec["ours"], spec["k"])
    theirs = np.load(spec["peer"] + "-labels.npy")
    their_centers = np.load(spec["peer"] + "-centers.npy").astype(np.float64)

    our_inertia = squared_distances(points, our_centers, ours, norms).sum()
    their_inertia = squared_distances(points, their_centers, theirs, norms).sum()
    differing = np.flatnonzero(ours != theirs)
    rows, row_norms = points[differing], norms[differing]
    near = np.zeros(differing.size, bool)
    gaps = []
    for centers in (our_centers, their_centers):
        mine = squared_distances(rows, centers, ours[differing], row_norms)
        other = squared_distances(rows, centers, theirs[differing], row_norms)
        gap = np.abs(mine - other) / np.maximum(row_norms + np.abs(mine), 1e-300)
        near |= gap <= NEAR_TIE
        gaps.append(gap)
    widest = float(np.minimum(*gaps).max()) if differing.size else 0.0
    relative = float((our_inertia - their_inertia) / their_inertia)
    others = int((~near).sum())
    return {
        "inertia_difference": relative,
        "differing_labels": int(differing.size),
        "near_ties": int(near.sum()),
        "other_differences": others,
        "widest_gap": widest,
        # Rounding in single precision decides ties at the start, and the fits part there.
        "ok": bool(relative <= INERTIA_TOLERANCE and (others == 0 or not spec["strict"]))
        if spec["is_double"]
        else None,
    }


def our_merges(spec):
    return np.load(pathlib.Path(spec["ours"]) / "linkage.npy")


def heights(spec):
    """The greatest relative difference of two trees' sorted heights."""
    ours = np.sort(our_merges(spec)[:, 2])
    theirs = np.sort(np.load(spec["peer"] + "-heights.npy"))
    worst = float((np.abs(ours - theirs) / np.maximum(theirs, theirs[-1] * LOW_HEIGHT)).max())
    return {"largest_height_difference": worst, "ok": worst <= HEIGHT_TOLERANCE}


def tree(spec):
    """Whether ours merges nearest clusters; the heights only tell how much ties leave to choice."""
    distances = row_distances(load(spec["matrix"]), "euclidean")
    departure = worst_departure(our_merges(spec), distances, spec["linkage"])
    return {
        **heights(spec),
        "largest_departure": departure,
        "ok": departure <= HEIGHT_TOLERANCE,
    }


def tfidf(spec):
    """The same terms and the same weights."""
    folder = pathlib.Path(spec["ours"])
    ours, theirs = load(str(folder / "X.npz")), load(spec["peer"] + ".npz")
    our_terms = (folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    with open(spec["peer"] + "-vocabulary.txt", encoding="utf-8") as file:
        their_terms = file.read().splitlines()
    place = {term: column for column, term in enumerate(our_terms)}
    if set(our_terms) != set(their_terms) or ours.shape != theirs.shape:
        missing = len(set(our_terms) ^ set(their_terms))
        return {"differing_terms": missing, "ok": False}
    worst = float(abs(ours[:, [place[term] for term in their_terms]] - theirs).max())
    return {"differing_terms": 0, "largest_difference": worst, "ok": worst <= 1e-6}


def explained(points, basis):
    """The share of the variance that the span of a basis explains."""
    orthonormal, _ = np.linalg.qr(basis.astype(np.float64))
    mean = np.asarray(points.mean(axis=0)).ravel()
    total = np.sum(points.data**2) / points.shape[0] - np.sum(mean**2)
    return float((points @ orthonormal).var(axis=0).sum() / total)


def latent(spec):
    """Explained variance of both bases."""
    points = load(spec["matrix"])
    with h5py.File(pathlib.Path(spec["ours"]) / "model.h5") as model:
        ours = explained(points, model["lsa/basis"][:])
    theirs = explained(points, np.load(spec["peer"] + "-basis.npy"))
    return {"ours": ours, "peer": theirs, "difference": ours - theirs, "ok": ours >= theirs - 1e-4}


CHECKS = {
    "kmeans": kmeans,
    "heights": heights,
    "tree": tree,
    "tfidf": tfidf,
    "latent": latent,
}


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    print(json.dumps(CHECKS[request["check"]](request)))
