"""`lifeinit.testing`: the callbacks of a phase in the test's own process."""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from lifeinit import Container, Event, UsageError
from lifeinit.docker import Event as DockerEvent
from lifeinit.docker import ManagedContainer
from lifeinit.testing import Rehearsal, call_phase

pytest_plugins = ["lifeinit.testing.plugin"]


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> Container:
    monkeypatch.delenv("RELEASE", raising=False)
    return Container()


def test_they_run_in_their_order_and_pass_variables_on(container: Container) -> None:
    called: list[object] = []

    @container.pre_start
    def first(event: Event) -> None:
        event.setenv("RELEASE", "7\nb")
        os.environ["LOST"] = "1"
        called.append((event.event, event.hook, event.attempt, event.remaining))

    container.pre_start.command("exit 1")  # no program runs

    @container.pre_start(name="second", timeout="30s")
    async def another(event: Event) -> None:
        await asyncio.sleep(0)
        event.setenv("MORE", "2")
        assert event.env is not None
        with Path(event.env).open("a") as file:
            file.write("BY_HAND=3\n")
        assert event.deadline is not None
        called.append((os.environ["RELEASE"], os.environ.get("LOST"), event.remaining))

    assert call_phase(container.pre_start) == {"RELEASE": "7\nb", "MORE": "2", "BY_HAND": "3"}
    assert called == [("pre_start", "first", 1, None), ("7\nb", None, 30.0)]
    assert not {"RELEASE", "MORE", "LOST"} & os.environ.keys()


def test_a_plain_stop_unless_the_test_says_otherwise(container: Container) -> None:
    events: list[Event] = []
    container.pre_stop(events.append)
    container.post_stop(events.append)
    call_phase(container.pre_stop)
    call_phase(container.post_stop)
    call_phase(container.post_stop, reason="exited", exit_code=137, child_exit_signal="KILL", oom_killed=True)
    assert [(e.reason, e.signal, e.exit_code, e.child_exit_code, e.child_exit_signal) for e in events] == [
        ("signal", "TERM", None, None, None),
        ("signal", "TERM", 0, 0, None),
        ("exited", None, 137, None, "KILL"),
    ]
    assert events[2].oom_killed


def test_one_of_several(container: Container) -> None:
    container.post_start(name="one")(lambda: None)
    container.post_start(name="two")(lambda: sys.exit(3))
    call_phase(container.post_start, only="one")
    with pytest.raises(SystemExit, match="3"):
        call_phase(container.post_start, only="two")
    with pytest.raises(UsageError, match=r'^post_start has no callback "three": its callbacks are one, two$'):
        call_phase(container.post_start, only="three")


def test_exceptions_are_the_tests(container: Container) -> None:
    """The environment is restored all the same, and no further callback runs. An exit with 0 is a success."""

    @container.pre_start
    def leaves() -> None:
        sys.exit(0)

    @container.pre_start
    def broken(event: Event) -> None:
        event.setenv("RELEASE", "1")
        raise RuntimeError("broken")

    container.pre_start(lambda: pytest.fail("it ran"))
    with pytest.raises(RuntimeError, match=r"^broken$"):
        call_phase(container.pre_start)
    assert "RELEASE" not in os.environ


def test_what_is_no_phase(container: Container) -> None:
    anything: Any = container
    with pytest.raises(
        UsageError, match=r'^call_phase cannot call "<Container: .*" \(Container\): pass a phase such as'
    ):
        call_phase(anything)


def test_what_the_event_refuses_is_refused(container: Container) -> None:
    container.post_stop(lambda event: event.setenv("A", "1"))
    with pytest.raises(UsageError, match=r"^setenv cannot change the app in post_stop"):
        call_phase(container.post_stop)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"exitcode": 3}, 'unknown option "exitcode": did you mean "exit_code"?'),
        ({"container": None}, 'unknown option "container": '),
    ],
)
def test_an_unknown_field(container: Container, fields: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}"):
        call_phase(container.post_stop, **fields)


def test_a_managed_container_has_its_own_event() -> None:
    managed = ManagedContainer(Mock(), "image")
    events: list[DockerEvent] = []
    managed.post_stop(events.append)
    container = Mock()
    call_phase(managed.post_stop, reason="stop", exit_code=143, container=container)
    (event,) = events
    assert isinstance(event, DockerEvent)
    assert (event.reason, event.signal, event.exit_code, event.pid) == ("stop", None, 143, None)
    assert event.container is container


def test_within_an_event_loop(container: Container) -> None:
    """As in the tests of an async program."""
    called: list[int] = []

    @container.post_start
    async def announce() -> None:
        await asyncio.sleep(0)
        called.append(1)

    async def test() -> None:
        call_phase(container.post_start)

    asyncio.run(test())
    assert called == [1]


def test_the_fixture_keeps_the_variables_of_one_life(container: Container, rehearsal: Rehearsal) -> None:
    seen: list[str] = []
    container.pre_start(lambda event: event.setenv("RELEASE", "7"))
    container.post_stop(lambda: seen.append(os.environ["RELEASE"]))
    rehearsal.call_phase(container.pre_start)
    rehearsal.call_phase(container.post_stop)
    assert seen == ["7"]
    assert "RELEASE" not in os.environ
