"""Callbacks around a container that this program controls with the Docker SDK for Python."""

try:
    import docker.errors  # noqa: F401  # a plain directory named "docker" has no errors module
except ModuleNotFoundError as error:
    if error.name not in {"docker", "docker.errors"}:
        raise
    raise ImportError('lifeinit.docker needs the Docker SDK: pip install "lifeinit[docker]"', name="docker") from None

from lifeinit.callbacks.errors import AlreadyStartedError, LifeinitError, UsageError
from lifeinit.docker.errors import (
    CallbackError,
    EngineError,
    ImageMissingError,
    InsideCallbackError,
    LostError,
    NameInUseError,
    NoEngineError,
    NotRunningError,
    NotStartedError,
    ReadyTimeoutError,
    StartError,
    StopError,
    StoppedError,
)
from lifeinit.docker.managed_container import ManagedContainer
from lifeinit.docker.runner import Event

__all__ = [
    "AlreadyStartedError",
    "CallbackError",
    "EngineError",
    "Event",
    "ImageMissingError",
    "InsideCallbackError",
    "LifeinitError",
    "LostError",
    "ManagedContainer",
    "NameInUseError",
    "NoEngineError",
    "NotRunningError",
    "NotStartedError",
    "ReadyTimeoutError",
    "StartError",
    "StopError",
    "StoppedError",
    "UsageError",
]
