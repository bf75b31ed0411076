"""MAINPID: the app names another process as its main process."""

import sys
from pathlib import Path
from signal import SIGTERM, SIGUSR1

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import listener, python


@pytest.fixture
def say(public: Path) -> str:
    """The command that sends its argument to NOTIFY_SOCKET."""
    return f"/usr/bin/python3 {public}/say.py"


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
    assert any("is ignored: it is not a process of the app" in line for line in running.stderr())


def test_mainpid_of_a_hook_is_refused(init: Start, say: str) -> None:
    """The app's status 5 became the hook's 0."""
    hooks = 'ready = "notify"\npre_start = "mkfifo pid never"\npost_start = "echo $$ > pid; read x < never"\n'
    app = f"{say} READY=1; read hook < pid; {say} MAINPID=$hook; exit 5"
    running = init("sh", "-c", app, hooks=hooks)
    assert running.rest() == []
    assert running.status() == 5


@needs.ROOT
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
    assert any("is ignored: it is not a process of the app" in line for line in running.stderr())


def test_a_daemon_that_took_over_gets_the_groups_signals(init: Start, tmp_path: Path, say: str) -> None:
    """It has a group of its own, and TERM and KILL went to the old one, which was empty."""
    loop = "while :; do sleep 0.05; done"
    (tmp_path / "daemon.sh").write_text(
        f"trap 'echo TERM; exit 6' TERM; {say} \"READY=1\\\\nMAINPID=$$\"; echo up > up; {loop}"
    )
    hooks = 'ready = "notify"\napp.stop_scope = "group"\npre_start = "mkfifo up"\n'
    running = init("sh", "-c", "setsid sh daemon.sh & read x < up; exit 0", hooks=hooks)
    while not any("continues as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    running.expect("TERM")
    assert running.status() == 6


def test_another_main_process_in_lifeinits_own_group(init: Start, tmp_path: Path) -> None:
    """The app's group is left to itself, and the signal reaches the process all the same."""
    program = """
import os, signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
reader, writer = os.pipe()
if os.fork():
    os.close(writer)
    os.read(reader, 1)
    os._exit(5)
os.setpgid(0, os.getpgid(1))
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.sendto(b"READY=1\\nMAINPID=%d" % os.getpid(), "\\0" + os.environ["NOTIFY_SOCKET"][1:])
os.write(writer, b".")
signal.sigwait([signal.SIGTERM])
print("TERM", flush=True)
os._exit(6)
"""
    (tmp_path / "app.py").write_text(program)
    hooks = 'ready = "notify"\n[app]\nstop_scope = "group"\n'
    command = [sys.executable, "-I", "-S", "app.py"]
    running = init(*command, hooks=hooks, through=["setsid"])
    while not any("continues as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    running.expect("TERM")
    assert running.status() == 6


def test_a_signal_for_the_group_reaches_a_main_process_in_another_one(init: Start, tmp_path: Path) -> None:
    """While the first one lives, both get it."""
    program = """
import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.sendto(b"READY=1\\nMAINPID=%d" % os.getpid(), "\\0" + os.environ["NOTIFY_SOCKET"][1:])
    signal.sigwait([signal.SIGTERM])
    print("other", flush=True)
    os._exit(6)
signal.sigwait([signal.SIGTERM])
os.waitpid(child, 0)
print("first", flush=True)
os._exit(5)
"""
    (tmp_path / "app.py").write_text(program)
    hooks = 'ready = "notify"\npost_start = "echo up"\n[app]\nstop_scope = "group"\n'
    running = init(sys.executable, "-I", "-S", "app.py", hooks=hooks)
    running.expect("up")
    running.send(SIGTERM)
    running.expect("other", "first")
    assert running.status() == 5


def test_another_main_process_that_is_dead_too(init: Start, tmp_path: Path) -> None:
    """It died before the first one, which was the app until its end: with its status."""
    program = """
import os, socket
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.read(reader, 1)
    os._exit(6)
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.sendto(b"READY=1\\nMAINPID=%d" % child, "\\0" + os.environ["NOTIFY_SOCKET"][1:])
open("told", "w").close()
with open("go") as go:
    go.read()
os.write(writer, b".")
os.waitpid(child, 0)
os._exit(5)
"""
    (tmp_path / "app.py").write_text(program)
    hooks = 'ready = "notify"\npost_start = "echo up"\n'
    running = init(sys.executable, "-I", "-S", "app.py", hooks=hooks, fifo="go")
    running.expect("up")
    (tmp_path / "go").write_text("go\n")
    assert running.status() == 5


@needs.ROOT
def test_a_daemon_that_has_dropped_its_user_takes_over(init: Start, tmp_path: Path) -> None:
    """It was refused as no process of the app's own: it had another user than the one that was started."""
    running = init(*python("daemon"), hooks='ready = "notify"\npost_start = "echo ready"\n', fifo="go")
    running.expect("ready")
    (tmp_path / "go").write_text("go\n")
    while not any("continues as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGUSR1)
    running.expect("daemon")
    assert running.status() == 6


# Its child becomes the main process, and joins the group of another one once lifeinit knows it.
JOINS = """
import os, signal
other, signals = int(open('pid').read()), {signal.SIGTERM, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    open('ready').read()
    os.setpgid(0, other)
    os.write(writer, b'x')
    print(f'web {signal.sigwait(signals)}', flush=True)
    print(f'web {signal.sigwait(signals)}', flush=True)
    os._exit(0)
os.system(f"SAY 'READY=1\\\\nMAINPID={child}'")
os.read(reader, 1)
os._exit(0)
"""


@needs.ROOT
def test_a_daemon_in_the_group_of_another_process_gets_the_groups_signals_alone(init: Start, say: str) -> None:
    """A process without rights had root's signalled, which was not to get USR1."""
    hooks = f"""
        post_start = "echo > ready"
        [[pre_start]]
        command = "mkfifo -m 666 pid ready; chmod 755 ."
        [process.root]
        command = ["sh", "-c", 'echo $$ > pid; exec "$@"', "-", {", ".join(map(repr, listener("TERM=0")))}]
        [process.root.signals]
        USR1 = ""
        [process.web]
        command = ["/usr/bin/python3", "-c", '''{JOINS.replace("SAY", say)}''']
        user = "4711"
        stop_scope = "group"
        ready = "notify"
    """
    running = init(hooks=hooks)
    running.expect("ready")
    while not any("continues as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGUSR1)
    running.expect(f"web {SIGUSR1:d}")
    running.send(SIGTERM)
    assert sorted(running.rest()) == ["TERM", f"web {SIGTERM:d}"]


@needs.ROOT
def test_a_daemon_whose_parent_lives_on_cannot_take_over(init: Start, tmp_path: Path) -> None:
    """lifeinit, not its parent, could not wait for it. That is said; it was passed over silently."""
    running = init(*python("daemon", "parent"), hooks='ready = "notify"\npost_start = "echo ready"\n', fifo="go")
    running.expect("ready")
    (tmp_path / "go").write_text("go\n")
    assert running.status() == 5
    told = [line for line in running.stderr() if "cannot take over" in line]
    assert len(told) == 1
    assert "lifeinit is not its parent" in told[0]
