"""`Container.run` and what a Python function's status is; `start` in pytest."""

import os
import signal
from pathlib import Path

import pytest

from tests.integration.conftest import Program

FILES = Path(__file__).parent


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("return 3", 3),
        ("return 256 + 4", 4),
        ("return True", 0),
        ("return 'text'", 0),
        ("raise SystemExit(5)", 5),
        ("raise SystemExit(True)", 1),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137),
    ],
)
@pytest.mark.parametrize("word", ["def", "async def"])
def test_the_status_of_a_function(program: Program, word: str, body: str, status: int) -> None:
    """The int that it returns, or the code of SystemExit. A bool is an answer and no status."""
    assert program(f"{word} main(): {body}\nContainer().start(main)").status() == status


def test_run_returns_the_status_and_the_program_goes_on(program: Program) -> None:
    """As often as it is called, beside other threads; callbacks can be added in between."""
    text = """
import threading
gate = threading.Event()
threading.Thread(target=gate.wait, name="agent").start()
c = Container()

@c.pre_start
def first(event): print("first", event.pid != os.getpid() and os.getppid() == event.pid, flush=True)

def main(n): return n

print(c.run(main, 7), c.run(["sh", "-c"], "exit 4"), flush=True)

@c.post_stop
def last(event): print("last", event.exit_code, flush=True)

print(c.run("kill -9 $$"), c.run(["nowhere"]))
gate.set()
"""
    running = program(text)
    assert running.rest() == ["first True"] * 2 + ["7 4", "first True", "last 137", "first True", "last 127", "137 127"]
    assert running.status() == 0


@pytest.mark.parametrize("name", ["TERM", "INT"])
def test_run_forwards_a_stop_request(program: Program, name: str) -> None:
    """The container stops as for any other, the handlers of the program are its own again."""
    text = f"""
signal.signal(signal.SIG{name}, lambda *_: print("own"))
c = Container()
@c.pre_stop
def drain(event): print("drain", event.signal, flush=True)
def app():
    signal.signal(signal.SIG{name}, lambda *_: sys.exit(3))
    print("app", flush=True)
    signal.pause()
print(c.run(app), flush=True)
os.kill(os.getpid(), signal.SIG{name})
"""
    running = program(text)
    running.expect("app")
    running.send(signal.Signals[f"SIG{name}"])
    assert running.rest() == [f"drain {name}", "3", "own"]


def test_ctrl_c_is_one_stop_request(program: Program) -> None:
    """The terminal's signal goes to a whole group: a second SIGINT would skip the rest of pre_stop."""
    text = """
c = Container()
@c.pre_stop
def drain():
    print("drain", flush=True)
@c.pre_stop
def more():
    print("more", flush=True)
def app():
    signal.signal(signal.SIGINT, lambda *_: sys.exit(3))
    os.killpg(caller, signal.SIGINT)
    signal.pause()
os.setpgid(0, 0)
caller = os.getpgid(0)
print(c.run(app))
"""
    assert program(text).rest() == ["drain", "more", "3"]


def test_run_in_another_thread(program: Program) -> None:
    text = """
import threading
c = Container()
thread = threading.Thread(target=lambda: print(c.run(lambda: 5)))
thread.start()
thread.join()
"""
    assert program(text).rest() == ["5"]


def test_run_where_nothing_can_be_forked(program: Program) -> None:
    text = """
import resource
from lifeinit import LifeinitError
Container().run("true")  # imports what another user may not read
os.setresuid(65533, 65533, 65533)
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    Container().run("true")
except LifeinitError as error:
    print(error)
"""
    assert program(text).rest() == ["run() cannot start the init: Resource temporarily unavailable"]


