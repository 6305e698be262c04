"""The results as a table: for the terminal while it runs, as Markdown for RESULTS.md."""

import datetime
import os
import pathlib
import platform
import statistics
import subprocess


def duration(seconds):
    """Seconds with three digits that matter."""
    if seconds >= 100:
        return f"{seconds:.0f} s"
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{seconds * 1_000:.3g} ms"


def spread(times):
    """Median and range of some times."""
    if not times:
        return "-"
    median = statistics.median(times)
    if len(times) == 1:
        return duration(median)
    return f"{duration(median)} ({duration(min(times))}–{duration(max(times))})"


def times_as_text(value):
    """A ratio: 12x, 3.4x."""
    if value is None:
        return "-"
    return f"{value:.0f}x" if value >= 20 else f"{value:.2g}x" if value < 1 else f"{value:.1f}x"


def mebibytes(size):
    return "-" if size is None else f"{size / 2**20:,.0f}"


def verdict(pair):
    """Whether the floor holds, and the goal."""
    if pair["holds"] is None:
        return "-"
    if not pair["holds"]:
        return "**no**"
    return "goal" if pair["ratio"] and pair["ratio"] >= pair["goal"] else "yes"


def quality_text(quality):
    """A check's numbers in words."""
    if quality is None:
        return "-"
    parts = []
    if "inertia_difference" in quality:
        text = f"inertia {quality['inertia_difference']:+.1e}"
        if "standard_error" in quality:
            text += f" (± {quality['standard_error']:.1e}, mean of {quality['seeds']})"
        parts.append(text)
    if "differing_labels" in quality:
        text = f"{quality['differing_labels']:,} labels differ"
        if quality["differing_labels"]:
            text += f": {quality['near_ties']:,} near-ties, {quality['other_differences']:,} other"
        parts.append(text)
    if "differing_terms" in quality:
        parts.append(f"{quality['differing_terms']:,} terms differ")
    if "largest_difference" in quality:
        parts.append(f"largest difference {quality['largest_difference']:.1e}")
    if "largest_height_difference" in quality:
        parts.append(f"heights {quality['largest_height_difference']:.1e}")
    if "largest_loss_of_silhouette" in quality:
        parts.append(f"silhouette at most {quality['largest_loss_of_silhouette']:.1e} lower")
    if "largest_departure" in quality:
        parts.append(f"merges nearest clusters to {quality['largest_departure']:.1e}")
    if "limit" in quality:
        peak, limit = mebibytes(quality["peak_bytes"]), mebibytes(quality["limit"])
        parts.append(f"peak {peak} MiB, limit {limit}")
    if "ours" in quality:
        parts.append(f"explained variance {quality['ours']:.5f} / {quality['peer']:.5f}")
    prefix = {True: "", False: "**worse**: ", None: "single precision: "}[quality["ok"]]
    return prefix + ", ".join(parts)


def steps(counts):
    """The iterations of the median repetition."""
    known = [count for count in counts if count]
    return f"{statistics.median(known):.0f}" if known else "-"


def table(header, lines):
    """A Markdown table."""
    rows = [header, ["---"] * len(header), *lines]
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in rows)


def pairs(results):
    """(case, our variant's summary, pair) for everything that was timed."""
    for case in results:
        for pair in case.get("pairs", []):
            yield case, case["ours"][pair["variant"]], pair


def variant_text(case, pair):
    """The work, with the variant where there are several."""
    return f"{case['work']}, {pair['variant']}" if len(case["ours"]) > 1 else case["work"]


def speed_lines(results):
    for case, ours, pair in pairs(results):
        yield [
            case["row"], variant_text(case, pair), pair["peer"], spread(ours["seconds"]),
            spread(pair["seconds"]), times_as_text(pair["ratio"]), times_as_text(pair["floor"]),
            times_as_text(pair["goal"]), verdict(pair),
        ]  # fmt: skip


def quality_lines(results):
    for case, ours, pair in pairs(results):
        yield [
            case["row"], variant_text(case, pair), pair["peer"], quality_text(pair["quality"]),
            steps(ours["iterations"]), steps(pair["iterations"]),
            mebibytes(ours["peak_memory_bytes"]), mebibytes(pair["peak_memory_bytes"]),
        ]  # fmt: skip


