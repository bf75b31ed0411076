"""The system calls about processes that are gone, foreign, or beyond what this user may signal."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifeinit.engine import proc_stat, syscalls
from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import PATIENCE

LOOP = "while :; do sleep 0.05; done"


@pytest.fixture
def dead() -> Iterator[tuple[int, int]]:
    """The pid of a process that is dead and reaped, and a pidfd of it."""
    process = subprocess.Popen(["true"])
    descriptor = os.pidfd_open(process.pid)
    process.wait()
    yield process.pid, descriptor
    os.close(descriptor)


def test_of_a_process_that_is_gone_nothing_is_known(dead: tuple[int, int]) -> None:
    pid, descriptor = dead
    assert not syscalls.signal_descriptor(descriptor, 0)
    assert not syscalls.is_living_child(descriptor)
    assert not syscalls.is_stopped(pid)
    assert syscalls.group_of(pid) == 0
    assert syscalls.signal_process(pid, 0)  # whether we may, not whether it was there
    assert syscalls.signal_group(pid, 0)
    assert proc_stat.read(pid) is None
    assert not syscalls.group_exists(pid)


def test_who_is_no_child_of_ours() -> None:
    """Our parent, whom nothing may be sent in the name of a sweep."""
    above = os.getppid()
    descriptor = os.pidfd_open(above)
    try:
        assert not syscalls.is_living_child(descriptor)
        assert not syscalls.is_stopped(above)
        assert syscalls.signal_descriptor(descriptor, 0)
    finally:
        os.close(descriptor)


ASKED = """
import os, sys
sys.path.append(sys.argv[1])
from lifeinit.engine import c_library, proc_stat, rounds
from lifeinit.engine import syscalls
"""


def asked(program: str, *through: str) -> list[str]:
    """What a bare interpreter prints, which has the engine."""
    python = [sys.executable, "-I", "-S", "-B", "-c", ASKED + program, str(Path(syscalls.__file__).parents[2])]
    done = subprocess.run([*through, *python], check=True, capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout.splitlines()


_READ = "+dac_override,+dac_read_search"


NOT_ROOT = [
    *("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", f"--inh-caps={_READ}", f"--ambient-caps={_READ}")
]


@needs.ROOT
def test_what_another_user_may_not_signal(init: Start) -> None:
    """No exception, and a group of another user's processes counts as alive. The control is a signal to ourselves."""
    running = init("sh", "-c", f"echo ready; {LOOP}")
    running.expect("ready")
    (group,) = map(int, Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split())
    program = f"""
for pid in ({running.pid}, os.getpid()):
    descriptor = os.pidfd_open(pid)
    print(syscalls.signal_process(pid, 0), syscalls.signal_descriptor(descriptor, 0))
print(syscalls.signal_group({group}, 0), syscalls.group_exists({group}))
"""
    assert asked(program, *NOT_ROOT) == ["False False", "True True", "False True"]


@needs.ROOT
def test_a_signal_that_may_be_sent_to_some_of_the_app(init: Start) -> None:
    """It counts as sent where one of the three could have it: the group, the first process, the one that it named."""
    running = init("sh", "-c", f"echo ready; {LOOP}")
    running.expect("ready")
    (other,) = map(int, Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split())
    program = f"""
from lifeinit.engine.app import RunningApp
reader, writer = os.pipe()
own = os.fork()
if own == 0:
    os.setpgid(0, 0)
    os.close(writer)
    os.read(reader, 1)
    os._exit(0)
os.setpgid(own, own)
for first in (own, {other}):
    for group in (own, {other}):
        for named in (own, {other}):
            app = RunningApp(first, bool)
            app._group, app._other = group, (named, os.pidfd_open(named))
            print(first == own, group == own, named == own, app.signal(0, group=True))
"""
    told = [[word == "True" for word in line.split()] for line in asked(program, *NOT_ROOT)]
    assert len(told) == 8
    assert [line[3] for line in told] == [any(line[:3]) for line in told]


def test_a_round_of_signals_ends_at_its_time() -> None:
    """But SIGKILL goes to everybody once. The control is a SIGTERM in time."""
    program = """
import time
def child():
    pid = os.fork()
    if pid == 0:
        while True:
            time.sleep(60)
    return pid, lambda: [proc_stat.read(pid)]
pid, choose = child()
rounds.signal_each(choose, 15, time.monotonic())
print(os.waitpid(pid, os.WNOHANG)[0])
rounds.signal_each(choose, 9, time.monotonic())
print(os.waitpid(pid, 0)[1])
pid, choose = child()
rounds.signal_each(choose, 15, time.monotonic() + 60)
print(os.waitpid(pid, 0)[1])
"""
    assert asked(program) == ["0", "9", "15"]


def test_descendants_are_found_once() -> None:
    """Also where the parents form a circle, as lines may do that were read one after the other."""
    program = """
def line(pid, parent):
    return proc_stat.ProcStat(pid, b"%d (a) S %d 1 1 " % (pid, parent) + b"0 " * 16)
table = {pid: line(pid, parent) for pid, parent in ((2, 1), (3, 2), (4, 3), (5, 6), (6, 5), (7, 4), (2, 7), (8, 1))}
print(sorted(process.pid for process in proc_stat.descendants(1, table)))
print(sorted(process.pid for process in proc_stat.descendants(2, table)))
"""
    assert asked(program) == ["[8]", "[2, 3, 4, 7]"]


def test_without_descriptors() -> None:
    """/proc cannot be read: that is an error, not the answer that nothing lives. A process is signalled by its pid."""
    program = """
import resource
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    while True:
        __import__("time").sleep(60)
os.setpgid(child, child)
found = proc_stat.read(child)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
try:
    proc_stat.read_all()
except OSError:
    print("cannot be read", syscalls.group_exists(child))
rounds._signal(found, 9)
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(os.waitpid(child, 0)[1])
"""
    assert asked(program) == ["cannot be read True", "9"]


def test_a_call_that_prctl_refuses_is_an_error() -> None:
    """PR_SET_NO_NEW_PRIVS takes a 1."""
    program = "try:\n    c_library._prctl(38, 2)\nexcept OSError as error:\n    print(error.strerror)\n"
    assert asked(program) == ["Invalid argument"]


def test_a_terminal_that_there_is_not() -> None:
    """Nothing to hand over, and no reason to end for it."""
    program = "os.close(0); syscalls.give_terminal(os.getpid()); print(syscalls.foreground(), syscalls.owns_terminal())"
    assert asked(program) == ["None False"]


def test_an_error_that_even_the_last_resort_has() -> None:
    """Of a plan that is none, say: status 70."""
    assert asked("from lifeinit.engine import main; print(main._run(None))") == ["70"]
