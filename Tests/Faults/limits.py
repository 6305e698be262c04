"""Runs the command where the system refuses: a full or read-only disk, other people's folders, limits on
memory, files and threads, output that nobody takes, signals at any moment, files that change while they are read,
no network and no home.

    limits.py KINDRED DATASET LIBRARY [--signals N]

DATASET is the folder of the sample catalogue, LIBRARY failing.c, built. What this machine does not permit is skipped,
and said so.
"""

import argparse
import fcntl
import gzip
import hashlib
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
SWEEP = ["sweep", "films.csv", "--text", "description", "--title", "title"]


class Finding(Exception):
    pass


class Skipped(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Finding(what)


def files(folder):
    """Checksums by relative path of all files below a folder, without the times of runs."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*") if file.is_file() and file.name != "timing.json"}


class Machine:
    def __init__(self, kindred, dataset, library, scratch, signals):
        self.kindred, self.library, self.scratch, self.signals = str(kindred), library, scratch, signals
        self.catalogue = (dataset / "train.csv").read_bytes()
        self.number = 0
        self.runs_as_root = os.geteuid() == 0

    def folder(self):
        self.number += 1
        folder = self.scratch / f"case{self.number}"
        folder.mkdir()
        os.chmod(folder, 0o777)
        (folder / "films.csv").write_bytes(self.catalogue)
        return folder

    def run(self, folder, arguments, launcher=(), **options):
        options = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": 60} | options
        if "stdout" in options:
            options.pop("capture_output")
            options.setdefault("stderr", subprocess.PIPE)
        return subprocess.run(
            [*launcher, self.kindred, *arguments], cwd=folder, **options)

    def script(self, folder, text, *arguments):
        """Runs a shell script in a mount namespace of its own, where $1 is the command."""
        if not self.runs_as_root:
            raise Skipped("needs root")
        probe = subprocess.run(
            ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True)
        if probe.returncode != 0:
            raise Skipped("mounting is not permitted here")
        return subprocess.run(
            ["unshare", "-m", "bash", "-c", text, "bash", self.kindred, *arguments], cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


def expect(result, code, *fragments):
    """The exit code, and a complaint of the usual shape that says all of this."""
    errors = result.stderr.decode()
    check(result.returncode == code, f"exit {result.returncode}, expected {code}: {errors}")
    lines = [line for line in errors.splitlines() if not line.startswith(("note:", "warning:"))]
    check(bool(lines) and lines[0].startswith("error["), f"no complaint: {errors}")
    check(lines[-1].strip().startswith("help: "), f"no next step: {errors}")
    for fragment in fragments:
        check(fragment in errors, f"'{fragment}' is missing: {errors}")


def full_disk(machine):
    """A disk of 600 KiB fills up; with more room the same command goes on, to the usual bytes."""
    folder = machine.folder()
    whole = machine.run(folder, [*SWEEP, "--k", "2...12", "--out", "whole"])
    check(whole.returncode == 0, whole.stderr.decode())
    script = """
        mkdir disk && mount -t tmpfs -o size=600k none disk || exit 99
        "$1" "${@:2}" --out disk/out; echo $? >code
        ls -A disk/out >names
        mount -o remount,size=100m disk || exit 98
        "$1" "${@:2}" --out disk/out -q || exit 97
        cp -r disk/out out
    """
    result = machine.script(folder, script, *SWEEP, "--k", "2...12")
    check(result.returncode == 0, f"step {result.returncode}: {result.stderr.decode()}")
    result.returncode = int((folder / "code").read_text())
    expect(result, 74, "no space left on device", "free space and run again")
    names = (folder / "names").read_text().split()
    check(not [name for name in names if name in (".lock", "manifest.sha256") or name.endswith(".tmp")],
          f"left on the full disk: {names}")
    check(files(folder / "out") == files(folder / "whole"), "other bytes after the disk was full")


def read_only_disk(machine):
    """A read-only disk is told of before anything is computed."""
    folder = machine.folder()
    script = """
        mkdir disk && mount -t tmpfs none disk && mkdir disk/held && mount -o remount,ro disk || exit 99
        "$1" "${@:2}" --out disk/out; echo $? >>codes
        "$1" "${@:2}" --out disk/held; echo $? >>codes
        "$1" features films.csv --text description --out disk/X.npz; echo $? >>codes
    """
    result = machine.script(folder, script, *SWEEP)
    codes = (folder / "codes").read_text().split()
    check(codes == ["73"] * 3, f"exits {codes}: {result.stderr.decode()}")
    check(b"read-only" in result.stderr, result.stderr.decode())


def others_folder(machine):
    """Another user gets 77 for a folder and a file that are not theirs, and nothing changes."""
    if not machine.runs_as_root:
        raise Skipped("needs root")
    folder = machine.folder()
    closed = folder / "closed"
    closed.mkdir(mode=0o755)
    (folder / "secret.csv").write_bytes(machine.catalogue)
    os.chmod(folder / "secret.csv", 0o600)
    for arguments in (
        [*SWEEP, "--out", "closed/out"], [*SWEEP, "--out", "closed"],
        ["features", "films.csv", "--out", "closed/X.npz"],
    ):
        expect(machine.run(folder, arguments, OTHER_USER), 77, "closed", "choose a place")
    expect(machine.run(folder, ["check", "secret.csv"], OTHER_USER), 77, "secret.csv", "permission denied")
    check(not list(closed.iterdir()), "something was written")


def file_size(machine):
    """RLIMIT_FSIZE is a failed write, never SIGXFSZ."""
    folder = machine.folder()
    for limit in (0, 1, 1_000, 30_000):
        result = machine.run(folder, [*SWEEP, "--k", "2...4", "--out", "out"], ["prlimit", f"--fsize={limit}"])
        expect(result, 74, "file too large", "ulimit -f")
        left = [file.name for file in folder.rglob("*") if file.name == ".lock" or file.name.endswith(".tmp")]
        check(not left, f"left with a limit of {limit}: {left}")


def open_files(machine):
    """16 open files are enough; fewer are a limit or, below what the loader needs, its own 127."""
    folder = machine.folder()
    for limit in (16, 8, 6, 5, 4, 3):
        shutil.rmtree(folder / "out", ignore_errors=True)
        result = machine.run(folder, [*SWEEP, "--k", "2...4", "--out", "out"], ["prlimit", f"--nofile={limit}"])
        if limit == 16:
            check(result.returncode == 0, f"exit {result.returncode}: {result.stderr.decode()}")
        elif result.returncode not in (0, 127):
            expect(result, 71, "ulimit -n")


def memory(machine):
    """Under any limit on address space the command ends by itself: done, refused, or not loaded."""
    folder = machine.folder()
    # Counters that are shared while the command runs take more room than there is.
    environment = dict(os.environ)
    if "LLVM_PROFILE_FILE" in environment:
        environment["LLVM_PROFILE_FILE"] = environment["LLVM_PROFILE_FILE"].replace("%c", "limited-%p-")
    for mebibytes in (100, 130, 160, 200, 300, 450, 600, 1_000):
        shutil.rmtree(folder / "out", ignore_errors=True)
        result = machine.run(
            folder, [*SWEEP, "--k", "2...4", "--out", "out"], ["prlimit", f"--as={mebibytes << 20}"],
            env=environment)
        if result.returncode not in (0, 127):
            expect(result, 71, "memory")
        if mebibytes == 1_000:
            check(result.returncode == 0, f"1,000 MiB do not do: {result.stderr.decode()}")


def threads(machine):
    """Where no thread can be made the work is done by fewer, to the same bytes."""
    if not machine.runs_as_root:
        raise Skipped("needs root")
    folder = machine.folder()
    arguments = [*SWEEP, "--k", "2...4", "--threads", "4"]
    check(machine.run(folder, [*arguments, "--out", "out"]).returncode == 0, "four threads do not work")
    # The limit counts all processes of the user: one that nobody else has.
    alone = ["setpriv", "--reuid=64321", "--regid=64321", "--clear-groups", "prlimit", "--nproc=1"]
    result = machine.run(folder, [*arguments, "--out", "alone"], alone)
    if result.returncode != 0:
        expect(result, 71, "thread")
    else:
        check(files(folder / "alone") == files(folder / "out"), "one thread gives other bytes")


def nobody_takes_output(machine):
    """A closed pipe is 141 without a word, a full disk 74, for every command that prints."""
    folder = machine.folder()
    check(machine.run(folder, [*SWEEP, "--k", "3,4", "--out", "run", "-q"]).returncode == 0, "no run")
    commands = [
        [*SWEEP, "--k", "2,3"], ["cluster", "films.csv", "--k", "3"], ["tree", "films.csv"],
        ["export", "run", "--out", "-"], ["predict", "run", "films.csv", "--out", "-"],
        ["recommend", "run", "--id", "s1"], ["score", "films.csv", "--labels", "run/labels.npy"],
        ["tree", "--help"], ["info", "--format", "json"]]
    for arguments in commands:
        quiet = [] if "--help" in arguments else ["-q"]
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            result = machine.run(folder, [*arguments, *quiet], stdout=pipe)
        check(result.returncode == 141 and not result.stderr,
              f"{arguments}: exit {result.returncode}: {result.stderr.decode()}")
        with open("/dev/full", "wb") as full:
            expect(machine.run(folder, [*arguments, *quiet], stdout=full), 74, "standard output")


def keyboard(machine):
    """An input of - on a keyboard is refused."""
    folder = machine.folder()
    controller, terminal = pty.openpty()
    for command in (["sweep", "-"], ["check", "-"], ["tree", "-"]):
        expect(machine.run(folder, command, stdin=terminal), 64, "terminal")
    os.close(controller)
    os.close(terminal)


def signals(machine):
    """A signal at any moment ends a run within a second; what has finished is kept and the end is the same."""
    folder = machine.folder()
    arguments = [*SWEEP, "--k", "2...30", "--n-init", "10", "--algorithm", "kmeans,ward", "-q"]
    start = time.monotonic()
    check(machine.run(folder, [*arguments, "--out", "whole"]).returncode == 0, "no run")
    seconds = time.monotonic() - start
    expected = files(folder / "whole")
    sent = completed = 0
    while sent < machine.signals or completed == 0:
        number = random.choice([signal.SIGINT, signal.SIGTERM])
        process = subprocess.Popen(
            [machine.kindred, *arguments, "--out", "out", "--threads", str(random.randint(1, 3))],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            # Before main begins a signal ends any process, and there is nothing to keep.
            process.wait(random.uniform(0, 1.1 * seconds) if sent < machine.signals else 60)
        except subprocess.TimeoutExpired:
            sent += 1
            process.send_signal(number)
            if random.random() < 0.3:
                process.send_signal(signal.SIGINT)
                number = signal.SIGINT if number == signal.SIGINT else None
        start = time.monotonic()
        errors = process.communicate(timeout=30)[1].decode()
        waited = time.monotonic() - start
        if process.returncode == 0:
            check(files(folder / "out") == expected, "other bytes after signals")
            completed += 1
            shutil.rmtree(folder / "out")
            continue
        check(process.returncode in (-signal.SIGINT, -signal.SIGTERM)
              and (number is None or process.returncode == -number), f"exit {process.returncode}: {errors}")
        check(waited < 1, f"ended {waited:.1f} s after the signal")
        left = [str(file.relative_to(folder)) for file in folder.rglob("*")
                if file.name == ".lock" or file.name.endswith(".tmp")]
        check(not left, f"left after a signal: {left}")
        if (folder / "out" / "manifest.sha256").exists():
            shutil.rmtree(folder / "out")
    return f"{sent} signals, {completed} runs completed"


def lock(machine):
    """A signal just when the folder is made, its lock is taken or given back leaves neither behind."""
    folder = machine.folder()
    arguments = [machine.kindred, *SWEEP, "--k", "2,3", "--lsa", "none", "-q", "--out", "out"]
    finished = 0
    for number in range(machine.signals):
        process = subprocess.Popen(
            [*arguments, "--threads", str(1 + number % 3)], cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # The folder comes, the lock comes, the lock goes.
        moment = number % 3
        place = folder / "out" / ".lock" if moment else folder / "out"
        for there in [True, False][:1 + (moment == 2)]:
            while process.poll() is None and os.path.lexists(place) != there:
                pass
        time.sleep(random.choice([0, 0, random.uniform(0, 0.002)]))
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=30)[1].decode()
        check(process.returncode in (0, -signal.SIGTERM), f"exit {process.returncode}: {errors}")
        check(not (folder / "out" / ".lock").exists(), f"the lock is left, {moment}")
        if (folder / "out").exists():
            check(any((folder / "out").iterdir()), f"the folder is left, {moment}")
            finished += (folder / "out" / "manifest.sha256").exists()
            shutil.rmtree(folder / "out")
    # Another run's lock stays, whatever call the signal comes after.
    (folder / "out").mkdir()
    with open(folder / "out" / ".lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for number in range(1, 100):
            reached = folder / "reached"
            reached.unlink(missing_ok=True)
            environment = dict(os.environ) | {
                "LD_PRELOAD": str(machine.library), "KINDRED_FAIL_IN": str(folder / "out"),
                "KINDRED_FAIL_AT": f"{number}:term", "KINDRED_FAIL_LOG": str(reached)}
            result = machine.run(folder, [*SWEEP, "--out", "out"], env=environment)
            check((folder / "out" / ".lock").stat().st_ino == os.fstat(held.fileno()).st_ino, "the lock is gone")
            if not reached.exists():
                expect(result, 75, "another run holds this folder")
                break
            check(result.returncode == -signal.SIGTERM, f"exit {result.returncode}: {result.stderr.decode()}")
        check(number > 1, "no call was reached")
    return f"{machine.signals} signals, {finished} of them when the run was published"


def changing_input(machine):
    """A file that is cut, grows or gets other bytes at any reading of it is refused; where another file takes its
    name the run is one of the file that it began to read."""
    folder = machine.folder()
    reached = folder / "reached"
    rows = machine.catalogue
    matrix = b"%%MatrixMarket matrix coordinate real general\n40 2 80\n" + b"".join(
        b"%d %d %d.5\n" % (row + 1, column + 1, row // 10 * 10 + column) for row in range(40) for column in (0, 1))
    labels = b"cluster\n" + b"".join(b"%d\n" % (row // 20) for row in range(40))
    (folder / "X.mtx").write_bytes(matrix)
    cases = [
        ("films.csv", rows, [*SWEEP, "--k", "2,3", "--n-init", "1", "--out", "out"]),
        ("films.csv", rows, ["check", "films.csv"]),
        ("films.csv", rows, ["columns", "films.csv"]),
        ("films.csv", rows, ["features", "films.csv", "--text", "description", "--out", "X.npz"]),
        ("films.csv.gz", gzip.compress(rows, mtime=0),
         ["cluster", "films.csv.gz", "--text", "description", "--k", "3", "--n-init", "1", "--out", "out"]),
        ("X.mtx", matrix, ["tree", "X.mtx", "--out", "out"]),
        ("labels.csv", labels, ["score", "X.mtx", "--labels", "labels.csv"]),
        ("words", b"the\na\n" * 50,
         ["features", "films.csv", "--text", "description", "--stop-words", "words", "--out", "X.npz"]),
    ]
    changes = 0
    for name, content, arguments in cases:
        watched = folder / name
        for how in ("cut", "grow", "rewrite", "replace"):
            for number in range(1, 100):
                for place in ("out", "X.npz"):
                    subprocess.run(["rm", "-rf", folder / place], check=True)
                watched.write_bytes(content)
                os.utime(watched, (1_000_000_000, 1_000_000_000))
                (folder / f"{name}.new").write_bytes(content[:len(content) // 3])
                reached.unlink(missing_ok=True)
                environment = dict(os.environ) | {
                    "LD_PRELOAD": str(machine.library), "KINDRED_FAIL_IN": str(watched),
                    "KINDRED_FAIL_AT": f"{number}:{how}", "KINDRED_FAIL_LOG": str(reached)}
                result = machine.run(folder, arguments, env=environment)
                if not reached.exists():
                    check(result.returncode == 0, f"{arguments}, unchanged: {result.stderr.decode()}")
                    break
                changes += 1
                try:
                    if how == "replace":
                        check(result.returncode == 0, f"exit {result.returncode}: {result.stderr.decode()}")
                        inode = watched.stat().st_ino
                        check(watched.read_bytes() != content, "nothing was replaced")
                        outcome = said(result, folder)
                        for place in ("out", "X.npz"):
                            subprocess.run(["rm", "-rf", folder / place], check=True)
                        watched.write_bytes(content)
                        check(watched.stat().st_ino == inode, "another file again")
                        check(said(machine.run(folder, arguments), folder) == outcome, "other results")
                    else:
                        expect(result, 65, f"{name}: changed while being read", "wait until the file is written")
                        check(not (folder / "out").exists() and not (folder / "X.npz").exists(), "output is left")
                except Finding as finding:
                    raise Finding(f"{arguments[:2]}, {how} at reading {number}: {finding}") from None
            check(number > 2, f"{arguments[:2]}: only {number - 1} readings were found")
    return f"{changes} changes"


def said(result, folder):
    """What a command came to, but for the seconds that it took."""
    lines = [line for line in result.stdout.decode().splitlines() if "second" not in line]
    return (result.returncode, [line for line in lines if "peak" not in line],
            files(folder / "out"), (folder / "X.npz").exists() and (folder / "X.npz").read_bytes())


def alone(machine):
    """Without network, home or any writable place but its own folder, a run leaves nothing beside --out."""
    folder = machine.folder()
    script = """
        mkdir box && mount -t tmpfs none box && mkdir box/home box/tmp box/work || exit 99
        cp films.csv box/work && chown -R 65534:65534 box || exit 99
        box=$PWD/box
        awk '{ print $2 }' /proc/self/mounts | while read -r mount; do
          if [ "$mount" != "$box" ]; then mount -o remount,bind,ro "$mount" 2>/dev/null; fi
        done
        touch "$1.probe" 2>/dev/null && exit 98
        cd box/work || exit 99
        inside() {
          HOME=$box/home TMPDIR=$box/tmp XDG_CACHE_HOME=$box/home/cache \
            setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
        }
        inside "$1" sweep films.csv --text description --title title --k 2...4 --out out -q || exit 1
        inside "$1" tree films.csv --text description --out tree -q || exit 2
        inside "$1" export out --what labels,model,report --format csv,json --out exported -q || exit 3
        inside "$1" predict out films.csv --out - -q >/dev/null || exit 4
        inside "$1" recommend out --id s1 -q >/dev/null || exit 5
        chmod 555 "$box/home" "$box/tmp"
        find "$box" -mindepth 1 -maxdepth 2 | sort >&2
    """
    if not machine.runs_as_root:
        raise Skipped("needs root")
    if subprocess.run(["unshare", "-mn", "true"], capture_output=True).returncode != 0:
        raise Skipped("namespaces are not permitted here")
    result = subprocess.run(
        ["unshare", "-mn", "bash", "-c", script, "bash", machine.kindred], cwd=folder,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    check(result.returncode == 0, f"step {result.returncode}: {result.stderr.decode()}")
    left = [os.path.relpath(line, folder / "box") for line in result.stderr.decode().splitlines()]
    expected = ["home", "tmp", "work", "work/exported", "work/films.csv", "work/out", "work/tree"]
    check(left == expected, f"left {sorted(set(left) ^ set(expected))}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kindred", type=Path)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("library", type=Path)
    parser.add_argument("--signals", type=int, default=20)
    parser.add_argument("--only")
    options = parser.parse_args()
    findings = 0
    with tempfile.TemporaryDirectory(prefix="kindred-limits-") as scratch:
        os.chmod(scratch, 0o755)
        machine = Machine(options.kindred.resolve(), options.dataset.resolve(), options.library.resolve(),
                          Path(scratch).resolve(), options.signals)
        for case in (full_disk, read_only_disk, others_folder, file_size, open_files, memory, threads,
                     nobody_takes_output, keyboard, signals, lock, changing_input,
                     alone):
            if options.only and case.__name__ != options.only:
                continue
            start = time.monotonic()
            try:
                said = case(machine)
                seconds = time.monotonic() - start
                print(f"limits: {case.__name__}: ok, {seconds:.1f} s" + (f", {said}" if said else ""))
            except Skipped as reason:
                print(f"limits: {case.__name__}: SKIPPED, {reason}")
            except (Finding, subprocess.TimeoutExpired) as finding:
                print(f"limits: {case.__name__}: {finding}", file=sys.stderr)
                findings += 1
            sys.stdout.flush()
    sys.exit(findings > 0)


main()
