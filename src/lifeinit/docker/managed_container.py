"""ManagedContainer: the public interface of this package."""

import contextlib
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from docker import DockerClient
from docker.models.containers import Container
from docker.models.images import Image

from lifeinit.callbacks.event import Phase
from lifeinit.callbacks.options import Duration, check_flag, limit, seconds
from lifeinit.callbacks.registrar import Phases, Registrar
from lifeinit.docker import sdk
from lifeinit.docker.call import inside
from lifeinit.docker.errors import InsideCallbackError, StoppedError
from lifeinit.docker.interrupts import INTERRUPTS, signal_name, sigterm_raises
from lifeinit.docker.life import Stage
from lifeinit.docker.lifecycle import Lifecycle, Settings
from lifeinit.docker.wrapped import Startable, check_startable

# Only pre_stop delays a stop, and no runtime kills this program after a grace period. So the other callbacks have no
# default limit, where those of lifeinit.Container have: a migration or an upload takes as long as it takes.
DEFAULT_TIMEOUT: Mapping[Phase, float | None] = {
    "pre_start": None,
    "post_start": None,
    "pre_stop": 5.0,
    "post_stop": None,
}


class ManagedContainer(Phases[Registrar]):
    """One container, for one life, with callbacks around it. In their descriptions it is the app.

    Callbacks run one at a time: pre_start and post_start in the thread that calls start(), post_stop in the thread that
    watches the container; those of pre_stop, async ones, and all with a timeout in a thread of their own.
    """

    def __init__(  # noqa: PLR0913  # each is an option of its own
        self,
        client: DockerClient,
        image: str | Image,
        command: str | list[str] | None = None,
        *,
        pull: bool = False,
        remove: bool = False,
        ready_timeout: Duration | None = 60.0,
        stop_timeout: Duration | None = None,
        lost_timeout: Duration = 60.0,
        **options: object,
    ) -> None:
        """Sends nothing to the engine yet. Durations are seconds, strings such as "30s", or datetime.timedelta.

        Args:
            client: From `docker.from_env()` or `docker.DockerClient(...)`. It is not closed.
            image: As for containers.create(), like `command` and all further options.
            command: Instead of the image's.
            pull: Pull the image if the engine does not have it.
            remove: Remove the container, with its anonymous volumes, after the post_stop callbacks.
            ready_timeout: Time in which a container with a HEALTHCHECK must become healthy; None is no limit.
            stop_timeout: Time for a stop() without a timeout. Unset: the container's own, else the engine's 10 s.
            lost_timeout: Time without any answer of the engine after which the container counts as lost.

        Raises:
            UsageError: An option is unknown or invalid.
        """
        super().__init__(Registrar, DEFAULT_TIMEOUT)
        sdk.check_options(options)
        check_flag("pull", pull)
        check_flag("remove", remove)
        self._settings = Settings(
            client,
            image,
            command,
            options,
            self._registrars,
            pull=pull,
            remove=remove,
            ready_timeout=limit("ready_timeout", ready_timeout),
            stop_timeout=None if stop_timeout is None else seconds("stop_timeout", stop_timeout),
            lost_timeout=seconds("lost_timeout", lost_timeout),
        )
        self._lifecycle = Lifecycle(self._settings, self._settings.name or str(image))
        self._life = self._lifecycle.life
        self._guard = contextlib.ExitStack()

    @classmethod
    def attach(  # noqa: PLR0913  # as above
        cls,
        client: DockerClient,
        id_or_name: str,
        *,
        post_start: bool = False,
        remove: bool = False,
        ready_timeout: Duration | None = 60.0,
        stop_timeout: Duration | None = None,
        lost_timeout: Duration = 60.0,
    ) -> Self:
        """Take over a running container. Its life here begins with start(), and has no pre_start phase.

        Args:
            client: As above, like the other arguments that are not listed here.
            id_or_name: The container.
            post_start: Whether start() waits until it is healthy and runs the post_start callbacks.

        Raises:
            NotRunningError: The container does not exist, or is not running.
            NoEngineError: No engine answers.
            UsageError: An option is invalid.
        """
        check_flag("post_start", post_start)
        managed = cls(
            client,
            id_or_name,
            remove=remove,
            ready_timeout=ready_timeout,
            stop_timeout=stop_timeout,
            lost_timeout=lost_timeout,
        )
        container, snapshot = sdk.attach(client, id_or_name)
        managed._lifecycle.attach(container, snapshot)
        settings = managed._settings
        settings.attached, settings.await_ready = True, post_start
        managed.pre_start.closed = (
            f'"{snapshot.name}" runs already, so pre_start callbacks do not run: '
            "use post_start, and attach(..., post_start=True)"
        )
        if not post_start:
            managed.post_start.closed = (
                f'"{snapshot.name}" runs already, so post_start callbacks do not run: '
                "pass attach(..., post_start=True) to run them"
            )
        return managed

    @classmethod
    def around(  # as above
        cls,
        client: DockerClient,
        container: Startable,
        *,
        ready_timeout: Duration | None = 60.0,
        stop_timeout: Duration | None = None,
        lost_timeout: Duration = 60.0,
    ) -> Self:
        """Put callbacks around a container that another library starts, such as a DockerContainer of Testcontainers.

        start() calls its start(), with all that it waits for. A stop is graceful, and its stop() is called after the
        post_stop callbacks.

        Args:
            client: As above, like the other arguments that are not listed here. Testcontainers closes its own.
            container: An object with start(), stop() and get_wrapped_container(), not started yet.

        Raises:
            UsageError: An option is invalid, or the container cannot be started and stopped.
        """
        check_startable(container)
        managed = cls(
            client,
            str(getattr(container, "image", type(container).__name__)),
            ready_timeout=ready_timeout,
            stop_timeout=stop_timeout,
            lost_timeout=lost_timeout,
        )
        managed._settings.wrapped = container
        return managed

    def __repr__(self) -> str:
        return f"<ManagedContainer {self._life.name!r}: {self._life.stage.name.lower()}>"

    @property
    def container(self) -> Container | None:
        """The SDK's container; None before it exists."""
        return self._lifecycle.runner.container

    @property
    def exit_code(self) -> int | None:
        """The container's exit status; None until it has exited, and if it never ran or is lost."""
        return None if self._life.end is None else self._life.end.exit_code

    def start(self) -> Self:
        """Run pre_start, create and start the container, wait until it is ready, run post_start.

        A container without a HEALTHCHECK is ready as soon as it runs. A failure is cleaned up, and raised once the
        post_stop callbacks have run.

        Raises:
            CallbackError: A pre_start or post_start callback failed.
            StartError: The engine could not create or start it, or it exited before it was healthy.
            ReadyTimeoutError: It was not healthy in time.
            StoppedError: stop() was called meanwhile.
            UsageError, ImageMissingError, NameInUseError, NoEngineError: Nothing was started.
        """
        self._refuse_inside("start")
        with sigterm_raises():
            self._life.begin()
            try:
                self._check()
            except BaseException:
                self._life.reset()
                raise
            self._lifecycle.start()
        return self

    def stop(self, timeout: Duration | None = None) -> None:
        """Run pre_stop, stop the container, and return once the post_stop callbacks have run.

        If it has exited, or another thread stops it, this only waits. Ctrl-C speeds up a stop: it first skips the
        pre_stop callbacks, then sends SIGKILL.

        Args:
            timeout: Time for the pre_stop callbacks and the container together, before SIGKILL. Unset: `stop_timeout`.

        Raises:
            NotStartedError: start() was not called.
            StopError: The engine could not stop it. It may be tried again.
            UsageError: The timeout is invalid.
        """
        parsed = None if timeout is None else seconds("timeout", timeout)
        self._refuse_inside("stop")
        with sigterm_raises():
            self._lifecycle.stop("stop", timeout=parsed)

    def wait(self) -> int:
        """Wait for the end of the container and of the post_stop callbacks.

        Ctrl-C and SIGTERM stop the container gracefully, and then have their usual effect.

        Returns:
            The container's exit status, 128+n if a signal killed it.

        Raises:
            NotStartedError: start() was not called.
            LostError: How the container ended cannot be known.
            StoppedError: It was stopped before it ran.
            CallbackError: A callback of the stop with on_failure="abort" failed, and the container's status is 0.
            LifeinitError: The error that start() raised.
        """
        self._refuse_inside("wait")
        with sigterm_raises():
            try:
                self._lifecycle.await_done()
            except INTERRUPTS as error:
                self._lifecycle.stop("signal", signal=signal_name(error))
                raise
        if self._life.failure is not None:
            raise self._life.failure
        if self.exit_code is None:
            raise StoppedError(f'"{self._life.name}" was stopped before it ran')
        if self.exit_code == 0 and self._life.stop_failure is not None:
            raise self._life.stop_failure
        return self.exit_code

    def __enter__(self) -> Self:
        """Start it, unless it was started."""
        with contextlib.ExitStack() as guard:
            guard.enter_context(sigterm_raises())
            if self._life.stage is Stage.NEW:
                self.start()
            self._guard = guard.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it. A signal that ended the block is the reason."""
        signal = signal_name(error)
        self._guard.callback(self._lifecycle.stop, "signal" if signal else "stop", signal=signal)
        self._guard.__exit__(kind, error, traceback)

    def _check(self) -> None:
        """Check whatever can be checked before anything is started, and take no callback from here on."""
        settings = self._settings
        if not settings.attached and settings.wrapped is None:
            sdk.check_image(settings.client, settings.image, settings.pull)
            if settings.name is not None:
                sdk.check_name(settings.client, settings.name)
        for registrar in self._registrars.values():
            registrar.closed = f'"{self._life.name}" was started before: register callbacks before start()'

    def _refuse_inside(self, what: str) -> None:
        for owner, name in inside.get():
            if owner == id(self._lifecycle):
                raise InsideCallbackError(
                    f'{what}() in the callback "{name}" would wait for the callback itself: '
                    "raise an exception there, or call it from another thread"
                )
