"""What is known of one life, shared by the threads that take part in it. Acts on nothing."""

from __future__ import annotations

import enum
import threading
import time
from typing import TYPE_CHECKING

from lifeinit.docker.errors import AlreadyStartedError, ContainerError, NotStartedError

if TYPE_CHECKING:
    from lifeinit.docker.event import PhaseName, Reason
    from lifeinit.docker.watcher import End


class Stage(enum.Enum):
    NEW = enum.auto()
    BEGUN = enum.auto()  # up to the container's start
    UP = enum.auto()  # it was started, and is watched
    DONE = enum.auto()  # the post_stop callbacks have run


class Life:
    """Each method takes the lock for a moment; those that begin with `await` may block, and can be interrupted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stage = Stage.NEW
        self.stop_reason: Reason | None = None
        self.stop_timeout: float | None = None
        self.stop_asked = 0.0  # on the monotonic clock
        self.end: End | None = None
        self.failure: ContainerError | None = None
        """What start() has raised, or that the container is lost."""
        self.stop_failure: ContainerError | None = None
        """The first failure of a callback in the stop phases with on_failure="abort"."""
        self._claimed = False
        self._health = ""
        self._contacts = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        with self._changed:
            if self.stage is not Stage.NEW:
                raise AlreadyStartedError(
                    f'"{self.name}" was started before: one ManagedContainer is one life, make another for the next'
                )
            self.stage = Stage.BEGUN

    def take_back(self) -> None:
        """Nothing was started yet."""
        with self._changed:
            self.stage = Stage.NEW

    def up(self) -> None:
        with self._changed:
            if self.stage is Stage.BEGUN:  # it may be over already
                self.stage = Stage.UP
            self._changed.notify_all()

    def ask_to_stop(self, reason: Reason, timeout: float | None) -> None:
        """The first to ask counts. Who is to do it is told by `claim_stop`."""
        with self._changed:
            if self.stage is Stage.NEW:
                raise NotStartedError(f'"{self.name}" was not started: call start() first')
            if self.stop_reason is None and self.end is None:
                self.stop_reason, self.stop_timeout, self.stop_asked = reason, timeout, time.monotonic()
                self._changed.notify_all()

    def claim_stop(self) -> bool:
        """Whether there is something to stop, and nobody else does."""
        with self._changed:
            mine = self.stage is Stage.UP and self.end is None and not self._claimed
            self._claimed |= mine
            return mine

    def withdraw_stop(self) -> None:
        """The engine could not do it; it may be asked for again."""
        with self._changed:
            self.stop_reason, self._claimed = None, False

    def ended(self, end: End) -> None:
        with self._changed:
            self.end = end
            self._changed.notify_all()

    def done(self) -> None:
        with self._changed:
            self.stage = Stage.DONE
            self._changed.notify_all()

    def saw(self, health: str) -> None:
        """The engine answered; this is the container's health."""
        with self._changed:
            self._health = health
            self._contacts += 1
            self._changed.notify_all()

    @property
    def reason(self) -> Reason | None:
        """Why it stops, or has ended."""
        if self.end is not None and self.end.lost:
            return "lost"
        if self.stop_reason is None and self.end is not None:
            return "exited"
        return self.stop_reason

    @property
    def over(self) -> bool:
        """The container is to stop, or has ended."""
        return self.stop_reason is not None or self.end is not None

    @property
    def contacts(self) -> int:
        return self._contacts

    def await_healthy(self, timeout: float | None) -> bool:
        """Until it is healthy, or over. False if it was neither in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._health == "healthy" or self.over, timeout)

    def await_pause(self, phase: PhaseName, seconds: float) -> bool:
        """Wait before another try of a callback; False if there is to be none."""

        def pointless() -> bool:
            if phase == "post_stop":
                return False
            return self.end is not None if phase == "pre_stop" else self.over

        with self._changed:
            return not self._changed.wait_for(pointless, seconds)

    def await_contact(self, contacts: int, timeout: float) -> None:
        """Until the engine has answered anew since it had `contacts` times."""
        with self._changed:
            self._changed.wait_for(lambda: self.end is not None or self._contacts > contacts, timeout)

    def await_up(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.stage in {Stage.UP, Stage.DONE})

    def await_done(self) -> None:
        with self._changed:
            if self.stage is Stage.NEW:
                raise NotStartedError(f'"{self.name}" was not started: call start() first')
            self._changed.wait_for(lambda: self.stage is Stage.DONE)
