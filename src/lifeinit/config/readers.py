"""Reads one value of a hook file: a method for each kind. A mistake becomes a diagnostic, and the value None."""

import re

from lifeinit.config.diagnostic import quoted
from lifeinit.config.keys import SCHEMES, TIME, Key
from lifeinit.config.reporter import Reporter, a_kind, shown
from lifeinit.config.spans import Path
from lifeinit.engine.plan import PHASES
from lifeinit.engine.signals import name_of, number_of
from lifeinit.values import duration, interpolation

NAME = r"[A-Za-z0-9_.-]+"
COMMAND_FORMS = 'write "a line for the shell" or ["program", "argument"]'
_LEAST = 'write at least "1s"'
_UMASK = r"0?[0-7]{1,3}"
_LONGEST_NUMBER = 5  # characters of one in quotes that is worth comparing
_LONGEST_TARGET = 4096
SCHEME = {table: rf"({'|'.join(schemes)})://" for table, schemes in SCHEMES.items()}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def intent() -> "ModuleType":
    """What a wrong value was meant to be: only a mistake pays for the import."""
    from lifeinit.config import intent  # noqa: PLC0415

    return intent


class Values(Reporter):
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
            self.wrong("E218", at, f'{row.name} is "", an empty string', "leave the key out")
        else:
            return self.without_nul(at, value)
        return None

    user = text

    def without_nul(self, at: Path, text: str) -> str:
        if "\0" in text:
            message, nul = f"{quoted(text)} holds a NUL character, which no command line can", text.index("\0")
            self.wrong("E215", at, message, "remove it", within=(nul, nul + 1))
        return text

    def path(self, at: Path, row: Key, value: object) -> str | None:
        """An absolute path: a relative one would depend on the working directory."""
        text = self.text(at, row, value)
        if text is not None and not text.startswith("/"):
            self.wrong("E216", at, f"{row.name} is {quoted(text)}, not an absolute path", "begin it with a slash")
        return text

    def name(self, at: Path, row: Key, value: object) -> str | None:
        if not isinstance(value, str):
            self.not_text(at, row.name, value)
        elif not re.fullmatch(NAME, value):
            fix = "use letters, digits and the characters _ . - only"
            self.wrong("E206", at, f"{row.name} is {quoted(value)}", fix)
        else:
            return value
        return None

    def choice(self, at: Path, row: Key, value: object) -> str | None:
        choices = row.kind.choices
        if isinstance(value, str) and value in choices:
            return value
        *others, last = (f'"{choice}"' for choice in choices)
        fix = intent().choice(value, choices, self.beside(at)) or f"write {', '.join(others)} or {last}"
        self.wrong("E209", at, f"{row.name} is {quoted(value)}", fix)
        return None

    def umask(self, at: Path, row: Key, value: object) -> int | None:
        if isinstance(value, str) and re.fullmatch(_UMASK, value):
            return int(value, 8)
        fix = 'write its octal digits in quotes, for example "027"'
        self.wrong("E211", at, f"{row.name} is {a_kind(value)}", fix)
        return None

    # Flags and numbers.

    def flag(self, at: Path, row: Key, value: object) -> bool | None:
        if isinstance(value, bool):
            return value
        self.wrong("E105", at, f"{row.name} is {a_kind(value)}", "write true or false, without quotes")
        return None

    def true(self, at: Path, row: Key, value: object) -> bool | None:
        if value is False:
            self.wrong("E209", at, f"{row.name} is false", "write true, or leave ready out")
        return self.flag(at, row, value)

    def whole(self, at: Path, row: Key, value: object) -> int | None:
        least, most = row.kind.least, row.kind.most
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        fix = f"write a whole number from {least} to {most}"
        text = value if isinstance(value, str) and len(value) <= _LONGEST_NUMBER else ""
        if re.fullmatch(r"-?[0-9]+", text) and least <= int(text) <= most:
            fix = f"write {int(text)}, without quotes"
        self.wrong("E208", at, f"{row.name} is {quoted(value)}", fix)
        return None

    def duration(self, at: Path, row: Key, value: object) -> float | None:
        try:
            return duration.parse(value)
        except ValueError as error:
            better = intent().duration(value, row.name) or intent().without_variables(row.name, value)
            if row.kind is TIME and "negative" in str(error):
                better = _LEAST
            self.because("E202", at, f"{row.name} is {quoted(value)},", error, better)
            return None

    def time(self, at: Path, row: Key, value: object) -> float | None:
        """A duration that is not 0."""
        seconds = self.duration(at, row, value)
        if seconds == 0:
            message = f"{row.name} is {quoted(value)}, which leaves no time at all"
            self.wrong("E202", at, message, _LEAST)
            return None
        return seconds

    def exit_codes(self, at: Path, row: Key, value: object) -> frozenset[int] | None:
        if not isinstance(value, list):
            self.not_a(at, row.name, value, "a list", 'write a list, for example ["SIGTERM", 3]')
            return None
        from lifeinit.values import exit_codes  # noqa: PLC0415  # few files have the key

        codes: set[int] = set()
        for i, item in enumerate(value):
            try:
                codes |= exit_codes.parse(item)
            except ValueError as error:
                self.because("E210", (*at, i), f"{row.name} holds {quoted(item)},", error)
        return frozenset(codes)

    # Signals.

    def signal(self, at: Path, row: Key, value: object) -> str | None:
        """The signal's usual name, `TERM`."""
        return self._signal(at, row.name, value, frozenset({"STOP"}))

    def signals(self, at: Path, row: Key, value: object) -> tuple[str, ...] | None:
        """Signals that lifeinit is to catch."""
        if not isinstance(value, list):
            self.not_a(at, row.name, value, "a list", 'write a list, for example ["TERM"]')
            return None
        unusable = frozenset({"STOP", "KILL", "CHLD"})
        names = [self._signal((*at, i), row.name, item, unusable) for i, item in enumerate(value)]
        return tuple(name for name in names if name is not None)

    def _signal(self, at: Path, key: str, value: object, unusable: frozenset[str]) -> str | None:
        number = number_of(value) if isinstance(value, str) else None
        if number is None:
            fix = intent().signal(value) or 'write a name, for example "TERM" or "RTMIN+1"'
            self.wrong("E203", at, f"{key} holds {quoted(value)}, which is not a signal", fix)
            return None
        name = name_of(number)
        if name in unusable:
            why = "is reserved for lifeinit itself" if name == "CHLD" else "cannot be used here"
            self.wrong("E204", at, f"{key} holds {quoted(value)}, which {why}", 'write another, for example "TERM"')
            return None
        return name

    def rewrites(self, at: Path, row: Key, value: object) -> dict[str, str | None] | None:
        """Names of signals: what lifeinit gets, and what the app gets for it. None: nothing."""
        found: dict[str, str | None] = {}
        for key, item in (self.table(at, row.name, value) or {}).items():
            number, here = number_of(key), (*at, key)
            came = None if number is None else name_of(number)
            if came is None:
                fix = intent().signal(key) or 'write another, for example "HUP"'
                self.wrong("E203", here, f"signals holds {quoted(key)}, which is not a signal", fix, at_key=True)
            elif came in {"KILL", "STOP", "CHLD"}:
                message = f"signals holds {quoted(key)}, which never reaches lifeinit"
                self.wrong("E204", here, message, 'write another, for example "HUP"', at_key=True)
            elif came in found:
                message = f"signals holds {quoted(key)}, and {came} already"
                self.wrong("E205", here, message, "leave one out", at_key=True)
            else:
                found[came] = None if item == "" else self.signal(here, row, item) or came
        return found

    # Commands, their environment, and targets.

    def command(self, at: Path, row: Key, value: object) -> str | tuple[str, ...] | None:
        match value:
            case str() if not value.strip():
                self.wrong("E201", at, f"{row.name} is {quoted(value)}, an empty string", COMMAND_FORMS)
            case []:
                self.wrong("E201", at, f"{row.name} is {quoted(value)}, an empty list", COMMAND_FORMS)
            case str():
                return self.without_nul(at, value)
            case list():
                return tuple(self._argument((*at, i), i, item) for i, item in enumerate(value))
            case _:
                self.not_a(at, row.name, value, "a command", COMMAND_FORMS)
        return None

    def _argument(self, at: Path, i: int, value: object) -> str:
        if isinstance(value, dict | list) and at[0] in PHASES:
            self.not_a(at, f"argument {i}", value, "a string", f"write each command below a [[{at[0]}]] of its own")
            return ""
        if not isinstance(value, str):
            self.not_text(at, f"argument {i}", value)
            return ""
        if i == 0 and not value:
            self.wrong("E201", at, f"argument 0 is {quoted(value)}", "write the program's name there")
        return self.without_nul(at, value)

    def environment(self, at: Path, row: Key, value: object) -> dict[str, str] | None:
        found: dict[str, str] = {}
        if isinstance(value, list):  # as Compose takes it; what may be a secret is not shown
            self.wrong("E105", at, f"{row.name} is a list, not a table", 'write { NAME = "value" }')
            return None
        for name, text in (self.table(at, row.name, value, 'write { NAME = "value" }') or {}).items():
            here = (*at, name)
            if not name or "=" in name or "\0" in name:
                message = f"environment holds {quoted(name)}, which cannot be a variable"
                self.wrong("E212", here, message, "use letters, digits and _", at_key=True)
            elif not isinstance(text, str):
                fix = "write one string" if isinstance(text, dict | list) else "put it in quotes"
                message = f"{quoted(name)[1:-1]} is {a_kind(text, is_secret=True)}, not a string"
                self.wrong("E105", here, message, fix)
            else:
                self._expandable(here, name, text)
                found[name] = self.without_nul(here, text)
        return found

    def _expandable(self, at: Path, name: str, text: str) -> None:
        """A value of `environment`: variables, but nothing else of what a shell expands."""
        label = quoted(name)[1:-1]
        try:
            interpolation.check(text)
        except interpolation.ExpansionError as error:
            fix, dollar = intent().dollar(text, name), interpolation.stray(text) or 0
            self.because("E213", at, f"{label} holds", error, fix, (dollar, dollar + 1))  # the rest may be a secret
        if "`" in text and intent().is_run_elsewhere(text):
            message = f"{label} holds a command in backquotes, and no command is run here"
            self.wrong("W202", at, message, intent().run_elsewhere(name))

    def targets(self, at: Path, row: Key, value: object) -> tuple[str, ...] | None:
        if isinstance(value, str):
            return (self.target(at, row, value),)
        if not isinstance(value, list) or not value:
            forms = 'write "tcp://db:5432" or ["$DATABASE_URL", "file:///run/ready"]'
            self.not_a(at, row.name, value, "a target", forms)
            return None
        found = []
        for i, item in enumerate(value):
            if isinstance(item, str):
                found.append(self.target((*at, i), row, item))
            else:
                self.wrong("E105", (*at, i), f"{row.name} holds {a_kind(item)}, not a target", "put it in quotes")
        return tuple(found)

    def target(self, at: Path, row: Key, text: str) -> str:
        """A target as it is written. With a variable in it, it is known only when it runs."""
        if len(text) > _LONGEST_TARGET:
            message = f"{row.name} holds a target of {len(text)} characters"
            self.wrong("E214", at, message, f"write one of at most {_LONGEST_TARGET}")
            return text
        from lifeinit.probes import targets  # noqa: PLC0415  # 3 ms that only a target has to pay

        begun = f"{row.name} holds {quoted(targets.hidden(text))},"
        try:
            interpolation.check(text)
            if "$" not in text:
                targets.parse(text)
        except interpolation.ExpansionError as error:
            fix, dollar = intent().dollar(text, ""), interpolation.stray(text) or 0
            self.because("E213", at, f"{begun} which holds", error, fix, (dollar, dollar + 1))
        except ValueError as error:
            self.because("E214", at, begun, error)
        return text

    def probe(self, at: Path, row: Key, value: object) -> str | None:
        """The URL of what `http`, `tcp` and the like name, which may leave out its scheme."""
        text, kind = self.text(at, row, value), row.name
        if text is None:
            return None
        scheme = re.match(SCHEME["ready"], text)
        if scheme is None and kind == "http" and not text.startswith("$"):
            self.wrong("E214", at, f"http is {shown(text)}, not a URL", intent().http(text))
        elif scheme is not None and not scheme[1].startswith(kind):
            self.wrong("E214", at, f"{kind} is {shown(text)}, a URL of another kind", f'begin it with "{kind}://"')
        else:
            return self.target(at, row, text if scheme or kind == "http" else f"{kind}://{text}")
        return None
