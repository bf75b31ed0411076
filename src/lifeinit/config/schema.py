"""The JSON Schema of the hook file (draft-07), made of the rows of `keys`.

It knows shapes: what a rule says about several values at once it mostly cannot say.
"""

import json
import tomllib

from lifeinit.config.keys import SCHEMES, TABLES, Key, PerPhase
from lifeinit.engine import signals
from lifeinit.values import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, object]

_NO_NUL = r"^[^\u0000]*$"
_EXPANDED = r"^([^$\u0000]|\$\$|\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Za-z_])*$"
_NO_LINE_FEED: Json = {"pattern": "\\n"}
_OFFERED = "TERM INT QUIT HUP USR1 USR2 WINCH KILL CONT TSTP TTIN TTOU ALRM ABRT".split()  # what editors complete
_STATUS = "(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"


def schema() -> str:
    """The schema as JSON."""
    about = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lifeinit's hook file",
        "description": "What runs around the life of a container's app: before it starts, when it is ready, before it "
        "stops, and after it has exited.",
    }
    return json.dumps({**about, **_table("top"), "definitions": _definitions()}, indent=2, ensure_ascii=False) + "\n"


def _table(name: str) -> Json:
    """A table: its keys, which of them exclude one another, and which have no meaning beside another."""
    rows = TABLES[name]
    found: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(row) for key, row in rows.items()},
    }
    alternatives = [key for key, row in rows.items() if row.one_of]
    if alternatives:
        found["oneOf"] = [{"required": [key]} for key in alternatives]
    others = dict.fromkeys(other for row in rows.values() for other in row.not_with if other in rows)
    if others:
        found["dependencies"] = {
            other: _none_of(key for key, row in rows.items() if other in row.not_with) for other in others
        }
    return found


def _none_of(names: "Iterable[str]") -> Json:
    return {"not": {"anyOf": [{"required": [name]} for name in names]}}


def _property(row: Key) -> Json:
    """One key, as an editor shows it."""
    described = f"{row.doc} Default: {row.unset}." if row.unset else row.doc
    found: Json = {"description": described.replace("`", ""), **_of_kind(row)}
    if row.default is not None and not row.unset and not isinstance(row.default, PerPhase) and not row.one_of:
        found["default"] = default(row)
    return {**found, "examples": [tomllib.loads(f"value = {row.example}")["value"]]}


def default(row: Key) -> object:
    """The default as a hook file has it."""
    match row.default:
        case float() as seconds:
            return f"{seconds:g}s"
        case frozenset() | tuple() as several:
            return list(several)
        case value:
            return value


