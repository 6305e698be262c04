"""The rows of the speed table: what is timed, against whom, and what is demanded.

Standard library only. `@name` in a command or a value is a file of the cache, which matrices.py
makes when it is missing; `{seed}` is the number of the repetition, `{scratch}` a folder for output.
"""

from dataclasses import dataclass, field

# Every `kindred cluster` and `sweep` scores its result; with this metric that is linear work.
CHEAP_SCORE = ("--metric", "sqeuclidean")

# The fits that give the labels of the silhouette rows: few iterations, one restart.
LABEL_FIT = ("--n-init", "1", "--max-iter", "5", "--seed", "0")


@dataclass(frozen=True)
class Peer:
    """One peer in one case: its job in peers.py and what it needs.

    Of several `dtypes` the faster is timed. `floor` and `goal` are ratios of DESIGN's table.
    """

    name: str
    job: str
    spec: dict
    dtypes: tuple = ("float32",)
    floor: float | None = None
    goal: float | None = None
    environment: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One piece of work, done by variants of ours and by peers.

    `ours` maps the name of a variant to its command; `phases` are added up for its time. `quality`
    names a check of quality.py, or `inertia`: the mean of what each side reports. `whole_fits` names
    variants whose steps are not the peers': whole fits are compared, without a bound. `needs` is a
    command or an option that some variant cannot do without. `is_brief` says that the work is too
    long to look for the faster type of a peer: the first is timed. A case without peers is ours alone,
    and holds when its memory stays within `memory_limit` bytes.
    """

    row: str
    work: str
    ours: dict
    phases: tuple
    peers: tuple
    quality: str | None = None
    matrix: str = ""
    needs: dict = field(default_factory=dict)
    quick: bool = False
    repetitions: int | None = None
    peer_repetitions: int | None = None
    times_repetition: bool = True
    is_brief: bool = False
    whole_fits: tuple = ()
    memory_limit: int | None = None


def cluster(matrix, k, iterations, *options):
    """`kindred cluster`: one fit, without the tolerance."""
    return (
        "cluster", "@" + matrix, "--k", str(k), "--max-iter", str(iterations), "--tol", "0",
        "--n-init", "1", *CHEAP_SCORE, *options,
    )  # fmt: skip


def stem(matrix):
    return matrix.rsplit(".", 1)[0]


def lloyd(row, matrix, k, iterations, peers, **more):
    """Lloyd from given centers; `peers` maps a name to (floor, goal)."""
    start = f"@{stem(matrix)}-start{k}.npy"
    spec = {"matrix": "@" + matrix, "start": start, "k": k, "iterations": iterations}
    jobs = {"scikit-learn": "lloyd", "intelex": "lloyd", "faiss": "faiss"}
    return Case(
        row,
        f"{stem(matrix)}, k={k}, {iterations} iterations",
        {"kmeans": cluster(matrix, k, iterations, "--initial-centers", start)},
        ("fit",),
        tuple(
            Peer(
                name,
                jobs[name],
                spec,
                ("float32",) if name == "faiss" else ("float32", "float64"),
                *bounds,
                # Its own OpenBLAS takes a kernel without AVX for new processors.
                {"OPENBLAS_CORETYPE": "SkylakeX"} if name == "faiss" else {},
            )
            for name, bounds in peers.items()
        ),
        quality="kmeans",
        matrix=matrix,
        **more,
    )


def seeding(matrix, k, bounds, **more):
    """Greedy and plain k-means++ against scikit-learn's, which is greedy."""
    return Case(
        "S2",
        f"{stem(matrix)}, k={k}, seeding",
        {
            name: cluster(matrix, k, 1, "--seeding", name, "--seed", "{seed}")
            for name in ("greedy", "kmeans++")
        },
        ("seed",),
        (Peer("scikit-learn", "seeding", {"matrix": "@" + matrix, "k": k},
              ("float32", "float64"), *bounds),),
        **more,
    )  # fmt: skip


def seeding_quality(matrix, k, seeds, iterations, ours, draws, **more):
    """The inertia that Lloyd reaches from a seeding, mean over many seeds.

    `draws`: scikit-learn's draws for each center, None for its default, which is greedy.
    """
    spec = {"matrix": "@" + matrix, "k": k, "iterations": iterations, "tolerance": 1e-4}
    command = cluster(matrix, k, iterations, "--seeding", ours, "--seed", "{seed}", "--tol", "1e-4")
    return Case(
        "S2 quality",
        f"{stem(matrix)}, k={k}, seeding and Lloyd",
        {ours: command},
        ("seed", "fit"),
        (Peer("scikit-learn", "lloyd", spec | {"draws": draws}, ("float32",)),),
        quality="inertia",
        repetitions=seeds,
        times_repetition=False,
        **more,
    )  # fmt: skip


