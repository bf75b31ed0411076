"""Callbacks around a container that this program drives with the Docker SDK for Python."""

try:
    import docker.errors  # noqa: F401  # a directory of that name is no SDK: it has no errors
except ModuleNotFoundError as error:
    if error.name not in {"docker", "docker.errors"}:
        raise
    raise ImportError('lifeinit.docker needs the Docker SDK: pip install "lifeinit[docker]"', name="docker") from None

from lifeinit.docker.errors import (
    AlreadyStartedError,
    CallbackError,
    ContainerError,
    DefinitionError,
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
from lifeinit.docker.event import Event, PhaseName, Reason
from lifeinit.docker.managed_container import ManagedContainer

__all__ = [
    "AlreadyStartedError",
    "CallbackError",
    "ContainerError",
    "DefinitionError",
    "Event",
    "ImageMissingError",
    "InsideCallbackError",
    "LostError",
    "ManagedContainer",
    "NameInUseError",
    "NoEngineError",
    "NotRunningError",
    "NotStartedError",
    "PhaseName",
    "ReadyTimeoutError",
    "Reason",
    "StartError",
    "StopError",
    "StoppedError",
]
