"""Runs the callbacks of a phase: in order, one at a time, and what a failure means there."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Never

from lifeinit.callbacks.errors import UsageError
from lifeinit.callbacks.event import Event as BaseEvent
from lifeinit.docker.call import call
from lifeinit.docker.errors import CallbackError, StoppedError

if TYPE_CHECKING:
    from docker.models.containers import Container

    from lifeinit.callbacks.registrar import Callback
    from lifeinit.docker.life import Life

logger = logging.getLogger("lifeinit.docker")


@dataclass(frozen=True, kw_only=True)
class Event(BaseEvent):
    """One call of one callback of a ManagedContainer."""

    container: Container | None
    """The SDK's container; None before it exists, and where it could not be started."""

    def setenv(self, name: str, value: str) -> Never:  # noqa: ARG002
        """Not possible here: raises UsageError."""
        raise UsageError(f'setenv cannot set "{name}" for a ManagedContainer: pass environment= when it is created')


class Runner:
    """Runs the callbacks of one life, in the thread that calls."""

    def __init__(self, life: Life, owner: object) -> None:
        self.container: Container | None = None
        self._life = life
        self._owner = id(owner)
        self._turn = threading.Lock()  # one callback at a time

    def run_start_phase(self, callbacks: Sequence[Callback]) -> None:
        """Up to the first failure that aborts, or to the container's own end.

        Raises:
            CallbackError: A callback with on_failure="abort" failed.
            StoppedError: A stop was requested.
        """
        for callback in callbacks:
            self.refuse_if_stopped()
            if self._life.end is not None:
                return
            try:
                self._call(callback, None)
            except CallbackError as error:
                self.refuse_if_stopped()
                if callback.options.on_failure == "abort":
                    raise
                logger.warning("%s", error, exc_info=error.__cause__)
        self.refuse_if_stopped()

    def run_pre_stop(self, callbacks: Sequence[Callback], until: float) -> None:
        """While the container runs and there is time (monotonic clock)."""
        for callback in callbacks:
            if self._life.end is not None:
                return
            self._call_in_stop(callback, until)

    def run_post_stop(self, callbacks: Sequence[Callback]) -> None:
        for callback in callbacks:
            self._call_in_stop(callback, None)

    def refuse_if_stopped(self) -> None:
        if self._life.stop_request is not None:
            raise StoppedError(f'"{self._life.name}" was stopped before its start was complete')

    def _call_in_stop(self, callback: Callback, until: float | None) -> None:
        try:
            self._call(callback, until)
        except CallbackError as error:
            logger.error("%s", error, exc_info=error.__cause__)  # noqa: TRY400  # with the callback's own traceback
            if callback.options.on_failure == "abort" and self._life.stop_failure is None:
                self._life.stop_failure = error

    def _call(self, callback: Callback, until: float | None) -> None:
        where = f"{self._life.name}: {callback.phase} {callback.name}"
        left = -1.0 if until is None else until - time.monotonic()
        if until is not None and left <= 0:
            raise CallbackError(f"{where}: skipped, no time is left for it", callback.phase, callback.name)
        if not self._turn.acquire(timeout=left):
            raise CallbackError(f"{where}: skipped, another callback still runs", callback.phase, callback.name)
        try:
            call(callback, where, self._event, until, self._life.await_retry, self._owner)
        finally:
            self._turn.release()

    def _event(self, callback: Callback, attempt: int, remaining: float | None) -> Event:
        request, end = self._life.stop_request, self._life.end
        exit_code = None if end is None else end.exit_code
        return Event(
            event=callback.phase,
            hook=callback.name,
            attempt=attempt,
            container=self.container,
            reason=self._life.reason,
            signal=None if request is None else request.signal,
            exit_code=exit_code,
            child_exit_code=exit_code,
            oom_killed=end is not None and end.oom_killed,
            deadline=None if remaining is None else time.time() + remaining,
            remaining=remaining,
        )
