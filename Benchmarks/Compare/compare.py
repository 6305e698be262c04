#!/usr/bin/env python3
"""Times Kindred beside its peers: same files, same start centers, same threads, in turn.

Run `./setup` once and build with `swift build -c release --product kindred`; then `./compare.py`.
"""

import argparse
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"

# The peers live in the environment that setup makes; start again inside it.
if PYTHON.exists() and pathlib.Path(sys.prefix).resolve() != PYTHON.parents[1].resolve():
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

import report  # noqa: E402
from kindred import Kindred  # noqa: E402
from measure import Bench  # noqa: E402
from rows import CASES, files  # noqa: E402

PACKAGE = HERE.parents[1]
REFERENCE = PACKAGE.parent / "shared" / "data" / "netflix_titles_2019.csv"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="rows to run, such as S1,D1")
    parser.add_argument("--match", default="", help="only work whose description has this text")
    parser.add_argument("--quick", action="store_true", help="small cases, two repetitions")
    parser.add_argument("--repetitions", type=int, help="default: 5, with --quick 2")
    parser.add_argument("--threads", type=int, default=2, help="of both sides; default: 2")
    parser.add_argument(
        "--kindred", type=pathlib.Path, default=PACKAGE / ".build/release/kindred"
    )
    parser.add_argument("--cache", type=pathlib.Path, default=HERE / ".cache")
    parser.add_argument(
        "--reference", type=pathlib.Path, default=REFERENCE, help="the reference catalogue"
    )
    parser.add_argument("--json", type=pathlib.Path, help="write every number there")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the tables there")
    options = parser.parse_args()
    options.rows = [name.strip() for name in options.only.split(",") if name.strip()]
    return options


def chosen(options):
    """The cases to run."""
    rows = options.rows
    known = {case.row for case in CASES}
    if unknown := [name for name in rows if name not in known]:
        raise SystemExit(f"no row {unknown[0]}; there are {', '.join(sorted(known))}")
    has_reference = options.reference.exists()
    for case in CASES:
        needs_reference = any(name.startswith("reference") for name in files(case))
        if rows and case.row not in rows or options.match not in case.work:
            continue
        if options.quick and not (case.quick or rows):
            continue
        if needs_reference and not has_reference:
            say(f"{case.row}: {case.work}: left out, no {options.reference.name}")
            continue
        yield case


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    options = parse_arguments()
    if not PYTHON.exists():
        raise SystemExit(f"{PYTHON.parent.parent.name} is missing; run Benchmarks/Compare/setup")
    kindred = Kindred(options.kindred)
    repetitions = options.repetitions or (2 if options.quick else 5)
    bench = Bench(
        kindred, options.cache, options.reference, options.threads, repetitions, say
    )
    about = report.machine(kindred, options.threads)
    for line in about:
        print(line)
    print(report.table(report.SPEED_HEADER, []), end="", flush=True)

    results, matrices = [], []
    for case in chosen(options):
        say(f"{case.row}: {case.work}")
        result = bench.measure(case)
        results.append(result)
        if "not_built" in result:
            print(f"| {case.row} | {case.work} | not built yet: {result['not_built']} |")
            continue
        lines = zip(report.speed_lines([result]), report.quality_lines([result]))
        for line, quality in lines:
            print("| " + " | ".join(line) + f" | {quality[3]} |", flush=True)
        matrices += [name for name in files(case) if name.endswith(".npz")]
        if options.json:
            options.json.write_text(json.dumps({"machine": about, "cases": results}, indent=1))

    inputs = bench.make(dict.fromkeys(matrices), "--describe").splitlines() if matrices else []
    print(report.table(("Row", "Work", "One thread", "Two", "Ratio", "Floor", "Goal", "Holds"),
                       report.scaling_lines(results)), end="")  # fmt: skip
    for line in inputs:
        print(line)
    if options.markdown:
        text = report.markdown(results, about, inputs)
        options.markdown.write_text(text, encoding="utf-8")
        say(f"written to {options.markdown}")


if __name__ == "__main__":
    main()
