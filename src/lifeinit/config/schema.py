"""The JSON Schema of the hook file (draft-07), made of the rows of `keys`.

It knows shapes: what a rule says about several values at once it mostly cannot say. A value that may have several
shapes is judged by the one that it has (`if`), so that an editor shows one mistake and not one for each shape.
"""

import json
import re
import tomllib

from lifeinit.config.keys import TABLES, Key, PerPhase
from lifeinit.config.schema_values import Json, definitions, of_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PAGE = "https://lifeinit.github.io/lifeinit"
_MANUAL = "https://man7.org/linux/man-pages/man{1}/{0}.{1}.html"
_MANUAL_PAGE = r"([a-z_0-9]+)\(([1-8])\)"


def schema() -> str:
    """The schema as JSON."""
    about = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lifeinit's hook file",
        "description": "What runs around the life of a container's app: before it starts, when it is ready, before it "
        "stops, and after it has exited.",
        "x-taplo-info": {"authors": ["The lifeinit maintainers"], "patterns": [r"^(.*(/|\\)(hooks|lifeinit)\.toml)$"]},
    }
    whole = {**about, **_table("top"), "definitions": definitions(_table)}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _table(name: str) -> Json:
    """A table: its keys, which of them exclude one another, and which have no meaning beside another."""
    rows = TABLES[name]
    found: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(row) for key, row in rows.items()},
    }
    others = dict.fromkeys(other for row in rows.values() for other in row.not_with if other in rows)
    refused = {other: [key for key, row in rows.items() if other in row.not_with] for other in others}
    alternatives = [key for key, row in rows.items() if row.one_of]
    for i, key in enumerate(alternatives):  # the first one that is there is meant
        refused[key] = [*refused.get(key, ()), *alternatives[i + 1 :]]
    if refused:
        found["dependencies"] = {other: _without(keys) for other, keys in refused.items() if keys}
    if alternatives:
        is_there = {"anyOf": [{"required": [key]} for key in alternatives]}
        found |= {"if": {"not": is_there}, "then": {"required": alternatives[:1]}}
    return found


def _without(names: "Iterable[str]") -> Json:
    """Each of these keys is refused where it stands."""
    return {"properties": dict.fromkeys(names, False)}


def _property(row: Key) -> Json:
    """One key, as an editor shows it."""
    described = f"{row.doc} Default: {row.unset}." if row.unset else row.doc
    found: Json = {"description": described.replace("`", ""), **of_kind(row)}
    if row.default is not None and not row.unset and not isinstance(row.default, PerPhase) and not row.one_of:
        found["default"] = default(row)
    return {**found, "examples": [tomllib.loads(f"value = {row.example}")["value"]], "x-taplo": _of_taplo(row)}


def _of_taplo(row: Key) -> Json:
    """What Taplo shows for a key in place of the description, and where it leads. taplo.tamasfe.dev"""
    page = re.search(_MANUAL_PAGE, row.doc)
    unset = row.unset or ("" if row.default is None or isinstance(row.default, PerPhase) else str(default(row)))
    docs = {"main": f"{row.doc}\n\n```toml\n{row.name} = {row.example}\n```"}
    return {
        "docs": {**docs, **({"defaultValue": unset} if unset else {})},
        "links": {"key": _MANUAL.format(*page.groups()) if page else _PAGE},
    }


def default(row: Key) -> object:
    """The default as a hook file has it."""
    match row.default:
        case float() as seconds:
            return f"{seconds:g}s"
        case frozenset() | tuple() as several:
            return list(several)
        case value:
            return value
