"""Makes the inputs of the comparison, each once, in the cache folder; prints what they are like.

A name says what the file holds, and the recipe follows from the name:

    wordnet.csv            the glosses, from Debian's wordnet-base through Dataset/wordnet
    sklearn-stop-words.txt scikit-learn's English stop words, one a line
    wordnet.npz            their TF-IDF, English stop words removed
    reference.csv          the reference catalogue
    stop-words.txt         the English stop words of `--stop-words english`, one a line
    reference.npz          TF-IDF of the reference catalogue, `--preset notebook`
    sample.npz             TF-IDF of Dataset/train.csv
    generated-1000k.npz    a generated corpus of so many thousand rows (generate.py)
    NAME-20k.npz           20,000 rows of NAME, chosen by a seed
    NAME-lsa100.npy        LSA of NAME with so many dimensions, unit rows
    NAME-start45.npy       so many different rows of NAME, chosen by a seed: start centers
    NAME-labels2-29.npy    labels of NAME for every such k, one row for each k
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import scipy.sparse as sp

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from generate import generated
from quality import centers_of
from rows import LABEL_FIT

PACKAGE = pathlib.Path(__file__).resolve().parents[2]
SEED = 7
CALIBRATION_CLUSTERS, CALIBRATION_ROWS = "100", 20_000


def load(path):
    """A matrix file as float32: CSR from .npz, an array from .npy."""
    path = pathlib.Path(path)
    return sp.load_npz(path).tocsr() if path.suffix == ".npz" else np.load(path)


def save(path, matrix):
    """Writes a matrix whole or not at all."""
    partial = path.with_name("partial-" + path.name)
    if sp.issparse(matrix):
        sp.save_npz(partial, matrix, compressed=False)
    else:
        np.save(partial, matrix)
    partial.replace(path)


class Makers:
    """The recipes, with the cache folder and the program that some of them need."""

    def __init__(self, cache, kindred, reference):
        self.cache = pathlib.Path(cache)
        self.cache.mkdir(parents=True, exist_ok=True)
        self.kindred, self.reference = kindred, reference

    def make(self, name):
        """The path of a file, made first when it is missing."""
        path = self.cache / name
        if path.exists() and not ("-labels" in name and self._is_outdated(path)):
            return path
        for pattern, recipe in self.RECIPES:
            found = re.fullmatch(pattern, name)
            if found:
                recipe(self, path, *found.groups())
                print(f"  made {name}{describe(path)}", file=sys.stderr, flush=True)
                return path
        raise SystemExit(f"{name}: no recipe in matrices.py")

    def _is_outdated(self, path):
        """Whether the program is newer: its sweeps may come to other labels."""
        return path.stat().st_mtime < pathlib.Path(self.kindred).stat().st_mtime

    def _features(self, path, source, *options):
        # kindred writes vocabulary.txt beside the matrix, so it gets a folder of its own.
        with tempfile.TemporaryDirectory(dir=self.cache) as folder:
            out = pathlib.Path(folder) / path.name
            self._run("features", source, *options, "--out", out)
            out.replace(path)

    def _run(self, *arguments):
        subprocess.run([self.kindred, *arguments, "--quiet"], stdout=sys.stderr, check=True)

    def _wordnet_csv(self, path):
        subprocess.run(
            [PACKAGE / "Dataset" / "wordnet", "--out", path], stdout=sys.stderr, check=True
        )

    def _wordnet(self, path):
        source = self.make("wordnet.csv")
        self._features(path, source, "--text", "definition", "--stop-words", "english")

    def _stop_words(self, path):
        path.write_text("\n".join(sorted(ENGLISH_STOP_WORDS)) + "\n", encoding="utf-8")

    def _own_stop_words(self, path):
        source = PACKAGE / "Sources" / "TextFeatures" / "StopWords.swift"
        words = source.read_text(encoding="utf-8").split('"""')[1].split()
        path.write_text("\n".join(words) + "\n", encoding="utf-8")

    def _catalogue(self, path):
        shutil.copyfile(self.reference, path)

    def _reference(self, path):
        self._features(path, self.reference, "--preset", "notebook")

    def _sample(self, path):
        source = PACKAGE / "Dataset" / "train.csv"
        self._features(path, source, "--text", "description", "--stop-words", "english")

    def _generated(self, path, thousands):
        save(path, generated(int(thousands) * 1_000))

    def _some_rows(self, path, name, thousands, suffix):
        matrix = load(self.make(name + suffix))
        count = int(thousands) * 1_000
        rows = np.random.default_rng(SEED).choice(matrix.shape[0], count, replace=False)
        save(path, matrix[np.sort(rows)])

    def _latent(self, path, name, dimensions):
        self._features(path, self.make(name + ".npz"), "--lsa", dimensions)

    def _start(self, path, name, count):
        matrix = load(self._matrix_of(name))
        rows, seen = [], set()
        for row in np.random.default_rng(SEED).permutation(matrix.shape[0]):
            if sp.issparse(matrix):
                span = slice(matrix.indptr[row], matrix.indptr[row + 1])
                content = matrix.indices[span].tobytes() + matrix.data[span].tobytes()
            else:
                content = matrix[row].tobytes() if matrix[row].any() else b""
            if content and content not in seen:
                seen.add(content)
                rows.append(row)
            if len(rows) == int(count):
                break
        else:
            raise SystemExit(f"{name}: fewer than {count} different rows")
        chosen = matrix[rows]
        save(path, (chosen.toarray() if sp.issparse(chosen) else chosen).astype(np.float32))

    def _labels(self, path, name, first, last):
        with tempfile.TemporaryDirectory(dir=self.cache) as folder:
            run = pathlib.Path(folder) / "run"
            counts = f"{first}...{last}"
            self._run(
                "sweep", self._matrix_of(name), "--k", counts, *LABEL_FIT, "--out", run
            )
            with h5py.File(run / "runs.h5") as runs:
                labels = np.array([runs[key]["labels"][:] for key in sorted(runs)])
        save(path, labels[0] if len(labels) == 1 else labels)

    def _matrix_of(self, name):
        is_dense = "-lsa" in name
        return self.make(name + (".npy" if is_dense else ".npz"))

    RECIPES = (
        (r"wordnet\.csv", _wordnet_csv),
        (r"wordnet\.npz", _wordnet),
        (r"sklearn-stop-words\.txt", _stop_words),
        (r"stop-words\.txt", _own_stop_words),
        (r"reference\.csv", _catalogue),
        (r"reference\.npz", _reference),
        (r"sample\.npz", _sample),
        (r"generated-(\d+)k\.npz", _generated),
        (r"(.+)-start(\d+)\.npy", _start),
        (r"(.+)-labels(\d+)-(\d+)\.npy", _labels),
        (r"(.+)-(\d+)k(\.np[yz])", _some_rows),
        (r"(.+)-lsa(\d+)\.npy", _latent),
    )


