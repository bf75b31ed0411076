"""Defects that a second review has found, each by what it did."""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import pytest

from lifeinit.engine import notify
from tests.integration.conftest import Start
from tests.integration.harness import PROGRAMS, children, listener, state

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="to become another user takes root")


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory with the programs that every user may run, on the machine's own Python."""
    with tempfile.TemporaryDirectory(prefix="lifeinit-") as directory:
        Path(directory).chmod(0o755)
        for name in ("say.py", "freezer.py"):
            shutil.copy(PROGRAMS / name, directory)
        yield Path(directory)


@pytest.fixture
def say(public: Path) -> str:
    """The command that sends its argument to NOTIFY_SOCKET."""
    return f"/usr/bin/python3 {public}/say.py"


@ROOT_ONLY
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


def test_mainpid_of_another_process_is_refused(init: Start, say: str) -> None:
    """Its death was taken for the other's: one hung for ever, and a reaped pid was signalled."""
    hooks = f"""
        pre_start = "mkfifo pid"
        [process.worker]
        command = "trap 'exit 3' TERM; echo $$ > pid; while :; do sleep 0.05; done"
        [process.web]
        command = "read other < pid; {say} 'READY=1\\\\nMAINPID='$other; exit 5"
        ready   = "notify"
    """
    running = init(hooks=hooks)
    assert running.rest() == []
    assert running.status() == 5
    assert any("is ignored: that is no process of the app's own" in line for line in running.stderr())


def test_mainpid_of_a_hook_is_refused(init: Start, say: str) -> None:
    """The app's status 5 became the hook's 0."""
    hooks = 'ready = "notify"\npre_start = "mkfifo pid never"\npost_start = "echo $$ > pid; read x < never"\n'
    app = f"{say} READY=1; read hook < pid; {say} MAINPID=$hook; exit 5"
    running = init("sh", "-c", app, hooks=hooks)
    assert running.rest() == []
    assert running.status() == 5


@ROOT_ONLY
def test_mainpid_of_another_user_is_refused(init: Start, say: str) -> None:
    """A process without rights could have root's process signalled."""
    hooks = f"""
        [process.web]
        user = "4711"
        ready = "notify"
        command = "setpriv --help > /dev/null; read other < pid; {say} MAINPID=$other; exit 5"
        [process.root]
        command = "sleep 60 & echo $! > pid; wait"
        [[pre_start]]
        command = "mkfifo -m 666 pid; chmod 755 ."
    """
    running = init(hooks=hooks)
    running.rest()
    assert running.status() == 5
    assert any("is ignored: that is no process of the app's own" in line for line in running.stderr())


