"""What the values of the hook file have to be, as JSON Schema: each kind of key, and the definitions they share."""

from lifeinit.config.keys import SCHEMES, TABLES, Key
from lifeinit.engine import signals
from lifeinit.values import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, object]

_NO_NUL = r"^[^\u0000]*$"
_EXPANDED = r"^([^$\u0000]|\$\$|\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Za-z_])*$"
_END = r"(?!\n)$"  # Python's $ alone matches before a line feed, too
_OFFERED = "TERM INT QUIT HUP USR1 USR2 WINCH KILL CONT TSTP TTIN TTOU ALRM ABRT".split()  # what editors complete
_STATUS = "(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
# Each unit once, the larger first, and at least one.
_UNITS = "".join(rf"([0-9]+(\.[0-9]+)?{unit})?" for unit in ("h", "m", "s", "ms")) + _END
_DURATION, _TIME = rf"^(?=[0-9]){_UNITS}", rf"^(?=.*[1-9]){_UNITS}"
_INSECURE: Json = {
    "if": {"required": ["insecure"], "properties": {"insecure": {"const": True}}},
    "then": {"required": ["http"], "properties": {"http": {"pattern": r"^(https://|\$)"}}},
}


def of_kind(row: Key) -> Json:
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
            return {"type": "string", "pattern": f"^0?[0-7]{{1,3}}{_END}"}
        case "probe":
            return _probe(row.name)
        case "hooks" if row.name != "pre_stop":
            no_drain: Json = {"properties": {"drain": False}}
            return {"allOf": [_ref("hooks"), no_drain, {"items": no_drain}]}
        case "drain":
            return _one_of_types(integer={"minimum": 1, "maximum": 65535}, object=_ref("drain"))
        case "targets":
            return _one_of_types(string=_ref("target"), array={"minItems": 1, "items": _ref("target")})
        case "signals":
            return {"type": "array", "items": _ref("caught_signal")}
        case "rewrites":
            dropped_or_sent: Json = {"if": {"not": {"const": ""}}, "then": _ref("signal")}
            caught = _ref("caught_signal")
            return {"type": "object", "propertyNames": caught, "additionalProperties": dropped_or_sent}
        case "process_names":
            return {"type": "array", "items": {"type": "string"}}
        case "exit_codes":
            return {"type": "array", "items": _ref("exit_code")}
        case "processes":
            names = {"minLength": 1, "not": {"anyOf": [{"pattern": "[^A-Za-z0-9_.-]"}, {"const": "app"}]}}
            return {"type": "object", "propertyNames": names, "additionalProperties": _ref("process")}
        case name:
            return {"allOf": [_ref(name)]}


def definitions(table: "Callable[[str], Json]") -> dict[str, Json]:
    """What several keys share. `table` makes the schema of a table."""
    text: Json = {"type": "string", "minLength": 1, "pattern": _NO_NUL}
    line: Json = {"type": "string", "allOf": [{"pattern": "\\S"}, {"pattern": _NO_NUL}]}
    argument: Json = {"type": "string", "pattern": _NO_NUL}
    argv: Json = {"type": "array", "minItems": 1, "items": [text], "additionalItems": argument}
    seconds: Json = {
        "type": ["number", "string"],
        "maximum": int(duration.LONGEST),
    }  # of a number; a pattern of a string
    is_several: Json = {"items": [{"type": "object"}], "minItems": 1}
    hooks: Json = {"if": is_several, "then": {"items": _ref("hook")}, "else": _ref("argv")}
    return {
        "text": text,
        "name": {"type": "string", "minLength": 1, "not": {"pattern": "[^A-Za-z0-9_.-]"}},
        "duration": {**seconds, "minimum": 0, "pattern": _DURATION},
        "time": {**seconds, "exclusiveMinimum": 0, "pattern": _TIME},
        "shell_line": line,
        "argv": argv,
        "command": _one_of_types(string=_ref("shell_line"), array=_ref("argv")),
        "environment": {
            "type": "object",
            "propertyNames": {"minLength": 1, "not": {"pattern": r"[=\u0000]"}},
            "additionalProperties": _one_of_types(string={"pattern": _EXPANDED}, object=_ref("secret")),
        },
        "secret": {
            "type": "object",
            "additionalProperties": False,
            "required": ["file"],
            "properties": {"file": of_kind(TABLES["top"]["ready_file"])},
        },
        "target": {"type": "string", "allOf": [{"pattern": _EXPANDED}, {"pattern": r"\$|^[^/]*:"}]},
        "signal": _signal("STOP"),
        "caught_signal": _signal("KILL STOP CHLD CLD"),
        "exit_code": _one_of_types(
            integer={"minimum": 0, "maximum": 255},
            string={"if": {"not": {"pattern": f"^{_STATUS}(-{_STATUS})?{_END}"}}, "then": _signal("")},
        ),
        "ready": _asking("ready", "notify", _ref("probe"), time=True),
        "probe": {**table("ready"), "allOf": [_INSECURE]},
        "alive": _asking("alive", "watchdog", _ref("alive_probe"), time=False),
        "alive_probe": {**table("alive"), "allOf": [_INSECURE]},
        "drain": {**table("drain"), "required": ["port"]},
        "hook": table("hook"),
        "hooks": _one_of_types(string=_ref("shell_line"), object=_ref("hook"), array=hooks),
        "app": table("app"),
        "process": {**table("process"), "required": ["command"]},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _one_of_types(**schemas: Json) -> Json:
    """A value of one of these types, judged by that one's schema alone."""
    cases = [{"if": {"type": name}, "then": schema} for name, schema in schemas.items()]
    return {"type": list(schemas), "allOf": cases}


def _asking(table: str, word: str, probe: Json, *, time: bool) -> Json:
    """A word, a URL, a duration where one is allowed, or a table."""
    url: Json = {"allOf": [{"pattern": f"^({'|'.join(SCHEMES[table])})://"}, {"pattern": _EXPANDED}]}
    other: Json = {"if": {"not": {"pattern": _DURATION}}, "then": url} if time else url
    text: Json = {
        "anyOf": [{"enum": [word]}, {}],
        "if": {"not": {"const": word}},
        "then": other,
    }  # editors offer the word
    return _one_of_types(string=text, object=probe)


def _signal(excluded: str) -> Json:
    """Any name in the forms that are accepted; for all others the ones that are offered."""
    names = [name for name in signals.NUMBERS if name not in excluded.split()]
    last = signals.RTMAX - signals.RTMIN
    offset = f"([0-9]|{'|'.join(f'{n:02d}' for n in range(last + 1))})"
    realtime = [rf"RTMIN(\+{offset}|-00?)?", rf"RTMAX(-{offset}|\+00?)?"]
    pattern = rf"^\s*({_any_case('SIG')})?({'|'.join(map(_any_case, [*names, *realtime]))})\s*$"
    offered = [name for name in _OFFERED if name not in excluded.split()]
    return {"type": "string", "if": {"not": {"pattern": pattern}}, "then": {"enum": offered}}


def _any_case(text: str) -> str:
    return "".join(f"[{char}{char.lower()}]" if char.isalpha() else char for char in text)


def _probe(kind: str) -> Json:
    if kind == "http":
        return {"type": "string", "allOf": [{"pattern": r"^(https?://|\$)"}, {"pattern": _EXPANDED}]}
    others = "|".join(scheme for scheme in SCHEMES["ready"] if scheme != kind)
    return {"type": "string", "minLength": 1, "pattern": _EXPANDED, "not": {"pattern": f"^({others})://"}}
