"""What can go wrong with a managed container, each in one sentence that says what to do."""


class ContainerError(Exception):
    """The base of all errors of this package."""


class DefinitionError(ContainerError):
    """A callback or an option is not what it has to be. Nothing was started."""


class AlreadyStartedError(ContainerError):
    """A life that has begun cannot begin again, or take further callbacks."""


class NotStartedError(ContainerError):
    """There is nothing yet to wait for or to stop."""


class InsideCallbackError(ContainerError):
    """A callback asked for what would wait for its own end."""


class NoEngineError(ContainerError):
    """No Docker engine answers."""


class ImageMissingError(ContainerError):
    """The engine has no such image, or could not pull it. Nothing was started."""


class NameInUseError(ContainerError):
    """Another container has the name."""


class NotRunningError(ContainerError):
    """There is no such running container to attach to."""


class StartError(ContainerError):
    """The container could not be started, or ended before it was ready. No container of it is left running."""

    def __init__(self, sentence: str, exit_code: int | None = None) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class ReadyTimeoutError(StartError):
    """The container was not healthy in time. It was stopped."""


class StoppedError(ContainerError):
    """The container was stopped before its start was complete."""


class StopError(ContainerError):
    """The engine could not stop the container, which may still run."""


class LostError(ContainerError):
    """How the container ended cannot be known: the engine or the container was gone for too long."""


class CallbackError(ContainerError):
    """A callback failed. Its own exception is the `__cause__`; there is none where its time was over."""

    def __init__(self, sentence: str, phase: str, name: str) -> None:
        super().__init__(sentence)
        self.phase = phase
        self.name = name
