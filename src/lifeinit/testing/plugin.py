"""Fixtures for pytest: `pytest_plugins = ["lifeinit.testing.plugin"]` in a conftest.py.

Why no entry point: it would be loaded in the tests of everybody who has lifeinit installed.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from lifeinit.testing.call_phase import Rehearsal

if TYPE_CHECKING:
    from docker.models.images import Image

    from lifeinit.docker import ManagedContainer


class MakeContainer(Protocol):
    """The type of the fixture `managed_container`."""

    def __call__(
        self, image: "str | Image", command: str | list[str] | None = None, **options: object
    ) -> "ManagedContainer":
        """A ManagedContainer with these options, not started."""


@pytest.fixture
def rehearsal() -> Rehearsal:
    """One life whose phases are called with `rehearsal.call_phase(container.pre_start)` and so on."""
    return Rehearsal()


@pytest.fixture
def managed_container() -> Iterator[MakeContainer]:
    """Makes containers, which are stopped, with their pre_stop and post_stop callbacks, and removed after the test."""
    import docker  # noqa: PLC0415  # most tests need neither

    from lifeinit.docker import ManagedContainer, NotStartedError  # noqa: PLC0415

    with ExitStack() as stack:
        client = docker.from_env()
        stack.callback(client.close)

        def stop(container: ManagedContainer) -> None:
            try:
                container.stop()
            except NotStartedError:
                pass

        def make(image: "str | Image", command: str | list[str] | None = None, **options: object) -> ManagedContainer:
            container = ManagedContainer(client, image, command, **{"remove": True, **options})  # type: ignore[arg-type]
            stack.callback(stop, container)
            return container

        yield make
