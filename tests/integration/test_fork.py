"""Between the fork and the exec of a child: strace makes happen what else comes by chance, and shows what did."""

import re
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.integration.conftest import Start
from tests.integration.harness import Running, base_environment

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

GROUP = "ps -o pid= -o pgid= -p $$"
CLOSED = ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"]


def strace(*options: str) -> list[str]:
    """What lifeinit is to be started through; the trace goes into a file."""
    return ["strace", "-qq", "-o", "trace", *options]


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_a_signal_that_comes_before_the_exec_is_the_apps(init: Start, tmp_path: Path, name: str) -> None:
    """As a Ctrl-C may, once the terminal is handed over. CPython's handler for INT would run instead of the app.

    Only the child sets an umask: there the signal is sent, and waits until the app's mask is in place.
    """
    through = strace("-f", "-e", f"inject=umask:signal={name}:when=1")
    running = init("sh", "-c", "exit 5", hooks='[app]\numask = "022"\n', through=through)
    assert running.rest() == []
    assert running.status() == 128 + signal.Signals[f"SIG{name}"], running.stderr()
    assert f"--- SIG{name} " in (tmp_path / "trace").read_text()


def test_a_signal_before_the_exec_that_the_app_ignores(init: Start) -> None:
    """The control: it is not strace that ends the child."""
    through = ["sh", "-c", "trap '' HUP; exec \"$@\"", "-", *strace("-f", "-e", "inject=umask:signal=HUP:when=1")]
    assert init("sh", "-c", "exit 5", hooks='[app]\numask = "022"\n', through=through).status() == 5


@pytest.mark.parametrize("hooks", [None, 'pre_start = "ps -o pid= -o pgid= -p $$"'], ids=["app", "hook"])
def test_a_child_that_is_faster_than_we_are_has_a_group_of_its_own(
    init: Start, tmp_path: Path, hooks: str | None
) -> None:
    """Once it has exec'ed, setpgid(2) fails for its parent with EACCES: it has to have done it itself.

    Without -f strace is at the parent's calls alone.
    """
    running = init("sh", "-c", GROUP, hooks=hooks, through=strace("-e", "inject=setpgid:error=EACCES"))
    lines = running.rest()
    assert len(lines) == (1 if hooks is None else 2)
    for line in lines:
        pid, group = line.split()
        assert pid == group
    assert "EACCES" in (tmp_path / "trace").read_text()


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize("hooks", [None, 'pre_start = "true"\npost_stop = "true"\n'], ids=["plain", "hooks"])
def test_none_of_our_descriptors_takes_a_closed_standard_one(
    init: Start, tmp_path: Path, closed: str, hooks: str | None
) -> None:
    """What is written to a stdout or stderr that is closed would go into the pipe that reports a failed exec."""
    running = init("sh", "-c", "exit 4", hooks=hooks, through=_closing(closed))
    assert running.status() == 4
    numbers = made((tmp_path / "trace").read_text())
    assert len(numbers) >= 2
    assert min(numbers) > 2, numbers


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("closed", CLOSED)
def test_a_program_that_does_not_care_takes_a_closed_standard_one(tmp_path: Path, closed: str) -> None:
    """The control: here the pipe lands there."""
    program = [sys.executable, "-I", "-S", "-c", "import os; os.pipe()"]
    running = Running([*_closing(closed), *program], tmp_path, base_environment())
    try:
        assert running.status() == 0, running.stderr()
    finally:
        running.end()
    assert min(made((tmp_path / "trace").read_text())) == min(map(int, re.findall(r"\d", closed)))


def _closing(closed: str) -> Sequence[str]:
    """strace keeps its own three: the shell below it closes them, and becomes lifeinit."""
    return [*strace("-f", "-e", "trace=pipe2,memfd_create"), "sh", "-c", f'exec "$@" {closed}', "-"]


def made(trace: str) -> list[int]:
    """The numbers of the pipes and of the plan's file in a trace."""
    pipes = re.findall(r"pipe2\(\[(\d+), (\d+)\]", trace)
    return [int(number) for pair in pipes for number in pair] + [
        int(number) for number in re.findall(r"memfd_create\(.*\) += (\d+)", trace)
    ]
