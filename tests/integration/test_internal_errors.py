"""An error of lifeinit's own never ends PID 1 before the app was told to stop."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lifeinit
from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener, python
from tests.integration.strace import failing

ENVIRONMENT = base_environment() | {"SOURCE": str(Path(lifeinit.__file__).parents[1])}


@pytest.fixture
def faulty(tmp_path: Path, namespaces: None, request: pytest.FixtureRequest) -> Iterator[Running]:  # noqa: ARG001
    fault, post_stop, app = request.param
    running = Running(python("faulty", fault, post_stop, *app), tmp_path, ENVIRONMENT)
    yield running
    running.end()


@pytest.mark.parametrize(
    "faulty", [("once", "echo $LIFEINIT_REASON $LIFEINIT_EXIT_CODE", listener("TERM=0"))], indirect=True
)
def test_an_unforeseen_error_stops_the_app_and_runs_post_stop(faulty: Running) -> None:
    """Status 70, one report."""
    faulty.expect("ready")
    faulty.send(signal.SIGUSR1)
    assert [line for line in faulty.rest() if line != "CONT"] == ["TERM", "internal_error 70"]
    assert faulty.status() == 70
    reports = [line for line in faulty.stderr() if "internal error" in line]
    assert len(reports) == 1
    assert reports[0].startswith("lifeinit: internal error: RuntimeError: made for a test (faulty.py:")


@pytest.mark.parametrize("faulty", [("hook", "never", ["sh", "-c", "exit 4"])], indirect=True)
def test_an_unforeseen_error_in_starting_a_hook_costs_no_time(faulty: Running) -> None:
    """It is a hook that failed: nobody waits for one that does not run. It once took kill_after and a second."""
    assert faulty.rest() == []
    assert faulty.status() == 4
    said = faulty.stderr()
    assert any(line.startswith("lifeinit: internal error: RuntimeError: made for a test (faulty.py:") for line in said)
    assert any("post_stop clean-up" in line and "lifeinit itself failed" in line for line in said)


LOOP = "while :; do sleep 0.1; done"


ENDS = f"trap 'echo TERM; exit' TERM; echo ready; {LOOP}"


STOPPED = f"trap 'echo TERM; exit' TERM; echo ready; kill -STOP $$; {LOOP}"


@pytest.mark.parametrize("faulty", [("always", "", ["sh", "-c", ENDS])], indirect=True)
def test_an_error_that_comes_again_and_again(faulty: Running) -> None:
    """Nothing works any more, yet the app gets its TERM."""
    faulty.expect("ready")
    assert faulty.published() is not None
    faulty.send(signal.SIGUSR1)
    faulty.expect("TERM")
    assert faulty.status() == 70
    assert len([line for line in faulty.stderr() if "internal error" in line]) == 2


@pytest.mark.parametrize("faulty", [("machine", "echo never", ["sh", "-c", STOPPED])], indirect=True)
def test_a_broken_machine(faulty: Running) -> None:
    """Without it there are no hooks, but the app is woken, stopped and waited for. Nothing fails on the way."""
    faulty.expect("ready")
    faulty.send(signal.SIGUSR1)
    assert faulty.rest() == ["TERM"]
    assert faulty.status() == 70
    assert len([line for line in faulty.stderr() if "internal error" in line]) == 2


@pytest.mark.parametrize("faulty", [("hopeless", "", listener())], indirect=True)
def test_a_broken_machine_and_an_app_that_does_not_stop(faulty: Running) -> None:
    """It has its time, and no more."""
    faulty.expect("ready")
    faulty.send(signal.SIGUSR1)
    assert faulty.rest() == ["TERM"]
    assert faulty.status() == 70


@pytest.mark.usefixtures("namespaces")
def test_an_unforeseen_error_of_the_planner_starts_nothing(tmp_path: Path) -> None:
    """Status 70 and one line, no traceback."""
    program = (
        "import sys, os; sys.path.append(os.environ['SOURCE'])\n"
        "import lifeinit.__main__ as entry, lifeinit.startup.plan_app as planning\n"
        "planning.fill_draft = lambda *_: 1 / 0\n"
        "from lifeinit.startup import clean_interpreter\n"
        "clean_interpreter.is_clean = lambda: True\n"
        "sys.argv[1:] = ['--config', '/dev/null', '--', 'echo', 'never']\n"
        "entry.main()\n"
    )
    running = Running([sys.executable, "-c", program], tmp_path, ENVIRONMENT)
    assert running.rest() == []
    assert running.status() == 70
    (line,) = running.stderr()
    assert line.startswith("lifeinit: internal error: ZeroDivisionError: division by zero (<string>:3)")
    running.end()


@pytest.mark.usefixtures("namespaces")
def test_a_planner_that_is_killed_starts_nothing(tmp_path: Path) -> None:
    """By the kernel, which has no memory for it, say. Here while it waits for a hook file that nobody writes."""
    os.mkfifo(tmp_path / "hooks.toml")
    running = Running([str(LIFEINIT), "--config", "hooks.toml", "--", "echo", "never"], tmp_path, base_environment())
    os.kill(running.child(), signal.SIGKILL)
    assert running.rest() == []
    assert running.status() == 70
    assert running.stderr() == ["lifeinit: internal error: the planner was killed by SIGKILL"]
    running.end()


@needs.STRACE
def test_a_plain_init_that_cannot_wait_for_signals(init: Start) -> None:
    """Nor can its last resort: the app has its TERM, the status is that of an internal error, and it does not hang."""
    through = failing("rt_sigtimedwait:error=EINVAL", follow=False)
    running = init(*listener("TERM=0"), through=through)
    running.rest()
    assert running.status() == 70
    assert running.stderr()[-1].startswith("lifeinit: internal error: OSError: [Errno 22] Invalid argument")