@pytest.mark.parametrize(
    ("executable", "why"),
    [
        ("'/no/python'", '"/no/python": No such file or directory'),
        ("None", '"None": execv() arg 2 first element cannot be empty'),
    ],
)
def test_run_without_an_interpreter(program: Program, executable: str, why: str) -> None:
    """As in a program of C that has loaded one. The zygote is gone too: nothing waits for it."""
    text = f"sys.executable = {executable}\nc = Container()\nc.pre_start(print)\nprint(c.run('true'))"
    running = program(text)
    assert running.rest() == ["70"]
    assert running.stderr() == [f"lifeinit: cannot start the interpreter {why}; nothing was started"]


def test_run_where_children_are_ignored(program: Program) -> None:
    text = """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print(Container().run(lambda: 5), signal.getsignal(signal.SIGCHLD).name)
"""
    assert program(text).rest() == ["5 SIG_IGN"]


def test_run_where_the_program_reaps_every_child(program: Program) -> None:
    text = """
def reap(*_):
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        pass
signal.signal(signal.SIGCHLD, reap)
print(Container().run(lambda: 5))
"""
    assert program(text).rest() == ["5"]


def test_run_whose_status_is_lost(program: Program) -> None:
    """In another thread lifeinit cannot change what becomes of SIGCHLD."""
    text = """
import threading
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
thread = threading.Thread(target=Container().run, args=("exit 5",))
thread.start()
thread.join()
"""
    running = program(text)
    assert running.rest() == []
    assert running.status() == 0
    assert running.stderr()[-1].startswith("lifeinit.UsageError: run() lost the exit status of the container: SIGCHLD")


def test_an_exception_of_a_signal_handler_stops_the_container(program: Program) -> None:
    """As the time limit of a test."""
    text = """
def late(*_): raise TimeoutError
signal.signal(signal.SIGALRM, late)
c = Container()
@c.post_start
def up(): os.kill(caller, signal.SIGALRM)
@c.post_stop
def bye(event): print(event.signal, flush=True)
caller = os.getpid()
try:
    c.run(["sleep", "60"])
except TimeoutError:
    print("late")
"""
    assert program(text).rest() == ["TERM", "late"]


def test_a_dead_caller_stops_its_container(program: Program) -> None:
    text = """
reading, writing = os.pipe()
ready, go = os.pipe()
caller = os.fork()
if caller == 0:
    c = Container()
    @c.pre_stop
    def drain(event): os.write(writing, event.signal.encode())
    @c.post_start
    def up(): os.write(go, b"x")
    c.run(["sleep", "60"])
os.close(writing)
os.read(ready, 1)
os.kill(caller, signal.SIGKILL)
print(os.read(reading, 10), os.read(reading, 10))
"""
    assert program(text).rest() == ["b'TERM' b''"]


def test_run_with_a_wrong_hook_file(program: Program, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("x = 1\n")
    running = program("print(Container(config='own.toml').run('echo app'))")
    assert running.rest() == ["78"]


def test_run_below_a_container_of_the_same_program(program: Program) -> None:
    running = program("c = Container()\ndef app(): c.run('echo second')\nc.start(app)")
    assert running.rest() == []
    sentence = (
        "lifeinit.AlreadyStartedError: run() is called below the container: its callbacks and functions start none"
    )
    assert sentence in running.stderr()


def test_start_in_pytest_is_refused(program: Program, tmp_path: Path) -> None:
    """It ended the session, with status 0; `run` is for tests. A program that a test starts is no part of pytest."""
    (tmp_path / "test_it.py").write_text("""
import subprocess
import sys
import pytest
from lifeinit import Container, UsageError

def test_run():
    assert Container().run(lambda: 3) == 3

def test_start():
    with pytest.raises(UsageError, match=r"^start\\(\\) would take the place of pytest: call container.run"):
        Container().start("true")

def test_a_program():
    text = "from lifeinit import Container; Container().start('exit 4')"
    assert subprocess.run([sys.executable, "-c", text]).returncode == 4
""")
    text = "os.execv(sys.executable, [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test_it.py'])"
    running = program(text, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert running.rest()[-1].startswith("3 passed")
    assert running.status() == os.EX_OK
