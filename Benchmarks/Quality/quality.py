#!/usr/bin/env python3
"""Measures how good clusters and recommendations are, by feature settings and algorithms.

Run `../Compare/setup` once and build with `swift build -c release --product kindred`; then
`./quality.py`. What was measured is kept in a JSON file, and a run that was cut short goes on there.
"""

import argparse
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMPARE = HERE.parent / "Compare"
PYTHON = COMPARE / ".venv" / "bin" / "python"

# scikit-learn lives in the environment that Compare/setup makes; start again inside it.
if __name__ == "__main__" and PYTHON.exists():
    if pathlib.Path(sys.prefix).resolve() != PYTHON.parents[1].resolve():
        os.execv(PYTHON, [str(PYTHON), *sys.argv])

sys.path.append(str(COMPARE))

import numpy as np  # noqa: E402
import measures  # noqa: E402
import tables  # noqa: E402
from kindred import Kindred  # noqa: E402
from settings import COLLECTIONS, SETTINGS  # noqa: E402

PACKAGE = HERE.parents[1]
REFERENCE = PACKAGE.parent / "shared" / "data" / "netflix_titles_2019.csv"

FEW_COUNTS = (10, 20, 40)
HALVES_COUNT = 20

# How `kindred recommend` weighs likeness in the latent space beside that of the words.
LATENT_WEIGHT = 0.25

SEEDS = 4
TREE_SEEDS = 2
SPLITS = 2
WORDNET_ROWS = 10_000


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", nargs="+", default=[], help="collections and settings: sample 'stems, LSA 100'"
    )
    parser.add_argument(
        "--kindred", type=pathlib.Path, default=PACKAGE / ".build/release/kindred"
    )
    parser.add_argument(
        "--reference", type=pathlib.Path, default=REFERENCE, help="the reference catalogue"
    )
    parser.add_argument("--threads", type=int, default=2, help="default: 2")
    parser.add_argument("--cache", type=pathlib.Path, default=HERE / ".cache")
    parser.add_argument("--json", type=pathlib.Path, help="default: quality.json in the cache")
    parser.add_argument(
        "--markdown", type=pathlib.Path, help="put the tables there, between its two markers"
    )
    options = parser.parse_args()
    options.json = options.json or options.cache / "quality.json"
    known = {one.name for one in (*COLLECTIONS, *SETTINGS)}
    if unknown := [name for name in options.only if name not in known]:
        raise SystemExit(f"--only {unknown[0]}: no such collection or setting")
    return options


def chosen(all_of, names):
    """Those that are named, or all when none of them is."""
    return [one for one in all_of if one.name in names] or list(all_of)


