"""Decorators of both kinds of container: what they register, and the sentence for what they refuse."""

import functools
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from typing import get_args
from unittest.mock import Mock

import pytest

from lifeinit import AlreadyStartedError, Container, Event, LifeinitError, UsageError
from lifeinit.callbacks.event import Phase
from lifeinit.callbacks.options import MAX_RETRIES, OnFailure
from lifeinit.callbacks.registrar import Registrar
from lifeinit.config import keys
from lifeinit.docker import ManagedContainer
from lifeinit.engine.plan import PHASES


@pytest.fixture
def pre_start() -> Registrar:
    return Container().pre_start


def needs_a_keyword(*, event: Event) -> None:
    raise AssertionError(event)


def generator() -> object:
    yield


async def async_generator() -> object:
    yield


@pytest.mark.parametrize(
    ("define", "sentence"),
    [
        (lambda d: d(timeout="5"), 'timeout is "5", a quoted number without a unit: write "5s"'),
        (lambda d: d(timeout=0), 'timeout is "0", which leaves no time: write at least "1s", or None for no limit'),
        (lambda d: d(timeout=timedelta()), 'timeout is "0:00:00", which leaves no time: write at least "1s"'),
        (lambda d: d(timeout=True), 'timeout is "True", no'),
        (lambda d: d(timeout=-1), 'timeout is "-1", which is negative'),
        (lambda d: d(timeout=timedelta(seconds=-1)), 'timeout is "-1 day, 23:59:59", which is negative'),
        (lambda d: d(timeout=float("nan")), 'timeout is "nan", longer than a year'),
        (lambda d: d(retry_delay=None), 'retry_delay is "None", no'),
        (lambda d: d(retries="3"), 'retries is "3" (str): write an int from 0 to 1000'),
        (lambda d: d(retries=1.5), 'retries is "1.5" (float): write an int from 0 to 1000'),
        (lambda d: d(retries=True), 'retries is "True" (bool): write an int from 0 to 1000'),
        (lambda d: d(retries=-1), 'retries is "-1" (int): write an int from 0 to 1000'),
        (lambda d: d(retries=1001), 'retries is "1001" (int): write an int from 0 to 1000'),
        (lambda d: d(on_failure="stop"), 'on_failure is "stop": write "abort" or "warn"'),
        (lambda d: d(on_failure=["warn"]), 'on_failure is "[\'warn\']": write "abort" or "warn"'),
        (lambda d: d(once=1), 'once is "1" (int): write True or False'),
        (lambda d: d(once="yes"), 'once is "yes" (str): write True or False'),
        (lambda d: d(name="a b"), 'name is "a b": use only letters, digits and the characters _ . -'),
        (lambda d: d(name=""), 'name is "": use only letters'),
        (lambda d: d(name=3), 'name is "3": use only letters'),
        (lambda d: d(name="a\nb\udcff"), r'name is "a\nb\udcff": use only letters'),
        (
            lambda d: [d(name="a")(print), d(name="a")(print)],
            'name is "a", as of another pre_start callback: choose a different one',
        ),
        (lambda d: d(7), 'pre_start decorates a function, not "7": write @container.pre_start'),
        (
            lambda d: d(lambda event, more: None),  # noqa: ARG005
            'the pre_start callback "pre_start[0]" takes "event, more": let it take nothing, or the event',
        ),
        (
            lambda d: d(needs_a_keyword),
            'the pre_start callback "needs_a_keyword" takes "event": let it take nothing, or the event',
        ),
        (lambda d: d(generator), 'the pre_start callback "generator" is a generator, which would not run'),
        (lambda d: d(async_generator), 'the pre_start callback "async_generator" is a generator, which would not run'),
    ],
)
@pytest.mark.parametrize("container", [Container, lambda: ManagedContainer(Mock(), "image")], ids=["own", "docker"])
def test_what_is_invalid_gets_one_sentence(
    container: Callable[[], Container | ManagedContainer], define: Callable[[object], object], sentence: str
) -> None:
    """At the decorator's own line, and with the same base in both kinds of container."""
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}") as caught:
        define(container().pre_start)
    assert isinstance(caught.value, LifeinitError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("duration", "seconds"), [("1m30s", 90), (2, 2), (0.5, 0.5), (timedelta(minutes=1, milliseconds=500), 60.5)]
)
def test_durations(pre_start: Registrar, duration: float | str | timedelta, seconds: float) -> None:
    pre_start(timeout=duration, retry_delay=duration)(print)
    options = pre_start.callbacks[0].options
    assert (options.timeout, options.retry_delay) == (seconds, seconds)


