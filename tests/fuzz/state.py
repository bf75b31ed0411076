"""Published states: `lifeinit status` and `health` make a screen, a verdict and JSON of them, or say what is wrong."""

import json
import time

from lifeinit.cli import status_screen
from lifeinit.cli.status import _as_json
from lifeinit.status.find_init import RunningInit
from lifeinit.status.health import verdict
from lifeinit.status.state_reader import State, StateError, parse

_HOOK: dict[str, object] = {
    "phase": "pre_start", "hook": "migrate", "attempt": 2, "result": "failed", "code": 3, "signal": None,
    "seconds": 2.4, "at": 1750000000.0, "file": None,
}  # fmt: skip
_APP: dict[str, object] = {
    "name": "app", "pid": 2, "since": 1750000000.0, "ready": True, "status": "serving", "alive": False,
    "alive_since": 1750000000.0, "alive_detail": "answered 503", "probe": {"target": "http://$HOST/", "insecure": True},
}  # fmt: skip
_STATE: dict[str, object] = {
    "version": 1, "pid": 7, "starttime": 4711, "phase": "running", "since": 1750000000.0, "started": 1750000000,
    "ready": True, "reason": "", "signal": None, "restarts": 0, "exit_status": None, "processes": [_APP],
    "hooks": [_HOOK, {**_HOOK, "hook": "pre_start[1]", "result": "running", "seconds": None, "code": None}],
}  # fmt: skip
_STOP = {**_STATE, "phase": "post_stop", "reason": "signal", "signal": "TERM", "exit_status": 143, "ready": False}
_WAITING = {**_STATE, "phase": "waiting", "ready": False, "processes": [{**_APP, "pid": None, "ready": False}]}

SEEDS = [json.dumps(state).encode() for state in (_STATE, _STOP, _WAITING, {**_STATE, "hooks": [], "processes": []})]
PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"null", b"true", b"false", b"-1", b"1e999", b"1e308", b"NaN"),
    *(b"-0.0", b"1e-9", b"99999999999", b"2147483648", b"9" * 4300, b"9" * 5000, b'"\\ud800"', b'"\\u0000"', b"[[[["),
    *(
        b'"\\u001b[31m"',
        b'"\\u202e"',
        b"\xff",
        b"\xff\xfe",
        b"\0",
        b'"pid"',
        b'"phase"',
        b'"version"',
        b"3.0",
        b"Infinity",
    ),
    *(b'"running"', b'"waiting"', b'"skipped"', b'"timed out"', b'"post_stop["', b'"hooks": []', b'"since": -1', b"\n"),
]
LONGEST_SENTENCE = 200
LONGEST_LINE = 4000  # an argument list may be long, what a state says may not


def look(data: bytes) -> None:
    now = time.time()
    state = _parsed(data)
    if isinstance(state, StateError):
        assert str(state).isprintable()
        assert len(str(state)) < LONGEST_SENTENCE, str(state)
        return
    running = RunningInit(state.pid, state)
    told = [*status_screen.text(running, [], now).split("\n"), verdict(running, now)[1]]
    for line in told:
        assert line.isprintable()
        assert len(line) < LONGEST_LINE
    assert isinstance(json.loads(_as_json(running, None)), dict)


def _parsed(data: bytes) -> State | StateError:
    try:
        return parse(data)
    except StateError as error:
        return error
