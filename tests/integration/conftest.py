"""The fixture `init`: starts a lifeinit in a PID namespace and ends whatever is left of it after the test."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

import lifeinit
from tests.integration.harness import LIFEINIT, PROGRAMS, Running, base_environment, have_namespaces, python

LIFEINIT_PATH = Path(lifeinit.__file__).parents[1]


class Start(Protocol):
    def __call__(
        self,
        *app: str,
        hooks: str | None = None,
        options: Sequence[str] = (),
        env: dict[str, str] | None = None,
        subreaper: bool = False,
        through: Sequence[str] = (),
        fifo: str | None = None,
    ) -> Running:
        """Start `lifeinit OPTIONS -- APP` with a hook file of this text, in a directory with this fifo.

        With `subreaper` it runs below a PID 1 that is no init and reports what lifeinit left behind; `through` is a
        command that it is started through.
        """


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory with the programs that every user may run, on the machine's own Python."""
    with tempfile.TemporaryDirectory(prefix="lifeinit-") as directory:
        Path(directory).chmod(0o755)
        for name in ("say.py", "freezer.py"):
            shutil.copy(PROGRAMS / name, directory)
        yield Path(directory)


@pytest.fixture
def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def namespaces() -> None:
    reason = have_namespaces()
    if reason:
        pytest.skip(f"no PID namespace can be made here: {reason}")


@pytest.fixture
def init(tmp_path: Path, namespaces: None) -> Iterator[Start]:  # noqa: ARG001
    started: list[Running] = []

    def start(
        *app: str,
        hooks: str | None = None,
        options: Sequence[str] = (),
        env: dict[str, str] | None = None,
        subreaper: bool = False,
        through: Sequence[str] = (),
        fifo: str | None = None,
    ) -> Running:
        if fifo is not None:
            os.mkfifo(tmp_path / fifo)
        if hooks is not None:
            (tmp_path / "hooks.toml").write_text(hooks)
        outer = python("outer") if subreaper else []
        command = [*outer, *through, str(LIFEINIT), *options, "--", *app]
        started.append(Running(command, tmp_path, base_environment() | (env or {})))
        return started[-1]

    yield start
    for running in started:
        running.end()


class Program(Protocol):
    def __call__(self, text: str, *arguments: str, through: Sequence[str] = (), **env: str) -> Running:
        """Run a Python program of this text as PID 1, or below the command `through`."""


@pytest.fixture
def program(tmp_path: Path, namespaces: None) -> Iterator[Program]:  # noqa: ARG001
    started: list[Running] = []

    def start(text: str, *arguments: str, through: Sequence[str] = (), **env: str) -> Running:
        (tmp_path / "app.py").write_text(f"import os, signal, sys, time\nfrom lifeinit import Container\n{text}")
        variables = {"PYTHONPATH": str(LIFEINIT_PATH)}
        command = [*through, sys.executable, "app.py", *arguments]
        started.append(Running(command, tmp_path, base_environment() | variables | env))
        return started[-1]

    yield start
    for running in started:
        running.end()
