"""Watches one container through the engine's events until it has ended, across lost connections.

The events say when to look; the engine's own record of the container says what is so. Neither alone is enough: an event
is lost with the connection, and the record with a container that the engine removes by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from lifeinit.docker import sdk
from lifeinit.docker.errors import ContainerError

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

logger = logging.getLogger("lifeinit.docker")

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


class Watcher:
    """Blocks in `until_end`, and meanwhile tells of each connection and of the container's health."""

    def __init__(
        self,
        client: DockerClient,
        container: Container,
        sight: sdk.Sight,
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
        self._away = False  # and the log says so
        self._last_contact = time.monotonic()

    def until_end(self) -> End:
        delay = _FIRST_DELAY
        while True:
            began = time.monotonic()
            try:
                end = self._follow()
                if end is not None:
                    return end
            except Exception as error:  # what an SSH connection raises is of no kind that we know
                if not self._away:
                    self._away = True
                    logger.warning(
                        "%s: cannot be watched (%s), trying again", self._container.name, error, exc_info=_stray(error)
                    )
            now = time.monotonic()
            left = self._last_contact + self._lost_timeout - now
            if left < 0:
                return End(oom_killed=self._oom, lost=True)
            delay = _FIRST_DELAY if now - began > _LONGEST_DELAY else min(2 * delay, _LONGEST_DELAY)
            time.sleep(min(delay, left + 0.001))

    def _follow(self) -> End | None:
        """One connection. None when it is over and the container, as far as anybody can see, is not."""
        # Listen before looking: what happens in between is in the stream.
        with sdk.events(self._client, self._container, self._seen, None) as happenings:
            try:
                end = self._look()
                if end is not None:
                    return end
                for happening in self._new(happenings):
                    end = self._heed(happening)
                    if end is not None:
                        return end
            finally:
                self._last_contact = time.monotonic()
        return None

    def _look(self) -> End | None:
        sight = sdk.inspect(self._client, self._container)
        if sight is None:
            return self._from_the_past()
        self._started = self._started or sight.started
        if sight.started != self._started and not self._restarts:
            return self._from_the_past()  # somebody has started it again, and that is another life
        if not sight.running:
            return End(sight.exit_code, self._oom or sight.oom_killed)
        self._away = False
        self._tell(sight.health)
        return None

    def _heed(self, happening: sdk.Happening) -> End | None:
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
            sight = sdk.inspect(self._client, self._container)
        except ContainerError:  # an engine that goes down ends its containers first
            return None if self._restarts else End(exit_code, self._oom)
        if sight is not None and sight.running and self._restarts:
            return None
        killed = sight is not None and not sight.running and sight.oom_killed
        return End(exit_code, self._oom or killed)

    def _from_the_past(self) -> End:
        """The record is gone, or tells of another life. The engine's last events may still know."""
        end = End(oom_killed=self._oom, lost=True)
        until = sdk.now(self._client) + 1
        with sdk.events(self._client, self._container, self._seen, until) as happenings:
            for happening in self._new(happenings):
                if happening.action == "oom":
                    self._oom = True
                elif happening.action == "die" and (end.lost or self._restarts):  # without restarts, only the first
                    end = End(happening.exit_code, self._oom)
        sdk.now(self._client)  # raises where the events ended with the connection, and did not end at all
        return end

    def _new(self, happenings: Iterator[sdk.Happening]) -> Iterator[sdk.Happening]:
        """What was not seen before: the engine repeats the moment that it is asked to begin with."""
        for happening in happenings:
            if happening.time > self._seen:
                self._seen = happening.time
                yield happening


def _stray(error: Exception) -> Exception | None:
    """What is no failed request, and so has more to tell than one sentence."""
    return None if isinstance(error, ContainerError) else error
