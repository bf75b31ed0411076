"""The keys of a hook file, out of its JSON Schema."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from lifeinit.config import schema

Node: TypeAlias = Mapping[str, "Json"]
Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Node | None

SCHEMA: Final = json.loads(schema.schema())
_DEFINITIONS: Final = SCHEMA["definitions"]
_DEFAULT: Final = "Default: "
_REFERENCE: Final = "#/definitions/"


@dataclass(frozen=True)
class Table:
    """A table of a hook file: where it stands, what comes before one of its keys in a file, and its keys."""

    name: str
    heading: str
    about: str
    lead: str
    definition: Node


TABLES: Final = (
    Table("", "The top of the file", "These stand above the first `[table]`.", "", SCHEMA),
    Table(
        "app",
        "The app",
        "In `[app]`, for the command after `--`, and for each `[process.NAME]` that does not say otherwise.",
        "[app]\n",
        _DEFINITIONS["app"],
    ),
    Table(
        "process.NAME",
        "One of several processes",
        "In `[process.NAME]`, beside all keys of `[app]`. The name is the user's choice, but for `app`.",
        '[process.web]\ncommand = ["gunicorn", "shop:app"]\n',
        _DEFINITIONS["process"],
    ),
    Table(
        "hook",
        "A hook",
        "In `[[pre_start]]`, `[[post_start]]`, `[[pre_stop]]` and `[[post_stop]]`, one such table for each hook.",
        '[[pre_start]]\ncommand = "python manage.py migrate --noinput"\n',
        _DEFINITIONS["hook"],
    ),
    Table(
        "ready",
        "A probe",
        "In `[ready]` or `[process.NAME.ready]`, with exactly one of the first seven.",
        '[ready]\nhttp = "https://127.0.0.1:8443/healthz"\n',
        _DEFINITIONS["ready_table"],
    ),
)


@dataclass(frozen=True)
class Key:
    """One key. `value` says of what kind it is; `default` is "" where there is none; `example` is one line of TOML."""

    table: Table
    name: str
    title: str
    description: str
    value: str
    default: str
    example: str

    @property
    def full_name(self) -> str:
        return f"{self.table.name}.{self.name}" if self.table.name else self.name


def keys(table: Table) -> list[Key]:
    """The keys of a table, in the schema's order; of a process only those that `[app]` does not have."""
    found = [_key(table, name, node) for name, node in _properties(table.definition).items()]
    shared = _properties(_DEFINITIONS["app"]) if table.name == "process.NAME" else {}
    for name, node in shared.items():
        if _properties(table.definition)[name] != node:
            raise ValueError(f'the schema explains "{name}" differently in [app] and in [process.NAME]')
    return [key for key in found if key.name not in shared]


def example_file(key: Key) -> str:
    """A whole hook file around the example of a key."""
    instead = {"command", "wait_for", "sleep", *_PROBES}
    lead = key.table.lead
    if key.name in instead and key.table.lead:
        lead = lead.splitlines()[0] + "\n"
    return f"{lead}{key.example}\n"


_PROBES: Final = ("http", "tcp", "unix", "file", "notify", "after")


def _properties(definition: Node) -> Mapping[str, Node]:
    found = definition["properties"]
    if not isinstance(found, Mapping):
        raise TypeError("no properties")
    return {name: node for name, node in found.items() if isinstance(node, Mapping)}


def _key(table: Table, name: str, node: Node) -> Key:
    explained = node.get("description") if "title" in node else _found(node, "description")
    description, _, default = str(explained or "").partition(_DEFAULT)
    if "default" in node:
        default = f"`{toml(node['default'])}`"
    examples = _found(node, "examples")
    example = examples[0] if isinstance(examples, Sequence) else _first_example(table, name)
    return Key(
        table,
        name,
        str(_found(node, "title")),
        description.strip(),
        value(node),
        default.strip().removesuffix("."),
        f"{name} = {toml(example)}",
    )


def values() -> dict[str, str]:
    """What the words for values stand for."""
    wanted = ("duration", "shell_line", "argv", "command", "signal", "exit_code", "target")
    return {str(_DEFINITIONS[name]["title"]): str(_DEFINITIONS[name]["description"]) for name in wanted}


def _first_example(table: Table, name: str) -> Json:
    """`app` and `process` are tables: theirs is made of a key of theirs."""
    if table.name or name != "app":
        raise ValueError(f'the schema has no example of "{name}" in {table.heading}')
    return {"user": "app"}


def _found(node: Node, keyword: str) -> Json:
    """A keyword of the node, or of what it refers to."""
    while keyword not in node:
        reference = _reference(node)
        if reference is None:
            return None
        node = reference[1]
    return node[keyword]


def _reference(node: Node) -> tuple[str, Node] | None:
    """The definition that a node refers to, by itself or in an allOf of one."""
    everything = node.get("allOf")
    if isinstance(everything, list) and len(everything) == 1:
        node = everything[0]
    name = str(node.get("$ref", "")).removeprefix(_REFERENCE)
    return (name, _DEFINITIONS[name]) if name else None


def value(node: Node) -> str:
    """What a value may be, in words."""
    reference = _reference(node)
    if reference is not None:
        title = str(reference[1].get("title", ""))
        return title if title.startswith(("a ", "an ")) else value(reference[1])
    either = node.get("oneOf") or node.get("anyOf")
    if isinstance(either, list) and "type" not in node:
        return _or([str(one.get("title") or value(one)) for one in either])
    match node:
        case {"const": constant}:
            return f"`{toml(constant)}`"
        case {"enum": list(choices)}:
            return _or([f"`{toml(choice)}`" for choice in choices])
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"a whole number from {least} to {most}"
        case {"type": "array", "items": Mapping() as items}:
            return f"a list, each item {value(items)}"
        case {"type": "object", "additionalProperties": Mapping() as values}:
            return f"a table, each value {value(values)}"
        case {"type": "object"}:
            return "a table"
        case {"type": "string"}:
            return "a string"
    raise ValueError(f"no words for {node}")


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def toml(item: Json) -> str:
    """One value, as it is written in a hook file."""
    match item:
        case bool():
            return "true" if item else "false"
        case str():
            return json.dumps(item, ensure_ascii=False)
        case Mapping():
            return f"{{ {', '.join(f'{name} = {toml(part)}' for name, part in item.items())} }}"
        case Sequence():
            return f"[{', '.join(map(toml, item))}]"
        case _:
            return str(item)
