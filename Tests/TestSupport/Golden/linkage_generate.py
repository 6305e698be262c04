"""Writes linkage.json: what SciPy makes of rows that Tests/TestSupport/RecipeRows.swift makes too.

Needs numpy 2.4.6 and SciPy 1.17.1. Run it in this folder: python linkage_generate.py

A case holds the sorted heights of the tree and a digest of the partition at every k. Where ties leave
SciPy a choice, the digest is left out: noise as small as rounding, and another order of the rows, tell
where that is. The heights of a case are the same for every choice.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.cluster.hierarchy import linkage

VERSIONS = {"numpy": np.__version__, "scipy": scipy.__version__}
MASK = (1 << 64) - 1
TRIALS = 20

MEANS = ("ward", "centroid", "median")
PAIRS = [
    *((name, "euclidean") for name in ("single", "complete", "average", "weighted", *MEANS)),
    *((name, "sqeuclidean") for name in ("single", "complete", "average", "weighted")),
    *((name, "cosine") for name in ("single", "complete", "average", "weighted")),
]


class SplitMix:
    """Steele, Lea and Flood's generator, DOI 10.1145/2660193.2660195."""

    def __init__(self, seed):
        self.state = seed

    def word(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, count):
        return self.word() % count

    def unit(self):
        """A multiple of 2^-20 in [0, 1): sums of a few stay exact in single precision."""
        return (self.word() >> 44) / 2**20


def uniform(draw, rows, columns):
    return [[draw.unit() - 0.5 for _ in range(columns)] for _ in range(rows)]


def clustered(draw, rows, columns):
    """Rows around six places."""
    places = [[float(draw.below(8)) for _ in range(columns)] for _ in range(6)]
    made = []
    for _ in range(rows):
        place = places[draw.below(6)]
        made.append([value + draw.unit() for value in place])
    return made


def grid(draw, rows, columns):
    """Small whole numbers: most distances are equal to many others."""
    return [[float(draw.below(4)) for _ in range(columns)] for _ in range(rows)]


