"""The order of one life: start, stop, and the end, however it comes."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lifeinit.docker import sdk
from lifeinit.docker.errors import (
    CallbackError,
    ContainerError,
    LostError,
    NoEngineError,
    ReadyTimeoutError,
    StartError,
    StoppedError,
)
from lifeinit.docker.interrupts import INTERRUPTS, uninterrupted
from lifeinit.docker.life import Life
from lifeinit.docker.phases import Runner
from lifeinit.docker.watcher import End, Watcher

if TYPE_CHECKING:
    from docker.models.containers import Container

    from lifeinit.docker.event import Reason
    from lifeinit.docker.settings import Settings

logger = logging.getLogger("lifeinit.docker")

_RESERVE = 1.0  # of a stop's seconds, what the pre_stop callbacks cannot take from the container
_RETRY = 5.0


class Lifecycle:
    """What the threads of one life do. Which state it is in is the Life's affair."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.life = Life(name)
        self.runner = Runner(self.life, self)
        self._settings = settings
        self._sight: sdk.Sight | None = None
        self._watch: threading.Thread | None = None

    def adopt(self, container: Container, sight: sdk.Sight) -> None:
        """There is a container already."""
        self.runner.container, self._sight = container, sight
        self.life.name = sight.name

    def start(self) -> None:
        """From the pre_start to the post_start callbacks; what has failed is cleaned up and raised."""
        settings = self._settings
        try:
            self.runner.run_start_phase(settings.pre_start)
            uninterrupted(self._bring_up)
            if settings.await_ready:
                self._await_ready()
            self.runner.run_start_phase(settings.post_start)
        except BaseException as error:
            self._give_up(error)
            raise

    def stop(self, reason: Reason, timeout: float | None) -> None:
        """Stop it, or wait until somebody else has."""
        self.life.ask_to_stop(reason, timeout)
        self.life.await_up()
        interrupt = self._bring_down() if self.life.claim_stop() else None
        self.await_done()
        if interrupt is not None:
            raise interrupt

    def await_done(self) -> None:
        self.life.await_done()
        if self._watch is not None:
            self._watch.join()

    def _bring_up(self) -> None:
        settings = self._settings
        if self.runner.container is None:
            container = sdk.create(settings.client, settings.image, settings.command, settings.options)
            try:
                self._sight = sdk.inspect(settings.client, container)
                sdk.start(settings.client, container)
            except ContainerError:
                with contextlib.suppress(ContainerError):
                    sdk.remove(settings.client, container)
                raise
            self.runner.container = container
        if self._sight is None:
            raise StartError(f'"{self.life.name}" was removed while it was started')
        watcher = Watcher(settings.client, self.runner.container, self._sight, settings.lost_timeout, self.life.saw)
        self._watch = threading.Thread(target=self._live, args=(watcher,), name="lifeinit watch", daemon=True)
        atexit.register(self._leave_behind)
        try:
            self._watch.start()
        except RuntimeError as error:  # nobody would see its end
            self._watch = None
            atexit.unregister(self._leave_behind)
            if not settings.attached:
                sdk.remove(settings.client, self.runner.container)
            raise StartError(f'"{self.life.name}" cannot be watched: {error}: see the limit of processes') from error
        self.life.up()

    def _await_ready(self) -> None:
        """Without a HEALTHCHECK it is ready as soon as it runs."""
        sight = None if self.runner.container is None else sdk.inspect(self._settings.client, self.runner.container)
        if sight is None or not sight.health:
            return
        limit = self._settings.ready_timeout
        if not self.life.await_healthy(limit):
            raise ReadyTimeoutError(f'"{self.life.name}" was not healthy after {limit:g} s: see its logs')
        self.runner.refuse_if_stopped()
        end = self.life.end
        if end is not None:
            how = "was lost" if end.exit_code is None else f"exited {end.exit_code}"
            raise StartError(f'"{self.life.name}" {how} before it was healthy: see its logs', end.exit_code)

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, ContainerError) and not isinstance(error, StoppedError):
            self.life.failure = error
        reason = _reason(error)
        if self._watch is None:
            self.life.ask_to_stop(reason, None)
            code = error.exit_code if isinstance(error, StartError) else None
            self._finish(End(code))
        else:
            self.stop(reason, None)

    def _bring_down(self) -> BaseException | None:
        """Each interrupt moves on by one step; the last is returned, to be raised when all is done."""
        container, life, settings = self.runner.container, self.life, self._settings
        if container is None:
            return None
        timeout = next(
            (t for t in (life.stop_timeout, settings.stop_timeout) if t is not None),
            10.0 if self._sight is None else self._sight.stop_timeout,
        )
        deadline = life.stop_asked + timeout
        logger.info("%s: stop requested (%s), %g s budget", life.name, life.stop_reason, timeout)
        interrupt: BaseException | None = None
        if life.stop_reason in {"stop", "signal"}:
            try:
                self.runner.run_pre_stop(settings.pre_stop, deadline - min(_RESERVE, timeout / 2))
            except INTERRUPTS as error:
                interrupt = error
        try:
            self._ask(lambda: sdk.stop(settings.client, container, max(0.0, deadline - time.monotonic())))
        except INTERRUPTS as error:
            interrupt = error
            self._ask(lambda: sdk.kill(settings.client, container))
        return interrupt

    def _ask(self, request: Callable[[], None]) -> None:
        """Ask the engine until it has done it, or the container is known to have ended."""
        while self.life.end is None:
            contacts = self.life.contacts
            try:
                request()
            except NoEngineError:
                self.life.await_contact(contacts, _RETRY)
            except ContainerError:
                self.life.withdraw_stop()
                raise
            else:
                return

    def _live(self, watcher: Watcher) -> None:
        """The thread that watches, and brings the life to its end."""
        self._finish(watcher.until_end())

    def _finish(self, end: End) -> None:
        life, settings = self.life, self._settings
        if end.lost and life.failure is None:
            life.failure = LostError(
                f'nobody knows how "{life.name}" ended: the engine did not answer for {settings.lost_timeout:g} s, '
                "or the container was gone when it did"
            )
        life.ended(end)
        logger.info("%s: %s%s", life.name, end.words, ", out of memory" if end.oom_killed else "")
        try:
            self.runner.run_post_stop(settings.post_stop)
            if settings.remove and self.runner.container is not None:
                sdk.remove(settings.client, self.runner.container)
        except ContainerError as error:
            logger.warning("%s", error)
        finally:
            atexit.unregister(self._leave_behind)
            life.done()

    def _leave_behind(self) -> None:
        logger.warning(
            '"%s" still runs and this program ends: nobody will call its post_stop callbacks. '
            'Use "with", or call wait() or stop().',
            self.life.name,
        )


def _reason(error: BaseException) -> Reason:
    """What the failure of start() is called."""
    match error:
        case CallbackError(phase="pre_start"):
            return "pre_start_failed"
        case CallbackError():
            return "post_start_failed"
        case ReadyTimeoutError():
            return "ready_timeout"
        case StoppedError():
            return "stop"
        case ContainerError():
            return "start_failed"
        case _:
            return "signal"