def _of_kind(row: Key) -> Json:
    """What a value of the row's kind has to be."""
    kind = row.kind
    match kind.name:
        case "choice":
            return {"enum": list(kind.choices)}
        case "whole":
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case "flag":
            return {"type": "boolean"}
        case "true":
            return {"const": True}
        case "user":
            return _ref("text")
        case "path":
            return {"type": "string", "pattern": r"^/[^\u0000]*$"}
        case "umask":
            return {"type": "string", "pattern": "^0?[0-7]{1,3}$", "not": _NO_LINE_FEED}
        case "probe":
            return _probe(row.name)
        case "hooks" if row.name != "pre_stop":
            no_drain = {"not": {"type": "object", "required": ["drain"]}}
            return {"allOf": [_ref("hooks"), no_drain, {"items": no_drain}]}
        case "drain":
            return {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, _ref("drain")]}
        case "targets":
            return {"oneOf": [_ref("target"), {"type": "array", "minItems": 1, "items": _ref("target")}]}
        case "signals":
            return {"type": "array", "items": _ref("caught_signal")}
        case "rewrites":
            dropped_or_sent = {"anyOf": [{"const": ""}, _ref("signal")]}
            caught = _ref("caught_signal")
            return {"type": "object", "propertyNames": caught, "additionalProperties": dropped_or_sent}
        case "exit_codes":
            return {"type": "array", "items": _ref("exit_code")}
        case "processes":
            names = {"minLength": 1, "not": {"anyOf": [{"pattern": "[^A-Za-z0-9_.-]"}, {"const": "app"}]}}
            return {"type": "object", "propertyNames": names, "additionalProperties": _ref("process")}
        case name:
            return {"allOf": [_ref(name)]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _definitions() -> dict[str, Json]:
    text: Json = {"type": "string", "minLength": 1, "pattern": _NO_NUL}
    line: Json = {"type": "string", "allOf": [{"pattern": "\\S"}, {"pattern": _NO_NUL}]}
    argument: Json = {"type": "string", "pattern": _NO_NUL}
    argv: Json = {"type": "array", "minItems": 1, "items": [text], "additionalItems": argument}
    time = {"allOf": [{"type": "string"}, _ref("duration")]}  # a number may be meant as a port
    several = {"type": "array", "minItems": 1, "items": _ref("hook")}
    return {
        "text": text,
        "name": {"type": "string", "minLength": 1, "not": {"pattern": "[^A-Za-z0-9_.-]"}},
        "duration": _duration({"minimum": 0}, _NO_LINE_FEED),
        "time": _duration({"exclusiveMinimum": 0}, {"anyOf": [_NO_LINE_FEED, {"pattern": "^[^1-9]*$"}]}),
        "shell_line": line,
        "argv": argv,
        "command": {"oneOf": [_ref("shell_line"), _ref("argv")]},
        "environment": {
            "type": "object",
            "propertyNames": {"minLength": 1, "not": {"pattern": r"[=\u0000]"}},
            "additionalProperties": {"anyOf": [{"type": "string", "pattern": _EXPANDED}, _ref("secret")]},
        },
        "secret": {
            "type": "object",
            "additionalProperties": False,
            "required": ["file"],
            "properties": {"file": _of_kind(TABLES["top"]["ready_file"])},
        },
        "target": {"type": "string", "allOf": [{"pattern": _EXPANDED}, {"pattern": r"\$|^[^/]*:"}]},
        "signal": _signal("STOP"),
        "caught_signal": _signal("KILL STOP CHLD CLD"),
        "exit_code": {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 255},
                {"type": "string", "pattern": f"^{_STATUS}(-{_STATUS})?$", "not": _NO_LINE_FEED},
                _signal(""),
            ]
        },
        "ready": {"anyOf": [{"const": "notify"}, _url("ready"), time, _ref("probe")]},
        "probe": {**_table("ready"), **_INSECURE},
        "alive": {"anyOf": [{"const": "watchdog"}, _url("alive"), _ref("alive_probe")]},
        "alive_probe": {**_table("alive"), **_INSECURE},
        "drain": {**_table("drain"), "required": ["port"]},
        "hook": _table("hook"),
        "hooks": {"oneOf": [_ref("shell_line"), _ref("argv"), _ref("hook"), several]},
        "app": _table("app"),
        "process": {**_table("process"), "required": ["command"]},
    }


_INSECURE: Json = {
    "if": {"required": ["insecure"], "properties": {"insecure": {"const": True}}},
    "then": {"required": ["http"], "properties": {"http": {"pattern": r"^(https://|\$)"}}},
}


def _url(table: str) -> Json:
    schemes = f"^({'|'.join(SCHEMES[table])})://"
    return {"type": "string", "allOf": [{"pattern": schemes}, {"pattern": _EXPANDED}]}


def _duration(limit: Json, excluded: "Mapping[str, object]") -> Json:
    units = [rf"[0-9]+(\.[0-9]+)?{unit}" for unit in ("h", "m", "s", "ms")]
    # Each unit once, the larger first, and at least one.
    forms = [first + "".join(f"({unit})?" for unit in units[i + 1 :]) for i, first in enumerate(units)]
    text = {"type": "string", "pattern": f"^({'|'.join(forms)})$", "not": excluded}
    return {"oneOf": [{"type": "number", **limit, "maximum": int(duration.LONGEST)}, text]}


def _signal(excluded: str) -> Json:
    """The names that are offered, or any other in the forms that are accepted."""
    names = [name for name in signals.NUMBERS if name not in excluded.split()]
    last = signals.RTMAX - signals.RTMIN
    offset = f"([0-9]|{'|'.join(f'{n:02d}' for n in range(last + 1))})"
    realtime = [rf"RTMIN(\+{offset}|-00?)?", rf"RTMAX(-{offset}|\+00?)?"]
    pattern = "|".join(map(_any_case, [*names, *realtime]))
    offered = [name for name in _OFFERED if name not in excluded.split()]
    return {"type": "string", "anyOf": [{"enum": offered}, {"pattern": rf"^\s*({_any_case('SIG')})?({pattern})\s*$"}]}


def _any_case(text: str) -> str:
    return "".join(f"[{char}{char.lower()}]" if char.isalpha() else char for char in text)


def _probe(kind: str) -> Json:
    if kind == "http":
        return {"type": "string", "allOf": [{"pattern": r"^(https?://|\$)"}, {"pattern": _EXPANDED}]}
    others = "|".join(scheme for scheme in SCHEMES["ready"] if scheme != kind)
    return {"type": "string", "minLength": 1, "pattern": _EXPANDED, "not": {"pattern": f"^({others})://"}}
