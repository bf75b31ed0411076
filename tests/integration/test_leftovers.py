"""What the app leaves behind is terminated, however little the kernel allows."""

import os
from signal import SIGKILL

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import listener
from tests.integration.strace import failing


def test_a_killed_namespace_leaves_nothing(init: Start) -> None:
    """The control of the harness: what is left of a test goes with its PID 1."""
    running = init(*listener(), hooks="")
    running.expect("ready")
    os.kill(running.pid, SIGKILL)
    assert running.rest() == []


@needs.STRACE
def test_no_subreaper_can_be_had(init: Start) -> None:
    """It is said, and the app runs all the same: its orphans go to whoever is PID 1."""
    through = failing("prctl:error=EPERM", follow=False)
    running = init("sh", "-c", "echo app; exit 4", options=["-v", "-p", "TERM"], through=through, subreaper=True)
    assert "app" in running.rest()
    said = running.stderr()
    assert said[0] == "lifeinit: cannot become a subreaper, so orphans go to PID 1: Operation not permitted"
    assert said[1] == "lifeinit: will not hear of the parent's death: Operation not permitted"
    assert said[2].endswith(", not as a subreaper")


@needs.STRACE
@pytest.mark.parametrize(
    "call", ["pidfd_open:error=ENOSYS", "pidfd_open:error=EMFILE", "pidfd_send_signal:error=EPERM"]
)
def test_without_pidfds_what_is_left_behind_is_ended_all_the_same(init: Start, call: str) -> None:
    """By its pid, where lifeinit is not PID 1."""
    through = failing(call, follow=False)
    running = init("sh", "-c", "setsid sleep 60 & exit 3", through=through, subreaper=True)
    assert running.rest() == ["nothing left"]
    assert running.status() == 3
