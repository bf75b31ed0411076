"""Runs the callbacks of a phase: in order, one at a time, and what a failure means there."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from lifeinit.docker.call import call
from lifeinit.docker.errors import CallbackError, StoppedError
from lifeinit.docker.event import Event

if TYPE_CHECKING:
    from docker.models.containers import Container

    from lifeinit.docker.callbacks import Callback, Phase
    from lifeinit.docker.life import Life

logger = logging.getLogger("lifeinit.docker")


class Runner:
    """The one who calls, for one life. Its methods run in whichever thread the life is led."""

    def __init__(self, life: Life, owner: object) -> None:
        self.container: Container | None = None
        self._life = life
        self._owner = id(owner)
        self._turn = threading.Lock()  # one callback at a time

    def run_start_phase(self, phase: Phase) -> None:
        """Up to the first failure that counts, or to the container's own end.

        Raises:
            CallbackError: A callback with on_failure="abort" failed.
            StoppedError: A stop was asked for.
        """
        for callback in phase.callbacks:
            self.refuse_if_stopped()
            if self._life.end is not None:
                return
            try:
                self._call(callback, None)
            except CallbackError as error:
                self.refuse_if_stopped()
                if callback.on_failure == "abort":
                    raise
                logger.warning("%s", error, exc_info=error.__cause__)
        self.refuse_if_stopped()

    def run_pre_stop(self, phase: Phase, until: float) -> None:
        """While the container runs and there is time (monotonic clock)."""
        for callback in phase.callbacks:
            if self._life.end is not None:
                return
            self._call_in_stop(callback, until)

    def run_post_stop(self, phase: Phase) -> None:
        for callback in phase.callbacks:
            self._call_in_stop(callback, None)

    def refuse_if_stopped(self) -> None:
        if self._life.stop_reason is not None:
            raise StoppedError(f'"{self._life.name}" was stopped while it was started')

    def _call_in_stop(self, callback: Callback, until: float | None) -> None:
        try:
            self._call(callback, until)
        except CallbackError as error:
            logger.error("%s", error, exc_info=error.__cause__)  # noqa: TRY400  # with the callback's own traceback
            if callback.on_failure == "abort" and self._life.stop_failure is None:
                self._life.stop_failure = error

    def _call(self, callback: Callback, until: float | None) -> None:
        where = f"{self._life.name}: {callback.phase} {callback.name}"
        left = -1.0 if until is None else until - time.monotonic()
        if until is not None and left <= 0:
            raise CallbackError(f"{where}: skipped, the time of this stop is used up", callback.phase, callback.name)
        if not self._turn.acquire(timeout=left):
            raise CallbackError(f"{where}: skipped, another callback still runs", callback.phase, callback.name)
        try:
            call(callback, where, self._event, until, self._life.await_pause, self._owner)
        finally:
            self._turn.release()

    def _event(self, callback: Callback, attempt: int, deadline: float | None) -> Event:
        end = self._life.end
        return Event(
            phase=callback.phase,
            name=callback.name,
            attempt=attempt,
            container=self.container,
            reason=self._life.reason,
            exit_code=None if end is None else end.exit_code,
            oom_killed=end is not None and end.oom_killed,
            deadline=deadline,
        )
