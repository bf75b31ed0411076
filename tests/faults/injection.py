"""A lifeinit, as PID 1, one of whose system calls fails: strace puts an error in the kernel's place."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from types import MappingProxyType

from tests.integration.harness import LIFEINIT, PATIENCE, Running, base_environment, listener

HOOKS = """
stop_timeout = "4s"
ready = { notify = true, timeout = "50ms", on_failure = "warn" }
pre_start = "echo pre_start >> said"
post_start = "echo post_start"
pre_stop = "echo pre_stop >> said"
post_stop = "echo post_stop >> said"
"""
APP_STATUS = 5


@dataclass(frozen=True)
class Call:
    """The n-th call of this name that PID 1 makes."""

    name: str
    number: int


@dataclass(frozen=True)
class Outcome:
    status: int
    stdout: list[str]
    stderr: list[str]
    said: list[str]
    trace: list[str]


def survive(
    directory: Path,
    hooks: str | None,
    inject: str | None,
    follow: bool = False,
    env: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """Run a life to its end, with a stop request once the app is up. `inject` is what strace takes after `inject=`.

    strace comes from outside, so lifeinit is PID 1 and has no child more; it counts from the shell's exec on. What
    lifeinit cannot remove it leaves in a /dev/shm of its own.
    """
    directory.mkdir()
    os.mkfifo(directory / "gate")
    options: list[str] = []
    environment = base_environment() | dict(env)
    if hooks is not None:
        (directory / "hooks.toml").write_text(hooks)
        options += ["--config", str(directory / "hooks.toml")]
    gate = ["sh", "-c", 'mount -t tmpfs shm /dev/shm; echo gate; read open < gate; exec "$@"', "-"]
    running = Running([*gate, str(LIFEINIT), *options, "--", *listener(f"TERM={APP_STATUS}")], directory, environment)
    try:
        assert running.line() == "gate", running.stderr()
        tracer = _traced(running, directory, inject, follow)
        try:
            (directory / "gate").write_text("open\n")
            told = _until_up(running, ["ready"] if hooks is None else ["ready", "post_start"])
            if told[-1:] != [""]:
                running.send(SIGTERM)
                told += running.rest()
            status = running.status()
            tracer.wait(PATIENCE)
        finally:
            running.end()  # first, since strace waits for it
            tracer.wait(PATIENCE)
            assert tracer.stderr is not None
            tracer.stderr.close()
    finally:
        running.end()
    said = (directory / "said").read_text().split() if (directory / "said").exists() else []
    return Outcome(status, told, running.stderr(), said, (directory / "trace").read_text().splitlines())


def _until_up(running: Running, expected: list[str]) -> list[str]:
    """The lines up to the one with which all of these have come; an empty one is the end of all."""
    found: list[str] = []
    while not set(expected) <= set(found):
        found.append(running.line())
        if not found[-1]:
            break
    return found


def _traced(running: Running, directory: Path, inject: str | None, follow: bool) -> subprocess.Popen[str]:
    """strace, once it has attached."""
    while not (children := _children(running.process.pid)):
        assert running.process.poll() is None
    what: Sequence[str] = () if inject is None else ("-e", f"inject={inject}")
    tracer = subprocess.Popen(
        ["strace", *(["-f"] if follow else []), "-o", str(directory / "trace"), *what, "-p", str(children[0])],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert tracer.stderr is not None
    line = tracer.stderr.readline()
    assert "attached" in line, line
    return tracer


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def engine_calls(trace: list[str], names: Sequence[str]) -> list[Call]:
    """The calls of these names that the engine makes, from the moment at which it gives itself its name."""
    counts: dict[str, int] = {}
    found: list[Call] = []
    begun = False
    for line in trace:
        match = re.match(r"(\w+)\(", line)
        if match is None:
            continue
        name = match[1]
        counts[name] = counts.get(name, 0) + 1
        begun = begun or "/proc/self/comm" in line
        if begun and name in names:
            found.append(Call(name, counts[name]))
    return found
