"""The verdict on a lifeinit, in one sentence."""

import pytest

from lifeinit.engine import state as engine_state
from lifeinit.status import published_state
from lifeinit.status.find_init import RunningInit
from lifeinit.status.health import TIMEOUT, options, verdict
from lifeinit.status.state_reader import AppProcess, State
from tests.unit.status.states import NOW, RUNNING, changed, hook

MIGRATE = hook("pre_start", "migrate", "running", code=None, seconds=None, at=NOW - 12)
FAILED = hook("pre_start", "migrate", "failed", code=3, at=NOW - 2)
WEB = AppProcess("web", 3, NOW - 5, ready=False, status="loading\nit")
UNREADY = AppProcess("app", 2, NOW, ready=False, status="")
DETAIL = "answered 503 (http://web\x07, 3 times in a row)"
DIAGNOSIS = "web for 4 s: answered 503 (http://web\\x07, 3 times in a row)"
SICK = AppProcess("web", 3, NOW - 5, ready=False, status="", alive=False, alive_since=NOW - 4, alive_detail=DETAIL)
STARTING = changed(RUNNING, phase="starting", since=NOW - 5, ready=False)


@pytest.mark.parametrize(
    ("state", "ready", "sentence"),
    [
        (RUNNING, True, "ready: running for 2 h 3 min"),
        (changed(RUNNING, hooks=(MIGRATE,)), True, "ready: running for 2 h 3 min"),
        (changed(STARTING, phase="pre_start", hooks=(MIGRATE,)), False,
         "not ready: pre_start migrate has been running for 12 s"),
        (changed(STARTING, phase="pre_start", hooks=(FAILED,)), False,
         "not ready: pre_start for 5 s, pre_start migrate failed"),
        (changed(STARTING, phase="pre_start", processes=()), False, "not ready: pre_start for 5 s"),
        (changed(STARTING, processes=(*RUNNING.processes, WEB)), False,
         'not ready: starting for 5 s, web is not ready: "loading\\nit"'),
        (changed(STARTING, phase="running", processes=(UNREADY,)), False,
         "not ready: running for 5 s, app is not ready"),
        (changed(STARTING, phase="waiting", restarts=2), False,
         "not ready: waiting for 5 s to start again, restarts so far: 2"),
        (changed(RUNNING, ready=False, processes=(SICK,)), False,
         f"unhealthy: {DIAGNOSIS}"),
        (changed(RUNNING, ready=False, processes=(SICK, *RUNNING.processes, SICK)), False,
         f"unhealthy: {DIAGNOSIS}; {DIAGNOSIS}"),
        (changed(RUNNING, phase="pre_stop", since=NOW - 3, reason="unhealthy", processes=(SICK,)), False,
         "stopping, in pre_stop for 3 s: the app was unhealthy"),
        (changed(RUNNING, phase="stopping", since=NOW - 3, reason="signal", signal="TERM"), False,
         "stopping for 3 s: SIGTERM"),
        (changed(RUNNING, phase="pre_stop", since=NOW - 3, reason="signal", signal="RTMIN+1"), False,
         "stopping, in pre_stop for 3 s: SIGRTMIN+1"),
        (changed(RUNNING, phase="cleanup", since=NOW - 3, reason="exited"), False,
         "stopping, in cleanup for 3 s: the app exited"),
        (changed(RUNNING, phase="post_stop", since=NOW + 3, reason="pre_start_failed"), False,
         "stopping, in post_stop for 0 s: a pre_start hook failed"),
        (changed(RUNNING, phase="post_stop", reason="moon\x07"), False,
         "stopping, in post_stop for 2 h 3 min: moon\\x07"),
    ],
)  # fmt: skip
def test_the_verdict(state: State, ready: bool, sentence: str) -> None:
    assert verdict(RunningInit(1, state), NOW) == (ready, sentence)


def test_without_a_state_it_is_not_ready() -> None:
    """It was ready as long as any child of PID 1 lived: in pre_start, while the probe failed, and in the drain."""
    ready, sentence = verdict(RunningInit(7, None), NOW)
    assert (ready, sentence.partition(":")[0]) == (False, "not ready")
    assert "pid 7" in sentence


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], (False, TIMEOUT)),
        (["-q"], (True, TIMEOUT)),
        (["--timeout", "3s", "--quiet"], (True, 3.0)),
        (["--timeout=250ms"], (False, 0.25)),
        (["--timeout", "2", "--timeout", "4"], (False, 4.0)),
        (["--timeout"], None),
        (["--timeout", "0"], None),
        (["--timeout", "soon"], None),
        (["--timeout=", "-q"], None),
        (["-q=1"], None),
        (["--pid", "1"], None),
        (["--help"], None),
        (["x"], None),
    ],
)
def test_the_words_that_need_no_parser(words: list[str], found: tuple[bool, float] | None) -> None:
    """Whatever else there is, click reads or refuses it."""
    assert options(words) == found


def test_the_memory_file_has_the_name_that_is_looked_for() -> None:
    assert published_state.NAME == engine_state.NAME
