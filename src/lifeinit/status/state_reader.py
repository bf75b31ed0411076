"""A published state's text as records, believed only as far as it was checked."""

import _json

from lifeinit.engine.plan import PHASES, hook_label
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    Check = Callable[[object], object]

VERSION = 1
_HIGHEST_VERSION = 10**6  # that is repeated
STOP_PHASES = frozenset({"pre_stop", "stopping", "cleanup", "post_stop"})
_PHASES = STOP_PHASES | {"pre_start", "starting", "running", "waiting"}
_RESULTS = frozenset({"running", "ok", "skipped", "failed", "timed out", "terminated"})
_LATEST = 1e11  # unix time, in the year 5138


class StateError(ValueError):
    """The text is no state; holds the end of a sentence."""


class Probe(Record):
    """A target that tells whether a process is ready, as it is written: its variables are not expanded."""

    target: str
    insecure: bool


class AppProcess(Record):
    """One process of the app. `status` is what it last said of itself; `since` when it started, or ended.

    `alive` is None where nobody has asked whether it works, and so is since when `alive` is what it is, `alive_since`;
    `alive_detail` is why it does not work; `probe` is None for one
    whose `ready` has no URL.
    """

    name: str
    pid: int | None
    since: float
    ready: bool
    status: str
    alive: bool | None = None
    alive_since: float | None = None
    alive_detail: str | None = None
    probe: Probe | None = None


class HookResult(Record):
    """One try of a hook. `at` is when its result came, of a running one when it began; `seconds` what it took.

    `file` is the name of the drop-in that it is from.
    """

    phase: str
    hook: str
    attempt: int
    result: str
    code: int | None
    signal: str | None
    seconds: float | None
    at: float
    file: str | None = None

    @property
    def label(self) -> str:
        """`pre_start migrate`, or `pre_start[0]` for a hook without a name."""
        return hook_label(self.phase, self.hook, self.file or "")


class State(Record):
    """What a lifeinit says of itself. Times are unix time, `since` is that of the phase's begin."""

    version: int
    pid: int
    starttime: int | None
    phase: str
    since: float
    started: float
    ready: bool
    reason: str
    signal: str | None
    restarts: int
    exit_status: int | None
    processes: tuple[AppProcess, ...]
    hooks: tuple[HookResult, ...]


def parse(text: bytes) -> State:
    """The state that a lifeinit has published. Keys that are not known are left out. Raises StateError."""
    try:
        data = _loads(text)
    except (ValueError, RecursionError):
        raise StateError("it is not valid JSON") from None
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version != VERSION and 0 <= version < _HIGHEST_VERSION:
        raise StateError(f"it is of version {version}, and this lifeinit reads version {VERSION}")
    state = _restored(State, _STATE, data)
    assert isinstance(state, State)  # noqa: S101  # for the type checker
    return state


class _Scanner:
    """How the scanner of the library's `json` makes values. Why not `json`: it loads `re`, half of a health check."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int = float, int

    @staticmethod
    def parse_constant(constant: str) -> "NoReturn":
        """NaN and Infinity are no JSON."""
        raise ValueError(constant)


def _loads(text: bytes) -> object:
    """The value that a JSON text holds. Raises ValueError, RecursionError."""
    source = text.decode()
    try:
        value, end = _json.make_scanner(_Scanner)(source, 0)  # type: ignore[arg-type]  # any with these attributes
    except StopIteration:
        raise ValueError("no value") from None
    if source[end:].strip():
        raise ValueError("more than a value")
    return value


def _restored(kind: type[Record], checks: "dict[str, Check]", value: object) -> Record:
    if not isinstance(value, dict):
        raise StateError("an object is missing")
    missing = next((key for key in checks if key not in value), None)
    if missing is not None:
        raise StateError(f'it has no "{missing}"')
    return kind.restored([_checked(key, check, value[key]) for key, check in checks.items()])


def _checked(key: str, check: "Check", value: object) -> object:
    try:
        return check(value)
    except TypeError as error:
        raise StateError(f'its "{key}" is not a {error}') from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("string")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("boolean")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise TypeError("number of seconds")
    return value


def _whole(lowest: int, highest: int) -> "Check":
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise TypeError(f"whole number from {lowest} to {highest}")
        return value

    return check


def _one_of(words: frozenset[str]) -> "Check":
    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise TypeError("word that this lifeinit knows")
        return value

    return check


def _optional(check: "Check") -> "Check":
    return lambda value: None if value is None else check(value)


def _record(kind: type[Record], checks: "dict[str, Check]") -> "Check":
    return lambda value: _restored(kind, checks, value)


def _each(kind: type[Record], checks: "dict[str, Check]") -> "Check":
    def check(value: object) -> tuple[Record, ...]:
        if not isinstance(value, list):
            raise TypeError("list")
        return tuple(_restored(kind, checks, item) for item in value)

    return check


_PID = _whole(1, 2**31 - 1)
_COUNT = _whole(0, 2**31 - 1)
_STATUS = _whole(0, 255)

_PROBE: "dict[str, Check]" = {"target": _text, "insecure": _truth}
_PROCESS: "dict[str, Check]" = {
    "name": _text, "pid": _optional(_PID), "since": _number, "ready": _truth, "status": _text,
    "alive": _optional(_truth), "alive_since": _optional(_number), "alive_detail": _optional(_text),
    "probe": _optional(_record(Probe, _PROBE)),
}  # fmt: skip
_HOOK: "dict[str, Check]" = {
    "phase": _one_of(frozenset(PHASES)), "hook": _text, "attempt": _COUNT, "result": _one_of(_RESULTS),
    "code": _optional(_STATUS), "signal": _optional(_text), "seconds": _optional(_number), "at": _number,
    "file": _optional(_text),
}  # fmt: skip
_STATE: "dict[str, Check]" = {
    "version": _COUNT, "pid": _PID, "starttime": _optional(_whole(0, 2**63)), "phase": _one_of(_PHASES),
    "since": _number, "started": _number, "ready": _truth, "reason": _text, "signal": _optional(_text),
    "restarts": _COUNT, "exit_status": _optional(_STATUS),
    "processes": _each(AppProcess, _PROCESS), "hooks": _each(HookResult, _HOOK),
}  # fmt: skip
