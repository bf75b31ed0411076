"""Fixtures: the engine that runs here, and managed containers of it, without a network and gone after the test."""

import contextlib
import threading
import uuid
from collections.abc import Iterator
from typing import Protocol

import docker
import docker.errors
import pytest
from docker import DockerClient
from docker.models.containers import Container

from lifeinit.docker import Event, ManagedContainer
from tests.container.docker import BASE, why_not

# Ends with 7 at a TERM.
SERVE = ["sh", "-c", "trap 'exit 7' TERM; echo ready; tail -f /dev/null & wait"]
# Ignores SIGTERM, as every PID 1 without a handler.
IGNORES_TERM = ["sh", "-c", "echo ready; tail -f /dev/null & wait"]


class Make(Protocol):
    def __call__(self, command: list[str] = ..., **options: object) -> ManagedContainer:
        """A managed container of the base image, with a name of its own."""


class Recorder:
    """A callback for every phase, that keeps the events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    @property
    def phases(self) -> list[str]:
        return [event.event for event in self.events]

    @property
    def last(self) -> Event:
        return self.events[-1]

    def watch(self, managed: ManagedContainer) -> None:
        for phase in (managed.pre_start, managed.post_start, managed.pre_stop, managed.post_stop):
            if not phase.closed:
                phase(self)


@pytest.fixture(scope="session")
def client() -> Iterator[DockerClient]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def make(client: DockerClient) -> Iterator[Make]:
    threads = set(threading.enumerate())
    names: list[str] = []

    def make(command: list[str] = SERVE, **options: object) -> ManagedContainer:
        names.append(f"lifeinit-test-{uuid.uuid4().hex}")
        return ManagedContainer(client, BASE, command, **{"name": names[-1], "network_mode": "none", **options})  # type: ignore[arg-type]

    yield make
    for name in names:
        clear(client, name)
    assert set(threading.enumerate()) <= threads, "a thread was left behind"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def container_of(managed: ManagedContainer) -> Container:
    assert managed.container is not None
    return managed.container


def ready(managed: ManagedContainer) -> Container:
    """Once it has printed `ready`."""
    return printed_ready(container_of(managed))


def printed_ready(container: Container, what: bytes = b"ready\n") -> Container:
    # Why not container.logs(stream=True): closed before its end, it leaves the socket to the garbage collector.
    assert container.client is not None
    api = container.client.api
    url = f"{api.base_url}/v{api.api_version}/containers/{container.id}/logs"
    seen = b""
    with api.get(url, params={"follow": 1, "stdout": 1}, stream=True) as response:
        for piece in response.iter_content(None):
            seen += piece
            if what in seen:
                return container
    raise AssertionError(f"it ended before it printed {what!r}: {seen!r}")


def clear(client: DockerClient, name: str) -> None:
    for container in client.containers.list(all=True, filters={"name": name}, ignore_removed=True):
        with contextlib.suppress(docker.errors.APIError):  # it is gone, or the engine is at it
            container.remove(force=True, v=True)


def exists(client: DockerClient, name: str) -> bool:
    return bool(client.containers.list(all=True, filters={"name": name}, ignore_removed=True))