def describe(path):
    """The calibration figures of a sparse matrix, in one line."""
    if path.suffix != ".npz":
        return ""
    matrix = load(path)
    rows = matrix.shape[0]
    stored = np.diff(matrix.indptr)
    frequency = np.sort(np.bincount(matrix.indices, minlength=matrix.shape[1]))[::-1]
    shares = "/".join(f"{frequency[:top].sum() / matrix.nnz:.2f}" for top in (64, 256, 1_024))
    overlap = ((frequency / rows) ** 2).sum()
    return (
        f": {rows:,} x {matrix.shape[1]:,}, stored a row {stored.mean():.1f} "
        f"(p95 {np.percentile(stored, 95):.0f}), share of the top 64/256/1,024 terms {shares}, "
        f"shared terms a pair {overlap:.3f}"
    )


def calibrate(path, kindred):
    """How a matrix falls into clusters, in one line: inertia, iterations, rows in between."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        run = pathlib.Path(folder) / "run"
        options = ["--k", CALIBRATION_CLUSTERS, "--n-init", "1", "--max-iter", "100"]
        done = subprocess.run(
            [
                kindred, "cluster", path, *options, "--metric", "sqeuclidean",
                "--out", run, "--format", "json", "--quiet",
            ],
            stdout=subprocess.PIPE,
            check=True,
        )  # fmt: skip
        _, centers = centers_of(run, int(CALIBRATION_CLUSTERS))
    facts = json.loads(done.stdout)
    matrix = load(path)
    rows = np.random.default_rng(SEED).choice(
        matrix.shape[0], min(CALIBRATION_ROWS, matrix.shape[0]), replace=False
    )
    centers /= np.maximum(np.linalg.norm(centers, axis=1, keepdims=True), 1e-300)
    cosines = np.sort(matrix[np.sort(rows)] @ centers.T, axis=1)
    close = (cosines[:, -1] - cosines[:, -2] < 0.02).mean()
    return (
        f", k={CALIBRATION_CLUSTERS}: inertia a row {facts['inertia'] / facts['rows']:.3f}, "
        f"{facts['iterations']} iterations, best and second cosine within 0.02 in {close:.0%}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", required=True)
    parser.add_argument("--kindred", required=True)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--describe", action="store_true", help="print the figures of each")
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    makers = Makers(options.cache, options.kindred, options.reference)
    for name in options.names:
        path = makers.make(name)
        if options.describe:
            print(f"{name}{describe(path)}{calibrate(path, options.kindred)}")


if __name__ == "__main__":
    main()
