"""What a table of the hook file fills of the plan, by the rows of `keys` alone."""

import os

from lifeinit.config import keys, model
from lifeinit.config.keys import Kind
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def plan_fields(table: model.Table) -> "dict[str, dict[str, Any]]":
    """What a table fills of the plan: the fields of each record by its name, as the rows of `keys` say.

    Where a process says nothing the row's default counts. A kind that `_IN_PLAN` does not hold takes more than its
    value, and has its lines in planner.py.
    """
    fields: dict[str, dict[str, Any]] = {record: {} for record in _RECORDS}
    for row in keys.TABLES[table.table].values():
        convert = _IN_PLAN.get(row.kind.name)
        if convert is not None:
            record, _, field = row.fills.partition(".")
            value = getattr(table, row.name)
            if value is None and not isinstance(row.default, keys.PerPhase):
                value = row.default
            fields[record][field] = None if value is None else convert(row.kind, value)
    return fields


def _same(_kind: Kind, value: object) -> object:
    return value


_RECORDS = ("Plan", "Process", "Restart", "Ready", "Alive", "Hook", "Program", "Identity")
# What a value of each kind becomes in the plan.
_IN_PLAN: "dict[str, Callable[[Kind, Any], object]]" = {
    **dict.fromkeys(("name", "flag", "true", "whole", "umask", "duration", "time"), _same),
    **dict.fromkeys(("text", "path"), lambda _, text: os.fsencode(text)),
    "choice": lambda kind, word: word == kind.true if kind.true else word,
    "exit_codes": lambda _, codes: tuple(sorted(codes)),
    "signal": lambda _, name: _number(name),
    "signals": lambda _, names: tuple(map(_number, names)),
    "rewrites": lambda _, pairs: tuple((_number(came), goes and _number(goes)) for came, goes in pairs.items()),
}


def _number(name: str) -> int:
    """The number of a signal whose name was checked."""
    number = number_of(name)
    if number is None:
        raise AssertionError(f"the parser accepted {name!r}")
    return number
