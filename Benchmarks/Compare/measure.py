"""Runs one case: ours and the peers in turn, then the checks of quality.

Standard library only, and no matrix in this process: see kindred.py.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from rows import files

HERE = pathlib.Path(__file__).resolve().parent

# From this time on a case is also timed on one thread.
SCALING_SECONDS = 0.5

# How often: short times vary more than a ratio of threads may.
SCALING_TURNS, SHORT_SCALING_TURNS, SHORT_SECONDS = 3, 9, 2.0

# Set where old OpenBLAS builds need them; a peer brings a build that is better off without.
UNSET_FOR_PEERS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


class Worker:
    """A peer's process: warm after construction, then one request at a time."""

    def __init__(self, peer, spec, dtype, threads):
        environment = {k: v for k, v in os.environ.items() if k not in UNSET_FOR_PEERS}
        for name in ("OMP", "OPENBLAS", "MKL"):
            environment[f"{name}_NUM_THREADS"] = str(threads)
        environment |= peer.environment
        task = spec | {"name": peer.name, "job": peer.job, "dtype": dtype, "threads": threads}
        self.peer, self.dtype = peer, dtype
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "peers.py"), json.dumps(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def ask(self, kind, **more):
        self.process.stdin.write(json.dumps({"do": kind, **more}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.peer.name} ({self.dtype}): the peer's process failed")
        return json.loads(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    """What all cases share: the program, the cache, threads and repetitions."""

    def __init__(self, kindred, cache, reference, threads, repetitions, say):
        self.kindred, self.cache = kindred, pathlib.Path(cache).resolve()
        self.reference = reference
        self.threads, self.repetitions, self.say = threads, repetitions, say
        self.cache.mkdir(parents=True, exist_ok=True)

    def make(self, names, *options):
        """Makes the missing files of the cache in a process of their own."""
        command = [sys.executable, HERE / "matrices.py", "--cache", self.cache]
        command += ["--kindred", self.kindred.path, "--reference", self.reference, *options, *names]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit("cannot make " + ", ".join(names))
        return done.stdout

    def resolve(self, value, **places):
        """A command or a value with file names for `@name` and the places filled in."""
        if isinstance(value, str):
            if value.startswith("@"):
                return str(self.cache / value[1:])
            for name, text in places.items():
                value = value.replace("{" + name + "}", str(text))
            return value
        if isinstance(value, dict):
            return {name: self.resolve(item, **places) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.resolve(item, **places) for item in value]
        return value

    def measure(self, case):
        """All results of a case, as what the JSON file holds."""
        variants = {
            name: command
            for name, command in case.ours.items()
            if name not in case.needs or self.kindred.knows(case.needs[name])
        }
        if not variants:
            need = " and ".join(sorted(set(case.needs.values())))
            return {"row": case.row, "work": case.work, "not_built": f"kindred {need}"}
        self.make(files(case))
        with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
            return CaseRun(self, case, variants, pathlib.Path(scratch)).result()


class CaseRun:
    """One case while it runs."""

    def __init__(self, bench, case, variants, scratch):
        self.bench, self.case, self.variants, self.scratch = bench, case, variants, scratch

    def result(self):
        case, bench = self.case, self.bench
        count = bench.repetitions
        if case.repetitions:
            is_sample = not case.times_repetition and count < 5
            count = 5 if is_sample else case.repetitions
            if case.times_repetition:
                count = min(count, bench.repetitions)
        workers = [self.worker(peer) for peer in case.peers if peer.job != "commands"]
        ours = {name: [] for name in self.variants}
        theirs = [[] for _ in case.peers]
        by_peer = dict(zip((w.peer.name for w in workers), workers))
        for seed in range(count):
            for name in self.variants:
                ours[name].append(self.run_ours(name, seed, bench.threads))
            for index, peer in enumerate(case.peers):
                if seed < (case.peer_repetitions or count):
                    bench.say(f"  repetition {seed + 1}: {peer.name}")
                    theirs[index].append(
                        by_peer[peer.name].ask("run", seed=seed)
                        if peer.name in by_peer
                        else self.run_commands(peer)
                    )
        facts = {name: worker.ask("facts") for name, worker in by_peer.items()}
        pairs = []
        for name in self.variants:
            for peer, runs in zip(case.peers, theirs):
                pairs.append(self.pair(name, ours[name], peer, runs, facts, by_peer))
            if not case.peers:
                pairs.append(self.alone(name, ours[name]))
        for worker in workers:
            worker.stop()
        return {
            "row": case.row,
            "work": case.work,
            "phases": list(case.phases),
            "ours": {name: self.summary(name, runs) for name, runs in ours.items()},
            "pairs": pairs,
        }

    def start(self, peer, dtype):
        """A warm worker; one warms up at a time."""
        worker = Worker(peer, self.bench.resolve(peer.spec), dtype, self.bench.threads)
        worker.ask("facts")
        return worker

    def worker(self, peer):
        """The worker of a peer, with the faster of its types."""
        chosen = self.start(peer, peer.dtypes[0])
        others = () if self.case.is_brief else peer.dtypes[1:]
        best = chosen.ask("probe")["seconds"] if others else 0.0
        for dtype in others:
            other = self.start(peer, dtype)
            seconds = other.ask("probe")["seconds"]
            if seconds < best:
                chosen, other, best = other, chosen, seconds
            other.stop()
        return chosen

    def save(self, peer, worker, prefix):
        """Has a peer write down what it came to: K-Means in double precision where it can."""
        if self.checks_double(peer) and worker.dtype != "float64":
            double = self.start(peer, "float64")
            double.ask("run", seed=0)
            double.ask("save", prefix=prefix)
            double.stop()
        else:
            worker.ask("save", prefix=prefix)

    def checks_double(self, peer):
        if self.case.quality != "kmeans" or "float64" not in peer.dtypes:
            return False
        return peer.name == "scikit-learn" or not self.case.is_brief

    def run_ours(self, name, seed, threads, *more):
        command = self.bench.resolve(self.variants[name], seed=seed, scratch=self.scratch)
        self.bench.say(f"  repetition {seed + 1}: kindred {name}, {threads} threads")
        return self.bench.kindred.run([*command, *more], threads)

    def run_commands(self, peer):
        """A peer that is a list of our own commands, one after another."""
        runs = [
            self.bench.kindred.run(self.bench.resolve(command), self.bench.threads)
            for command in peer.spec["commands"]
        ]
        return {
            "seconds": sum(self.seconds(run) for run in runs),
            "peak_memory_bytes": max(run["peak_memory_bytes"] for run in runs),
        }

    def seconds(self, run):
        return sum(run["seconds"][phase] for phase in self.case.phases)

    def summary(self, name, runs):
        """What the table tells of one of our variants."""
        times = [self.seconds(run) for run in runs]
        result = {
            "seconds": times,
            "iterations": [run.get("iterations") for run in runs],
            "inertia": [run.get("inertia") for run in runs],
            "peak_memory_bytes": max(run["peak_memory_bytes"] for run in runs),
            "threads": runs[0]["threads"],
            "blas_core": runs[0]["blas_core"],
            "isa": runs[0]["isa"],
        }
        is_timed = self.case.times_repetition and self.bench.threads > 1
        if is_timed and statistics.median(times) >= SCALING_SECONDS:
            # In turn again: the machine of this moment, and no peer in between.
            result["scaling"] = {1: [], self.bench.threads: []}
            is_short = statistics.median(times) < SHORT_SECONDS
            turns = SHORT_SCALING_TURNS if is_short else min(len(runs), SCALING_TURNS)
            for seed in range(turns):
                for threads, seconds in result["scaling"].items():
                    seconds.append(self.seconds(self.run_ours(name, seed, threads)))
        return result

    def pair(self, name, ours, peer, runs, facts, workers):
        """One of our variants beside one peer."""
        mine = [self.seconds(run) for run in ours]
        theirs = [run["seconds"] for run in runs]
        steps = [run.get("iterations") or 0 for run in ours]
        their_steps = [run.get("iterations") or 0 for run in runs]
        ratio = statistics.median(theirs) / statistics.median(mine)
        is_whole = name in self.case.whole_fits
        floor, goal = (None, None) if is_whole else (peer.floor, peer.goal)
        per_step = self.case.times_repetition and all(steps) and all(their_steps) and not is_whole
        if per_step and statistics.median(steps) != statistics.median(their_steps):
            ratio *= statistics.median(steps) / statistics.median(their_steps)
        result = {
            "variant": name,
            "peer": peer.name,
            "seconds": theirs,
            "iterations": their_steps if any(their_steps) else [],
            "ratio": ratio,
            "floor": floor,
            "goal": goal,
            "holds": None if floor is None else ratio >= floor,
            **facts.get(peer.name, {"package": "kindred"}),
            "quality": self.quality(name, ours, peer, runs, workers),
        }
        if "peak_memory_bytes" not in result:
            result["peak_memory_bytes"] = max(run["peak_memory_bytes"] for run in runs)
        return result

    def alone(self, name, ours):
        """One of our variants that no peer is timed with: does its memory stay within the limit?"""
        peak = max(run["peak_memory_bytes"] for run in ours)
        holds = self.case.memory_limit is None or peak <= self.case.memory_limit
        return {
            "variant": name,
            "peer": "-",
            "package": "kindred",
            "seconds": [],
            "iterations": [],
            "ratio": None,
            "floor": None,
            "goal": None,
            "holds": holds,
            "peak_memory_bytes": None,
            "quality": {"peak_bytes": peak, "limit": self.case.memory_limit, "ok": holds},
        }

    def quality(self, name, ours, peer, runs, workers):
        """The check of the case, for one variant and one peer."""
        kind = self.case.quality
        if kind is None:
            return None
        if kind == "inertia":
            return inertia_means(ours, runs)
        if kind == "silhouettes":
            return silhouette_difference(ours[0], runs[0])
        if kind == "experiment":
            return experiment_difference(ours[0], runs[0])
        self.bench.say(f"  quality: {peer.name}")
        folder, prefix = self.scratch / "ours", str(self.scratch / "peer")
        request = {"check": kind, "ours": str(folder), "peer": prefix}
        request["strict"] = peer.name == "scikit-learn"
        request["is_double"] = self.checks_double(peer)
        request["linkage"] = peer.spec.get("linkage")
        if "matrix" in peer.spec:
            request["matrix"] = self.bench.resolve(peer.spec["matrix"])
        self.save(peer, workers[peer.name], prefix)
        if kind == "tfidf":
            request["ours"] = str(self.scratch)
        elif kind == "latent":
            self.latent_model(folder, peer.spec["dimensions"])
        else:
            request["k"] = peer.spec.get("k")
            if not folder.exists():
                self.run_ours(name, 0, self.bench.threads, "--out", str(folder))
        done = subprocess.run(
            [sys.executable, HERE / "quality.py", json.dumps(request)],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{self.case.row}, {self.case.work}: the check of quality failed")
        return json.loads(done.stdout)

    def latent_model(self, folder, dimensions):
        """A run folder whose model holds our basis for the same matrix."""
        # Only a run that starts from texts stores the basis; WordNet's matrix comes from these.
        self.bench.make(["wordnet.csv"])
        shutil.rmtree(folder, ignore_errors=True)
        self.bench.kindred.run(
            [
                "cluster", str(self.bench.cache / "wordnet.csv"), "--text", "definition",
                "--stop-words", "english", "--lsa", str(dimensions), "--k", "2", "--max-iter", "1",
                "--n-init", "1", "--metric", "sqeuclidean", "--out", str(folder),
            ],
            self.bench.threads,
        )  # fmt: skip


def inertia_means(ours, theirs):
    """Mean inertia of both sides over the repetitions, and how sure the difference is."""
    mine = [run["inertia"] for run in ours]
    other = [run["inertia"] for run in theirs]
    count = min(len(mine), len(other))
    mean, their_mean = statistics.mean(mine), statistics.mean(other)
    error = 0.0
    if count > 1:
        variance = statistics.variance(mine) + statistics.variance(other)
        error = (variance / count) ** 0.5 / their_mean
    relative = (mean - their_mean) / their_mean
    return {
        "mean_inertia": mean,
        "peer_mean_inertia": their_mean,
        "inertia_difference": relative,
        "standard_error": error,
        "seeds": count,
        "ok": relative <= max(2 * error, 1e-6),
    }


def experiment_difference(ours, theirs):
    """How much more inertia and less silhouette K-Means came to, at worst and on average over all k."""
    runs = [run for run in ours["runs"] if run["algorithm"] == "kmeans"]
    inertia = [run["inertia"] / theirs["inertia"][str(run["k"])] - 1 for run in runs]
    scored = [run for run in runs if str(run["k"]) in theirs["silhouette"]]
    silhouette = [theirs["silhouette"][str(run["k"])] - run["silhouette"] for run in scored]
    mean = statistics.mean(inertia)
    return {
        "inertia_difference": mean,
        "largest_loss_of_silhouette": max(silhouette),
        "ok": mean <= 1e-3 and statistics.mean(silhouette) <= 1e-3,
    }


def silhouette_difference(ours, theirs):
    """The largest difference of a silhouette over all k."""
    runs = ours.get("runs", [ours])
    worst = max(abs(run["silhouette"] - value) for run, value in zip(runs, theirs["values"]))
    return {"largest_difference": worst, "ok": worst <= 1e-6}
