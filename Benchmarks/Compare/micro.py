#!/usr/bin/env python3
"""How good a Ward tree over micro-clusters is, beside the exact tree of all rows.

For cuts at several k: the within-cluster sum of squares as a share of the total, and the agreement (ARI)
with the exact tree's cut.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"

# The peers live in the environment that setup makes; start again inside it.
if PYTHON.exists() and pathlib.Path(sys.prefix).resolve() != PYTHON.parents[1].resolve():
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

import numpy as np  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402


def kindred(program, *arguments):
    """The standard output of a run."""
    return subprocess.run(
        [program, *map(str, arguments), "--quiet"], check=True, capture_output=True, text=True
    ).stdout


def within_share(rows, labels, total):
    """The sum of squared distances to the clusters' means over that to the mean of all."""
    sums = np.zeros((labels.max() + 1, rows.shape[1]))
    np.add.at(sums, labels, rows)
    explained = ((sums**2).sum(1) / np.bincount(labels)).sum()
    return ((rows**2).sum() - explained) / total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kindred", default=str(HERE.parents[1] / ".build/release/kindred"))
    parser.add_argument("--matrix", default=str(HERE / ".cache" / "wordnet-lsa100.npy"))
    parser.add_argument("--micro", type=int, nargs="*", default=[500, 2000, 10000])
    parser.add_argument("--k", type=int, nargs="*", default=[10, 50, 200, 400])
    options = parser.parse_args()

    rows = np.load(options.matrix).astype(float)
    total = ((rows - rows.mean(0)) ** 2).sum()
    print("| Tree | Seconds | " + " | ".join(f"k = {k}" for k in options.k) + " |")
    print("| --- | --- | " + " | ".join("---" for _ in options.k) + " |")
    exact = {}
    with tempfile.TemporaryDirectory() as scratch:
        for micro in [None, *options.micro]:
            folder = f"{scratch}/{micro or 'exact'}"
            more = ["--micro", micro] if micro else []
            told = kindred(
                options.kindred, "tree", options.matrix, *more, "--out", folder, "--format", "json"
            )
            cells = []
            for k in options.k:
                path = f"{folder}-{k}.npy"
                kindred(
                    options.kindred, "tree", "cut", folder, "--k", k, "--format", "npy",
                    "--out", path,
                )  # fmt: skip
                labels = np.load(path)
                exact.setdefault(k, labels)
                share = f"{within_share(rows, labels, total):.4f}"
                agreement = adjusted_rand_score(exact[k], labels)
                cells.append(share if micro is None else f"{share}, ARI {agreement:.2f}")
            seconds = json.loads(told)["seconds"]["fit"]
            name = f"{micro:,} micro-clusters" if micro else "exact"
            print(f"| {name} | {seconds:.1f} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
