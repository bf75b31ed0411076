"""One value of a hook file at a time: what it has to be, and the sentence for what it is instead."""

import difflib
import re
from typing import TypeVar

from lifeinit import expansion
from lifeinit.engine.signals import name_of, number_of
from lifeinit.hookfile import duration
from lifeinit.hookfile.locate import Path, Places
from lifeinit.hookfile.problem import Problem, quoted
from lifeinit.waiting.targets import hidden
from lifeinit.waiting.targets import parse as parse_target

NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_UMASK = re.compile(r"0?[0-7]{1,3}", re.ASCII)
_MOST = 1000

Choice = TypeVar("Choice", bound=str)
Table = dict[str, object]

COMMAND_FORMS = 'write "a line for the shell" or ["program", "argument"]'


class Values:
    """Reads values; a mistake becomes a problem, and a default stands in for the value."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.problems: list[Problem] = []

    def wrong(self, path: Path, sentence: str) -> None:
        """A problem with the value at `path`."""
        self.problems.append(Problem(self.places.value(path), sentence))

    def wrong_key(self, path: Path, sentence: str) -> None:
        """A problem with the key at `path`."""
        self.problems.append(Problem(self.places.key(path), sentence))

    def known_keys(self, path: Path, table: Table, known: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
                way_out = f'did you mean "{near[0]}"?' if near else f"{where} takes {', '.join(known)}"
                self.wrong_key((*path, key), f"unknown key {quoted(key)}: {way_out}")

    def subtable(self, path: Path, table: Table, key: str) -> Table:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        header = ".".join(str(part) for part in (*path, key))
        self.wrong((*path, key), f"{key} is {a_kind(value)}, not a table: write it as [{header}]")
        return {}

    def arguments(self, path: Path, items: list[object]) -> tuple[str, ...]:
        for i, item in enumerate(items):
            if not isinstance(item, str):
                self.wrong((*path, i), f"argument {i} is {a_kind(item)}, not a string: put it in quotes")
            elif i == 0 and not item:
                self.wrong((*path, i), f"argument 0 is {quoted(item)}: it has to name the program")
        return tuple(self.without_nul((*path, i), item) for i, item in enumerate(items) if isinstance(item, str))

    def without_nul(self, path: Path, text: str) -> str:
        if "\0" in text:
            self.wrong(path, f"{quoted(text)} holds a NUL character, which no command line can: remove it")
        return text

    def command(self, at: Path, value: object) -> str | tuple[str, ...] | None:
        match value:
            case None:
                return None
            case str() if not value.strip():
                self.wrong(at, f"command is {quoted(value)}, an empty string: {COMMAND_FORMS}")
            case []:
                self.wrong(at, f"command is {quoted(value)}, an empty list: {COMMAND_FORMS}")
            case str():
                return self.without_nul(at, value)
            case list():
                return self.arguments(at, value)
            case _:
                self.wrong(at, f"command is {a_kind(value)}, not a command: {COMMAND_FORMS}")
        return None

    def name(self, path: Path, table: Table, default: str) -> str:
        value = table.get("name", default)
        if value is default:
            return default
        if not isinstance(value, str):
            self.wrong((*path, "name"), f"name is {a_kind(value)}, not a string: put it in quotes")
        elif not NAME.fullmatch(value):
            self.wrong((*path, "name"), f"name is {quoted(value)}: use letters, digits and the characters _ . - only")
        else:
            return value
        return default

    def text(self, path: Path, table: Table, key: str) -> str | None:
        """A string that is not empty."""
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong((*path, key), f"{key} is {a_kind(value)}, not a string: put it in quotes")
        elif not value:
            self.wrong((*path, key), f'{key} is "", an empty string: leave the key out')
        else:
            return self.without_nul((*path, key), value)
        return None

    def absolute(self, path: Path, table: Table, key: str) -> str | None:
        """A path from the root: what it is relative to would depend on the moment."""
        text = self.text(path, table, key)
        if text is not None and not text.startswith("/"):
            self.wrong((*path, key), f"{key} is {quoted(text)}, not a path from the root: begin it with a slash")
        return text

    def target(self, at: Path, text: str, key: str) -> None:
        """A target to wait for, if it can be known: with a variable in it that is only so when it runs."""
        try:
            expansion.check(text)
            if "$" not in text:
                parse_target(text)
        except expansion.ExpansionError as error:
            self.wrong(at, f"{key} holds {quoted(hidden(text))}, which holds {error}")
        except ValueError as error:
            self.wrong(at, f"{key} holds {quoted(hidden(text))}, {error}")

    def useless(self, path: Path, table: Table, keys: tuple[str, ...], where: str) -> None:
        for key in keys:
            if key in table:
                self.wrong_key((*path, key), f"{key} says nothing for {where}: leave it out")

    def flag(self, path: Path, table: Table, key: str) -> bool | None:
        value = table.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong((*path, key), f"{key} is {a_kind(value)}: write true or false, without quotes")
        return None

    def umask(self, path: Path, table: Table) -> int | None:
        value = table.get("umask")
        if value is None:
            return None
        if isinstance(value, str) and _UMASK.fullmatch(value):
            return int(value, 8)
        self.wrong((*path, "umask"), f'umask is {a_kind(value)}: write its octal digits in quotes, "027" say')
        return None

    def duration(self, path: Path, table: Table, key: str, default: float | None) -> float | None:
        if key not in table:
            return default
        try:
            return duration.parse(table[key])
        except ValueError as error:
            self.wrong((*path, key), f"{key} is {quoted(table[key])}, {error}")
            return default

    def positive(self, path: Path, table: Table, key: str, default: float | None) -> float | None:
        seconds = self.duration(path, table, key, default)
        if key in table and seconds == 0:
            self.wrong((*path, key), f'{key} is {quoted(table[key])}, which leaves no time at all: write at least "1s"')
            return default
        return seconds

    def count(self, path: Path, table: Table, key: str, least: int) -> int | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MOST:
            return value
        self.wrong((*path, key), f"{key} is {quoted(value)}: write a whole number from {least} to {_MOST}")
        return None

    def choice(self, path: Path, table: Table, key: str, choices: tuple[Choice, ...]) -> Choice | None:
        value = table.get(key)
        if value is None:
            return None
        for choice in choices:
            if value == choice:
                return choice
        ways = ", ".join(f'"{choice}"' for choice in choices[:-1]) + f' or "{choices[-1]}"'
        self.wrong((*path, key), f"{key} is {quoted(value)}: write {ways}")
        return None

    def signal(self, path: Path, value: object, key: str) -> str | None:
        """The signal's usual name, `TERM`."""
        number = number_of(value) if isinstance(value, str) else None
        if number is None:
            self.wrong(path, f'{key} holds {quoted(value)}, which is no signal: write a name as "TERM" or "RTMIN+1"')
            return None
        name = name_of(number)
        if name == "STOP" or (key == "stop_on" and name in {"KILL", "CHLD"}):
            reason = "belongs to lifeinit's own work" if name == "CHLD" else "cannot be used for it"
            self.wrong(path, f'{key} holds {quoted(value)}, which {reason}: write another, "TERM" say')
            return None
        return name


def a_kind(value: object) -> str:
    """`a number, "5"`: what kind of TOML value it is, and which."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "a number"),
        (float, "a number"),
        (str, "a string"),
        (list, "a list"),
        (dict, "a table"),
    )
    kind = next((name for kind, name in kinds if isinstance(value, kind)), "a date or time")
    return kind if isinstance(value, dict) else f"{kind} {quoted(value)}"
