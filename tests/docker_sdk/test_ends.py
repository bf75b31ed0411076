"""Every end that a container can have while its engine lives: post_stop once, with the true status."""

import threading
from collections.abc import Callable

import pytest
from docker.models.containers import Container

from lifeinit.docker import Event
from tests.docker_sdk.conftest import SERVE, Make, Recorder, container_of, ready

GONE = ["pre_start", "post_start", "post_stop"]

ENDS: dict[str, tuple[Callable[[Container], object], int]] = {
    "killed from outside": (lambda container: container.kill(), 137),
    "killed by another signal": (lambda container: container.kill("TERM"), 7),
    "stopped from outside": (lambda container: container.stop(), 7),
    "removed by force": (lambda container: container.remove(force=True), 137),
    "restarted from outside": (lambda container: container.restart(), 7),
}


# The engine removes a container at its death, so it could not start it again.
CASES = [(end, auto_remove) for end in ENDS for auto_remove in (False, True) if not (auto_remove and "restart" in end)]


@pytest.mark.parametrize(("end", "auto_remove"), CASES)
def test_ended_from_outside(make: Make, recorder: Recorder, end: str, auto_remove: bool) -> None:
    managed = make(auto_remove=auto_remove)
    recorder.watch(managed)
    managed.start()
    ends, status = ENDS[end]
    ends(ready(managed))
    assert managed.wait() == status
    assert recorder.phases == GONE
    assert (recorder.last.reason, recorder.last.exit_code, recorder.last.oom_killed) == ("exited", status, False)


@pytest.mark.parametrize("auto_remove", [False, True], ids=["", "auto_remove"])
@pytest.mark.parametrize("status", [0, 3, 255])
def test_exits_by_itself(make: Make, recorder: Recorder, status: int, auto_remove: bool) -> None:
    """Also at once, before anybody could look."""
    managed = make(["sh", "-c", f"exit {status}"], auto_remove=auto_remove)
    recorder.watch(managed)
    managed.start()
    assert managed.wait() == status
    assert [phase for phase in recorder.phases if phase != "post_start"] == ["pre_start", "post_stop"]
    assert (recorder.last.reason, recorder.last.exit_code) == ("exited", status)


def test_post_stop_needs_nobody_who_waits(make: Make) -> None:
    """This thread is busy with something else: here, with an event that only post_stop sets."""
    called = threading.Event()
    managed = make(["sh", "-c", "exit 3"])
    managed.post_stop(called.set)
    managed.start()
    assert called.wait(60)
    assert managed.wait() == 3


@pytest.mark.parametrize("auto_remove", [False, True], ids=["", "auto_remove"])
def test_out_of_memory(make: Make, recorder: Recorder, auto_remove: bool) -> None:
    command = ["python", "-c", "a = [bytearray(10**7) for _ in iter(int, 1)]"]
    managed = make(command, mem_limit="24m", memswap_limit="24m", auto_remove=auto_remove)
    recorder.watch(managed)
    managed.start()
    assert managed.wait() == 137
    assert recorder.phases[-1] == "post_stop"
    assert (recorder.last.reason, recorder.last.exit_code, recorder.last.oom_killed) == ("exited", 137, True)


def test_dies_during_pre_stop(make: Make, recorder: Recorder) -> None:
    """The death is known while the callback still runs, so no further one does; the reason stays."""
    managed = make()

    @managed.pre_stop(timeout=60, retries=1, retry_delay=60)
    def kill(event: Event) -> None:
        recorder(event)
        container_of(managed).kill()
        raise ValueError("try again")  # but not in a container that is dead

    recorder.watch(managed)
    managed.start()
    ready(managed)
    managed.stop(timeout=1000)
    assert managed.wait() == 137
    assert recorder.phases == ["pre_start", "post_start", "pre_stop", "post_stop"]
    assert recorder.events[2].hook == "kill"
    assert recorder.last.reason == "stop"


def test_the_engines_restarts_belong_to_the_life(make: Make, recorder: Recorder) -> None:
    """No callback runs for them; post_stop comes after the last exit."""
    managed = make(["sh", "-c", "echo again; exit 3"], restart_policy={"Name": "on-failure", "MaximumRetryCount": 2})
    output: list[bytes] = []
    recorder.watch(managed)
    managed.post_stop(lambda event: output.append(event.container.logs()))
    managed.start()
    assert managed.wait() == 3
    assert recorder.phases.count("post_stop") == 1
    assert output == [b"again\n" * 3]


def test_stop_between_two_restarts(make: Make, recorder: Recorder) -> None:
    managed = make(SERVE, restart_policy={"Name": "always"})
    recorder.watch(managed)
    managed.start()
    container = ready(managed)
    container.exec_run(["kill", "-TERM", "1"])
    managed.stop()
    assert managed.wait() in {7, 137, 143}
    assert recorder.phases[-1] == "post_stop"
    container.reload()
    assert container.status == "exited"


def test_two_lives_do_not_disturb_each_other(make: Make) -> None:
    first, second = make(), make(["sh", "-c", "exit 3"])
    with first:
        ready(first)
        assert second.start().wait() == 3
        assert first.exit_code is None
    assert first.wait() == 7
