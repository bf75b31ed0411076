"""A container with a HEALTHCHECK is ready when it is healthy; attach takes over one that runs."""

import pytest
from docker import DockerClient

from lifeinit.docker import (
    ManagedContainer,
    NotRunningError,
    ReadyTimeoutError,
    StartError,
    UsageError,
)
from tests.docker_sdk.conftest import SERVE, Make, Recorder, container_of, printed_ready, ready

OFTEN = {"interval": 50_000_000, "timeout": 30 * 10**9, "retries": 1000}
ONCE_THERE = {"test": ["CMD", "test", "-e", "/healthy"], **OFTEN}
NEVER = {"test": ["CMD", "false"], **OFTEN}


def test_post_start_comes_when_it_is_healthy(make: Make) -> None:
    """It becomes so only by its own doing: it waits for its first failed check before."""
    check = ["CMD-SHELL", "test -e /healthy || { touch /checked; false; }"]
    command = ["sh", "-c", "trap 'exit 7' TERM; until [ -e /checked ]; do :; done; touch /healthy; sleep 1000 & wait"]
    managed = make(command, healthcheck={**ONCE_THERE, "test": check})
    seen: list[str] = []

    @managed.post_start
    def look() -> None:
        container = container_of(managed)
        container.reload()
        seen.append(container.attrs["State"]["Health"]["Status"])

    with managed.start():
        pass
    assert seen == ["healthy"]
    assert managed.wait() == 7


def test_not_healthy_in_time(make: Make, recorder: Recorder) -> None:
    managed = make(healthcheck=NEVER, ready_timeout=0.5)
    recorder.watch(managed)
    with pytest.raises(ReadyTimeoutError, match=r"was not healthy after 0.5 s: see its logs"):
        managed.start()
    assert recorder.phases == ["pre_start", "post_stop"]
    assert recorder.last.reason == "ready_timeout"
    assert recorder.last.exit_code is not None
    with pytest.raises(ReadyTimeoutError):
        managed.wait()


def test_ends_before_it_is_healthy(make: Make, recorder: Recorder) -> None:
    """The start fails, but by the container's own doing: the reason says so."""
    managed = make(
        ["sh", "-c", "until [ -e /checked ]; do :; done; exit 3"],
        healthcheck={**NEVER, "test": ["CMD-SHELL", "touch /checked; false"]},
    )
    recorder.watch(managed)
    with pytest.raises(StartError, match="exited 3 before it was healthy: see its logs") as caught:
        managed.start()
    assert caught.value.exit_code == 3
    assert recorder.phases == ["pre_start", "post_stop"]
    assert (recorder.last.reason, recorder.last.exit_code) == ("exited", 3)


def test_attach(client: DockerClient, make: Make, recorder: Recorder) -> None:
    first = make()
    first.start()
    container = ready(first)
    managed = ManagedContainer.attach(client, str(container.name))
    with pytest.raises(UsageError, match="runs already, so pre_start callbacks do not run: use"):
        managed.pre_start(recorder)
    recorder.watch(managed)
    managed.start()
    assert recorder.phases == []
    managed.stop()
    assert recorder.phases == ["pre_stop", "post_stop"]
    assert managed.wait() == first.wait() == 7
    with pytest.raises(NotRunningError, match=r'" is exited, not running: start it, or make a ManagedContainer'):
        ManagedContainer.attach(client, str(container.id))


def test_attach_with_post_start(client: DockerClient, make: Make, recorder: Recorder) -> None:
    other = make(healthcheck={**ONCE_THERE, "test": ["CMD", "true"]})
    container = other.start().container
    assert container is not None
    managed = ManagedContainer.attach(client, str(container.id), post_start=True)
    recorder.watch(managed)
    with managed:
        assert recorder.phases == ["post_start"]
        printed_ready(container)
    assert recorder.phases == ["post_start", "pre_stop", "post_stop"]
    assert other.wait() == 7


def test_a_death_between_attach_and_start(client: DockerClient, make: Make, recorder: Recorder) -> None:
    """It is not lost, even if the container is removed by then."""
    other = make(SERVE)
    other.start()
    container = ready(other)
    managed = ManagedContainer.attach(client, str(container.id))
    recorder.watch(managed)
    container.remove(force=True)
    assert managed.start().wait() == 137
    assert recorder.phases == ["post_stop"]
    other.wait()


def test_attach_to_nothing(client: DockerClient) -> None:
    with pytest.raises(NotRunningError, match=r'^container "no-such" does not exist: see "docker ps"$'):
        ManagedContainer.attach(client, "no-such")


def test_a_healthcheck_of_none_is_none(make: Make) -> None:
    managed = make(healthcheck={"test": ["NONE"]})
    with managed:
        ready(managed)
    assert managed.wait() == 7
