"""The order of one life: start, stop and end."""

import atexit
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from docker import DockerClient
from docker.models.containers import Container
from docker.models.images import Image

from lifeinit.callbacks.errors import LifeinitError
from lifeinit.callbacks.event import Phase, Reason
from lifeinit.callbacks.registrar import Callback, Registrar
from lifeinit.docker import sdk, wrapped
from lifeinit.docker.errors import CallbackError, LostError, NoEngineError, ReadyTimeoutError, StartError, StoppedError
from lifeinit.docker.interrupts import INTERRUPTS, signal_name, uninterrupted
from lifeinit.docker.life import Life, StopRequest
from lifeinit.docker.runner import Runner
from lifeinit.docker.watcher import End, Watcher
from lifeinit.docker.wrapped import Startable

logger = logging.getLogger("lifeinit.docker")

_RESERVE = 1.0  # seconds of a stop that are reserved for the container
_RETRY = 5.0  # seconds between two requests to an engine that does not answer


@dataclass(slots=True, eq=False)
class Settings:
    """Times are in seconds. None is no limit, but for `stop_timeout`: the container's own."""

    client: DockerClient
    image: str | Image
    command: str | list[str] | None
    options: Mapping[str, object]
    registrars: Mapping[Phase, Registrar]
    pull: bool
    remove: bool
    ready_timeout: float | None
    stop_timeout: float | None
    lost_timeout: float
    wrapped: Startable | None = None
    attached: bool = False
    await_ready: bool = True

    @property
    def name(self) -> str | None:
        """The name that the container is to have, if any."""
        name = self.options.get("name")
        return name if isinstance(name, str) else None


