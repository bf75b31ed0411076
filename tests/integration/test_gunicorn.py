"""Real gunicorn below lifeinit: the signals by which it adds, removes and reloads its workers, and stops."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ApplicationPython
from tests.integration.conftest import Start
from tests.integration.harness import PATIENCE, Running, base_environment, state

GUNICORN = "gunicorn==27.0.1"
APP = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"here"]
"""
# gunicorn's own hooks tell when a worker takes requests, and when its master has reaped it.
SETTINGS = """
bind = "unix:socket"
control_socket_disable = True
def post_worker_init(worker):
    print("up", worker.pid, flush=True)
def child_exit(server, worker):
    print("down", worker.pid, flush=True)
"""
BOTH = pytest.mark.parametrize("hooks", [None, 'post_stop = "echo post_stop"\n'], ids=["plain", "hooks"])


class Gunicorn:
    """A gunicorn that runs, and the pids of its workers as it sees them."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.workers: set[str] = set()

    def until(self, condition: Callable[[set[str]], bool]) -> None:
        """Read what becomes of the workers until the condition holds for those that are up."""
        while not condition(self.workers):
            what, _, pid = self.running.line().partition(" ")
            assert what in {"up", "down"}, self.running.stderr()
            self.workers = self.workers | {pid} if what == "up" else self.workers - {pid}

    def until_count(self, number: int) -> None:
        self.until(lambda workers: len(workers) == number)

    def handled(self) -> list[str]:
        """The signals that it says it has got."""
        return [line.rpartition(" ")[2] for line in self.running.stderr() if "Handling signal" in line]


@pytest.fixture
def command(tmp_path: Path, application_python: ApplicationPython) -> list[str]:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "gunicorn.conf.py").write_text(SETTINGS)
    return [str(application_python(GUNICORN)), "-m", "gunicorn", "app:app"]


@BOTH
def test_workers_are_added_removed_and_reloaded(init: Start, command: list[str], hooks: str | None) -> None:
    """TTIN, TTOU and HUP; TERM stops it with status 0, and every worker is gone by then."""
    gunicorn = Gunicorn(init(*command, hooks=hooks))
    gunicorn.until_count(1)
    gunicorn.running.send(signal.SIGTTIN)
    gunicorn.until_count(2)
    before = gunicorn.workers
    gunicorn.running.send(signal.SIGTTOU)
    gunicorn.until_count(1)
    assert gunicorn.workers < before
    before = gunicorn.workers
    gunicorn.running.send(signal.SIGHUP)
    gunicorn.until(lambda workers: len(workers) == 1 and not workers & before)
    gunicorn.running.send(signal.SIGTERM)
    gunicorn.until_count(0)
    assert gunicorn.running.rest() == ([] if hooks is None else ["post_stop"])
    assert gunicorn.running.status() == 0
    assert gunicorn.handled() == ["ttin", "ttou", "hup", "term"]


def test_quit_as_the_stop_signal(init: Start, command: list[str]) -> None:
    gunicorn = Gunicorn(init(*command, hooks='[app]\nstop_signal = "QUIT"\n'))
    gunicorn.until_count(1)
    gunicorn.running.send(signal.SIGTERM)
    gunicorn.until_count(0)
    assert gunicorn.running.status() == 0
    assert gunicorn.handled() == ["quit"]


@pytest.fixture
def below_dumb_init(tmp_path: Path, namespaces: None, command: list[str]) -> Iterator[Gunicorn]:  # noqa: ARG001
    if shutil.which("dumb-init") is None:
        pytest.skip("dumb-init is not installed")
    running = Running(["dumb-init", "--", *command], tmp_path, base_environment())
    yield Gunicorn(running)
    running.end()


def test_below_dumb_init_the_same_ttin_freezes_it(below_dumb_init: Gunicorn) -> None:
    """The control: it makes a STOP of TTIN, and no worker is added."""
    below_dumb_init.until_count(1)
    pid = below_dumb_init.running.pid
    (master,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    below_dumb_init.running.send(signal.SIGTTIN)
    deadline = time.monotonic() + PATIENCE
    while state(int(master)) != "T":
        assert time.monotonic() < deadline, below_dumb_init.running.stderr()
    assert below_dumb_init.handled() == []
