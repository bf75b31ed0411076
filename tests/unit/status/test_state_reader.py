"""A state is believed only as far as it is checked: in a shared PID namespace another container may have written it."""

import json

import pytest

from lifeinit.status.state_reader import Probe, StateError, parse

_HOOK: dict[str, object] = {
    "phase": "pre_start", "hook": "migrate", "attempt": 2, "result": "ok", "code": 0, "signal": None,
    "seconds": 2.4, "at": 1750000000.0, "file": None,
}  # fmt: skip
_PROCESS: dict[str, object] = {
    "name": "app", "pid": 2, "since": 1750000000.0, "ready": False, "status": "serving", "alive": False,
    "alive_since": 1750000000.0, "alive_detail": "http://127.0.0.1:8000 answered 503",
    "probe": {"target": "http://$HOST/", "insecure": False},
}  # fmt: skip
_STATE: dict[str, object] = {
    "version": 1, "pid": 7, "starttime": 4711, "phase": "running", "since": 1750000000.0, "started": 1750000000,
    "ready": True, "reason": "", "signal": None, "restarts": 0, "exit_status": None,
    "processes": [_PROCESS],
    "hooks": [_HOOK],
}  # fmt: skip


def edited(**fields: object) -> bytes:
    return json.dumps(_STATE | fields).encode()


def edited_hook(**fields: object) -> bytes:
    return edited(hooks=[_HOOK | fields])


def without(key: str) -> bytes:
    return json.dumps({name: value for name, value in _STATE.items() if name != key}).encode()


ROWS = [
    ("empty", b"", "it is not valid JSON"),
    ("half", b'{"version": 1, "ph', "it is not valid JSON"),
    ("binary", bytes(range(256)), "it is not valid JSON"),
    ("deep", ("[" * 500_000).encode(), "it is not valid JSON"),
    ("long number", ("9" * 10_000).encode(), "it is not valid JSON"),
    ("NaN", edited(since=float("nan")), "it is not valid JSON"),
    ("list", b"[]", "an object is missing"),
    ("version", edited(version=2), "it is of version 2, and this lifeinit reads version 1"),
    ("endless version", edited(version=10**4000), 'its "version" is not a whole number from 0 to 2147483647'),
    ("no version", without("version"), 'it has no "version"'),
    ("missing", without("ready"), 'it has no "ready"'),
    ("phase", edited(phase=["running"]), 'its "phase" is not a word that this lifeinit knows'),
    ("since", edited(since="now"), 'its "since" is not a number of seconds'),
    ("far", edited(since=1e300), 'its "since" is not a number of seconds'),
    ("ready", edited(ready=1), 'its "ready" is not a boolean'),
    ("reason", edited(reason=None), 'its "reason" is not a string'),
    ("pid", edited(pid=-1), 'its "pid" is not a whole number from 1 to 2147483647'),
    ("restarts", edited(restarts=True), 'its "restarts" is not a whole number from 0 to 2147483647'),
    ("exit status", edited(exit_status=256), 'its "exit_status" is not a whole number from 0 to 255'),
    ("processes", edited(processes={}), 'its "processes" is not a list'),
    ("process", edited(processes=[None]), "an object is missing"),
    ("alive", edited(processes=[_PROCESS | {"alive": 0}]), 'its "alive" is not a boolean'),
    ("alive_since", edited(processes=[_PROCESS | {"alive_since": ""}]), 'its "alive_since" is not a number of seconds'),
    ("alive_detail", edited(processes=[_PROCESS | {"alive_detail": 1}]), 'its "alive_detail" is not a string'),
    ("probe", edited(processes=[_PROCESS | {"probe": {"target": "x"}}]), 'it has no "insecure"'),
    ("hook", edited_hook(result="well"), 'its "result" is not a word that this lifeinit knows'),
    ("hook code", edited_hook(code="0"), 'its "code" is not a whole number from 0 to 255'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_is_no_state_is_refused_in_a_sentence(text: bytes, sentence: str) -> None:
    """The control is the same state before it was spoiled."""
    assert parse(edited()).processes[0].name == "app"
    with pytest.raises(StateError) as refused:
        parse(text)
    assert str(refused.value) == sentence


def test_the_probe_of_a_process_is_a_record() -> None:
    (process,) = parse(edited()).processes
    assert (process.alive, process.alive_since) == (False, 1750000000.0)
    assert process.alive_detail == ("http://127.0.0.1:8000 answered 503")
    assert process.probe == Probe("http://$HOST/", insecure=False)


def test_keys_that_are_not_known_are_left_out() -> None:
    assert parse(edited(later=1)) == parse(edited())
