"""Runs the callbacks of a phase: in order, one at a time, and what a failure means there."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

from docker.models.containers import Container

from lifeinit.callbacks.errors import UsageError, quoted
from lifeinit.callbacks.event import Event as BaseEvent
from lifeinit.callbacks.registrar import Callback
from lifeinit.docker.call import TimedOut, call
from lifeinit.docker.errors import CallbackError, StoppedError
from lifeinit.docker.life import Life

logger = logging.getLogger("lifeinit.docker")


@dataclass(frozen=True, kw_only=True)
class Event(BaseEvent):
    """One call of one callback of a ManagedContainer."""

    container: Container | None
    """The SDK's container; None before it exists, and where it could not be started."""

    def setenv(self, name: str, value: str) -> Never:  # noqa: ARG002
        """Not possible here: raises UsageError."""
        fix = "pass environment= when it is created"
        raise UsageError(f"setenv cannot set {quoted(name)} for a ManagedContainer: {fix}")


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
        """Call it when no other callback runs. `until` limits the whole phase, on the monotonic clock."""
        where = f"{self._life.name}: {callback.phase} {callback.name}"
        left = -1.0 if until is None else until - time.monotonic()
        if until is not None and left <= 0:
            raise CallbackError(f"{where}: skipped, no time is left for it", callback.phase, callback.name)
        if not self._turn.acquire(timeout=left):
            raise CallbackError(f"{where}: skipped, another callback still runs", callback.phase, callback.name)
        try:
            self._try_until_success(callback, where, until)
        finally:
            self._turn.release()

    def _try_until_success(self, callback: Callback, where: str, until: float | None) -> None:
        """Raises CallbackError if the last try failed."""
        options = callback.options
        for attempt in range(1, options.retries + 2):
            event = self._event(callback, attempt, until)
            began = time.monotonic()
            try:
                call(callback, event, self._owner)
            except TimedOut:
                cause, problem = None, f"timed out after {event.remaining:.3g} s, and keeps running in the background"
            except (Exception, SystemExit) as error:  # noqa: BLE001  # a callback may raise anything
                cause, problem = error, f"{type(error).__name__}: {error}"
            else:
                logger.info("%s: ok in %.1f s", where, time.monotonic() - began)
                return
            in_time = until is None or time.monotonic() + options.retry_delay < until
            if attempt <= options.retries and in_time:
                logger.warning("%s: %s (try %d of %d)", where, problem, attempt, options.retries + 1)
                if self._life.await_retry(callback.phase, options.retry_delay):
                    continue
            raise CallbackError(f"{where}: {problem}", callback.phase, callback.name) from cause

    def _event(self, callback: Callback, attempt: int, until: float | None) -> Event:
        request, end = self._life.stop_request, self._life.end
        exit_code = None if end is None else end.exit_code
        left = None if until is None else max(0.0, until - time.monotonic())
        remaining = min((limit for limit in (left, callback.options.timeout) if limit is not None), default=None)
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
