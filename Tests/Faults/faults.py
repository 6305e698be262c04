"""Lets every write, fsync, rename, mkdir and open that concerns the output fail, one run for each; sends a signal
after each of them; and refuses each large block of memory.

    faults.py KINDRED LIBRARY [--every N]

LIBRARY is failing.c, built. After each run: files with their own names are whole, the manifest is right if it
is there, nothing temporary is left; the exit code is 74 and the message names the file and the next step
(71 where memory was refused; a signal ends the command as it always does); the same command then finishes with the bytes of a run that was never disturbed. With --every N only each N-th
call fails, another one in each mode.
"""

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

WORDS = (
    "detective killer rainy harbor city police chase; baker teaches bread cake village kitchen contest; "
    "astronaut crew repairs spaceship distant moon signal"
).split("; ")


def catalogue(rows):
    lines = ["id,title,description"]
    for row in range(rows):
        # Three families of 24 rows, and where there are more rows more words.
        words = WORDS[row % 3].split() + [f"name{row * step % 997}" for step in range(row // 24 % 8)]
        text = " ".join(words[(row + step) % len(words)] for step in range(4 + row % 3))
        lines.append(f"s{row},Title {row},{text}")
    return "\n".join(lines) + "\n"


READ = ["--text", "description", "--title", "title", "--threads", "1", "-q"]

MODES = ("enospc", "eio", "full", "kill", "term", "memory")

# Memory is refused in blocks of so many bytes or more, to runs of so many rows.
BLOCK_BYTES, ROWS = 256 << 10, 2_400

# Name, arguments, output, whether a finished other run is replaced in it.
COMMANDS = [
    ("sweep", ["sweep", "films.csv", "--k", "2...4", "--algorithm", "kmeans,ward", *READ], "out", False),
    ("cluster", ["cluster", "films.csv", "--k", "3", *READ], "out", False),
    ("tree", ["tree", "films.csv", "--cut", "3", *READ], "out", False),
    ("sweep --force", ["sweep", "films.csv", "--k", "3...5", *READ, "--force"], "out", True),
    ("export", ["export", "done", "--what", "labels,model,report", "--format", "csv,npy,json", "-q"], "exported",
     False),
    ("export a file", ["export", "done", "-q"], "here/labels.csv", False),
    ("predict", ["predict", "done", "films.csv", "-q"], "here/new.csv", False),
    ("features", ["features", "films.csv", "--text", "description", "-q"], "here/X.npz", False),
]


class Trial:
    def __init__(self, kindred, library, folder, rows):
        self.kindred, self.library, self.folder = kindred, library, folder
        self.log = folder / "reached"
        folder.mkdir()
        (folder / "films.csv").write_text(catalogue(rows))
        (folder / "here").mkdir()
        for out in ("done", "replaced"):
            self.run(["sweep", "films.csv", "--k", "2...4", *READ, "--out", out], expect=0)

    def run(self, arguments, fault=None, expect=None):
        environment = dict(os.environ)
        if fault:
            watched, number, mode = fault
            environment |= {
                "LD_PRELOAD": str(self.library), "KINDRED_FAIL_IN": str(watched),
                "KINDRED_FAIL_AT": f"{number}:{mode}", "KINDRED_FAIL_LOG": str(self.log),
                "KINDRED_FAIL_BYTES": str(BLOCK_BYTES)}
        result = subprocess.run(
            [self.kindred, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True,
            timeout=60)
        if expect is not None:
            check(result.returncode == expect, f"exit {result.returncode}, expected {expect}: {result.stderr}")
        return result

    def clean(self, output, replaces):
        for place in ("out", "exported", "here"):
            shutil.rmtree(self.folder / place, ignore_errors=True)
        (self.folder / "here").mkdir()
        if replaces:
            shutil.copytree(self.folder / "replaced", self.folder / "out")


class Fault(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Fault(what)


def files(path):
    """Bytes by relative path of a file, or of all files below a folder."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def is_about(named, call, folder):
    """Whether a complaint names the file that a call was about: for a folder's own, one in it will do."""
    path = Path(os.path.relpath(folder / call.split(" ", 1)[1], folder))
    hidden = re.fullmatch(r"\.(.+)\.\d+\.tmp", path.name)
    if hidden:
        path = path.with_name(hidden[1])
    return Path(named) in (path, path.parent) or (call.startswith("fsync ") and Path(named).parent == path)


def check_folder(found, expected, before, leftovers_allowed):
    """Files that a stopped command left are whole, and the manifest tells the truth."""
    for name, content in found.items():
        base = os.path.basename(name)
        if base.endswith(".tmp") or base == ".lock":
            check(leftovers_allowed, f"{name} is left behind")
        elif not name.startswith("units/") and base != "timing.json":
            check(content in (expected.get(name), before.get(name)), f"{name} is neither old nor new")
    if "manifest.sha256" in found:
        for line in found["manifest.sha256"].decode().splitlines():
            checksum, name = line.split("  ")
            check(hashlib.sha256(found.get(name, b"")).hexdigest() == checksum, f"{name} is not the manifest's")


def attempt(trial, arguments, output, replaces, expected, number, mode):
    """Runs with a fault, and again without; returns what failed, or None when there were fewer calls."""
    trial.clean(output, replaces)
    path = trial.folder / output
    before = files(path) if path.exists() else {}
    watched = path if "/" not in output else path.parent
    trial.log.unlink(missing_ok=True)
    full = [*arguments, "--out", output]
    if mode == "term" and number % 2:
        # While one thread is within steps that a signal may not cut, another one takes the signal.
        full = ["3" if before == "--threads" else word for before, word in zip(["", *full], full)]
    result = trial.run(full, fault=(watched, number, mode))
    if not trial.log.exists():
        check(result.returncode == 0, f"no fault, and yet exit {result.returncode}: {result.stderr}")
        return None
    call = trial.log.read_text().strip()
    try:
        if mode == "kill":
            check(result.returncode == -signal.SIGKILL, f"exit {result.returncode} after SIGKILL")
        elif mode == "term":
            check(result.returncode == -signal.SIGTERM, f"exit {result.returncode} after SIGTERM")
            check(not result.stderr, f"words after SIGTERM: {result.stderr}")
            check(output != "out" or not path.exists() or any(path.iterdir()), "an empty folder is left")
        elif mode == "memory":
            # Swift has a line of its own for some blocks; a block that can be done without changes nothing.
            lines = [line for line in result.stderr.splitlines()
                     if not line.startswith("Fatal error: failed to allocate ")]
            # libhdf5 does not tell why it fails.
            check(result.returncode in (0, 71) or (result.returncode == 74 and "HDF5 library" in lines[0]),
                  f"exit {result.returncode}, expected 71: {result.stderr}")
            if result.returncode:
                what = r"error\[[a-z.-]*memory[a-z.-]*\]: " if result.returncode == 71 else rf"error\[[a-z.]*\]: {output}/"
                check(len(lines) == 2 and re.match(what, lines[0]) and lines[1].startswith("  help: "),
                      f"no sentence: {result.stderr}")
                check(output != "out" or not path.exists() or any(path.iterdir()), "an empty folder is left")
        else:
            check(result.returncode == 74, f"exit {result.returncode}, expected 74: {result.stderr}")
            lines = result.stderr.splitlines()
            check(lines[0].startswith("error["), f"no complaint: {result.stderr}")
            named = lines[0].split(": ")[1]
            check(is_about(named, call, trial.folder), f"the file is not named: {lines[0]}")
            reason = "input/output error" if mode == "eio" else "no space left on device"
            check(reason in lines[0], f"no reason: {lines[0]}")
            check(lines[-1].strip().startswith("help: "), f"no next step: {result.stderr}")
        found = files(path) if path.exists() else {}
        check_folder(found, expected, before, leftovers_allowed=mode == "kill")
        if path.is_dir() or not found:
            others = set(files(trial.folder / "here")) - {os.path.basename(output)}
            check(mode == "kill" or not others, f"left beside the output: {others}")
        if "manifest.sha256" not in found or found["manifest.sha256"] != expected.get("manifest.sha256"):
            again = trial.run(full)
            if again.returncode == 73:
                # Only what cannot be told from somebody's own files has to be replaced by hand.
                check("--force" in again.stderr, f"the next step is missing: {again.stderr}")
                again = trial.run([*full, "--force"])
            check(again.returncode == 0, f"the next run: exit {again.returncode}: {again.stderr}")
        final = files(path)
        final.pop("timing.json", None)
        if "manifest.sha256" in found:
            # The next command on this finished folder takes them away.
            final = {name: content for name, content in final.items()
                     if not (name.startswith("units/") or name == ".lock")}
        check(final == expected, f"other bytes in {sorted(k for k in final.keys() | expected.keys() if final.get(k) != expected.get(k))}")
        if mode != "kill":
            extra = [str(file) for place in ("out", "here", "exported")
                     for file in (trial.folder / place).rglob("*") if file.name.endswith(".tmp")]
            check(not extra, f"left after the next run: {extra}")
    except Fault as fault:
        raise Fault(f"call {number} ({call}) {mode}: {fault}") from None
    return call


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kindred", type=Path)
    parser.add_argument("library", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--mode", choices=MODES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kindred-faults-") as scratch:
        small, large = (
            Trial(options.kindred.resolve(), options.library.resolve(), Path(scratch).resolve() / name, rows)
            for name, rows in (("small", 24), ("large", ROWS)))
        total = failures = 0
        for place, mode in enumerate(MODES):
            if options.mode and options.mode != mode:
                continue
            trial = large if mode == "memory" else small
            calls = 0
            for name, arguments, output, replaces in COMMANDS:
                if options.only and options.only != name:
                    continue
                trial.clean(output, replaces)
                trial.run([*arguments, "--out", output], expect=0)
                expected = files(trial.folder / output)
                expected.pop("timing.json", None)
                number = 1 + place * options.every // len(MODES)
                while True:
                    try:
                        if attempt(trial, arguments, output, replaces, expected, number, mode) is None:
                            break
                    except Fault as fault:
                        print(f"{name}: {fault}", file=sys.stderr)
                        failures += 1
                    calls += 1
                    number += options.every
            print(f"faults: {mode}: {calls} calls")
            sys.stdout.flush()
            total += calls
        print(f"faults: {total} calls that failed or met a signal, {failures} of them with a finding")
        sys.exit(failures > 0)


main()
