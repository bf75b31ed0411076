"""What can go wrong with a managed container. Each message is one sentence that names the fix."""

from lifeinit.callbacks.errors import LifeinitError, UsageError


class NotStartedError(UsageError):
    """start() was not called, so there is nothing to wait for or to stop."""


class InsideCallbackError(UsageError):
    """A callback called a method that would wait for the callback itself."""


class EngineError(LifeinitError):
    """The Docker engine refused a request."""


class NoEngineError(EngineError):
    """No Docker engine answers."""


class ImageMissingError(EngineError):
    """The engine does not have the image, or could not pull it. Nothing was started."""


class NameInUseError(EngineError):
    """Another container has the name."""


class NotRunningError(LifeinitError):
    """The container to attach to does not exist or is not running."""


class StartError(LifeinitError):
    """The container could not be started, or exited before it was ready. It is not running."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class ReadyTimeoutError(StartError):
    """The container was not healthy in time. It was stopped."""


class StoppedError(LifeinitError):
    """The container was stopped before its start was complete."""


class StopError(EngineError):
    """The engine could not stop the container, which may still run."""


class LostError(LifeinitError):
    """How the container ended cannot be known: the engine or the container was gone for too long."""


class CallbackError(LifeinitError):
    """A callback failed. Its own exception is the `__cause__`; there is none if it timed out."""

    def __init__(self, message: str, phase: str, name: str) -> None:
        super().__init__(message)
        self.phase = phase
        self.name = name
