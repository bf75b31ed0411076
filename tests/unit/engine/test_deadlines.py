"""The supervisor's timers, by the monotonic clock: no process, no waiting."""

import time

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine.main import supervisor_of
from lifeinit.engine.supervisor import Supervisor
from tests.unit.engine.plans import plan


@pytest.fixture
def supervisor() -> Supervisor:
    return supervisor_of(plan())


def armed(supervisor: Supervisor, timer: "ev.Timer", after: float, at_least: bool = False) -> float:
    """From now to the deadline, in seconds; what the call itself took is lost of it."""
    supervisor._perform(ev.Arm(timer, after, at_least))
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
