"""The released `kindred` program: its commands, what it knows, and one timed call.

Standard library only: Linux counts the memory of the process that starts a program towards the
program's peak, so the process that starts `kindred` must stay small.
"""

import json
import pathlib
import subprocess


class Kindred:
    """One build of the program."""

    def __init__(self, path):
        self.path = pathlib.Path(path).resolve()
        if not self.path.is_file():
            raise SystemExit(f"{self.path}: no such program; build it with\n  {BUILD}")
        self.info = json.loads(self._output(["info", "--format", "json"]))
        self._help = {}

    def help(self, command):
        """The help text of a command; empty when this build does not have it."""
        if command not in self._help:
            done = subprocess.run(
                [self.path, command, "--help"], capture_output=True, text=True, check=False
            )
            self._help[command] = done.stdout if done.returncode == 0 else ""
        return self._help[command]

    def knows(self, need):
        """Whether this build has a command (`tree`) or an option (`cluster --batch-growth`)."""
        command, _, option = need.partition(" ")
        return option in self.help(command) and bool(self.help(command))

    def run(self, arguments, threads):
        """Runs one command and returns the object that it prints."""
        return json.loads(
            self._output([*arguments, "--threads", str(threads), "--format", "json", "--quiet"])
        )

    def _output(self, arguments):
        done = subprocess.run(
            [self.path, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"kindred {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout


BUILD = "swift build -c release --product kindred"