class Lifecycle:
    """What the threads of one life do. The state is in `Life`."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.life = Life(name)
        self.runner = Runner(self.life, self)
        self._settings = settings
        self._snapshot: sdk.Snapshot | None = None
        self._watch: threading.Thread | None = None

    def attach(self, container: Container, snapshot: sdk.Snapshot) -> None:
        """Take over a container that exists."""
        self.runner.container, self._snapshot = container, snapshot
        self.life.name = snapshot.name

    def start(self) -> None:
        """From the pre_start to the post_start callbacks. A failure is cleaned up and raised."""
        try:
            self.runner.run_start_phase(self._callbacks("pre_start"))
            uninterrupted(self._create_and_start)
            if self._settings.await_ready:
                self._await_ready()
            self.runner.run_start_phase(self._callbacks("post_start"))
        except BaseException as error:
            self._abort_start(error)
            raise

    def stop(self, reason: Reason, *, signal: str | None = None, timeout: float | None = None) -> None:
        """Stop it, or wait until another thread has."""
        self.life.request_stop(reason, signal, timeout)
        self.life.await_started()
        request = self.life.claim_stop()
        interrupt = None if request is None else self._stop_container(request)
        self.await_done()
        if interrupt is not None:
            raise interrupt

    def await_done(self) -> None:
        self.life.await_done()
        if self._watch is not None:
            self._watch.join()

    def _create_and_start(self) -> None:
        settings = self._settings
        if settings.wrapped is not None:
            self.runner.container = wrapped.start(settings.client, settings.wrapped)
            self.life.name = str(self.runner.container.name)
            self._snapshot = sdk.inspect(settings.client, self.runner.container)
        elif self.runner.container is None:
            container = sdk.create(settings.client, settings.image, settings.command, settings.options)
            try:
                self._snapshot = sdk.inspect(settings.client, container)
                sdk.start(settings.client, container)
            except LifeinitError:
                with contextlib.suppress(LifeinitError):
                    sdk.remove(settings.client, container)
                raise
            self.runner.container = container
        if self._snapshot is None:
            raise StartError(f'"{self.life.name}" was removed while it was started')
        watcher = Watcher(
            settings.client, self.runner.container, self._snapshot, settings.lost_timeout, self.life.update_health
        )
        self._watch = threading.Thread(
            target=self._watch_to_the_end, args=(watcher,), name="lifeinit watch", daemon=True
        )
        atexit.register(self._warn_still_running)
        try:
            self._watch.start()
        except RuntimeError as error:  # its end would not be seen
            self._watch = None
            atexit.unregister(self._warn_still_running)
            if not settings.attached:
                self._remove()
            raise StartError(f'"{self.life.name}" cannot be watched: {error}: raise the limit of processes') from error
        self.life.started()

    def _await_ready(self) -> None:
        """Without a HEALTHCHECK it is ready as soon as it runs."""
        container = self.runner.container
        snapshot = None if container is None else sdk.inspect(self._settings.client, container)
        if snapshot is None or not snapshot.health:
            return
        limit = self._settings.ready_timeout
        if not self.life.await_healthy(limit):
            raise ReadyTimeoutError(f'"{self.life.name}" was not healthy after {limit:g} s: see its logs')
        self.runner.refuse_if_stopped()
        end = self.life.end
        if end is not None:
            how = "was lost" if end.exit_code is None else f"exited {end.exit_code}"
            raise StartError(f'"{self.life.name}" {how} before it was healthy: see its logs', end.exit_code)

    def _abort_start(self, error: BaseException) -> None:
        if isinstance(error, LifeinitError) and not isinstance(error, StoppedError):
            self.life.failure = error
        reason, signal = _reason(error), signal_name(error)
        if self._watch is None:
            self.life.request_stop(reason, signal)
            self._finish(End(error.exit_code if isinstance(error, StartError) else None))
        else:
            self.stop(reason, signal=signal)

    def _stop_container(self, request: StopRequest) -> BaseException | None:
        """Each interrupt moves on by one step; the last is returned, to be raised when all is done."""
        container, life, settings = self.runner.container, self.life, self._settings
        if container is None:
            return None
        timeout = next(
            (t for t in (request.timeout, settings.stop_timeout) if t is not None),
            10.0 if self._snapshot is None else self._snapshot.stop_timeout,
        )
        deadline = request.time + timeout
        logger.info("%s: stop requested (%s), %g s budget", life.name, request.reason, timeout)
        interrupt: BaseException | None = None
        if request.reason in {"stop", "signal"}:
            try:
                self.runner.run_pre_stop(self._callbacks("pre_stop"), deadline - min(_RESERVE, timeout / 2))
            except INTERRUPTS as error:
                interrupt = error
        try:
            self._retry(lambda: sdk.stop(settings.client, container, max(0.0, deadline - time.monotonic())))
        except INTERRUPTS as error:
            interrupt = error
            self._retry(lambda: sdk.kill(settings.client, container))
        return interrupt

    def _retry(self, request: Callable[[], None]) -> None:
        """Send the request until the engine answers or the container has ended."""
        while self.life.end is None:
            contacts = self.life.contacts
            try:
                request()
            except NoEngineError:
                self.life.await_contact(contacts, _RETRY)
            except LifeinitError:
                self.life.withdraw_stop()
                raise
            else:
                return

    def _watch_to_the_end(self, watcher: Watcher) -> None:
        """What the watching thread runs."""
        self._finish(watcher.until_end())

    def _finish(self, end: End) -> None:
        life, settings = self.life, self._settings
        if end.lost and life.failure is None:
            life.failure = LostError(
                f'how "{life.name}" ended is unknown: the engine did not answer for {settings.lost_timeout:g} s, '
                "or no longer has the container: see its logs"
            )
        life.ended(end)
        logger.info("%s: %s%s", life.name, end.description, ", out of memory" if end.oom_killed else "")
        try:
            self.runner.run_post_stop(self._callbacks("post_stop"))
            if settings.remove or settings.wrapped is not None:
                self._remove()
        except LifeinitError as error:
            logger.warning("%s", error)
        finally:
            atexit.unregister(self._warn_still_running)
            life.done()

    def _remove(self) -> None:
        container = self.runner.container
        if container is None:
            return
        if self._settings.wrapped is None:
            sdk.remove(self._settings.client, container)
        else:
            wrapped.remove(self.life.name, self._settings.wrapped)

    def _warn_still_running(self) -> None:
        logger.warning(
            '"%s" still runs and this program ends, so its post_stop callbacks do not run: '
            'use "with", or call wait() or stop()',
            self.life.name,
        )

    def _callbacks(self, phase: Phase) -> Sequence[Callback]:
        return self._settings.registrars[phase].callbacks


def _reason(error: BaseException) -> Reason:
    """The reason that a failure of start() is for the stop phases."""
    match error:
        case CallbackError(phase="pre_start"):
            return "pre_start_failed"
        case CallbackError():
            return "post_start_failed"
        case ReadyTimeoutError():
            return "ready_timeout"
        case StoppedError():
            return "stop"
        case LifeinitError():
            return "start_failed"
        case _:
            return "signal" if signal_name(error) else "internal_error"