def test_a_daemon_that_took_over_gets_the_groups_signals(init: Start, tmp_path: Path, say: str) -> None:
    """It has a group of its own, and TERM and KILL went to the old one, which was empty."""
    loop = "while :; do sleep 0.05; done"
    (tmp_path / "daemon.sh").write_text(
        f"trap 'echo TERM; exit 6' TERM; {say} \"READY=1\\\\nMAINPID=$$\"; echo up > up; {loop}"
    )
    hooks = 'ready = "notify"\napp.stop_scope = "group"\npre_start = "mkfifo up"\n'
    running = init("sh", "-c", "setsid sh daemon.sh & read x < up; exit 0", hooks=hooks)
    while not any("goes on as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    running.expect("TERM")
    assert running.status() == 6


def test_no_kill_of_our_own_where_a_stop_was_asked_for(init: Start) -> None:
    """One of two exits during pre_stop, and stop_timeout is unset: the other has all the time that it wants.

    It got 10 s, as in a stop that lifeinit begins itself.
    """
    hooks = """
        pre_start = "mkfifo exit never"
        pre_stop = "echo $LIFEINIT_REMAINING > exit; read x < never"
        post_stop = { command = "echo $LIFEINIT_DEADLINE", timeout = "1h" }
        [process.worker]
        command = "read x < exit; exit 0"
    """
    running = init(
        *listener("TERM=3"),
        hooks=hooks.replace('post_stop = "', 'post_stop.timeout = "1h"\n        post_stop.command = "'),
    )
    running.expect("ready")
    running.send(SIGTERM)
    lines = [line for line in running.rest() if line != "CONT"]
    assert lines[0] == "TERM"
    assert int(lines[1]) - time.time() > 1800  # the hook's own hour, not the rest of a budget
    assert running.status() == 3


def test_of_deaths_that_come_together_the_failure_counts(init: Start) -> None:
    """The kernel hands out children in the order of their birth: a later one's failure was hidden by an earlier 0."""
    hooks = '[process.worker]\ncommand = "echo up; read x < w; exit 3"\n'
    through = ["sh", "-c", 'mkfifo a w; exec "$@"', "-"]
    running = init("sh", "-c", "echo up; read x < a; exit 0", hooks=hooks, through=through)
    running.expect("up", "up")
    running.stop()
    directory = Path(os.readlink(f"/proc/{running.process.pid}/cwd"))
    for name in ("w", "a"):
        (directory / name).write_text("go\n")
    while any(state(pid) != "Z" for pid in children(running.pid)):
        pass
    running.send(SIGCONT)
    assert running.status() == 3


def test_a_lack_of_descriptors_is_no_error_of_the_report() -> None:
    """To tell the supervisor of lifeinit took a socket, and that raised: post_stop was skipped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.close(os.dup(0))
        notify.tell(b"@nobody", b"READY=1")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_hooks_and_probes_do_not_see_the_supervisors_socket(init: Start) -> None:
    hooks = """
        ready.command = "echo probe ${NOTIFY_SOCKET-unset} > probed"
        pre_start = "echo ${NOTIFY_SOCKET-unset}"
        post_start = "echo ${NOTIFY_SOCKET-unset}; cat probed"
    """
    running = init("sleep", "60", hooks=hooks, env={"NOTIFY_SOCKET": "/nowhere"})
    running.expect("unset", "unset", "probe unset")


def test_restart_by_the_rule_of_the_one_that_is_not_ready(init: Start) -> None:
    """The rule of whoever exited first decided, though it was stopped for the other's sake."""
    hooks = """
        [process.web]
        command = "trap 'exit 0' TERM; echo web; while :; do sleep 0.05; done"
        [process.worker]
        command = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
        ready = { command = "false", interval = 0.02, timeout = "200ms" }
        restart = "on-failure"
        max_restarts = 1
    """
    running = init(hooks=hooks)
    assert running.rest() == ["web", "web"]
    assert running.status() == 124


@pytest.mark.parametrize("way", [["--log-format", "json"], ["-q"]])
def test_what_waits_beside_the_engine_speaks_as_it_does(init: Start, way: list[str]) -> None:
    """wait_for wrote plain lines between the objects, and under -q too."""
    hooks = '[[pre_start]]\nwait_for = "tcp://127.0.0.1:1"\ntimeout = "300ms"\n'
    running = init("true", hooks=hooks, options=way)
    assert running.status() == 124
    if way == ["-q"]:
        assert [line.partition(":")[0] for line in running.stderr()] == ["lifeinit"]
    else:
        assert all(line.startswith("{") for line in running.stderr()), running.stderr()


def test_a_killed_namespace_leaves_nothing(init: Start) -> None:
    """The control of the harness: what is left of a test goes with its PID 1."""
    running = init(*listener(), hooks="")
    running.expect("ready")
    os.kill(running.pid, SIGKILL)
    assert running.rest() == []


def test_a_wait_that_was_frozen_until_after_its_deadline(init: Start) -> None:
    """CPython handed out a signal that never came, with whatever number lay in its memory."""
    running = init("echo", "app", hooks="[[pre_start]]\nsleep = 0.2\n", options=["-v"])
    while not any("runs as" in line for line in running.stderr()):
        assert running.process.poll() is None
    running.send(SIGSTOP)
    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        pass
    running.send(SIGCONT)
    assert running.rest() == ["app"]
    assert running.status() == 0
    assert [line for line in running.stderr() if "from pid" in line and "SIGCONT" not in line] == []