def repeated(draw, rows, columns):
    """A third of the rows, each as often as it is drawn."""
    different = uniform(draw, rows // 3 + 1, columns)
    return [different[draw.below(len(different))] for _ in range(rows)]


def equal(draw, rows, columns):
    """One row, again and again."""
    return uniform(draw, 1, columns) * rows


def simplex(draw, rows, columns):
    """Rows that are all at the same distance from each other."""
    return [[float(row == column) for column in range(columns)] for row in range(rows)]


def text(draw, rows, columns):
    """Few columns a row, low ones more often; every tenth row or so is zero."""
    made = []
    for _ in range(rows):
        row = [0.0] * columns
        for _ in range(draw.below(10)):
            column = draw.below(draw.below(columns) + 1)
            row[column] = draw.unit() + 1
        made.append(row)
    return made


KINDS = {
    kind.__name__: kind for kind in (uniform, clustered, grid, repeated, equal, simplex, text)
}


def distances(rows, metric):
    """The condensed matrix of distances; a row of zeros is at cosine distance 1, from its like at 0."""
    if metric == "cosine":
        norms = np.linalg.norm(rows, axis=1)
        units = rows / np.where(norms > 0, norms, 1)[:, None]
        zero = (norms == 0).astype(float)
        units = np.column_stack([units, zero])
        square = 0.5 * ((units[:, None, :] - units[None, :, :]) ** 2).sum(axis=2)
    else:
        square = ((rows[:, None, :] - rows[None, :, :]) ** 2).sum(axis=2)
        if metric == "euclidean":
            square = np.sqrt(square)
    return square


def tree(square, method):
    count = len(square)
    if count == 1:
        return np.zeros((0, 4))
    return linkage(square[np.triu_indices(count, 1)], method)


def digests(merges, places):
    """One digest for each k from 1: FNV-1a over labels, clusters numbered by their lowest row.

    `places` tells which row each row of the tree is.
    """
    count = len(places)
    members = {row: [int(place)] for row, place in enumerate(places)}
    found = []
    for step in range(count):
        if step > 0:
            left, right = (int(part) for part in merges[step - 1, :2])
            members[count + step - 1] = members.pop(left) + members.pop(right)
        labels = [0] * count
        for label, cluster in enumerate(sorted(members.values(), key=min)):
            for row in cluster:
                labels[row] = label
        digest = 0xCBF29CE484222325
        for label in labels:
            digest = ((digest ^ label) * 0x100000001B3) & MASK
        found.append(f"{digest >> 32:08x}")
    return found[::-1]


def answer(rows, method, metric):
    """Heights and digests, or nothing where the heights depend on how ties are broken."""
    square = distances(rows, metric)
    base = tree(square, method)
    heights = np.sort(base[:, 2])
    found = digests(base, np.arange(len(rows)))
    # Between two merges of one height any of them may come first.
    for place in range(1, len(heights)):
        if heights[place] - heights[place - 1] <= 1e-9 * heights[place]:
            found[len(heights) - place] = "." * 8
    noise = np.random.default_rng(len(rows))
    size = 1e-5 if method in ("weighted", "median") else 1e-6
    for _ in range(TRIALS):
        order = noise.permutation(len(rows))
        # Equal rows stay equal, as in the engine.
        factor = 1 + size * noise.uniform(-1, 1, square.shape)
        shift = (2e-7 if metric == "cosine" else 0) * noise.uniform(-1, 1, square.shape)
        shaken = np.where(square > 1e-12, np.maximum(square * factor + shift, 0), 0)
        shaken = np.triu(shaken, 1) + np.triu(shaken, 1).T
        other = tree(shaken[np.ix_(order, order)], method)
        if not np.allclose(np.sort(other[:, 2]), heights, rtol=20 * size, atol=1e-6):
            return None
        for place, digest in enumerate(digests(other, order)):
            if digest != found[place]:
                found[place] = "." * 8
    return {
        "heights": [float(f"{height:.13g}") for height in heights],
        "digests": "".join(found),
    }


def cases():
    """Kinds of rows, each under every linkage and metric that makes sense of it."""
    shapes = [
        ("uniform", 1, 3, PAIRS),
        ("uniform", 2, 3, PAIRS),
        ("uniform", 3, 2, PAIRS),
        ("uniform", 150, 7, PAIRS),
        ("clustered", 200, 12, PAIRS),
        ("repeated", 90, 5, PAIRS),
        ("equal", 33, 4, PAIRS),
        ("simplex", 40, 40, PAIRS),
        ("text", 120, 50, PAIRS),
        ("grid", 100, 3, [pair for pair in PAIRS if pair[0] == "single"]),
        ("uniform", 400, 3, [("single", "euclidean"), ("ward", "euclidean")]),
        ("uniform", 400, 9, [("average", "cosine")]),
        ("clustered", 400, 30, [("complete", "euclidean")]),
        ("text", 400, 90, [("single", "cosine"), ("average", "cosine")]),
    ]
    for kind, rows, columns, pairs in shapes:
        for method, metric in pairs:
            for seed in range(1, 40):
                points = np.array(KINDS[kind](SplitMix(seed), rows, columns))
                found = answer(points, method, metric)
                needs_all = kind in ("uniform", "clustered")
                if found and not (needs_all and "." in found["digests"]):
                    break
            else:
                print(f"{kind} {rows}×{columns}, {method}, {metric}: depends on ties, left out")
                continue
            yield {
                "kind": kind,
                "seed": seed,
                "rows": rows,
                "columns": columns,
                "linkage": method,
                "metric": metric,
                **found,
            }


def main():
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases())
    versions = json.dumps(VERSIONS, separators=(",", ":"))
    text = f'{{"versions":{versions},"cases":[\n{lines}\n]}}\n'
    pathlib.Path("linkage.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
