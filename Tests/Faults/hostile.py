"""Runs the command on files that mean harm: bombs, endless words, quotes and columns, links in the way.

    hostile.py KINDRED

Each file comes in two sizes, and the time for each byte of the larger one is bounded by that of the smaller.
"""

import argparse
import gzip
import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

# A larger file may take so many times the time for a byte of one a quarter as large.
RATIO = 3
SECONDS = 30


class Finding(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Finding(what)


class Command:
    def __init__(self, kindred, folder):
        self.kindred, self.folder = str(kindred), folder

    def run(self, arguments, codes, *fragments):
        start = time.monotonic()
        result = subprocess.run(
            [self.kindred, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=SECONDS)
        seconds = time.monotonic() - start
        errors = result.stderr.decode()
        check(result.returncode in codes, f"{arguments}: exit {result.returncode}: {errors[:500]}")
        check(len(errors) < 4_000, f"{arguments}: a complaint of {len(errors)} bytes")
        for fragment in fragments:
            check(fragment in errors, f"'{fragment}' is missing: {errors[:500]}")
        return seconds


def rows(count, text):
    return b"id,title,description\n" + b"".join(b"s%d,T%d,%s\n" % (row, row, text) for row in range(count))


def npy(count):
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 4), }" % (count // 16)
    header += b" " * (117 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00\x76\x00" + header + bytes(count // 16 * 16)


def npz(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", data)
    return out.getvalue()


# Name, the file's name, its bytes at a size, the exit codes that will do.
GROWING = [
    ("one word", "w.csv", lambda size: rows(12, b"killer harbor") + b"x,y," + b"w" * size + b"\n", 14 << 20, {0}),
    ("quotes", "q.csv", lambda size: rows(12, b"killer") + b'x,y,"' + b'""' * (size // 2) + b'"\n', 4 << 20, {0}),
    ("open quotes", "o.csv", lambda size: rows(12, b"killer") + b'"\n' * (size // 2), 8 << 20, {65}),
    ("columns", "c.csv", lambda size: b"c," * (size // 2) + b"c\n" + b"," * (size // 2) + b"\n", 8 << 20, {65}),
    ("short rows", "r.csv", lambda size: b"a,b\n" + b"killer x,y\n" * (size // 11), 16 << 20, {0}),
    ("blank lines", "b.csv", lambda size: rows(12, b"killer") + b"\n" * size, 32 << 20, {0}),
    ("brackets", "j.jsonl", lambda size: b'{"a":' + b"[" * size, 32 << 20, {65}),
    ("escapes", "e.jsonl", lambda size: b'{"a":"' + b"\\u0041" * (size // 6) + b'","b":"killer harbor"}\n' * 1, 12 << 20, {0, 65}),
    ("keys", "k.jsonl", lambda size: b"{" + b",".join(b'"k%d":1' % key for key in range(size // 10)) + b"}\n", 8 << 20, {65}),
    ("marks", "m.csv", lambda size: rows(12, b"killer") + b"x,y,a" + b"\xcc\x81" * (size // 2) + b" harbor\n", 8 << 20, {0}),
    ("entries of one place", "X.mtx",
     lambda size: b"%%%%MatrixMarket matrix coordinate real general\n3 3 %d\n" % (size // 6) + b"1 1 1\n" * (size // 6),
     16 << 20, {0}),
    ("comments", "Y.mtx", lambda size: b"%%MatrixMarket matrix coordinate real general\n" + b"%\n" * (size // 2), 32 << 20, {65}),
    ("brackets in a header", "X.npy",
     lambda size: b"\x93NUMPY\x02\x00" + (65_000).to_bytes(4, "little") + b"{'shape': (" * 5_909 + bytes(size), 16 << 20, {65}),
    ("zip names", "X.npz", lambda size: zeros_of_names(size), 4 << 20, {65}),
]


def zeros_of_names(size):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for entry in range(size // 1_024):
            archive.writestr(f"{entry}/" + "n" * 900, b"")
    return out.getvalue()


def growing(command):
    """The time for a byte stays what it was."""
    for name, file, make, size, codes in GROWING:
        seconds = []
        for part in (4, 1):
            (command.folder / file).write_bytes(make(size // part))
            seconds.append(min(command.run(["check", file], codes) for _ in range(2)))
        (command.folder / file).unlink()
        # What every run takes whatever its input is no time for bytes.
        base = 0.15
        check(seconds[1] <= base + 4 * RATIO * max(seconds[0], 0.05),
              f"{name}: {seconds[0]:.2f} s, and {seconds[1]:.2f} s for four times the bytes")
        check(seconds[1] < 10, f"{name}: {seconds[1]:.1f} s")


def bombs(command):
    """Small files that expand a thousandfold are stopped by the limits."""
    megabytes = 256
    bomb = gzip.compress(b"a,b\n" + b"killer harbor,x\n" * (megabytes << 16), 6, mtime=0)
    check(len(bomb) < 4 << 20, "no bomb")
    (command.folder / "bomb.csv.gz").write_bytes(bomb)
    (command.folder / "zeros.csv.gz").write_bytes(gzip.compress(bytes(megabytes << 20), 6, mtime=0))
    (command.folder / "nested.csv.gz").write_bytes(gzip.compress(bomb, 6, mtime=0))
    (command.folder / "bomb.npz").write_bytes(npz(npy(megabytes << 20)))
    for file in ("bomb.csv.gz", "zeros.csv.gz"):
        for limit in (["--max-input", "64MiB"], ["--max-memory", "64MiB"]):
            command.run(["check", file, *limit], {65}, "expands beyond the limit of 64 MiB", "--max-input")
    command.run(["check", "zeros.csv.gz"], {65}, "NUL byte")
    command.run(["check", "nested.csv.gz"], {65}, "compressed twice")
    command.run(["check", "bomb.npz", "--max-input", "64MiB"], {65}, "expands beyond the limit", "--max-input")
    for file in ("bomb.csv.gz", "zeros.csv.gz", "nested.csv.gz", "bomb.npz"):
        (command.folder / file).unlink()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for array in ("shape", "format", "indptr", "indices", "data"):
            archive.writestr(f"{array}.npy", npy(32 << 20))
    (command.folder / "parts.npz").write_bytes(out.getvalue())
    command.run(["check", "parts.npz", "--max-input", "64MiB"], {65}, "beyond the limit on input size", "--max-input")


def titles(command):
    """A title that is not there is looked for among 20,000 equal ones, and among long ones."""
    for count, title in ((20_000, b"The Long Night"), (2_000, b"The Long Night " * 600)):
        lines = [b"title,description\n"]
        lines += [b"%s,killer %d harbor %d\n" % (title, row % 7, row % 11) for row in range(count)]
        (command.folder / "films.csv").write_bytes(b"".join(lines))
        command.run(
            ["cluster", "films.csv", "--text", "description", "--title", "title", "--k", "2", "--n-init", "1",
             "--out", "run", "--force", "--lsa", "none", "-q"], {0})
        seconds = command.run(["recommend", "run", "The Lnog Night"], {1}, "closest: ")
        check(seconds < 5, f"a lookup among {count} titles took {seconds:.1f} s")
        command.run(["recommend", "run", "x" * 100_000], {1}, "no title")


def links(command):
    """Links in the way of files are replaced or refused, and what they point to stays as it is."""
    folder = command.folder
    (folder / "films.csv").write_bytes(rows(12, b"killer harbor") + b"x,y,bread cake\n" * 4)
    victim = folder / "victim"
    sweep = ["sweep", "films.csv", "--text", "description", "--k", "2", "--out", "linked", "--force", "-q"]

    def with_links(names, codes):
        subprocess.run(["rm", "-rf", folder / "linked"], check=True)
        (folder / "linked").mkdir()
        victim.write_bytes(b"mine")
        for name in names:
            (folder / "linked" / name).symlink_to(victim)
        command.run(sweep, codes)
        check(victim.read_bytes() == b"mine", f"followed a link of {names}")

    with_links(["labels.csv", "model.h5", "runs.h5", "report.html", "run.json", "manifest.sha256"], {0})
    check(not any(file.is_symlink() for file in (folder / "linked").iterdir()), "a link is still there")
    with_links([".lock"], {73})
    with_links(["units"], {73})
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "part-00001.res").write_bytes(b"mine")
    (folder / "linked" / "units").unlink()
    (folder / "linked" / "units").symlink_to(folder / "elsewhere")
    command.run(sweep, {73})
    check((folder / "elsewhere" / "part-00001.res").read_bytes() == b"mine", "followed a link of a folder")
    (folder / "linked" / "units").unlink()
    command.run(sweep, {0})
    victim.write_bytes(b"mine")
    (folder / "new.csv").symlink_to(victim)
    command.run(["predict", "linked", "films.csv", "--out", "new.csv", "-q"], {73}, "is there already")
    command.run(["predict", "linked", "films.csv", "--out", "new.csv", "-q", "--force"], {0})
    check(victim.read_bytes() == b"mine" and not (folder / "new.csv").is_symlink(), "followed a link")


def inputs(command):
    """No command replaces its own input, not even by force."""
    folder = command.folder
    content = rows(12, b"killer harbor") + b"x,y,bread cake\n" * 4
    (folder / "mine").mkdir()
    (folder / "mine" / "labels.csv").write_bytes(content)
    (folder / "mine" / "films.csv").write_bytes(content)
    for command_name in ("sweep", "tree"):
        start = [command_name, "mine/labels.csv", "--text", "description"]
        command.run([*start, "--out", "mine"], {73})
        command.run([*start, "--out", "mine", "--force"], {73}, "labels.csv", "the input")
    command.run(["sweep", "mine/films.csv", "--text", "description", "--out", "mine", "--k", "2"], {73})
    command.run(["features", "mine/films.csv", "--out", "mine/films.csv", "--force"], {64, 73})
    command.run(["predict", "linked", "mine/films.csv", "--out", "mine/films.csv", "--force"], {73}, "the input")
    for name in ("labels.csv", "films.csv"):
        check((folder / "mine" / name).read_bytes() == content, f"{name} was replaced")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kindred", type=Path)
    parser.add_argument("--only")
    options = parser.parse_args()
    findings = 0
    with tempfile.TemporaryDirectory(prefix="kindred-hostile-") as scratch:
        command = Command(options.kindred.resolve(), Path(scratch).resolve())
        for case in (growing, bombs, titles, links, inputs):
            if options.only and case.__name__ != options.only:
                continue
            start = time.monotonic()
            try:
                case(command)
                print(f"hostile: {case.__name__}: ok, {time.monotonic() - start:.1f} s")
            except (Finding, subprocess.TimeoutExpired) as finding:
                print(f"hostile: {case.__name__}: {finding}", file=sys.stderr)
                findings += 1
            sys.stdout.flush()
    sys.exit(findings > 0)


main()
