"""Watches one container through the engine's events until it has ended, across lost connections.

An event says when to inspect the container, the inspection what is true. Neither alone is enough: an event is lost with
the connection, the engine's record with a container that it removes by itself.
"""

import logging
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from docker import DockerClient
from docker.models.containers import Container

from lifeinit.callbacks.errors import LifeinitError
from lifeinit.docker import sdk

logger = logging.getLogger("lifeinit.docker")

_FIRST_DELAY = 0.1  # seconds between two connections; it doubles
_LONGEST_DELAY = 5.0


class End(NamedTuple):
    """How a container ended. Without an exit code it never ran, or was lost."""

    exit_code: int | None = None
    oom_killed: bool = False
    lost: bool = False

    @property
    def description(self) -> str:
        if self.lost:
            return "lost"
        return "never ran" if self.exit_code is None else f"exited {self.exit_code}"


class Watcher:
    """Blocks in `until_end`, and reports the container's health meanwhile."""

    def __init__(
        self,
        client: DockerClient,
        container: Container,
        snapshot: sdk.Snapshot,
        lost_timeout: float,
        on_health: Callable[[str], None],
    ) -> None:
        """`snapshot` is from before the first event; `on_health` gets the health at each change and connection."""
        self._client = client
        self._container = container
        self._started = snapshot.started
        self._restarts = snapshot.restarts
        self._lost_timeout = lost_timeout
        self._on_health = on_health
        self._seen = max(snapshot.created, snapshot.started)
        self._oom = False
        self._disconnected = False  # and the log says so
        self._last_contact = time.monotonic()

    def until_end(self) -> End:
        delay = _FIRST_DELAY
        while True:
            began = time.monotonic()
            try:
                end = self._follow()
                if end is not None:
                    return end
            except Exception as error:  # an SSH connection raises errors of its own
                if not self._disconnected:
                    self._disconnected = True
                    logger.warning(
                        "%s: cannot be watched (%s), trying again",
                        self._container.name,
                        error,
                        exc_info=_unexpected(error),
                    )
            now = time.monotonic()
            left = self._last_contact + self._lost_timeout - now
            if left < 0:
                return End(oom_killed=self._oom, lost=True)
            delay = _FIRST_DELAY if now - began > _LONGEST_DELAY else min(2 * delay, _LONGEST_DELAY)
            time.sleep(min(delay, left + 0.001))

    def _follow(self) -> End | None:
        """One connection. None if it was closed and the container has not ended, as far as is known."""
        # Events first, then the inspection: what happens in between is an event.
        with sdk.events(self._client, self._container, self._seen, None) as events:
            try:
                end = self._inspect()
                if end is not None:
                    return end
                for event in self._new(events):
                    end = self._handle(event)
                    if end is not None:
                        return end
            finally:
                self._last_contact = time.monotonic()
        return None

    def _inspect(self) -> End | None:
        snapshot = sdk.inspect(self._client, self._container)
        if snapshot is None:
            return self._end_from_history()
        self._started = self._started or snapshot.started
        if snapshot.started != self._started and not self._restarts:
            return self._end_from_history()  # it was started again, and that is another life
        if not snapshot.running:
            return End(snapshot.exit_code, self._oom or snapshot.oom_killed)
        self._disconnected = False
        self._on_health(snapshot.health)
        return None

    def _handle(self, event: sdk.ContainerEvent) -> End | None:
        match event.action:
            case "oom":
                self._oom = True
            case "die":
                return self._died(event.exit_code)
            case "destroy":
                return End(oom_killed=self._oom, lost=True)  # without a die event before it
            case health:
                self._on_health(health.removeprefix("health_status: "))
        return None

    def _died(self, exit_code: int) -> End | None:
        """The inspection adds the out-of-memory flag, and whether the engine restarts the container."""
        try:
            snapshot = sdk.inspect(self._client, self._container)
        except LifeinitError:  # an engine that shuts down stops its containers first
            return None if self._restarts else End(exit_code, self._oom)
        if snapshot is not None and snapshot.running and self._restarts:
            return None
        killed = snapshot is not None and not snapshot.running and snapshot.oom_killed
        return End(exit_code, self._oom or killed)

    def _end_from_history(self) -> End:
        """The record is gone, or of another life. The engine's last events may still tell how this one ended."""
        end = End(oom_killed=self._oom, lost=True)
        until = sdk.now(self._client) + 1
        with sdk.events(self._client, self._container, self._seen, until) as events:
            for event in self._new(events):
                if event.action == "oom":
                    self._oom = True
                elif event.action == "die" and (end.lost or self._restarts):  # without restarts, only the first
                    end = End(event.exit_code, self._oom)
        sdk.now(self._client)  # raises if the stream was cut and not complete
        return end

    def _new(self, events: Iterator[sdk.ContainerEvent]) -> Iterator[sdk.ContainerEvent]:
        """The events not seen before: the engine repeats those of the time at which the request begins."""
        for event in events:
            if event.time > self._seen:
                self._seen = event.time
                yield event


def _unexpected(error: Exception) -> Exception | None:
    """The error, if it is no failed request and so needs its traceback."""
    return None if isinstance(error, LifeinitError) else error
