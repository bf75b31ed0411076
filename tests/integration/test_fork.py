"""Between the fork and the exec of a child: strace makes happen what else comes by chance, and shows what did."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from signal import SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import PATIENCE, Running, base_environment, children
from tests.integration.strace import failing

pytestmark = needs.STRACE

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


HOOKS = """
    post_start = ["echo", "started"]
    post_stop = [
        { command = ["grep", "^SigBlk", "/proc/self/status"] },
        { command = ["readlink", "/proc/self/cwd", "/proc/self/fd/0"] },
        { command = ["ls", "/proc/self/fd"] },
    ]
    [app]
"""


@needs.ROOT
@pytest.mark.parametrize(
    ("pre_start", "app", "copies_made"),
    [
        ('["true"]', "", 2),
        ('["true"]', 'user = "4711"', 2),
        ('["true"]', 'umask = "022"', 3),
        ('"sleep 1000000 &"', "", 4),  # one of them is the shell's own
    ],
    ids=["same", "user", "umask", "daemon"],
)
def test_only_what_needs_a_copy_of_pid_1_gets_one(
    init: Start, tmp_path: Path, pre_start: str, app: str, copies_made: int
) -> None:
    """The planner is one. While an app or a daemon of lifeinit's own user lives, it could stop what is started: a fork.

    So is what gets another user or an umask. The hooks find everything as they do after a fork.
    """
    through = [*strace("-f", "-e", "trace=clone,clone3,fork,vfork"), "sh", "-c", 'exec "$@" 7</etc/passwd', "-"]
    through += ["unshare", "--pid", "--fork", "--mount-proc"]
    running = init("sleep", "1000000", hooks=f"pre_start = {pre_start}{HOOKS}{app}", through=through)
    running.expect("started")
    (lifeinit,) = children(running.child())
    os.kill(lifeinit, SIGTERM)
    blocked, directory, stdin, *descriptors = running.rest()
    assert blocked.split()[1] == "0" * 16
    assert (directory, stdin) == (str(tmp_path), "/dev/null")
    assert descriptors == ["0", "1", "2", "3"]  # the last one is the listing's own
    forks = [line for line in (tmp_path / "trace").read_text().splitlines() if "CLONE_CHILD_SETTID" in line]
    assert len(forks) == copies_made + 1, forks  # and that of unshare


@needs.ROOT
def test_beside_a_process_that_could_stop_it_a_hook_is_a_copy(init: Start, tmp_path: Path) -> None:
    """It entered the PID namespace from outside, as `docker exec` and a debug container do: it is no child of PID 1."""
    hooks = 'post_start = ["echo", "started"]\npre_stop = ["echo", "stopping"]\n[app]\nuser = "4711"\n'
    through = [*strace("-f", "-e", "trace=clone,clone3,fork,vfork"), "unshare", "--pid", "--fork", "--mount-proc"]
    running = init("sleep", "1000000", hooks=hooks, through=through)
    running.expect("started")
    (lifeinit,) = children(running.child())
    enter = ["nsenter", "--target", str(lifeinit), "--pid", "--mount"]
    with subprocess.Popen([*enter, "sh", "-c", "echo here; exec sleep 1000000"], stdout=subprocess.PIPE) as neighbor:
        assert neighbor.stdout is not None
        assert neighbor.stdout.readline() == b"here\n"
        os.kill(lifeinit, SIGTERM)
        running.expect("stopping")
        assert running.status() == 143
    forks = [line for line in (tmp_path / "trace").read_text().splitlines() if "CLONE_CHILD_SETTID" in line]
    assert len(forks) == 4, forks  # unshare's, the planner, the app, which has another user, and pre_stop


@needs.ROOT
def test_a_program_on_a_volume_is_executed_by_a_copy(init: Start, tmp_path: Path) -> None:
    """Below /usr too, where images have their app: a file system that does not answer must not hold up PID 1."""
    mount = 'mount -t tmpfs none /usr/src; cp /bin/true /usr/src/; exec "$@"'
    through = ["unshare", "--mount", "sh", "-c", mount, "-"]
    through += [*strace("-f", "-e", "trace=clone,clone3,fork,vfork"), "unshare", "--pid", "--fork", "--mount-proc"]
    hooks = 'pre_start = [{ command = ["/usr/src/true"] }, { command = ["/usr/bin/true"] }]\n'
    running = init("true", hooks=hooks, through=through)
    assert running.status() == 0, running.stderr()
    forks = [line for line in (tmp_path / "trace").read_text().splitlines() if "CLONE_CHILD_SETTID" in line]
    assert len(forks) == 3, forks  # unshare's, the planner, and the first hook


@needs.ROOT
def test_an_app_that_stops_whatever_its_user_may(init: Start, public: Path) -> None:
    """A hook's process of the same user was stopped between its change of user and its exec: PID 1 waited for ever."""
    hooks = 'stop_timeout = "4s"\nkill_after = "100ms"\napp.user = "4711"\n'
    hooks += '[[post_start]]\ncommand = "true"\nuser = "4711"\ntimeout = "200ms"\non_failure = "warn"\n' * 8
    running = init("/usr/bin/python3", str(public / "freezer.py"), hooks=hooks)
    running.expect("ready")
    began = time.monotonic()
    running.send(SIGTERM)
    running.status()
    assert time.monotonic() - began < 10


