"""The state of one life, shared by the threads that take part in it. Performs nothing."""

import enum
import threading
import time
from typing import NamedTuple

from lifeinit.callbacks.errors import AlreadyStartedError, LifeinitError
from lifeinit.callbacks.event import Phase, Reason
from lifeinit.docker.errors import NotStartedError
from lifeinit.docker.watcher import End


class Stage(enum.Enum):
    NEW = enum.auto()
    STARTING = enum.auto()  # up to the container's start
    STARTED = enum.auto()  # it is watched
    DONE = enum.auto()  # the post_stop callbacks have run


class StopRequest(NamedTuple):
    """The first request to stop. `time` is on the monotonic clock, `signal` a name such as "TERM"."""

    reason: Reason
    signal: str | None
    timeout: float | None
    time: float


class Life:
    """Each method holds the lock briefly; those that begin with `await` may block, and can be interrupted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stage = Stage.NEW
        self.stop_request: StopRequest | None = None
        self.end: End | None = None
        self.failure: LifeinitError | None = None
        """What start() has raised, or that the container is lost."""
        self.stop_failure: LifeinitError | None = None
        """The first failure of a callback in the stop phases with on_failure="abort"."""
        self.contacts = 0
        """How often the engine has answered."""
        self._stop_claimed = False
        self._health = ""
        self._changed = threading.Condition()

    def begin(self) -> None:
        with self._changed:
            if self.stage is not Stage.NEW:
                raise AlreadyStartedError(
                    f'"{self.name}" was started before: a ManagedContainer has one life, make another for the next'
                )
            self.stage = Stage.STARTING

    def reset(self) -> None:
        """start() was refused, and nothing was started."""
        with self._changed:
            self.stage = Stage.NEW

    def started(self) -> None:
        with self._changed:
            if self.stage is Stage.STARTING:  # it may be over already
                self.stage = Stage.STARTED
            self._changed.notify_all()

    def request_stop(self, reason: Reason, signal: str | None = None, timeout: float | None = None) -> None:
        """The first request counts. `claim_stop` decides which thread carries it out."""
        with self._changed:
            if self.stage is Stage.NEW:
                raise NotStartedError(f'"{self.name}" was not started: call start() first')
            if self.stop_request is None and self.end is None:
                self.stop_request = StopRequest(reason, signal, timeout, time.monotonic())
                self._changed.notify_all()

    def claim_stop(self) -> StopRequest | None:
        """The request, if the container runs and no other thread stops it."""
        with self._changed:
            if self.stage is not Stage.STARTED or self.end is not None or self._stop_claimed:
                return None
            self._stop_claimed = True
            return self.stop_request

    def withdraw_stop(self) -> None:
        """The engine could not stop it; it may be requested again."""
        with self._changed:
            self.stop_request, self._stop_claimed = None, False

    def ended(self, end: End) -> None:
        with self._changed:
            self.end = end
            self._changed.notify_all()

    def done(self) -> None:
        with self._changed:
            self.stage = Stage.DONE
            self._changed.notify_all()

    def update_health(self, health: str) -> None:
        """The engine has answered, and this is the container's health."""
        with self._changed:
            self._health = health
            self.contacts += 1
            self._changed.notify_all()

    @property
    def reason(self) -> Reason | None:
        """Why it stops, or has ended."""
        if self.end is not None and self.end.lost:
            return "lost"
        if self.stop_request is not None:
            return self.stop_request.reason
        return None if self.end is None else "exited"

    @property
    def is_over(self) -> bool:
        """The container is to stop, or has ended."""
        return self.stop_request is not None or self.end is not None

    def await_healthy(self, timeout: float | None) -> bool:
        """Until it is healthy, or over. False if it was neither in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._health == "healthy" or self.is_over, timeout)

    def await_retry(self, phase: Phase, seconds: float) -> bool:
        """Wait before another try of a callback; False if there is to be none."""

        def pointless() -> bool:
            if phase == "post_stop":
                return False
            return self.end is not None if phase == "pre_stop" else self.is_over

        with self._changed:
            return not self._changed.wait_for(pointless, seconds)

    def await_contact(self, contacts: int, timeout: float) -> None:
        """Until the engine has answered more than `contacts` times."""
        with self._changed:
            self._changed.wait_for(lambda: self.end is not None or self.contacts > contacts, timeout)

    def await_started(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.stage in {Stage.STARTED, Stage.DONE})

    def await_done(self) -> None:
        with self._changed:
            if self.stage is Stage.NEW:
                raise NotStartedError(f'"{self.name}" was not started: call start() first')
            self._changed.wait_for(lambda: self.stage is Stage.DONE)