def machinery_lines(results):
    seen = set()
    for case, ours, pair in pairs(results):
        mine = ("kindred", "float32", ours["threads"], ours["blas_core"], ours["isa"], "")
        theirs = mine
        if pair["package"] != "kindred":
            name = f"{pair['package']} {pair['version']}"
            theirs = (
                name,
                pair["dtype"],
                pair["threads"],
                pair["blas_core"],
                pair["isa"],
                pair["note"],
            )
        for line in (mine, theirs):
            if (case["row"], line) not in seen:
                seen.add((case["row"], line))
                yield [case["row"], *line]


def scaling_lines(results):
    for case in results:
        for name, ours in case.get("ours", {}).items():
            if "scaling" not in ours:
                continue
            alone, together = ours["scaling"].values()
            ratio = statistics.median(alone) / statistics.median(together)
            held = "goal" if ratio >= 1.9 else "yes" if ratio >= 1.7 else "**no**"
            yield [
                case["row"], variant_text(case, {"variant": name}), spread(alone),
                spread(together), times_as_text(ratio), "1.7x", "1.9x", held,
            ]  # fmt: skip


SPEED_HEADER = ("Row", "Work", "Peer", "Ours", "Peer's", "Ratio", "Floor", "Goal", "Holds")


def machine(kindred, threads):
    """The machine and the program, as lines of a list."""
    facts = dict(
        line.split(":", 1)
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if ":" in line
    )
    model = {key.strip(): value.strip() for key, value in facts.items()}.get("model name", "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=pathlib.Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    info = kindred.info
    return [
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}",
        f"kindred {info['version']}, commit {commit}: {info['blas']}, {info['isa']}",
        f"Python {platform.python_version()}; {threads} threads on both sides",
        f"{datetime.date.today().isoformat()}",
    ]


NOTES = """\
Ratio: the peer's median over ours, an iteration at a time where the two sides did different numbers
of them. Ours is a fresh process each time, cold caches and page faults included; the time is that
of the phase alone, as `--format json` tells it. A peer is one warm process: loaded, warmed up, its
faster number type chosen, then timed in turn with ours. Range: fastest to slowest.

Labels are compared row by row with scikit-learn in double precision from the same start centers; a
difference is a near-tie when the two squared distances agree to 1e-6 of the norms they come from. A
negative inertia difference is in our favor. A peer that has single precision only (faiss) breaks
the many ties of such starts by rounding and goes another way, so its comparison is not a verdict.

Trees are compared by their sorted heights, the largest relative difference of them. Where rows tie (A4,
and the rows of zeros of A1, which are within 1e-8 of equally far from every row of length 1), heights
of average linkage and Ward depend on which of equal pairs is merged first, and every library has a rule
of its own; there the verdict is whether each merge has the distance of its parts and no two clusters
could have been merged sooner.

E1 is the sum of all phases, from reading the catalogue to the files on disk; the scripts beside it are
timed with their libraries loaded. Their inertia and silhouettes come from seeds of their own.

Peak memory, MiB: of the whole process on both sides. Ours holds the program, the input, start
centers and the scoring of the result; a peer's holds its interpreter, libraries, input and all
repetitions.
"""


def markdown(results, machine_lines, inputs):
    """RESULTS.md."""
    missing = [
        [case["row"], case["work"], f"not built yet: {case['not_built']}"]
        for case in results
        if "not_built" in case
    ]
    parts = [
        "# Kindred beside its peers\n\n",
        "Made by `Benchmarks/Compare/compare.py`; how to run it: [Compare](Compare/README.md).\n\n",
        "".join(f"- {line}\n" for line in machine_lines),
        "\n## Time\n\n",
        table(SPEED_HEADER, speed_lines(results)),
        f"\n{NOTES}",
        "\n## Quality and memory\n\n",
        table(
            ("Row", "Work", "Peer", "Ours against the peer", "Iterations", "Peer's",
             "Peak MiB", "Peer's"),
            quality_lines(results),
        ),
        "\n## Two threads against one (M1)\n\n",
        table(
            ("Row", "Work", "One thread", "Two", "Ratio", "Floor", "Goal", "Holds"),
            scaling_lines(results),
        ),
        "\n## Who ran with what\n\n",
        table(
            ("Row", "Program", "Type", "Threads", "BLAS core", "Instructions", "Note"),
            machinery_lines(results),
        ),
    ]  # fmt: skip
    if missing:
        parts += ["\n## Not here yet\n\n", table(("Row", "Work", "State"), missing)]
    parts += ["\n## Inputs\n\n", "".join(f"- {line}\n" for line in inputs)]
    return "".join(parts)
