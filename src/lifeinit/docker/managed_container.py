"""ManagedContainer: what the users of this package call."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

from lifeinit.docker import sdk
from lifeinit.docker.call import inside
from lifeinit.docker.callbacks import Function, Phase, seconds
from lifeinit.docker.errors import DefinitionError, InsideCallbackError, StoppedError
from lifeinit.docker.interrupts import INTERRUPTS, termination_raises
from lifeinit.docker.life import Stage
from lifeinit.docker.lifecycle import Lifecycle
from lifeinit.docker.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

    from docker import DockerClient
    from docker.models.containers import Container
    from docker.models.images import Image

    from lifeinit.docker.event import Reason


class ManagedContainer:
    """One container, for one life, with callbacks around it.

    Callbacks run one at a time: pre_start and post_start in the thread that calls start(), post_stop in the thread that
    watches the container; those of pre_stop, async ones, and all with a timeout in a thread of their own.
    """

    pre_start: Phase
    """Decorator, bare or with options: before the container exists. A failure keeps it from being started."""
    post_start: Phase
    """Decorator: when it is healthy, or runs where it has no HEALTHCHECK. A failure stops it."""
    pre_stop: Phase
    """Decorator: a stop was asked for, and it still runs."""
    post_stop: Phase
    """Decorator: it is gone, however that came, or was kept from starting."""

    def __init__(  # noqa: PLR0913  # each is an option of its own
        self,
        client: DockerClient,
        image: str | Image,
        command: str | list[str] | None = None,
        *,
        pull: bool = False,
        remove: bool = False,
        ready_timeout: float | None = 60.0,
        stop_timeout: float | None = None,
        lost_timeout: float = 60.0,
        **options: object,
    ) -> None:
        """Nothing is asked of the engine yet.

        Args:
            client: From `docker.from_env()` or `docker.DockerClient(...)`. It is not closed.
            image: As containers.create() takes it, like `command` and all further options.
            command: Instead of the image's.
            pull: Get the image from its registry if the engine does not have it.
            remove: Remove the container, with its anonymous volumes, after the post_stop callbacks.
            ready_timeout: Seconds in which a container with a HEALTHCHECK has to be healthy; None is no limit.
            stop_timeout: Seconds for a stop() without a timeout. Unset: the container's own, else the engine's 10.
            lost_timeout: Seconds without any answer of the engine after which the container counts as lost.

        Raises:
            DefinitionError: An option is not known, or not what it has to be.
        """
        sdk.check_options(options)
        self._settings = Settings(
            client, image, command, options, pull, remove, ready_timeout, stop_timeout, lost_timeout
        )
        self.pre_start, self.post_start, self.pre_stop, self.post_stop = self._settings.phases
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
        ready_timeout: float | None = 60.0,
        stop_timeout: float | None = None,
        lost_timeout: float = 60.0,
    ) -> Self:
        """Take a running container over. Its life here begins with start(), and has no pre_start phase.

        Args:
            client: As above, like the other arguments that are not listed here.
            id_or_name: The container.
            post_start: Whether start() waits until it is healthy and runs the post_start callbacks.

        Raises:
            NotRunningError: There is no such container, or it does not run.
            NoEngineError: No engine answers.
            DefinitionError: An option is not what it has to be.
        """
        managed = cls(
            client,
            id_or_name,
            remove=remove,
            ready_timeout=ready_timeout,
            stop_timeout=stop_timeout,
            lost_timeout=lost_timeout,
        )
        container, sight = sdk.attach(client, id_or_name)
        managed._lifecycle.adopt(container, sight)
        settings = managed._settings
        settings.attached, settings.await_ready = True, post_start
        settings.pre_start.closed = (
            f'"{sight.name}" runs already, so no pre_start callback can come before it: '
            "use post_start, and attach(..., post_start=True)"
        )
        if not post_start:
            settings.post_start.closed = (
                f'"{sight.name}" runs already, so its post_start callbacks do not run: '
                "pass attach(..., post_start=True) if they shall"
            )
        return managed

    def __repr__(self) -> str:
        return f"<ManagedContainer {self._life.name!r}: {self._life.stage.name.lower()}>"

    @property
    def container(self) -> Container | None:
        """The SDK's container; None before it exists."""
        return self._lifecycle.runner.container

    @property
    def exit_code(self) -> int | None:
        """The container's exit status; None before its end, and where it never ran or is lost."""
        return None if self._life.end is None else self._life.end.exit_code

    def start(
        self,
        *,
        pre_start_callback: Function | None = None,
        post_start_callback: Function | None = None,
        pre_stop_callback: Function | None = None,
        post_stop_callback: Function | None = None,
    ) -> Self:
        """Run pre_start, create and start the container, wait until it is ready, run post_start.

        A container without a HEALTHCHECK is ready as soon as it runs. The callbacks given here come after the decorated
        ones of their phase. What fails is cleaned up, and raised when the post_stop callbacks have run.

        Raises:
            CallbackError: A pre_start or post_start callback failed.
            StartError: The engine could not create or start it, or it ended before it was healthy.
            ReadyTimeoutError: It was not healthy in time.
            StoppedError: stop() was called meanwhile.
            AlreadyStartedError, DefinitionError, ImageMissingError, NameInUseError, NoEngineError: Nothing was started.
        """
        self._refuse_inside("start")
        with termination_raises():
            self._life.begin()
            try:
                self._check((pre_start_callback, post_start_callback, pre_stop_callback, post_stop_callback))
            except BaseException:
                self._life.take_back()
                raise
            self._lifecycle.start()
        return self

    def stop(self, timeout: float | None = None) -> None:
        """Run pre_stop, stop the container, and return when the post_stop callbacks have run.

        Where it has ended, or another thread stops it, this only waits for the end of that. Ctrl-C moves a stop on: out
        of the pre_stop callbacks, then from the stop signal to KILL.

        Args:
            timeout: Seconds for the pre_stop callbacks and the container together, before KILL. Unset: `stop_timeout`.

        Raises:
            NotStartedError: There is nothing to stop.
            StopError: The engine could not stop it. It may be tried again.
        """
        seconds(timeout, "the timeout of stop()", none=True)
        self._refuse_inside("stop")
        with termination_raises():
            self._lifecycle.stop("stop", timeout)

    def wait(self) -> int:
        """Wait for the end of the container and of the post_stop callbacks.

        Ctrl-C and SIGTERM stop the container properly, and then do what they do otherwise.

        Returns:
            The container's exit status, 128+n if a signal ended it.

        Raises:
            NotStartedError: There is nothing to wait for.
            LostError: How the container ended cannot be known.
            StoppedError: It was stopped before it ran.
            CallbackError: A callback of the stop with on_failure="abort" failed, and the container's status is 0.
            ContainerError: What start() has raised.
        """
        self._refuse_inside("wait")
        with termination_raises():
            try:
                self._lifecycle.await_done()
            except INTERRUPTS:
                self._lifecycle.stop("signal", None)
                raise
        if self._life.failure is not None:
            raise self._life.failure
        if self.exit_code is None:
            raise StoppedError(f'"{self._life.name}" was stopped before it ran')
        if self.exit_code == 0 and self._life.stop_failure is not None:
            raise self._life.stop_failure
        return self.exit_code

    def __enter__(self) -> Self:
        """Start it, unless that is done."""
        with contextlib.ExitStack() as guard:
            guard.enter_context(termination_raises())
            if self._life.stage is Stage.NEW:
                self.start()
            self._guard = guard.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it; because of a signal, if that is what ended the block."""
        reason: Reason = "signal" if isinstance(error, INTERRUPTS) else "stop"
        self._guard.callback(self._lifecycle.stop, reason, None)
        self._guard.__exit__(kind, error, traceback)

    def _check(self, given: tuple[Function | None, ...]) -> None:
        """All that can be found out before anything is started."""
        settings = self._settings
        pairs = zip(settings.phases, given, strict=True)
        made = [(phase, phase.make(function)) for phase, function in pairs if function is not None]
        for phase, _ in made:
            if phase.closed:
                raise DefinitionError(phase.closed)
        if not settings.attached:
            sdk.check_image(settings.client, settings.image, settings.pull)
            if settings.name is not None:
                sdk.check_name(settings.client, settings.name)
        for phase, callback in made:
            phase.add(callback)
        for phase in settings.phases:
            phase.closed = f'"{self._life.name}" was started before: define its {phase.name} callbacks before start()'

    def _refuse_inside(self, what: str) -> None:
        for owner, name in inside.get():
            if owner == id(self._lifecycle):
                raise InsideCallbackError(
                    f'{what}() in the callback "{name}" would wait for that callback itself: '
                    "raise an exception there, or call it from another thread"
                )
