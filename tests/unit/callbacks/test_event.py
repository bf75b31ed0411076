"""The event: the facts of a hook's variables, under the same names."""

import re
from pathlib import Path
from typing import Any

import pytest

from lifeinit import Event, UsageError
from lifeinit.docker import Event as DockerEvent
from lifeinit.engine.hook_environment import NAMES


def test_each_variable_of_a_hook_is_a_field() -> None:
    assert {name.upper() for name in Event.__dataclass_fields__} == set(NAMES)
    assert set(DockerEvent.__dataclass_fields__) == {*Event.__dataclass_fields__, "container"}


def test_from_the_environment() -> None:
    variables = {
        "LIFEINIT_EVENT": "post_stop",
        "LIFEINIT_HOOK": "7",
        "LIFEINIT_PID": "1",
        "LIFEINIT_REASON": "signal",
        "LIFEINIT_SIGNAL": "TERM",
        "LIFEINIT_EXIT_CODE": "143",
        "LIFEINIT_CHILD_EXIT_SIGNAL": "TERM",
        "LIFEINIT_OOM_KILLED": "1",
        "LIFEINIT_DEADLINE": "1700000000",
        "LIFEINIT_REMAINING": "5",
        "LIFEINIT_ATTEMPT": "2",
        "LIFEINIT_RESTARTS": "3",
        "LIFEINIT_STOP_TIMEOUT": "20s",
    }
    assert Event.from_environment(variables) == Event(
        event="post_stop",
        hook="7",
        pid=1,
        reason="signal",
        signal="TERM",
        exit_code=143,
        child_exit_signal="TERM",
        oom_killed=True,
        deadline=1700000000,
        remaining=5,
        attempt=2,
        restarts=3,
    )
    assert not Event.from_environment({"LIFEINIT_EVENT": "pre_start", "LIFEINIT_HOOK": "a"}).oom_killed


def test_setenv_writes_what_the_engine_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANY", raising=False)
    file = tmp_path / "env"
    event = Event(event="pre_start", hook="a", env=str(file))
    event.setenv("ANY", "a\nb")
    assert re.fullmatch(r"ANY<<(END-[0-9a-f]{16})\na\nb\n\1\n", file.read_text())


@pytest.mark.parametrize(
    ("event", "name", "value", "sentence"),
    [
        ({"event": "pre_stop"}, "A", "", "setenv cannot change the app in pre_stop: call it in a pre_start callback"),
        ({}, "1A", "", 'setenv cannot set "1A": use letters, digits and _, and no digit first'),
        ({}, "", "", 'setenv cannot set "": use letters'),
        ({}, "A\n", "", 'setenv cannot set "A\\n": use letters'),
        ({}, "LIFEINIT_X", "", 'setenv cannot set "LIFEINIT_X": names with LIFEINIT_ are reserved'),
        ({}, "A", "\0", "setenv cannot set A: remove the NUL character from its value"),
        ({}, 7, "", 'setenv cannot set "7": use letters'),
        ({}, "A", 8000, "setenv cannot set A to a value of type int: pass a string"),
        ({}, "A", b"8000", "setenv cannot set A to a value of type bytes: pass a string"),
        ({"env": None}, "A", "", "setenv has no file to write to: make /dev/shm, /run or /tmp writable"),
    ],
)
def test_what_setenv_refuses(event: dict[str, str], name: Any, value: Any, sentence: str) -> None:
    refused = Event(**{"event": "pre_start", "hook": "a", "env": "/nowhere", **event})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}"):
        refused.setenv(name, value)


def test_setenv_of_a_managed_container() -> None:
    event = DockerEvent(event="pre_start", hook="a", container=None)
    with pytest.raises(UsageError, match=r'^setenv cannot set "A" for a ManagedContainer: pass environment='):
        event.setenv("A", "b")
