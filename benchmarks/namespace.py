"""A contender as PID 1 of a namespace of its own, around an app that says when it is there."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import environments, process
from benchmarks.contenders import Contender

NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
PROGRAMS = Path(__file__).parent / "programs"
PATIENCE = 60.0
SETTLED = 0.25


@dataclass(frozen=True)
class Running:
    """PID 1 by its pid out here, the app's, and the pipe through which the app answers."""

    name: str
    pid: int
    app: int
    answers: int

    def answer(self) -> bytes:
        """What the app has written, once it has."""
        if not select.select([self.answers], [], [], PATIENCE)[0]:
            sys.exit(f"benchmarks: the app does not answer; {self.name} around it is {process.status(self.pid)}")
        return os.read(self.answers, 64)

    def settle(self) -> None:
        """Until PID 1 has slept through a while: hooks and probes are over."""
        until = time.monotonic() + PATIENCE
        before = -1
        while (now := process.switches(self.pid)) != before and time.monotonic() < until:
            before = now
            time.sleep(SETTLED)

    def stop_ms(self) -> float:
        """From the TERM to the exit of PID 1. Milliseconds."""
        end = os.pidfd_open(self.pid)
        try:
            began = time.perf_counter()
            os.kill(self.pid, signal.SIGTERM)
            ended = select.select([end], [], [], PATIENCE)[0]
            taken = time.perf_counter() - began
        finally:
            os.close(end)
        if not ended:
            sys.exit(f"benchmarks: TERM does not end {self.name}: it is {process.status(self.pid)}")
        return taken * 1e3


def python(program: str, *arguments: str) -> list[str]:
    """The command of one of the programs beside this file, on the interpreter itself."""
    return [environments.INTERPRETER, "-I", "-S", "-B", str(PROGRAMS / f"{program}.py"), *arguments]


@contextlib.contextmanager
def running(contender: Contender, directory: Path, program: str, *arguments: str) -> Iterator[Running]:
    """The contender with one of the programs, once that has answered for the first time."""
    fifo = directory / "answers"
    fifo.unlink(missing_ok=True)
    os.mkfifo(fifo)
    answers = os.open(fifo, os.O_RDWR)
    around = subprocess.Popen(
        [*NAMESPACE, *contender.words(python(program, str(fifo), *arguments))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**environments.clean_environment(), **contender.variables},
        cwd=directory,
    )
    try:
        if not select.select([answers], [], [], PATIENCE)[0]:
            sys.exit(f"benchmarks: the app did not start under {contender.name}: {' '.join(map(str, around.args))}")  # type: ignore[arg-type]
        os.read(answers, 64)
        pid = process.children(around.pid)[0]
        yield Running(
            contender.name,
            pid,
            next((child for child in process.children(pid) if process.runs(child, str(fifo))), pid),
            answers,
        )
    finally:
        around.send_signal(signal.SIGKILL)
        around.wait()
        os.close(answers)


def starts_ms(contender: Contender, directory: Path, what: str, count: int, app: Sequence[str]) -> list[list[float]]:
    """The contender started that often; programs/start.py says what is measured. A list of milliseconds for each."""
    fifo = directory / "answers"
    fifo.unlink(missing_ok=True)
    os.mkfifo(fifo)
    written = [word.replace("FIFO", str(fifo)) for word in app]
    done = subprocess.run(
        python("start", what, str(count), str(fifo), *contender.words(written)),
        check=False,
        capture_output=True,
        text=True,
        env={**environments.clean_environment(), **contender.variables},
        cwd=directory,
    )
    if done.returncode != 0:
        sys.exit(f"benchmarks: {contender.name} was not started: {done.stderr.strip()}")
    return _numbers(done.stdout)


def inside_ms(one: Running, count: int, command: Sequence[str]) -> list[list[float]]:
    """A command run that often beside PID 1: the milliseconds until its end, and those of its CPU time."""
    words = python("inside", str(one.pid), str(count), *command)
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, env=environments.clean_environment(), cwd="/"
    )
    if done.returncode != 0:
        sys.exit(f"benchmarks: {' '.join(command)} beside {one.name}: {done.stderr.strip()}")
    return _numbers(done.stdout)


def _numbers(text: str) -> list[list[float]]:
    return [[float(word) for word in line.split()] for line in text.splitlines()]
