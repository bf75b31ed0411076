"""The order of one life, where no engine is needed to see it."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from lifeinit import UsageError
from lifeinit.docker import Event, ManagedContainer


def test_an_unforeseen_exception_is_no_signal() -> None:
    """It is raised as it is, once post_stop has run."""

    def create(*_: object) -> None:
        raise ZeroDivisionError

    client: Any = SimpleNamespace(
        images=SimpleNamespace(get=lambda name: name), containers=SimpleNamespace(create=create)
    )
    managed = ManagedContainer(client, "image")
    events: list[Event] = []
    managed.post_stop(events.append)
    with pytest.raises(ZeroDivisionError):
        managed.start()
    assert [(event.reason, event.signal, event.exit_code) for event in events] == [("internal_error", None, None)]


def test_what_cannot_be_started_and_stopped() -> None:
    with pytest.raises(UsageError, match=r'^"shop" \(str\) has no start\(\): pass a DockerContainer of Testcontainers'):
        ManagedContainer.around(Mock(), "shop")  # type: ignore[arg-type]
