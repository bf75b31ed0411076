"""stdin, stdout and stderr that are closed, full, or read by nobody."""

import fcntl
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, NAMESPACE, PATIENCE, base_environment, listener


@pytest.mark.parametrize("arguments", [("--nope", "--", "true"), ()], ids=str)
def test_a_wrong_command_line_with_a_stderr_that_takes_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([LIFEINIT, *arguments], check=False, stderr=full, cwd=tmp_path, env=base_environment())
    assert done.returncode == 2


def test_check_whose_stdout_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "hooks.toml").write_text("zz = 1")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [LIFEINIT, "check"], check=False, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env=base_environment(),
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "lifeinit: cannot write the output: No space left on device\n"


HOOKS = 'pre_start = "true"\npost_stop = "true"\n'


WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "-"]


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("hooks", [None, HOOKS], ids=["plain", "hooks"])
def test_closed_standard_descriptors(init: Start, tmp_path: Path, closed: str, hooks: str | None) -> None:
    """They are closed for the app too, and nothing of ours lands on their numbers."""
    shell = ["sh", "-c", f'exec "$@" {closed}', "-"]
    app = "for fd in 0 1 2; do test -e /proc/self/fd/$fd && seen=$seen$fd; done; echo $seen > seen; exit 4"
    running = init("sh", "-c", app, through=shell, hooks=hooks)
    assert running.status() == 4
    seen = (tmp_path / "seen").read_text().strip()
    assert seen == "".join(fd for fd in "012" if f"{fd}<&-" not in closed and f"{fd}>&-" not in closed)


def test_a_stderr_on_a_full_disk(init: Start) -> None:
    running = init("sh", "-c", "exit 4", through=["sh", "-c", 'exec "$@" 2>/dev/full', "-"], hooks=HOOKS)
    assert running.status() == 4


def test_a_stderr_whose_reader_is_gone(init: Start) -> None:
    """The SIGPIPE of lifeinit's own line is not forwarded: it once was, being kept while blocked, and ended the app."""
    shell = 'mkfifo errors; exec 3<>errors 4>errors 3<&-; exec "$@" 2>&4'
    running = init("sh", "-c", "exit 4", through=["sh", "-c", shell, "-"], hooks=HOOKS)
    assert running.status() == 4


def a_pipe() -> tuple[int, int]:
    return os.pipe()


def a_socket() -> tuple[int, int]:
    reader, writer = socket.socketpair()
    return reader.detach(), writer.detach()


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("hooks", ["", '[[pre_start]]\ncommand = "exit 1"\non_failure = "warn"\n'], ids=["", "warning"])
@pytest.mark.parametrize(
    ("stderr", "through"),
    [(a_pipe, []), (a_pipe, WITHOUT_PROC), (a_socket, [])],
    ids=["a pipe", "a pipe that cannot be opened again", "a socket"],
)
def test_a_stderr_that_nobody_reads(
    tmp_path: Path, hooks: str, stderr: Callable[[], tuple[int, int]], through: list[str]
) -> None:
    """It is full: every line that lifeinit has to say is lost, and PID 1 goes on."""
    (tmp_path / "hooks.toml").write_text('post_stop = "echo post_stop"\n' + hooks)
    reader, writer = stderr()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        fcntl.fcntl(writer, fcntl.F_SETFL, 0)
    done = subprocess.run(
        [*NAMESPACE, *through, LIFEINIT, "-v", "--", *listener("USR1=5", "SELF=USR1")],
        check=False, stdout=subprocess.PIPE, stderr=writer, text=True, cwd=tmp_path, env=base_environment(),
        timeout=PATIENCE,
    )  # fmt: skip
    os.close(reader)
    os.close(writer)
    assert done.stdout.splitlines() == ["ready", "USR1", "post_stop"]
    assert done.returncode == 5


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("stderr", "through"),
    [(a_pipe, WITHOUT_PROC), (a_socket, [])],
    ids=["a pipe that cannot be opened again", "a socket"],
)
def test_a_stderr_of_an_unusual_kind_gets_its_lines(
    tmp_path: Path, stderr: Callable[[], tuple[int, int]], through: list[str]
) -> None:
    (tmp_path / "hooks.toml").write_text('post_stop = "true"\n')
    reader, writer = stderr()
    subprocess.run(
        [*NAMESPACE, *through, LIFEINIT, "--", "true"],
        check=True, stderr=writer, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    os.close(writer)
    with open(reader, encoding="utf-8") as lines:
        told = lines.read().splitlines()
    assert told[0] == "lifeinit: app exited 0"
    assert told[1].startswith("lifeinit: post_stop[0]: ok in")


def test_a_stdout_that_nobody_reads_changes_no_status(init: Start) -> None:
    """The interpreter's own end would turn 3 into 120."""
    shell = 'mkfifo out; exec 3<>out 4>out 3<&-; exec "$@" >&4'
    for hooks in (None, HOOKS):
        assert init("sh", "-c", "exit 3", through=["sh", "-c", shell.replace("mkfifo", "rm -f out; mkfifo"), "-"],
                    hooks=hooks).status() == 3  # fmt: skip


@pytest.mark.parametrize("closed", ["0<&-", "0<&- 1<&-"])
def test_a_refusal_with_closed_descriptors(tmp_path: Path, closed: str) -> None:
    """None of the log's own descriptors stands in their place, and the sentence is told.

    Without a stdout it was a traceback and status 1.
    """
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "-", LIFEINIT, "--config", "/nowhere", "--", "true"],
        check=False, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 78
    sentence = 'cannot read the hook file "/nowhere": No such file or directory'
    assert done.stderr == f"lifeinit: {sentence}; nothing was started\n"


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("check /dev/null", 0),
        ("check --for moon", 2),
        ("status --pid 1", 1),
        ("health", 1),
        ("schema", 0),
        ("example", 0),
        ("completion bash", 0),
        ("--version", 0),
        ("--help", 0),
        ("-x", 2),
        ("wait file:///", 0),
        ("wait", 2),
    ],
)
def test_other_commands_with_closed_descriptors(tmp_path: Path, closed: str, arguments: str, status: int) -> None:
    """The status is the answer. The check's was 70, without a stdout."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "-", LIFEINIT, *arguments.split()],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


def test_the_check_of_a_stdin_that_is_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 0<&-', "-", LIFEINIT, "check", "-"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "lifeinit: cannot read the hook file from stdin: it is closed\n"
