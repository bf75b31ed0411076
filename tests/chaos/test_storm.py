"""A short storm: the same runs each time, none of which may break the contract. `--storm RUNS` makes it longer."""

import concurrent.futures
import dataclasses
import signal

import pytest

from tests.chaos.oracle import judge
from tests.chaos.runs import run
from tests.chaos.scenario import App, Hook, Scenario, draw
from tests.chaos.storm import Line, Result
from tests.integration.conftest import namespaces

__all__ = ["namespaces"]


@pytest.mark.usefixtures("namespaces")
def test_no_run_breaks_the_contract(request: pytest.FixtureRequest) -> None:
    """Two at a time. The story of one that does ends with how to see it again."""
    runs, seed = request.config.getoption("--storm"), request.config.getoption("--storm-seed")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failed = [report.story for report in pool.map(run, [seed] * runs, range(runs)) if report.findings]
    assert not failed, "\n".join(failed)


def test_a_run_is_the_same_for_the_same_seed() -> None:
    assert draw(3, 5) == draw(3, 5)
    assert draw(3, 5) != draw(4, 5)


SCENARIO = Scenario(
    0,
    0,
    apps=[App(["serve:3:TERM"])],
    hooks=[Hook("pre_start", 0, ["exit:0"]), Hook("post_stop", 0, ["look", "exit:0"])],
    stop_timeout=1000,
)
LOG = """
0 pre_start[0] 2 began ATTEMPT=1 RESTARTS=0
1 pre_start[0] 2 exits 0
2 app:0 3 began
2.1 app:0 3 ready
3 outside 0 sends USR1
3 outside 0 sent USR1
3.1 app:0 3 got USR1
4 outside 0 sends TERM
4 outside 0 sent TERM
4.1 app:0 3 got TERM
4.1 app:0 3 asks
4.2 app:0 3 drained
4.2 app:0 3 exits 3
4.3 post_stop[0] 4 began ATTEMPT=1 RESTARTS=0
4.3 post_stop[0] 4 alone
4.4 post_stop[0] 4 exits 0
"""


def result(log: str = LOG, status: int = 3, ended: float = 4.5, stderr: str = "lifeinit: app exited 3") -> Result:
    words = [line.split() for line in log.split("\n") if line]
    lines = [Line(float(at), who, int(pid), tuple(rest)) for at, who, pid, *rest in words]
    return Result(status, ended, hung=False, log=lines, stderr=stderr.split("\n"))


def test_the_oracle_is_content_with_a_good_run() -> None:
    """The control of the next one."""
    assert judge(SCENARIO, result()).findings == []


@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        (result(status=0), "exit status 0"),
        (result(ended=9.0), "longer than its budget"),
        (result(stderr="lifeinit: internal error: OSError"), "internal error"),
        (result(stderr="lifeinit: app exited 4"), "said that the app exited 4"),
        (result(LOG.replace("3.1 app:0 3 got USR1\n", "")), "did not get the USR1"),
        (result(LOG.replace("got USR1", "got HUP")), "got a HUP that nobody had sent"),
        (result(LOG.partition("4.3 post")[0]), "post_stop[0] did not run"),
        (result(LOG + "4.5 post_stop[0] 5 began ATTEMPT=1 RESTARTS=0"), "began 2 times"),
        (result(LOG + "4.5 app:0 3 got HUP"), "still lived"),
        (result(LOG + "4.5 pre_start[0] 2 got HUP"), "still ran"),
        (result(LOG.replace(" alone", " not-alone 3(python)=Z")), "was not alone"),
        (result("0 outside 0 sends TERM\n0 outside 0 sent TERM\n" + LOG), "app:0 began at 2.000, but TERM came before"),
        (result("0 pre_stop[0] 9 began ATTEMPT=1 RESTARTS=0\n" + LOG), "pre_stop runs if the app lives"),
        (dataclasses.replace(result(), hung=True), "did not end"),
    ],
)  # fmt: skip
def test_the_oracle_sees(wrong: Result, finding: str) -> None:
    """A log in which one thing is not as it should be."""
    assert [said for said in judge(SCENARIO, wrong).findings if finding in said], judge(SCENARIO, wrong).findings


def test_an_apps_question_may_end_another_that_is_not_up_yet() -> None:
    """It comes back to all of them, and one that has not yet blocked it dies of it."""
    scenario = dataclasses.replace(SCENARIO, apps=[*SCENARIO.apps, App(["serve:0:TERM"])])
    assert judge(scenario, result(status=128 + signal.SIGRTMAX - 1)).findings == []
    assert judge(scenario, result(status=128 + signal.SIGRTMAX - 2)).findings != []
