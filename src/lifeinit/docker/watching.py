"""Watches one container through the engine's events until it has ended, across lost connections.

The events say when to look; the engine's own record of the container says what is so. Neither alone is enough: an event
is lost with the connection, and the record with a container that the engine removes by itself.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import docker.errors

from lifeinit.docker import engine
from lifeinit.docker.errors import ContainerError

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 5.0


class End(NamedTuple):
    """How a container ended. Without an exit code it never ran, or was lost."""

    exit_code: int | None = None
    oom_killed: bool = False
    lost: bool = False

    @property
    def words(self) -> str:
        if self.lost:
            return "lost"
        return "never ran" if self.exit_code is None else f"exited {self.exit_code}"


class _Happening(NamedTuple):
    action: str
    exit_code: int
    time: int
    """Unix time in ns, by the engine's clock."""


class Watcher:
    """Blocks in `until_end`, and meanwhile tells of each connection and of the container's health."""

    def __init__(
        self,
        client: DockerClient,
        container: Container,
        sight: engine.Sight,
        lost_timeout: float,
        tell: Callable[[str], None],
    ) -> None:
        """`sight` is from before this life's first event; `tell` gets the health, at each change and connection."""
        self._client = client
        self._container = container
        self._started = sight.started
        self._restarts = sight.restarts
        self._lost_timeout = lost_timeout
        self._tell = tell
        self._seen = max(sight.created, sight.started)
        self._oom = False
        self._last_contact = time.monotonic()

    def until_end(self) -> End:
        delay = _FIRST_DELAY
        while True:
            began = time.monotonic()
            # An engine that is starting answers with errors, too: all of them are an engine that is not there.
            with contextlib.suppress(
                ContainerError, OSError, docker.errors.DockerException, docker.errors.StreamParseError
            ):
                end = self._follow()
                if end is not None:
                    return end
            now = time.monotonic()
            left = self._last_contact + self._lost_timeout - now
            if left < 0:
                return End(oom_killed=self._oom, lost=True)
            delay = _FIRST_DELAY if now - began > _LONGEST_DELAY else min(2 * delay, _LONGEST_DELAY)
            time.sleep(min(delay, left + 0.001))

    def _follow(self) -> End | None:
        """One connection. None when it is over and the container, as far as anybody can see, is not."""
        # Listen before looking: what happens in between is in the stream.
        stream = engine.events(self._client, self._container, self._seen // 10**9, None)
        try:
            end = self._look()
            if end is not None:
                return end
            for happening in self._new(stream):
                end = self._heed(happening)
                if end is not None:
                    return end
        finally:
            self._last_contact = time.monotonic()
            _close(stream)
        return None

    def _look(self) -> End | None:
        sight = engine.inspect(self._client, self._container)
        if sight is None:
            return self._from_the_past()
        if not sight.running:
            return End(sight.exit_code, self._oom or sight.oom_killed)
        self._started = self._started or sight.started
        if sight.started != self._started and not self._restarts:
            return self._from_the_past()  # somebody has started it again, and that is another life
        self._tell(sight.health)
        return None

    def _heed(self, happening: _Happening) -> End | None:
        match happening.action:
            case "oom":
                self._oom = True
            case "die":
                return self._died(happening.exit_code)
            case "destroy":
                return End(oom_killed=self._oom, lost=True)  # and no death before it
            case health:
                self._tell(health.removeprefix("health_status: "))
        return None

    def _died(self, exit_code: int) -> End | None:
        """The record adds the out-of-memory flag, and whether the engine starts it again."""
        try:
            sight = engine.inspect(self._client, self._container)
        except ContainerError:  # an engine that goes down ends its containers first
            return None if self._restarts else End(exit_code, self._oom)
        if sight is not None and sight.running and self._restarts:
            return None
        killed = sight is not None and not sight.running and sight.oom_killed
        return End(exit_code, self._oom or killed)

    def _from_the_past(self) -> End:
        """The record is gone, or tells of another life. The engine's last events may still know."""
        end = End(oom_killed=self._oom, lost=True)
        until = engine.now(self._client) + 1
        stream = engine.events(self._client, self._container, self._seen // 10**9, until)
        for happening in self._new(stream):
            if happening.action == "oom":
                self._oom = True
            elif happening.action == "die" and (end.lost or self._restarts):  # without restarts, only the first
                end = End(happening.exit_code, self._oom)
        engine.now(self._client)  # raises where the events ended with the connection, and did not end at all
        return end

    def _new(self, stream: engine.Events) -> Iterator[_Happening]:
        """What was not seen before: the SDK asks for whole seconds, so some come twice."""
        for event in stream:
            happening = _happening(event)
            if happening.time > self._seen:
                self._seen = happening.time
                yield happening


def _close(stream: engine.Events) -> None:
    # AttributeError: where the connection is gone, the SDK looks for a socket in vain. Over SSH it can close none.
    with contextlib.suppress(OSError, AttributeError, docker.errors.DockerException):
        stream.close()


def _happening(event: dict[str, object]) -> _Happening:
    action, moment, actor = event.get("Action"), event.get("timeNano"), event.get("Actor")
    if not isinstance(action, str) or not isinstance(moment, int) or not isinstance(actor, dict):
        return _Happening("", 0, 0)
    return _Happening(action, int(actor.get("Attributes", {}).get("exitCode", 0)), moment)
