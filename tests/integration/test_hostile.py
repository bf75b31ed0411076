"""Surroundings in which little works. Each ends in a sentence and a status, and none in a hang."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, NAMESPACE, PATIENCE, Running, base_environment, listener

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


@pytest.mark.parametrize("hooks", [None, HOOKS], ids=["plain", "hooks"])
@pytest.mark.parametrize(
    "world",
    [
        "mount -t tmpfs none /proc",
        "mount -t tmpfs none /tmp -o ro",
        "ulimit -n 16",
        "unset PATH",
        "unset HOME LANG",
        "mount -t tmpfs none /dev; mknod /dev/null c 1 3",
        "mount -t tmpfs none /dev",
    ],
)
def test_a_world_without(init: Start, tmp_path: Path, world: str, hooks: str | None) -> None:
    """/proc, a writable /tmp, descriptors, PATH, variables, devices."""
    if "/tmp" in world and str(LIFEINIT).startswith("/tmp/"):
        world = "mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp"
    (tmp_path / "world").write_text(f'{world}\nexec "$@"\n')
    through = ["unshare", "--mount", "sh", "world"]
    running = init("/bin/sh", "-c", "(setsid true &); exit 4", through=through, hooks=hooks)
    assert running.status() == 4, running.stderr()
    assert not any("Traceback" in line for line in running.stderr())


def test_without_a_shell(init: Start, tmp_path: Path) -> None:
    """A hook that is a list needs none; one that is a string says what is missing."""
    hooks = 'pre_start = ["/usr/bin/env"]\npost_stop = "echo never"\n'
    (tmp_path / "empty").write_text("")
    hide = 'mount --bind empty /bin/sh; exec "$@"'
    running = init("/usr/bin/env", hooks=hooks, through=["unshare", "--mount", "sh", "-c", hide, "-"])
    assert running.status() == 0
    assert 'lifeinit: post_stop[0]: cannot run "/bin/sh": Permission denied; going on' in running.stderr()


def test_no_process_can_be_forked_for_the_app(init: Start) -> None:
    """EAGAIN from RLIMIT_NPROC, which does not hold for root."""
    if os.geteuid() != 0:
        pytest.skip("to become another user, whose limit counts, takes root")
    capabilities = "+dac_override,+dac_read_search"
    limited = [
        *("setpriv", "--reuid=4713", "--regid=4713", "--clear-groups"),
        *(f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}", "--bounding-set=-sys_resource,-sys_admin"),
        *("prlimit", "--nproc=1"),
    ]
    running = init("true", through=limited)
    assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "true": fork failed: Resource temporarily unavailable']


def test_a_program_that_is_being_written(init: Start, tmp_path: Path) -> None:
    program = tmp_path / "busy"
    program.write_bytes(Path("/bin/true").read_bytes())
    program.chmod(0o755)
    with program.open("ab"):
        running = init("./busy")
        assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "./busy": Text file busy']


@pytest.mark.parametrize("hooks", [None, HOOKS], ids=["plain", "hooks"])
def test_a_command_line_as_long_as_they_get(init: Start, hooks: str | None) -> None:
    """Near ARG_MAX the app has as much room as without lifeinit."""
    arguments = ["x" * 100_000] * 15
    running = init("sh", "-c", 'printf "%s" "$@" | wc -c', "-", *arguments, hooks=hooks)
    running.expect("1500000")
    assert running.status() == 0


def test_a_directory_that_was_removed(init: Start) -> None:
    gone = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    running = init("sh", "-c", "exit 4", through=["sh", "-c", gone, "-"])
    assert running.status() == 4


def test_lifeinit_itself_may_be_stopped_and_continued(init: Start) -> None:
    """As a debugger or the freezer does it, from outside its namespace. What came meanwhile is not lost."""
    running = init(*listener("USR1=4"))
    running.expect("ready")
    running.send(signal.SIGSTOP)
    running.send(signal.SIGHUP)
    running.send(signal.SIGCONT)
    assert {running.line(), running.line()} == {"HUP", "CONT"}
    running.send(signal.SIGUSR1)
    running.expect("USR1")
    assert running.status() == 4


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("hooks", "sentence", "ran"),
    [
        ("", 'cannot run the app "true": fork failed: Cannot allocate memory', []),
        (
            HOOKS.replace('post_stop = "true"', 'post_stop = "echo post_stop"'),
            'pre_start[0]: cannot run "/bin/sh": fork failed: Cannot allocate memory; the app is not started',
            ["post_stop"],
        ),
    ],
    ids=["app", "hook"],
)
def test_no_memory_for_the_first_fork(tmp_path: Path, hooks: str, sentence: str, ran: list[str]) -> None:
    """ENOMEM, put there by strace, for the front desk and for what is started first; what comes after works again."""
    (tmp_path / "hooks.toml").write_text(hooks)
    inject = ["strace", "-o", "/dev/null", "-e", "inject=fork,vfork,clone,clone3:error=ENOMEM:when=1..2"]
    running = Running([*inject, str(LIFEINIT), "--", "true"], tmp_path, base_environment())
    assert running.rest() == ran
    assert running.status() == 126
    assert f"lifeinit: {sentence}" in running.stderr()
    running.end()


def test_a_stdout_that_nobody_reads_changes_no_status(init: Start) -> None:
    """The interpreter's own end would turn 3 into 120."""
    shell = 'mkfifo out; exec 3<>out 4>out 3<&-; exec "$@" >&4'
    for hooks in (None, HOOKS):
        assert init("sh", "-c", "exit 3", through=["sh", "-c", shell.replace("mkfifo", "rm -f out; mkfifo"), "-"],
                    hooks=hooks).status() == 3  # fmt: skip


def test_a_plan_that_no_pipe_holds_at_once(init: Start) -> None:
    """300 kB of arguments, and a hook file: all of it reaches the app."""
    words = ["x" * 100_000] * 3
    running = init("sh", "-c", 'printf "%s\\n" "$#" ${#3}', "-", *words, hooks=HOOKS)
    assert running.rest() == ["3", "100000"]
    assert running.status() == 0


@pytest.mark.parametrize("path", ["", "/nowhere"], ids=["front desk in a child", "engine in an interpreter of its own"])
def test_no_file_may_be_written(init: Start, path: str) -> None:
    """RLIMIT_FSIZE counts a memfd too, and the plan is not to be lost for it."""
    env = {"PYTHONPATH": path} if path else {}
    through = ["sh", "-c", 'ulimit -f 0; exec "$@"', "-"]
    running = init("sh", "-c", "exit 3", hooks="post_stop = 'echo over'", through=through, env=env)
    assert running.rest() == ["over"]
    assert running.status() == 3


@pytest.mark.usefixtures("namespaces")
def test_modules_beside_the_script_are_not_pid_1s(tmp_path: Path) -> None:
    """The directory of the script is where an interpreter looks first, before its own library."""
    beside = tmp_path / "bin"
    beside.mkdir()
    for name in ("_socket", "select", "fcntl"):
        (beside / f"{name}.py").write_text(f"print('{name} of', __file__, flush=True)\n")
    (beside / "lifeinit").write_text(LIFEINIT.read_text())
    (tmp_path / "hooks.toml").write_text('ready = { notify = true, timeout = "1ms", on_failure = "warn" }\n')
    running = Running([sys.executable, str(beside / "lifeinit"), "--", "echo", "ran"], tmp_path, base_environment())
    assert running.rest() == ["ran"]
    assert running.status() == 0
    running.end()