def test_a_child_that_is_stopped_again_and_again_is_given_up(init: Start) -> None:
    """Each directory of PATH is one exec that fails, and each of them stops the child."""
    path = ":".join([*(f"/nowhere/{number}" for number in range(40)), base_environment()["PATH"]])
    hooks = '[[pre_start]]\ncommand = ["true"]\non_failure = "warn"\n'
    through = failing("execve:signal=STOP:when=5+")
    running = init("/bin/sh", "-c", "exit 4", hooks=hooks, env={"PATH": path}, through=through)
    assert running.status() == 4
    sentence = 'pre_start[0]: cannot run "true": its start did not complete; continuing'
    assert f"lifeinit: {sentence}" in running.stderr()


def copies(pid: int) -> list[int]:
    """Its children that have not become another program yet."""
    found = []
    for child in children(pid):
        with contextlib.suppress(OSError):  # it is gone
            if Path(f"/proc/{child}/cmdline").read_bytes() == Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(child)
    return found


def test_a_child_that_is_stuck_keeps_nobody_from_a_stop(init: Start, tmp_path: Path) -> None:
    """On the way to a directory that does not answer: ten minutes, and strace 6 does not let SIGKILL end it either.

    lifeinit waited for it without an end, until the runtime's SIGKILL, and nothing was cleaned up.
    """
    hooks = 'pre_start = "touch up"\npost_stop = "echo cleaned up >&2"\n[app]\nworking_dir = "/srv"\n'
    through = ["strace", "-f", "-o", "trace", "-e", "trace=chdir", "-e", "inject=chdir:delay_enter=600000000"]
    running = init("true", hooks=hooks, through=["sh", "-c", '"$@"; exit $?', "-", *through])  # to sh it is left
    tracer = running.child()
    while not (tmp_path / "up").exists() or not copies(children(tracer)[0]):
        pass
    os.kill(children(tracer)[0], SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while "+++ exited with 126 +++" not in (tmp_path / "trace").read_text():
        assert time.monotonic() < deadline, running.stderr()
    assert 'lifeinit: cannot run the app "true": its start did not complete' in running.stderr()
    assert "cleaned up" in running.stderr()


def test_a_hook_that_is_stuck_before_its_start_keeps_its_timeout(init: Start, tmp_path: Path) -> None:
    """It was waited for without an end, as long as nobody asked lifeinit to stop."""
    hooks = """
        post_stop = "echo cleaned up >&2"
        [[pre_start]]
        command = ["true"]
        working_dir = "/srv"
        timeout = "100ms"
    """
    through = ["strace", "-f", "-o", "trace", "-e", "trace=chdir", "-e", "inject=chdir:delay_enter=600000000"]
    running = init("true", hooks=hooks, through=["sh", "-c", '"$@"; exit $?', "-", *through])  # to sh it is left
    deadline = time.monotonic() + PATIENCE
    while not (tmp_path / "trace").exists() or "+++ exited with 124 +++" not in (tmp_path / "trace").read_text():
        assert time.monotonic() < deadline, running.stderr()
    assert any("its start did not complete" in line for line in running.stderr())
    assert "cleaned up" in running.stderr()
