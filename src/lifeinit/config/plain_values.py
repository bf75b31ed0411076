"""Reads one plain value of a hook file: a string, a flag, a number or a duration, a method for each kind."""

import os
import re

from lifeinit.config.diagnostic import Edits, quoted
from lifeinit.config.keys import TIME, Key
from lifeinit.config.reporter import Reporter, a_kind
from lifeinit.config.spans import Path
from lifeinit.values import duration

NAME = r"[A-Za-z0-9_.-]+"
_LEAST = 'write at least "1s"'
_NEVER_TOO_LONG = 30_000  # characters, of up to four bytes
_UMASK = r"0?[0-7]{1,3}"
_LONGEST_NUMBER = 5  # characters of one in quotes that is worth comparing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def intent() -> "ModuleType":
    """What a wrong value was meant to be: only a mistake pays for the import."""
    from lifeinit.config import intent  # noqa: PLC0415

    return intent


class PlainValues(Reporter):
    """A method takes the path of a value, its row and the value; it returns None for a wrong one."""

    def read(self, at: Path, row: Key, value: object) -> object:
        """The value of a key, or None if it is wrong."""
        return getattr(self, row.kind.name)(at, row, value)

    # Strings.

    def text(self, at: Path, row: Key, value: object) -> str | None:
        """A string that is not empty."""
        if not isinstance(value, str):
            self.not_text(at, row.name, value)
        elif not value:
            message = f'{row.name} is "", an empty string'
            self.wrong("E218", at, message, "remove the key", edits=self.edit.removed(at), safe=False)
        else:
            return self.without_nul(at, value)
        return None

    user = text

    def without_nul(self, at: Path, text: str) -> str:
        if "\0" in text:
            message, nul = (
                f"{quoted(text)} contains a NUL character, which no command line can contain",
                text.index("\0"),
            )
            edits = self.edit.within(at, nul, nul + 1, "")
            self.wrong("E215", at, message, "remove it", edits=edits, safe=False, within=(nul, nul + 1))
        return text

    def passed(self, at: Path, text: str, name: str = "") -> str:
        """An argument of a program, or the value of a variable of this name. execve(2)"""
        if len(text) > _NEVER_TOO_LONG:
            most, size = 32 * os.sysconf("SC_PAGE_SIZE") - 1, len(f"{name}={text}".encode()) - (0 if name else 1)
            if size > most:
                what, fix = (f"{quoted(name)[1:-1]} has", "into a file") if name else ("a string has", "into a script")
                message = f"{what} {size:,} bytes, and the kernel allows at most {most:,}"
                self.wrong("E221", at, message, f"move it {fix}")
        return self.without_nul(at, text)

    def path(self, at: Path, row: Key, value: object) -> str | None:
        """An absolute path: a relative one would depend on the working directory."""
        text = self.text(at, row, value)
        if text is not None and not text.startswith("/"):
            message, edits = f"{row.name} is {quoted(text)}, not an absolute path", self.edit.within(at, 0, 0, "/")
            self.wrong("E216", at, message, "begin it with a slash", edits=edits, safe=False)
        return text

    def name(self, at: Path, row: Key, value: object) -> str | None:
        if not isinstance(value, str):
            self.not_text(at, row.name, value)
        elif not re.fullmatch(NAME, value):
            fix, name = "use only letters, digits and the characters _ . -", re.sub(rf"(?!{NAME}).", "-", value.strip())
            edits = self.edit.value(at, f'"{name}"') if name.strip("-.") else ()
            self.wrong("E206", at, f"{row.name} is {quoted(value)}", fix, edits=edits)
        else:
            return value
        return None

    def choice(self, at: Path, row: Key, value: object) -> str | None:
        choices = row.kind.choices
        if isinstance(value, str) and value in choices:
            return value
        *others, last = (f'"{choice}"' for choice in choices)
        fix = intent().choice(value, choices) or f"write {', '.join(others)} or {last}"
        self.wrong("E209", at, f"{row.name} is {quoted(value)}", fix)
        return None

    def umask(self, at: Path, row: Key, value: object) -> int | None:
        if isinstance(value, str) and re.fullmatch(_UMASK, value):
            return int(value, 8)
        fix = 'write its octal digits in quotes, for example "027"'
        written = re.fullmatch(r"(?:0o)?([0-7]{1,3})", self.edit.source(at).strip("\"'"))
        edits = self.edit.value(at, f'"{written[1]:0>3}"') if written else ()
        self.wrong("E211", at, f"{row.name} is {a_kind(value)}", fix, edits=edits)
        return None

    # Flags and numbers.

    def flag(self, at: Path, row: Key, value: object) -> bool | None:
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        edits = self.edit.value(at, word) if word in {"true", "false"} else ()
        self.wrong("E105", at, f"{row.name} is {a_kind(value)}", "write true or false, without quotes", edits=edits)
        return None

    def true(self, at: Path, row: Key, value: object) -> bool | None:
        if value is False:
            self.wrong("E209", at, f"{row.name} is false", "write true, or remove ready")
        return self.flag(at, row, value)

    def whole(self, at: Path, row: Key, value: object) -> int | None:
        least, most = row.kind.least, row.kind.most
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        fix, edits = f"write a whole number from {least} to {most}", Edits()
        if row.name == "drain":
            fix = intent().drain(value)
        text = value if isinstance(value, str) and len(value) <= _LONGEST_NUMBER else ""
        if re.fullmatch(r"-?[0-9]+", text) and least <= int(text) <= most:
            fix, edits = f"write {int(text)}, without quotes", self.edit.value(at, str(int(text)))
        self.wrong("E208", at, f"{row.name} is {quoted(value)}", fix, edits=edits)
        return None

    def duration(self, at: Path, row: Key, value: object) -> float | None:
        try:
            return duration.parse(value)
        except ValueError as error:
            better = intent().duration(value, row.name) or intent().without_variables(row.name, value)
            if row.kind is TIME and "negative" in str(error):
                better = _LEAST
            edits = self.edit.value(at, f'"{value}s"') if "without a unit" in str(error) else ()
            self.because("E202", at, f"{row.name} is {quoted(value)},", error, better, edits=edits, safe=not edits)
            return None

    def time(self, at: Path, row: Key, value: object) -> float | None:
        """A duration that is not 0."""
        seconds = self.duration(at, row, value)
        if seconds == 0:
            message = f"{row.name} is {quoted(value)}, which leaves no time at all"
            self.wrong("E202", at, message, _LEAST, edits=self.edit.value(at, '"1s"'), safe=False)
            return None
        return seconds

    def exit_codes(self, at: Path, row: Key, value: object) -> frozenset[int] | None:
        if not isinstance(value, list):
            edits = self.edit.listed(at) if isinstance(value, str | int) else ()
            self.not_a(at, row.name, value, "a list", 'write a list, for example ["SIGTERM", 3]', edits)
            return None
        from lifeinit.values import exit_codes  # noqa: PLC0415  # few files have the key

        codes: set[int] = set()
        for i, item in enumerate(value):
            try:
                codes |= exit_codes.parse(item)
            except ValueError as error:
                self.because("E210", (*at, i), f"{row.name} contains {quoted(item)},", error)
        return frozenset(codes)
