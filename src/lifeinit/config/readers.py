"""One value of a hook file at a time: what it has to be, and the sentence for what it is instead."""

import re
from typing import TypeVar

from lifeinit.config import intent
from lifeinit.config.diagnostic import Diagnostic, HookFileError, quoted
from lifeinit.config.spans import Path, Places
from lifeinit.engine.signals import name_of, number_of
from lifeinit.values import duration, interpolation

MOST_PROBLEMS = 1000
NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_UMASK = r"0?[0-7]{1,3}"
_MOST = 1000
_MOST_DIGITS = 4
_LONGEST_TARGET = 4096

Choice = TypeVar("Choice", bound=str)
Table = dict[str, object]

_ENVIRONMENT = 'write { NAME = "value" }'
COMMAND_FORMS = 'write "a line for the shell" or ["program", "argument"]'


class Values:
    """Reads values; a mistake becomes a problem, and a default stands in for the value."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.problems: list[Diagnostic] = []
        self.counts = {"E": 0, "W": 0}

    def wrong(self, code: str, path: Path, sentence: str, way_out: str, *, at_key: bool = False) -> None:
        """A problem with the value, or the key, at `path`. Raises HookFileError when there are errors enough.

        Warnings never end the reading: at run time a file that has nothing else is right.
        """
        severity = code[0]
        if self.counts[severity] >= MOST_PROBLEMS:
            return
        self.counts[severity] += 1
        self.problems.append(Diagnostic(code, self.places.span(path, of_key=at_key), sentence, way_out))
        if severity == "E" and self.counts[severity] == MOST_PROBLEMS:
            raise HookFileError(self.problems)

    def known_keys(self, path: Path, table: Table, known: tuple[str, ...], where: str) -> set[str]:
        """Complains of the keys that are not known; returns which of ours they seem to mean."""
        unknown = [key for key in table if key not in known]
        if not unknown:
            return set()
        from lifeinit.config.suggestions import Guide  # noqa: PLC0415  # 4 ms that only a mistake has to pay

        guide = Guide(self.wrong, where)
        return {guide.tell((*path, key), table, known) for key in unknown}

    def subtable(self, path: Path, table: Table, key: str) -> Table:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        header = ".".join(str(part) for part in (*path, key))
        way_out = _ENVIRONMENT if key == "environment" else f"write it as [{header}]"
        self.wrong("E105", (*path, key), f"{key} is {a_kind(value)}, not a table", way_out)
        return {}

    def arguments(self, path: Path, items: list[object]) -> tuple[str, ...]:
        for i, item in enumerate(items):
            if not isinstance(item, str):
                self.wrong("E105", (*path, i), f"argument {i} is {a_kind(item)}, not a string", "put it in quotes")
            elif i == 0 and not item:
                self.wrong("E201", (*path, i), f"argument 0 is {quoted(item)}", "it has to name the program")
        return tuple(self.without_nul((*path, i), item) for i, item in enumerate(items) if isinstance(item, str))

    def without_nul(self, path: Path, text: str) -> str:
        if "\0" in text:
            self.wrong("E215", path, f"{quoted(text)} holds a NUL character, which no command line can", "remove it")
        return text

    def command(self, at: Path, value: object) -> str | tuple[str, ...] | None:
        match value:
            case None:
                return None
            case str() if not value.strip():
                self.wrong("E201", at, f"command is {quoted(value)}, an empty string", COMMAND_FORMS)
            case []:
                self.wrong("E201", at, f"command is {quoted(value)}, an empty list", COMMAND_FORMS)
            case str():
                return self.without_nul(at, value)
            case list():
                return self.arguments(at, value)
            case _:
                self.wrong("E105", at, f"command is {a_kind(value)}, not a command", COMMAND_FORMS)
        return None

    def name(self, path: Path, table: Table, default: str) -> str:
        value = table.get("name", default)
        if value is default:
            return default
        if not isinstance(value, str):
            self.wrong("E105", (*path, "name"), f"name is {a_kind(value)}, not a string", "put it in quotes")
        elif not NAME.fullmatch(value):
            way_out = "use letters, digits and the characters _ . - only"
            self.wrong("E206", (*path, "name"), f"name is {quoted(value)}", way_out)
        else:
            return value
        return default

    def text(self, path: Path, table: Table, key: str) -> str | None:
        """A string that is not empty."""
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong("E105", (*path, key), f"{key} is {a_kind(value)}, not a string", "put it in quotes")
        elif not value:
            self.wrong("E218", (*path, key), f'{key} is "", an empty string', "leave the key out")
        else:
            return self.without_nul((*path, key), value)
        return None

    def absolute(self, path: Path, table: Table, key: str) -> str | None:
        """A path from the root: what it is relative to would depend on the moment."""
        text = self.text(path, table, key)
        if text is not None and not text.startswith("/"):
            sentence = f"{key} is {quoted(text)}, not a path from the root"
            self.wrong("E216", (*path, key), sentence, "begin it with a slash")
        return text

    def expandable(self, at: Path, name: str, value: str) -> None:
        """A value of `environment`: variables, but nothing else of what a shell expands."""
        shown = f"{quoted(name)[1:-1]} is {quoted(value)}"
        try:
            interpolation.check(value)
        except interpolation.ExpansionError as error:
            self.because("E213", at, f"{shown}, which holds", error, intent.dollar(value, name))
        if intent.is_run_elsewhere(value):
            self.wrong("W202", at, f"{shown}, and nothing is run here", intent.run_elsewhere(name))

    def target(self, at: Path, text: str, key: str) -> None:
        """A target to wait for, if it can be known: with a variable in it that is only so when it runs."""
        if len(text) > _LONGEST_TARGET:
            sentence = f"{key} holds a target of {len(text)} characters"
            self.wrong("E214", at, sentence, f"write one of at most {_LONGEST_TARGET}")
            return
        from lifeinit.probes import targets  # noqa: PLC0415  # 3 ms that only a target has to pay

        try:
            interpolation.check(text)
            if "$" not in text:
                targets.parse(text)
        except interpolation.ExpansionError as error:
            self.because(
                "E213", at, f"{key} holds {quoted(targets.hidden(text))}, which holds", error, intent.dollar(text, "")
            )
        except ValueError as error:
            self.because("E214", at, f"{key} holds {quoted(targets.hidden(text))},", error)

    def because(self, code: str, at: Path, begun: str, error: ValueError, better: str = "") -> None:
        """A problem whose sentence was begun, and whose end and way out are the error's, unless there is a better."""
        end, _, way_out = str(error).partition(": ")
        self.wrong(code, at, f"{begun} {end}", better or way_out)

    def useless(self, path: Path, table: Table, names: tuple[str, ...], where: str) -> None:
        for key in names:
            if key in table:
                self.wrong("E108", (*path, key), f"{key} says nothing for {where}", "leave it out", at_key=True)

    def idle(self, path: Path, table: Table, names: tuple[str, ...], without: str) -> None:
        """Warns of keys that change nothing as long as another is not there."""
        for key in names:
            if key in table:
                sentence = f"{key} changes nothing without {without}"
                self.wrong("W201", (*path, key), sentence, f"write {without} too, or leave it out", at_key=True)

    def flag(self, path: Path, table: Table, key: str) -> bool | None:
        value = table.get(key)
        if value is None or isinstance(value, bool):
            return value
        way_out = "write true or false, without quotes"
        self.wrong("E105", (*path, key), f"{key} is {a_kind(value)}", way_out)
        return None

    def umask(self, path: Path, table: Table) -> int | None:
        value = table.get("umask")
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(_UMASK, value):
            return int(value, 8)
        way_out = 'write its octal digits in quotes, "027" say'
        self.wrong("E211", (*path, "umask"), f"umask is {a_kind(value)}", way_out)
        return None

    def duration(self, path: Path, table: Table, key: str, default: float | None) -> float | None:
        if key not in table:
            return default
        try:
            return duration.parse(table[key])
        except ValueError as error:
            self.no_duration((*path, key), key, table[key], error)
            return default

    def no_duration(self, at: Path, key: str, value: object, error: ValueError) -> None:
        reason, _, way_out = str(error).partition(": ")
        better = intent.duration(value) or intent.without_variables(key, value)
        self.wrong("E202", at, f"{key} is {quoted(value)}, {reason}", better or way_out)

    def positive(self, path: Path, table: Table, key: str, default: float | None) -> float | None:
        seconds = self.duration(path, table, key, default)
        if key in table and seconds == 0:
            sentence = f"{key} is {quoted(table[key])}, which leaves no time at all"
            self.wrong("E202", (*path, key), sentence, 'write at least "1s"')
            return default
        return seconds

    def count(self, path: Path, table: Table, key: str, least: int) -> int | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MOST:
            return value
        way_out = f"write a whole number from {least} to {_MOST}"
        text = value if isinstance(value, str) and len(value) <= _MOST_DIGITS else ""
        if text.isascii() and text.isdecimal() and least <= int(text) <= _MOST:
            way_out = f"write {int(text)}, without quotes"
        self.wrong("E208", (*path, key), f"{key} is {quoted(value)}", way_out)
        return None

    def choice(self, path: Path, table: Table, key: str, choices: tuple[Choice, ...]) -> Choice | None:
        value = table.get(key)
        if value is None:
            return None
        for choice in choices:
            if value == choice:
                return choice
        ways = ", ".join(f'"{choice}"' for choice in choices[:-1]) + f' or "{choices[-1]}"'
        way_out = intent.choice(value, choices) or f"write {ways}"
        self.wrong("E209", (*path, key), f"{key} is {quoted(value)}", way_out)
        return None

    def signal(self, path: Path, value: object, key: str) -> str | None:
        """The signal's usual name, `TERM`."""
        number = number_of(value) if isinstance(value, str) else None
        if number is None:
            way_out = intent.signal(value) or 'write a name as "TERM" or "RTMIN+1"'
            self.wrong("E203", path, f"{key} holds {quoted(value)}, which is no signal", way_out)
            return None
        name = name_of(number)
        if name == "STOP" or (key == "stop_on" and name in {"KILL", "CHLD"}):
            reason = "belongs to lifeinit's own work" if name == "CHLD" else "cannot be used for it"
            self.wrong("E204", path, f"{key} holds {quoted(value)}, which {reason}", 'write another, "TERM" say')
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
