"""The options of the Python API as typed dictionaries, out of the rows of `lifeinit.config.keys`."""

import textwrap
from collections.abc import Callable, Iterable
from typing import Final

from lifeinit.config.keys import TABLES, Key
from lifeinit.engine.plan import PHASES
from tools.reference import keys

_HEAD: Final = '''"""The options of the Python API: the keys of the hook file as keyword arguments.

Made by `python -m tools.reference` of the rows of `lifeinit.config.keys`: change those, not this file.
"""

import signal
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from os import PathLike
from typing import Literal, TypedDict

from lifeinit.callbacks.options import Duration

StrPath = str | PathLike[str]
Command = str | Sequence[StrPath]
"""A shell command, or a program and its arguments."""
Signal = str | signal.Signals
"""A name such as "TERM" or "SIGUSR1", or signal.SIGUSR1."""
'''
_TYPES: Final = {
    "name": "str",
    "text": "str",
    "user": "str",
    "path": "StrPath",
    "flag": "bool",
    "true": "Literal[True]",
    "whole": "int",
    "duration": "Duration",
    "time": "Duration",
    "command": "Command",
    "targets": "str | Sequence[str]",
    "environment": "Mapping[str, str | Mapping[str, StrPath]]",
    "umask": "str | int",
    "signal": "Signal",
    "signals": "Collection[Signal]",
    "rewrites": "Mapping[str, Signal | None]",
    "exit_codes": "Collection[int | Signal]",
    "process_names": "Collection[str]",
    "probe": "StrPath",
    "ready": "str | timedelta | ReadyTable",
    "alive": "str | AliveTable",
}
_OF_OTHERS: Final = {*PHASES, "app", "process"}  # callbacks and methods take their place
_OF_ONE_PART: Final = {"ready", "alive", "stop_signal", "stop_scope"}  # what FlaskCeleryContainer says for each part
_THING: Final = {"command", "wait_for", "sleep", "drain"}


def keywords() -> str:
    """The module `lifeinit.api.keywords`."""
    of_container = [row for table in ("top", "app") for row in _rows(table, lambda row: row.name not in _OF_OTHERS)]
    shared = [row for row in of_container if row.name not in _OF_ONE_PART]
    own = [row for row in of_container if row.name in _OF_ONE_PART]
    hook = _rows("hook", lambda row: row.name not in _THING)
    return "\n\n".join(
        [
            _HEAD,
            _table("ReadyTable", "When the app counts as ready. Exactly one of the first seven.", _probe("ready")),
            _table("AliveTable", "How the app shows that it works. Exactly one of the first five.", _probe("alive")),
            _table("SharedOptions", "Options of every container. None is the default.", shared, optional=True),
            _table("ContainerOptions", "Options of `Container`.", own, optional=True, base="SharedOptions"),
            _table(
                "ProcessOptions",
                "Options of `Container.process`. What is not set here is as for the container.",
                _rows("process", lambda row: row.name != "command"),
                optional=True,
            ),
            _table(
                "SleepOptions",
                "Options of `pre_stop.sleep` and its like.",
                [row for row in hook if "sleep" not in row.not_with and not row.needs and row.name != "timeout"],
                optional=True,
            ),
            _table(
                "DrainOptions",
                "Options of `pre_stop.drain`.",
                [row for row in hook if row.name == "timeout"],
                optional=True,
                base="SleepOptions",
            ),
            _table(
                "HookOptions",
                "Options of `pre_start.command` and its like.",
                [row for row in hook if "sleep" in row.not_with or row.needs or row.name == "timeout"],
                optional=True,
                base="SleepOptions",
            ),
        ]
    )


def _rows(table: str, wanted: Callable[[Key], bool]) -> list[Key]:
    return [row for row in TABLES[table].values() if wanted(row)]


def _probe(table: str) -> list[Key]:
    """What is asked stands first."""
    rows = TABLES[table].values()
    return [*(row for row in rows if row.one_of), *(row for row in rows if not row.one_of)]


def _table(name: str, about: str, rows: Iterable[Key], *, optional: bool = False, base: str = "TypedDict") -> str:
    total = ", total=False"
    fields = "\n".join(_field(row, optional=optional) for row in rows)
    return f'class {name}({base}{total}):\n    """{about}"""\n\n{fields}\n'


def _field(row: Key, *, optional: bool) -> str:
    kind = row.kind
    choices = ", ".join(f'"{word}"' for word in kind.choices)
    words = f"Literal[{choices}]" if choices else _TYPES[kind.name]
    if row.name == "working_dir":
        words = "StrPath"
    default = keys.default(row)
    about = f"{row.doc} Default: {default}." if default else row.doc
    return f"    {row.name}: {words}{' | None' if optional else ''}\n{_docstring(about)}"


def _docstring(text: str) -> str:
    wrapped = textwrap.wrap(text, 109)
    if len(wrapped) == 1 and not text.endswith('"'):
        return f'    """{wrapped[0]}"""'
    lines = "\n".join(f"    {line}" if i else line for i, line in enumerate(wrapped))
    return f'    """{lines}\n    """'
