#!/usr/bin/env python3
"""Draws inertia against time of mini-batch K-Means, ours and scikit-learn's, as SVG.

Every point is a fit of its own from the same start centers with a larger limit of passes: its time
is that of the whole fit, the last labeling of all rows included.
"""

import argparse
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"

# The peers live in the environment that setup makes; start again inside it.
if PYTHON.exists() and pathlib.Path(sys.prefix).resolve() != PYTHON.parents[1].resolve():
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

from compare import PACKAGE, REFERENCE, say  # noqa: E402
from kindred import Kindred  # noqa: E402
from measure import Bench, Worker  # noqa: E402
from rows import cluster, files, mini_batch, stem  # noqa: E402

# Figure, matrix, k, limits of passes for ours and for scikit-learn, whose passes take long.
FIGURES = {
    "wordnet": ("wordnet.npz", 100, (1, 2, 3, 5, 8, 13, 20), (1, 2, 3, 5, 8)),
    "million": ("generated-1000k.npz", 100, (1, 2, 3, 5, 8), (1, 2, 4)),
}
COLORS = {
    "kindred minibatch": "#1b6ca8",
    "kindred nested": "#2a9d5c",
    "kindred kmeans (Lloyd)": "#8a6bbf",
    "scikit-learn MiniBatchKMeans": "#c8553d",
}


def our_curve(bench, command, budgets, repetitions):
    """(seconds, inertia) for each budget: medians over the seeds."""
    points = []
    for budget in budgets:
        runs = []
        for seed in range(repetitions):
            arguments = bench.resolve(command, seed=seed)
            arguments[arguments.index("--max-iter") + 1] = str(budget)
            runs.append(bench.kindred.run(arguments, bench.threads))
        inertia = statistics.median(run["inertia"] for run in runs)
        if points and points[-1][1] == inertia:
            # The fits ended by their own rule; more passes change nothing.
            break
        points.append((statistics.median(run["seconds"]["fit"] for run in runs), inertia))
    return points


def peer_curve(bench, peer, budgets, repetitions):
    """The same of scikit-learn."""
    worker = Worker(peer, bench.resolve(peer.spec), "float32", bench.threads)
    points = []
    for budget in budgets:
        runs = [
            worker.ask("run", seed=seed, settings={"iterations": budget})
            for seed in range(repetitions)
        ]
        points.append(
            (
                statistics.median(run["seconds"] for run in runs),
                statistics.median(run["inertia"] for run in runs),
            )
        )
    worker.stop()
    return points


def curves(bench, matrix, k, our_budgets, peer_budgets, repetitions):
    """All curves of one figure by name."""
    case = mini_batch(matrix, k, 1, (None, None))
    bench.make(files(case))
    found = {}
    for name, command in case.ours.items():
        if name in case.needs and not bench.kindred.knows(case.needs[name]):
            say(f"  {name}: not built yet")
            continue
        say(f"  kindred {name}")
        found[f"kindred {name}"] = our_curve(bench, command, our_budgets, repetitions)
    start = f"@{stem(matrix)}-start{k}.npy"
    say("  kindred kmeans")
    lloyd = cluster(matrix, k, 1, "--initial-centers", start)
    found["kindred kmeans (Lloyd)"] = our_curve(bench, lloyd, (1, 2, 3, 5, 8, 13, 20), 1)
    say("  scikit-learn")
    found["scikit-learn MiniBatchKMeans"] = peer_curve(
        bench, case.peers[0], peer_budgets, min(repetitions, 2)
    )
    return found


def draw(found, title, path):
    """The curves as SVG that stays the same for the same numbers."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "kindred", "svg.fonttype": "none", "font.size": 10}
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name, points in found.items():
        axes.plot(*zip(*points), marker="o", markersize=4, color=COLORS[name], label=name)
    axes.set_xscale("log")
    axes.set_xlabel("seconds of the fit (logarithmic)")
    axes.set_ylabel("inertia over all rows")
    axes.set_title(title, fontsize=10)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=FIGURES, help="one figure instead of both")
    parser.add_argument("--repetitions", type=int, default=3, help="seeds of a point; default: 3")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kindred", type=pathlib.Path, default=PACKAGE / ".build/release/kindred")
    parser.add_argument("--cache", type=pathlib.Path, default=HERE / ".cache")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent, help="folder of the SVG")
    options = parser.parse_args()

    kindred = Kindred(options.kindred)
    bench = Bench(
        kindred, options.cache, REFERENCE, options.threads, options.repetitions, say
    )
    for name, (matrix, k, ours, theirs) in FIGURES.items():
        if options.only not in (None, name):
            continue
        say(f"{stem(matrix)}, k={k}")
        found = curves(bench, matrix, k, ours, theirs, options.repetitions)
        for curve, points in found.items():
            for seconds, inertia in points:
                print(f"{name}\t{curve}\t{seconds:.3f}\t{inertia:.1f}", flush=True)
        title = f"{stem(matrix)}: k={k}, batches of 1,024, {options.threads} threads"
        draw(found, title, options.out / f"minibatch-{name}.svg")


if __name__ == "__main__":
    main()
