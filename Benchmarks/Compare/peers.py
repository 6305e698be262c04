"""One peer as a process of its own: loads, warms up, then does a repetition for each line it reads.

Started by compare.py with one JSON argument. Answers each request on standard output with one line
of JSON. The memory it tells is the peak of the whole process: interpreter, libraries, input, work.
"""

import csv
import importlib
import importlib.metadata
import json
import logging
import os
import sys
import tempfile
import time
import warnings

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_info


def load(path, dtype):
    """A matrix file as the peer likes it best: 32-bit indices, C order, the wanted type."""
    matrix = sp.load_npz(path).tocsr() if path.endswith(".npz") else np.load(path)
    if sp.issparse(matrix):
        matrix.indices = matrix.indices.astype(np.int32, copy=False)
        matrix.indptr = matrix.indptr.astype(np.int32, copy=False)
    return matrix.astype(dtype)


class Job:
    """Work that can be repeated. `run` tells its seconds and what it came to."""

    package = "scikit-learn"

    def __init__(self, spec):
        self.spec = spec
        self.dtype = np.dtype(spec["dtype"])

    def warm_up(self):
        """Something short that loads all code; the seconds of `probe` are compared over types."""
        self.run(0)

    def probe(self):
        return self.run(0)["seconds"]

    def notes(self):
        return ""

    def instruction_set(self):
        return np.show_config(mode="dicts")["SIMD Extensions"]["found"][-1:] or ["baseline"]


def timed(work):
    """(seconds, result) of a call."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


class Fit(Job):
    """K-Means of scikit-learn's interface, from given centers or from its own seeding."""

    def __init__(self, spec):
        super().__init__(spec)
        self.points = load(spec["matrix"], self.dtype)
        self.start = np.load(spec["start"]).astype(self.dtype) if "start" in spec else "k-means++"
        self.model = None

    def estimator(self, seed, iterations):
        raise NotImplementedError

    def run(self, seed, iterations=None, points=None):
        points = self.points if points is None else points
        model = self.estimator(seed, iterations or self.spec["iterations"])
        seconds, self.model = timed(lambda: model.fit(points))
        return {
            "seconds": seconds,
            "iterations": int(getattr(model, "n_steps_", model.n_iter_)),
            "inertia": float(model.inertia_),
        }

    def warm_up(self):
        self.run(0, iterations=1, points=self.points[: max(2 * self.spec["k"], 20_000)])

    def probe(self):
        return self.run(0, iterations=2)["seconds"]

    def save(self, prefix):
        np.save(prefix + "-labels.npy", np.asarray(self.model.labels_, np.int32))
        np.save(prefix + "-centers.npy", self.model.cluster_centers_)


class Lloyd(Fit):
    """sklearn.cluster.KMeans, or scikit-learn-intelex's when the peer is called so."""

    def __init__(self, spec):
        super().__init__(spec)
        self.heard = []
        if spec["name"] == "intelex":
            self.package = "scikit-learn-intelex"
            import daal4py

            daal4py.daalinit(spec["threads"])
            from sklearnex.cluster import KMeans

            handler = logging.Handler(logging.INFO)
            handler.emit = lambda record: self.heard.append(record.getMessage())
            logger = logging.getLogger("sklearnex")
            logger.handlers = [handler]
            logger.setLevel(logging.INFO)
            logger.propagate = False
        else:
            from sklearn.cluster import KMeans
        self.kind = KMeans
        if spec.get("draws"):
            self.start = self.plain_start

    def plain_start(self, points, k, random_state):
        """Centers by k-means++ with a number of draws of one's own."""
        from sklearn.cluster import kmeans_plusplus

        return kmeans_plusplus(
            points, k, random_state=random_state, n_local_trials=self.spec["draws"]
        )[0]

    def estimator(self, seed, iterations):
        return self.kind(
            self.spec["k"],
            init=self.start,
            n_init=1,
            max_iter=iterations,
            tol=self.spec.get("tolerance", 0),
            algorithm="lloyd",
            random_state=seed,
        )

    def notes(self):
        if self.package == "scikit-learn":
            return ""
        fits = [line for line in self.heard if "KMeans.fit" in line]
        return "accelerated" if fits and all("accelerated" in f for f in fits) else "fell back"