def mini_batch(matrix, k, passes, bounds, **more):
    """Mini-batch K-Means from given centers, one row of the table for each growth of the batch."""
    start = f"@{stem(matrix)}-start{k}.npy"
    spec = {"matrix": "@" + matrix, "start": start, "k": k, "iterations": passes, "batch": 1024}
    command = cluster(
        matrix, k, passes, "--algorithm", "minibatch", "--batch-size", "1024",
        "--initial-centers", start, "--seed", "{seed}",
    )  # fmt: skip
    return Case(
        "S3",
        f"{stem(matrix)}, k={k}, batches of 1,024, {passes} passes",
        {"minibatch": command, "nested": (*command, "--batch-growth", "nested")},
        ("fit",),
        (Peer("scikit-learn", "mini_batch", spec, ("float32", "float64"), *bounds),),
        quality="inertia",
        needs={"nested": "cluster --batch-growth"},
        whole_fits=("nested",),
        **more,
    )


def silhouettes(row, matrix, first, last, bounds, **more):
    """Exact Euclidean silhouettes of the labels of every k; one k goes through `score`."""
    labels = f"@{stem(matrix)}-labels{first}-{last}.npy"
    count = last - first + 1
    command = (
        ("score", "@" + matrix, "--labels", labels)
        if count == 1
        else ("sweep", "@" + matrix, "--k", f"{first}...{last}", *LABEL_FIT)
    )
    return Case(
        row,
        f"{stem(matrix)}, silhouette of {count} k" if count > 1 else f"{stem(matrix)}, one k",
        {"score": command},
        ("score",),
        (Peer("scikit-learn", "silhouettes", {"matrix": "@" + matrix, "labels": labels},
              ("float32", "float64"), *bounds),),
        quality="silhouettes",
        **more,
    )  # fmt: skip


def tree(row, matrix, linkage, peers, *, quality="heights", **more):
    """A tree of Euclidean distances; `peers` maps a library of peers.py's Linkage to (floor, goal).

    A peer takes all of a sparse matrix's cells. `quality`: `heights`, or `tree` where rows tie so often
    that the heights depend on which of equal pairs comes first.
    """
    return Case(
        row,
        f"{stem(matrix)}, {linkage}",
        {"tree": ("tree", "@" + matrix, "--linkage", linkage, "--metric", "euclidean")},
        ("fit",),
        tuple(
            Peer(name, "linkage", {"matrix": "@" + matrix, "linkage": linkage, "library": name},
                 ("float64",), *bounds)
            for name, bounds in peers.items()
        ),
        quality=quality,
        matrix=matrix,
        needs={"tree": "tree"},
        **more,
    )  # fmt: skip


def sweep(matrix, counts, counts_text, iterations):
    """One sweep against the same k one after another."""
    options = ("--n-init", "1", "--max-iter", str(iterations), *CHEAP_SCORE)
    singles = [("cluster", "@" + matrix, "--k", str(k), *options) for k in counts]
    return Case(
        "sweep",
        f"{stem(matrix)}, k={counts_text}",
        {"sweep": ("sweep", "@" + matrix, "--k", counts_text, *options)},
        ("seed", "fit"),
        (Peer("kindred, one k at a time", "commands", {"commands": singles}, ()),),
    )


def experiment(bounds):
    """The notebook's experiment from the catalogue to the files, whole processes' work on both sides."""
    spec = {"catalogue": "@reference.csv", "stop_words": "@stop-words.txt"}
    return Case(
        "E1",
        "the notebook's experiment",
        {
            "sweep": (
                "sweep", "@reference.csv", "--preset", "notebook", "--k", "1...29",
                "--algorithm", "kmeans,ward", "--seed", "51", "--out", "{scratch}/experiment",
                "--force",
            )
        },
        ("read", "features", "seed", "fit", "score", "write"),
        (
            Peer("scikit-learn, shared work", "experiment", spec | {"style": "expert"}, ("float32",),
                 *bounds),
            Peer("scikit-learn, as the notebook", "experiment", spec | {"style": "notebook"},
                 ("float64",)),
        ),
        quality="experiment",
        repetitions=3,
        peer_repetitions=1,
    )  # fmt: skip


WN, RC, MILLION = "wordnet.npz", "reference.npz", "generated-1000k.npz"
LATENT = "wordnet-lsa100.npy"
SKLEARN, INTELEX, FAISS = "scikit-learn", "intelex", "faiss"
NO_BOUND = (None, None)
DENSE_PEERS = {SKLEARN: (1.2, 3), INTELEX: NO_BOUND, FAISS: NO_BOUND}
DENSE_EXTRA = {SKLEARN: NO_BOUND, INTELEX: NO_BOUND, FAISS: NO_BOUND}
TREE_PEERS = {"fastcluster": (6, 15), "scipy": (6, 15)}
VECTOR_PEER = {"fastcluster-vector": (10, 40)}
MINIMUM_TREE_PEERS = {"genieclust": (4, 15), "fastcluster-vector": (4, 15)}
SPARSE_TREE_PEERS = {"fastcluster": (50, 200), "scipy": (50, 200)}

