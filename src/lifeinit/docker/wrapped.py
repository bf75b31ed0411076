"""A container that another library starts and removes, such as Testcontainers."""

import contextlib
import logging
from typing import Protocol

from docker import DockerClient
from docker.models.containers import Container

from lifeinit.callbacks.errors import UsageError, described
from lifeinit.docker import sdk
from lifeinit.docker.errors import StartError

logger = logging.getLogger("lifeinit.docker")


class Startable(Protocol):
    """What a DockerContainer of Testcontainers has."""

    def start(self) -> object:
        """Create the container, start it and wait until it is ready."""

    def stop(self) -> object:
        """Remove it."""

    def get_wrapped_container(self) -> Container:
        """The SDK's container."""


def check_startable(container: object) -> None:
    """Raises UsageError for what is none."""
    for name in ("start", "stop", "get_wrapped_container"):
        if not hasattr(container, name):
            raise UsageError(
                f"{described(container)} has no {name}(): pass a DockerContainer of "
                "Testcontainers, or use ManagedContainer(client, image)"
            )


def start(client: DockerClient, wrapped: Startable) -> Container:
    """Start it. Raises StartError, and then none is left."""
    try:
        wrapped.start()
        return sdk.get(client, str(wrapped.get_wrapped_container().id))
    except Exception as error:
        with contextlib.suppress(Exception):  # the first failure is what counts
            wrapped.stop()
        raise StartError(f"the container could not be started: {type(error).__name__}: {error}") from error


def remove(name: str, wrapped: Startable) -> None:
    """Remove it, which has ended. A failure is logged."""
    try:
        wrapped.stop()
    except Exception as error:  # noqa: BLE001  # the errors of a library that is not ours
        logger.warning("%s: cannot be removed: %s: %s", name, type(error).__name__, error)