class MiniBatch(Fit):
    """sklearn.cluster.MiniBatchKMeans that goes through all its passes."""

    def estimator(self, seed, iterations):
        from sklearn.cluster import MiniBatchKMeans

        return MiniBatchKMeans(
            self.spec["k"],
            init=self.start,
            n_init=1,
            max_iter=iterations,
            batch_size=self.spec["batch"],
            max_no_improvement=None,
            tol=0,
            random_state=seed,
        )


class Faiss(Fit):
    """faiss.Kmeans with all points used; its labels come from a search after the clock stops."""

    package = "faiss-cpu"

    def run(self, seed, iterations=None, points=None):
        import faiss

        points = self.points if points is None else points
        faiss.omp_set_num_threads(self.spec["threads"])
        count, dimensions = points.shape
        iterations = iterations or self.spec["iterations"]
        means = faiss.Kmeans(
            dimensions,
            self.spec["k"],
            niter=iterations,
            nredo=1,
            spherical=False,
            max_points_per_centroid=count,
            min_points_per_centroid=1,
            seed=seed + 1,
        )
        seconds, _ = timed(lambda: means.train(points, init_centroids=self.start))
        self.model = means
        return {"seconds": seconds, "iterations": len(means.obj), "inertia": float(means.obj[-1])}

    def save(self, prefix):
        _, labels = self.model.index.search(self.points, 1)
        np.save(prefix + "-labels.npy", labels[:, 0].astype(np.int32))
        np.save(prefix + "-centers.npy", self.model.centroids)

    def instruction_set(self):
        import faiss

        return faiss.get_compile_options().split()[-1:]


class Seeding(Job):
    """sklearn.cluster.kmeans_plusplus: greedy, 2 + ln k trials a center."""

    def __init__(self, spec):
        super().__init__(spec)
        self.points = load(spec["matrix"], self.dtype)

    def run(self, seed, k=None):
        from sklearn.cluster import kmeans_plusplus

        k = k or self.spec["k"]
        return {"seconds": timed(lambda: kmeans_plusplus(self.points, k, random_state=seed))[0]}

    def warm_up(self):
        self.run(0, k=5)

    def probe(self):
        return self.run(0, k=10)["seconds"]


class Silhouettes(Job):
    """sklearn.metrics.silhouette_score for every labeling, one after another."""

    def __init__(self, spec):
        super().__init__(spec)
        self.points = load(spec["matrix"], self.dtype)
        self.labelings = np.atleast_2d(np.load(spec["labels"]))

    def run(self, seed):
        from sklearn.metrics import silhouette_score

        seconds, values = timed(
            lambda: [float(silhouette_score(self.points, labels)) for labels in self.labelings]
        )
        return {"seconds": seconds, "values": values}

    def warm_up(self):
        from sklearn.metrics import silhouette_score

        silhouette_score(self.points[:2_000], self.labelings[0][:2_000])

    def probe(self):
        from sklearn.metrics import silhouette_score

        return timed(lambda: silhouette_score(self.points[:4_000], self.labelings[0][:4_000]))[0]


class TfIdf(Job):
    """TfidfVectorizer on texts that are in memory already."""

    def __init__(self, spec):
        super().__init__(spec)
        with open(spec["catalogue"], encoding="utf-8", newline="") as lines:
            self.texts = [row["definition"] for row in csv.DictReader(lines)]

    def run(self, seed):
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.vectorizer = TfidfVectorizer(stop_words="english", dtype=self.dtype)
        seconds, self.matrix = timed(lambda: self.vectorizer.fit_transform(self.texts))
        return {"seconds": seconds}

    def save(self, prefix):
        sp.save_npz(prefix + ".npz", self.matrix, compressed=False)
        with open(prefix + "-vocabulary.txt", "w", encoding="utf-8") as file:
            file.writelines(term + "\n" for term in self.vectorizer.get_feature_names_out())


