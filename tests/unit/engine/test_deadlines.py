"""The supervisor's timers, by the monotonic clock: no process, no waiting."""

import time

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine.leftovers import Leftovers
from lifeinit.engine.main import supervisor_of
from lifeinit.engine.supervisor import Supervisor
from tests.unit.engine.plans import plan


@pytest.fixture
def supervisor() -> Supervisor:
    return supervisor_of(plan())


def armed(supervisor: Supervisor, timer: "ev.Timer", after: float, at_least: bool = False) -> float:
    """From now to the deadline, in seconds; what the call itself took is lost of it."""
    supervisor._perform(ev.arm(timer, after, at_least))
    return supervisor.deadlines[timer] - time.monotonic()


def test_containers_that_failed_together_do_not_restart_together(supervisor: Supervisor) -> None:
    """Up to a tenth is added to the back-off, never taken off it, and to nothing else."""
    delays = [armed(supervisor, "backoff", 1000.0) for _ in range(200)]
    assert all(999 < delay <= 1100 for delay in delays)
    assert max(delays) - min(delays) > 50
    exact = [armed(supervisor, "budget", 1000.0) for _ in range(50)]
    assert all(999 < delay <= 1000 for delay in exact)


def test_more_time_is_never_less(supervisor: Supervisor) -> None:
    """EXTEND_TIMEOUT_USEC asks for so much from now on at least. sd_notify(3)"""
    armed(supervisor, ("ready", 0), 100.0)
    assert armed(supervisor, ("ready", 0), 10.0, at_least=True) > 99
    assert armed(supervisor, ("ready", 0), 1000.0, at_least=True) > 999
    assert armed(supervisor, ("ready", 0), 10.0) <= 10


class Stubborn(Leftovers):
    """They are only counted: how long the last signal and the wait after it may take."""

    def signal_everything(self, signo: int, until: float | None = None) -> None:  # noqa: ARG002
        self.times = [(until or 0.0) - time.monotonic()]

    def wait(self, limit: float) -> None:
        self.times.append(limit)


def last_wait(supervisor: Supervisor) -> float:
    supervisor.leftovers = stubborn = Stubborn(supervisor.machine, supervisor.children.roots)
    supervisor._end_all()
    assert stubborn.times == pytest.approx([max(stubborn.times)] * 2, abs=0.02)
    return round(max(stubborn.times), 1)


def test_the_last_wait_of_a_subreaper_is_within_the_budget(supervisor: Supervisor) -> None:
    """It took up to a second more. Without a budget it is that second, at the budget's end a moment."""
    assert last_wait(supervisor) == 1.0
    for budget, most in ((60.0, 1.0), (0.5, 0.5), (0.0, 0.1)):
        supervisor.machine.budget.start("running", unset=budget)
        supervisor._perform(ev.arm("budget", budget - 0.05))
        assert last_wait(supervisor) == pytest.approx(most, abs=0.06)