CASES = (
    lloyd("S1", WN, 45, 20, {SKLEARN: (5, 15), INTELEX: (5, 15)}, quick=True),
    lloyd("S1", WN, 300, 20, {SKLEARN: (25, 100), INTELEX: (15, 45)}),
    lloyd("S1", WN, 5000, 3, {SKLEARN: NO_BOUND, INTELEX: NO_BOUND}, repetitions=1, is_brief=True),
    lloyd("S1", MILLION, 100, 5, {SKLEARN: NO_BOUND, INTELEX: NO_BOUND}, repetitions=3),
    seeding(WN, 45, (8, 30), quick=True),
    seeding(WN, 300, (8, 30)),
    seeding_quality("wordnet-20k.npz", 45, 20, 100, "greedy", None),
    seeding_quality("wordnet-20k.npz", 45, 20, 100, "kmeans++", 1),
    seeding_quality(WN, 45, 20, 30, "greedy", None),
    seeding_quality(WN, 45, 20, 30, "kmeans++", 1),
    mini_batch(WN, 45, 3, (10, 30), quick=True),
    mini_batch(WN, 300, 3, (10, 30)),
    lloyd("D1", LATENT, 45, 50, DENSE_PEERS, quick=True),
    lloyd("D1", LATENT, 300, 50, DENSE_PEERS),
    lloyd("D1", LATENT, 1000, 20, DENSE_EXTRA, repetitions=3),
    lloyd("D1", "wordnet-lsa50.npy", 300, 50, DENSE_EXTRA),
    lloyd("D1", "wordnet-lsa300.npy", 300, 20, DENSE_EXTRA),
    tree("A1", "wordnet-lsa100-20k.npy", "ward", TREE_PEERS, repetitions=3),
    # Six rows of zeros are within 1e-8 of equally far from all rows of length 1.
    tree("A1", "wordnet-lsa100-20k.npy", "average", TREE_PEERS, quality="tree", repetitions=3),
    tree("A1", "wordnet-lsa100-20k.npy", "complete", TREE_PEERS, repetitions=3),
    tree("A2", "wordnet-lsa100-8k.npy", "ward", VECTOR_PEER, repetitions=3, quick=True),
    tree("A2", "wordnet-lsa100-50k.npy", "ward", VECTOR_PEER, repetitions=3, peer_repetitions=1),
    tree("A2", LATENT, "ward", {}, repetitions=1, memory_limit=3 * 10**9),
    tree("A3", "wordnet-lsa100-50k.npy", "single", MINIMUM_TREE_PEERS, repetitions=3,
         peer_repetitions=1),
    tree("A4", RC, "ward", SPARSE_TREE_PEERS, quality="tree", repetitions=3, peer_repetitions=1),
    silhouettes("C1", RC, 2, 29, (20, 100)),
    silhouettes("C2", "wordnet-lsa100-20k.npy", 26, 26, (6, 20)),
    silhouettes("C2", "wordnet-lsa100-20k.npy", 2, 26, (40, 150), peer_repetitions=1),
    Case(
        "F1",
        "TF-IDF of wordnet",
        {
            "features": (
                "features", "@wordnet.csv", "--text", "definition", "--tokens", "sklearn",
                "--stop-words", "@sklearn-stop-words.txt", "--out", "{scratch}/X.npz", "--force",
            )
        },
        ("features",),
        (Peer(SKLEARN, "tfidf", {"catalogue": "@wordnet.csv"}, ("float32", "float64"), 6, 15),),
        quality="tfidf",
        quick=True,
    ),
    Case(
        "L1",
        "wordnet, LSA of 100 dimensions",
        {
            "features": (
                "features", "@" + WN, "--lsa", "100", "--out", "{scratch}/L.npy", "--force",
            )
        },
        ("features",),
        (Peer(SKLEARN, "latent", {"matrix": "@" + WN, "dimensions": 100},
              ("float32", "float64"), 2, 5),),
        quality="latent",
    ),
    experiment((20, 60)),
    sweep(RC, range(2, 30), "2...29", 100),
    sweep(WN, range(10, 61, 10), "10...60:10", 30),
)  # fmt: skip

def files(case):
    """The names of the cache files that a case needs."""
    found = []

    def walk(value):
        if isinstance(value, str) and value.startswith("@"):
            found.append(value[1:])
        elif isinstance(value, dict):
            walk(list(value.values()))
        elif isinstance(value, (list, tuple)):
            for item in value:
                walk(item)

    walk([case.ours, [peer.spec for peer in case.peers]])
    return list(dict.fromkeys(found))
