"""What waits, in a process of its own, and what it says until a TERM ends it."""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.integration.harness import LIFEINIT, PATIENCE, PROGRAMS, base_environment

Ended = tuple[int, str, list[str]]  # status, as subprocess has it, stdout, the lines of stderr


class Waiting:
    """A program that waits, and its stderr line by line."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        self._buffer = b""  # of stderr

    def line(self) -> str:
        """The next line, without the time that it took."""
        assert self.process.stderr is not None
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self.process.stderr], [], [], PATIENCE)
            assert ready, f"nothing was said within {PATIENCE} s"
            part = os.read(self.process.stderr.fileno(), 4096)
            assert part, f"no more is said after {self._buffer!r}"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\n")
        return untimed(line.decode())

    def stopped(self) -> "Ended":
        """How it ends when it gets a TERM after its second line."""
        lines = [self.line(), self.line()]
        self.process.terminate()
        status, out, rest = self.end()
        return status, out, [*lines, *rest]

    def end(self) -> "Ended":
        """How it ends, with the lines that are left."""
        out, err = self.process.communicate(timeout=PATIENCE)
        lines = untimed((self._buffer + err).decode()).splitlines()
        return self.process.returncode, out.decode(errors="surrogateescape"), lines


class Start:
    """Starts what waits, in one directory."""

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd
        self.started: list[Waiting] = []

    def __call__(self, *arguments: str, env: dict[str, str] | None = None, through: Sequence[str] = ()) -> Waiting:
        return self.command(*through, str(LIFEINIT), "wait", *arguments, env=env)

    def command(self, *command: str, env: dict[str, str] | None = None) -> Waiting:
        self.started.append(Waiting(command, self.cwd, base_environment() | {"COLUMNS": "80"} | (env or {})))
        return self.started[-1]

    def vain(self, target: str, env: dict[str, str] | None = None, through: Sequence[str] = ()) -> Ended:
        """Ends the wait as soon as it has said why the target does not answer."""
        return self(target, "--interval", "10ms", env=env, through=through).stopped()

    def limited(self, limits: str, *targets: str) -> Waiting:
        """The program `waiter`: tries have limits of their own."""
        return self.command(sys.executable, "-I", str(PROGRAMS / "waiter.py"), limits, *targets)


@contextlib.contextmanager
def starting(cwd: Path) -> Iterator[Start]:
    """Ends whatever still waits."""
    start = Start(cwd)
    yield start
    for waiting in start.started:
        if waiting.process.poll() is None:
            waiting.process.kill()
        waiting.process.communicate()


def untimed(text: str) -> str:
    return re.sub(r"after \d+\.\d s$", "after T s", text, flags=re.MULTILINE)


def told(*targets: str) -> list[str]:
    """What is said where all targets answer at once."""
    everything = " and ".join(part for part in (", ".join(targets[:-1]), targets[-1]) if part)
    return [f"lifeinit: waiting for {everything}", f"lifeinit: {everything} answered after T s"]


def failed(target: str, reason: str) -> Ended:
    """What is said where a target does not answer, until a TERM."""
    missing = f"still missing: {target} ({reason})"
    return (
        -signal.SIGTERM,
        "",
        [f"lifeinit: waiting for {target}", f"lifeinit: {missing}", f"lifeinit: stopped, {missing}"],
    )


def limited(target: str, reason: str) -> Ended:
    """The same of the program `waiter`, which does not die of the signal."""
    return (128 + signal.SIGTERM, *failed(target, reason)[1:])