class Files:
    """A collection's rows and the halves of its rows, as files."""

    def __init__(self, collection, source, cache):
        self.collection = collection
        self.folder = cache / collection.name
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(source, encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        generator = np.random.default_rng(0)
        if collection.name == "wordnet":
            rows = [rows[row] for row in np.sort(generator.choice(len(rows), WORDNET_ROWS, False))]
        self.all = self._write("all", header, rows)
        self.halves = []
        for split in range(SPLITS):
            order = generator.permutation(len(rows))
            parts = (order[: len(rows) // 2], order[len(rows) // 2 :])
            self.halves.append([
                self._write(f"half{split}{name}", header, [rows[row] for row in np.sort(part)])
                for name, part in zip("ab", parts)
            ])  # fmt: skip
        self.truth = measures.classes(self.all, collection.truth)
        self.row_count = len(rows)
        self.class_count = int(self.truth.max()) + 1
        self.counts = sorted({*FEW_COUNTS, self.class_count})

    def _write(self, name, header, rows):
        path = self.folder / f"{name}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        return path


class Store:
    """What was measured, by a key of three parts; saved after every step."""

    def __init__(self, path):
        self.path = path
        self.cells = json.loads(path.read_text()) if path.exists() else {}

    def once(self, key, arguments, work):
        """The value of a cell; measured when it is missing or came from other options."""
        key = "/".join(key)
        found = self.cells.get(key)
        if found is None or found["arguments"] != arguments:
            found = {"arguments": arguments, "value": work()}
            self.cells[key] = found
            self.save()
        return found["value"]

    def save(self):
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.cells, indent=1), encoding="utf-8")
        partial.replace(self.path)


class Bench:
    """Runs the program and measures its files."""

    def __init__(self, kindred, threads, store, scratch):
        self.kindred, self.threads, self.store = kindred, threads, store
        self.scratch = pathlib.Path(scratch)

    def measure(self, files, setting):
        """Every cell of one setting and collection."""
        collection = files.collection
        if setting.columns not in collection.columns:
            return
        about = setting.feature_arguments(collection, self._knows)
        fit = [*about, *setting.fit_arguments()]
        seeds = TREE_SEEDS if setting.is_tree else SEEDS
        parts = [
            ("seeds", [*fit, *map(str, files.counts)], lambda: self._seeds(files, fit, seeds)),
            ("features", [*about, str(LATENT_WEIGHT)], lambda: self._features(files, about)),
            ("halves", fit, lambda: [self._halves(files, fit, pair) for pair in files.halves]),
        ]
        if setting.is_swept:
            parts.append(("sweep", fit, lambda: self._sweep(files, fit)))
        for part, arguments, work in parts:
            self.store.once((collection.name, setting.name, part), arguments, work)

    def _knows(self, option):
        return self.kindred.knows("sweep " + option)

    def _run(self, *arguments):
        return self.kindred.run([*map(str, arguments), "--force"], self.threads)

    def _sweep(self, files, fit):
        """What a sweep over k = 2...30 chooses, and how long it takes."""
        folder = self.scratch / "sweep"
        told = self._run("sweep", files.all, "--k", "2...30", *fit, "--out", folder)
        return {
            "k": told["best"]["k"],
            "seconds": sum(told["seconds"].values()),
            "phases": told["seconds"],
            **measures.agreement(np.load(folder / "labels.npy"), files.truth),
        }

    def _features(self, files, about):
        """The matrix that is clustered, and what its neighbors and recommendations are worth."""
        # A run tells whether the program reduces the texts by itself.
        folder = self.scratch / "told"
        self._run("sweep", files.all, "--k", "2", "--n-init", "1", *about, "--out", folder)
        run = json.loads((folder / "run.json").read_text())
        path = self.scratch / "X.npz"
        told = self._run("features", files.all, *about, "--lsa", "none", "--out", path)
        spaces = [(measures.load(path), 1)]
        recommended = measures.precision(spaces, files.truth)
        clustered = recommended
        if run["options"]["lsa"] is not None:
            path = self.scratch / "X.npy"
            told = self._run("features", files.all, *about, "--out", path)
            latent = measures.load(path)
            clustered = measures.precision([(latent, 1)], files.truth)
            recommended = measures.precision([*spaces, (latent, LATENT_WEIGHT)], files.truth)
        return {
            "columns": told["columns"],
            "seconds": told["seconds"]["features"],
            "clustered": clustered,
            "recommended": recommended,
        }

    def _seeds(self, files, fit, seeds):
        """Clusterings of some k from several seeds, against the classes and each other."""
        folder = self.scratch / "seed"
        counts = ",".join(map(str, files.counts))
        silhouettes, labels = [], []
        for seed in range(seeds):
            told = self._run("sweep", files.all, "--k", counts, *fit, "--seed", seed, "--out", folder)
            silhouettes.append({run["k"]: run["silhouette"] for run in told["runs"]})
            labels.append(measures.run_labels(folder))
        value = {}
        for k in files.counts:
            found = [measures.agreement(one[k], files.truth) for one in labels]
            value[str(k)] = {
                "silhouette": [one[k] for one in silhouettes],
                "largest": [float(np.bincount(one[k]).max() / len(one[k])) for one in labels],
                "nmi": [one["nmi"] for one in found],
                "ami": [one["ami"] for one in found],
                "stability": measures.pairwise([one[k] for one in labels]),
            }
        return value

    def _halves(self, files, fit, pair):
        """How alike models of two halves of the rows label all rows."""
        labels = []
        for half in pair:
            folder, out = self.scratch / "half", self.scratch / "predicted.csv"
            self._run("sweep", half, "--k", HALVES_COUNT, *fit, "--out", folder)
            self._run("predict", folder, files.all, "--out", out)
            labels.append(measures.predicted_labels(out))
        return measures.likeness(*labels)


def say(text):
    print(text, file=sys.stderr, flush=True)


def sources(options, cache):
    """The file of each collection, or None where there is none."""
    wordnet = cache / "wordnet.csv"
    if not wordnet.exists():
        subprocess.run(
            [PACKAGE / "Dataset" / "wordnet", "--out", wordnet], stdout=sys.stderr, check=False
        )
    found = {
        "reference": options.reference,
        "sample": PACKAGE / "Dataset" / "train.csv",
        "wordnet": wordnet,
    }
    return {name: path if path.exists() else None for name, path in found.items()}


def main():
    options = parse_arguments()
    if not PYTHON.exists():
        raise SystemExit("the environment is missing; run Benchmarks/Compare/setup")
    options.cache.mkdir(parents=True, exist_ok=True)
    kindred = Kindred(options.kindred)
    store = Store(options.json)
    found = sources(options, options.cache)
    measured = []
    for collection in chosen(COLLECTIONS, options.only):
        source = found[collection.name]
        if source is None:
            say(f"{collection.name}: left out, its file is not there")
            continue
        files = Files(collection, source, options.cache)
        measured.append(files)
        settings = chosen(SETTINGS, options.only)
        for setting in settings:
            say(f"{collection.name}: {setting.name}")
            scratch = tempfile.mkdtemp(dir=options.cache)
            try:
                Bench(kindred, options.threads, store, scratch).measure(files, setting)
            finally:
                shutil.rmtree(scratch)
    text = tables.text(store.cells, measured, SETTINGS, HALVES_COUNT)
    print(text, end="")
    if options.markdown:
        tables.put(text, options.markdown)
        say(f"written to {options.markdown}")


if __name__ == "__main__":
    main()