class Latent(Job):
    """TruncatedSVD with its defaults: randomized, 5 iterations."""

    def __init__(self, spec):
        super().__init__(spec)
        self.points = load(spec["matrix"], self.dtype)

    def run(self, seed):
        from sklearn.decomposition import TruncatedSVD

        self.model = TruncatedSVD(self.spec["dimensions"], random_state=seed)
        return {"seconds": timed(lambda: self.model.fit_transform(self.points))[0]}

    def save(self, prefix):
        np.save(prefix + "-basis.npy", self.model.components_.T)


class Linkage(Job):
    """A dendrogram of vectors by scipy, fastcluster (matrix or vectors) or genieclust."""

    def __init__(self, spec):
        super().__init__(spec)
        self.package = spec["library"].partition("-")[0]
        points = load(spec["matrix"], self.dtype)
        self.points = points.toarray() if sp.issparse(points) else points

    def linkage(self, points):
        method = self.spec["linkage"]
        library = self.spec["library"]
        if library == "scipy":
            from scipy.cluster.hierarchy import linkage

            return linkage(points, method)
        if library == "fastcluster":
            from fastcluster import linkage

            return linkage(points, method)
        if library == "fastcluster-vector":
            from fastcluster import linkage_vector

            return linkage_vector(points, method)
        from quitefastmst import mst_euclid

        return mst_euclid(points)[0]

    def run(self, seed):
        seconds, self.result = timed(lambda: self.linkage(self.points))
        return {"seconds": seconds}

    def warm_up(self):
        self.linkage(self.points[:500])

    def notes(self):
        return "" if self.package == "genieclust" else "has no threads"

    def save(self, prefix):
        is_tree = getattr(self.result, "ndim", 1) == 2
        np.save(prefix + "-heights.npy", self.result[:, 2] if is_tree else self.result)


class Experiment(Job):
    """The notebook's whole experiment, from the catalogue to the files, by one of two scripts."""

    def __init__(self, spec):
        super().__init__(spec)
        self.script = importlib.import_module("experiment_" + spec["style"])

    def run(self, seed):
        with tempfile.TemporaryDirectory() as folder:
            seconds, found = timed(
                lambda: self.script.experiment(
                    self.spec["catalogue"], self.spec["stop_words"], folder
                )
            )
        return {"seconds": seconds, **found}

    def warm_up(self):
        """Its libraries are loaded; nothing of the work itself is kept warm."""


JOBS = {
    "experiment": Experiment,
    "lloyd": Lloyd,
    "mini_batch": MiniBatch,
    "faiss": Faiss,
    "seeding": Seeding,
    "silhouettes": Silhouettes,
    "tfidf": TfIdf,
    "latent": Latent,
    "linkage": Linkage,
}


def peak_memory():
    """The greatest resident memory of this process, in bytes."""
    # getrusage would count the memory of the process that started this one.
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1_024 for line in lines if line.startswith("VmHWM"))


def facts(job):
    """Who did the work: version, threads, BLAS core, instruction set."""
    pools = threadpool_info()
    cores = {pool["architecture"] for pool in pools if pool["user_api"] == "blas"}
    return {
        "package": job.package,
        "version": importlib.metadata.version(job.package),
        "dtype": job.dtype.name,
        "threads": max((pool["num_threads"] for pool in pools), default=1),
        "blas_core": "/".join(sorted(cores)),
        "isa": "/".join(job.instruction_set()),
        "note": job.notes(),
        "peak_memory_bytes": peak_memory(),
    }


def main():
    # Libraries that write to standard output must not garble the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")

    spec = json.loads(sys.argv[1])
    job = JOBS[spec["job"]](spec)
    job.warm_up()
    for line in sys.stdin:
        request = json.loads(line)
        kind = request["do"]
        if kind == "run":
            answer = job.run(request["seed"], **request.get("settings", {}))
        elif kind == "probe":
            answer = {"seconds": job.probe()}
        elif kind == "save":
            answer = {"saved": job.save(request["prefix"])}
        else:
            answer = facts(job)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