@pytest.mark.parametrize("duration", ["25s", 25, timedelta(seconds=25)])
def test_durations_of_a_container(duration: float | str | timedelta) -> None:
    assert Container(stop_timeout=duration)._settings.file.stop_timeout == 25
    settings = ManagedContainer(
        Mock(), "image", stop_timeout=duration, ready_timeout=duration, lost_timeout=duration
    )._settings
    assert (settings.stop_timeout, settings.ready_timeout, settings.lost_timeout) == (25, 25, 25)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Container(stop_timeout=0), 'stop_timeout is "0", which leaves no time at all: write at least "1s"'),
        (lambda: Container(stop_timeout="soon"), 'stop_timeout is "soon", no'),
        (lambda: ManagedContainer(Mock(), "image", ready_timeout="60"), 'ready_timeout is "60", a quoted number'),
        (lambda: ManagedContainer(Mock(), "image", lost_timeout=None), 'lost_timeout is "None", no'),  # type: ignore[arg-type]
        (lambda: ManagedContainer(Mock(), "image", stop_timeout=-1), 'stop_timeout is "-1", which is negative'),
        (lambda: ManagedContainer(Mock(), "image", nmae="x"), 'unknown option "nmae": did you mean "name"?'),
        (
            lambda: ManagedContainer(Mock(), "image", wxyz=1),
            'unknown option "wxyz": see docker.containers.create() for the options',
        ),
    ],
)
def test_an_invalid_option_of_a_container(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}"):
        make()


@pytest.mark.parametrize(
    ("function", "takes_event"),
    [
        (lambda: None, False),
        (lambda event: None, True),  # noqa: ARG005
        (lambda event, more=3: None, True),  # noqa: ARG005
        (lambda name="kept": None, False),  # noqa: ARG005
        (lambda *rest: None, True),  # noqa: ARG005
        (lambda **rest: None, False),  # noqa: ARG005
        (functools.partial(lambda a, event: None, 1), True),  # noqa: ARG005
        (dict, False),  # it has no signature
    ],
)
def test_who_takes_the_event(pre_start: Registrar, function: Callable[..., object], takes_event: bool) -> None:
    assert pre_start(function) is function
    assert pre_start.callbacks[0].takes_event is takes_event


def test_names(pre_start: Registrar) -> None:
    """A function's own name, unless it has none that a log line can hold, or another callback has it."""

    def migrate() -> None: ...

    for callback in (migrate, migrate, lambda: None):
        pre_start(callback)
    pre_start(name="seed")(lambda: None)
    assert [callback.name for callback in pre_start.callbacks] == ["migrate", "pre_start[1]", "pre_start[2]", "seed"]
    assert repr(pre_start) == "<pre_start callbacks: migrate, pre_start[1], pre_start[2], seed>"
    assert repr(Container().post_stop) == "<post_stop callbacks: none>"


def test_a_closed_phase_takes_no_callback(pre_start: Registrar) -> None:
    pre_start.closed = "start() was called"
    with pytest.raises(AlreadyStartedError, match=r"^start\(\) was called$"):
        pre_start(print)


def test_each_phase_says_what_it_is_for() -> None:
    """To help() and to an editor, with the options."""
    for phase in PHASES:
        doc = inspect.getdoc(getattr(Container(), phase))
        assert doc is not None
        assert doc.startswith("Callbacks that run ")
        assert "on_failure:" in doc
        assert str(inspect.getdoc(getattr(Container, phase))) == doc.partition("\n")[0]


def test_the_options_are_the_keys_of_a_hook() -> None:
    """Those that make sense for a function, with the defaults and limits of the table.

    Why not made from it: type checkers and editors need the signature, and lifeinit.docker imports no engine.
    """
    rows = keys.TABLES["hook"]
    parameters = inspect.signature(Registrar.__call__).parameters
    options = {name for name, parameter in parameters.items() if parameter.kind is parameter.KEYWORD_ONLY}
    program_only = {"command", "wait_for", "sleep", "drain", "unless", "user", "working_dir", "environment"}
    assert options == set(rows) - program_only
    assert get_args(Phase) == PHASES
    for phase in PHASES:
        registrar: Registrar = getattr(Container(), phase)
        registrar(print)
        made = registrar.callbacks[0].options
        assert {name: getattr(made, name) for name in options} == {
            name: rows[name].default_in(phase) for name in options
        }
    for name in ("retries", "retry_delay", "once"):
        assert parameters[name].default == rows[name].default
    assert rows["retries"].kind.most == MAX_RETRIES
    assert get_args(OnFailure) == rows["on_failure"].kind.choices
