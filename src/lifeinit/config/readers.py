"""Reads the values of a hook file that are more than one word: signals, commands, environments and targets."""

import re

from lifeinit.config.diagnostic import Edits, quoted
from lifeinit.config.keys import SCHEMES, TABLES, Key
from lifeinit.config.model import Secret
from lifeinit.config.plain_values import PlainValues, intent
from lifeinit.config.reporter import Table, a_kind, shown
from lifeinit.config.spans import Path
from lifeinit.config.toml import written
from lifeinit.engine.plan import PHASES
from lifeinit.engine.signals import name_of, number_of
from lifeinit.values import interpolation

COMMAND_FORMS = 'write "a shell command" or ["program", "argument"]'
_LONGEST_TARGET = 4096
_SECRET_FILE = TABLES["top"]["ready_file"].replaced(name="file")
SCHEME = {table: rf"({'|'.join(schemes)})://" for table, schemes in SCHEMES.items()}


class Values(PlainValues):
    """As its base. The methods are named after the kinds of keys."""

    # Signals.

    def signal(self, at: Path, row: Key, value: object) -> str | None:
        """The signal's usual name, `TERM`."""
        return self._signal(at, row.name, value, frozenset({"STOP"}))

    def signals(self, at: Path, row: Key, value: object) -> tuple[str, ...] | None:
        """Signals that lifeinit is to catch."""
        if not isinstance(value, list):
            words = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else []
            edits = self.edit.value(at, written(words)) if words else ()
            self.not_a(at, row.name, value, "a list", 'write a list, for example ["TERM"]', edits)
            return None
        unusable = frozenset({"STOP", "KILL", "CHLD"})
        names = [self._signal((*at, i), row.name, item, unusable) for i, item in enumerate(value)]
        return tuple(name for name in names if name is not None)

    def _signal(self, at: Path, key: str, value: object, unusable: frozenset[str]) -> str | None:
        number = number_of(value) if isinstance(value, str) else None
        if number is None:
            fix = intent().signal(value) or 'write a name, for example "TERM" or "RTMIN+1"'
            self.wrong("E203", at, f"{key} contains {quoted(value)}, which is not a signal", fix)
            return None
        name = name_of(number)
        if name in unusable:
            why = "is reserved for lifeinit itself" if name == "CHLD" else "cannot be used here"
            message, edits = f"{key} contains {quoted(value)}, which {why}", self.edit.value(at, '"TERM"')
            self.wrong("E204", at, message, 'write another, for example "TERM"', edits=edits, safe=False)
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
                self.wrong("E203", here, f"signals contains {quoted(key)}, which is not a signal", fix, at_key=True)
            elif came in {"KILL", "STOP", "CHLD"}:
                message = f"signals contains {quoted(key)}, which never reaches lifeinit"
                self.wrong("E204", here, message, 'write another, for example "HUP"', at_key=True)
            elif came in found:
                message = f"signals contains {quoted(key)}, but already has {came}"
                edits = self.edit.removed(here)
                self.wrong("E205", here, message, "remove one", at_key=True, edits=edits, safe=False)
            else:
                found[came] = None if item == "" else self.signal(here, row, item) or came
        return found

    def process_names(self, at: Path, row: Key, value: object) -> tuple[str, ...] | None:
        """Names of processes. Whether they exist is known once all are read."""
        if not isinstance(value, list):
            edits = self.edit.value(at, written([value])) if isinstance(value, str) else ()
            self.not_a(at, row.name, value, "a list", 'write a list, for example ["db"]', edits)
            return None
        for i, item in enumerate(value):
            if not isinstance(item, str):
                self.not_text((*at, i), row.name, item)
        return tuple(item for item in value if isinstance(item, str))

    # Commands, their environment, and targets.

    def command(self, at: Path, row: Key, value: object) -> str | tuple[str, ...] | None:
        match value:
            case str() if not value.strip():
                self.wrong("E201", at, f"{row.name} is {quoted(value)}, an empty string", COMMAND_FORMS)
            case []:
                self.wrong("E201", at, f"{row.name} is {quoted(value)}, an empty list", COMMAND_FORMS)
            case str():
                return self.passed(at, value)
            case list():
                if at[0] in PHASES and any(isinstance(item, dict | list) for item in value):
                    self._commands(at, value)
                    return None
                return tuple(self._argument((*at, i), i, item) for i, item in enumerate(value))
            case _:
                self.not_a(at, row.name, value, "a command", COMMAND_FORMS)
        return None

    def _commands(self, at: Path, value: list[object]) -> None:
        """Several commands in the list that is one: where it is the phase's own, each is a hook."""
        fix, edits = f"write each command below a [[{at[0]}]] of its own", Edits()
        if len(at) == 1:
            hooks = (self.edit.hook((*at, i), item) for i, item in enumerate(value))
            edits = self.edit.value(at, f"[{', '.join(hooks)}]")
        first = next(i for i, item in enumerate(value) if isinstance(item, dict | list))
        self.not_a((*at, first), f"argument {first}", value[first], "a string", fix, edits)

    def _argument(self, at: Path, i: int, value: object) -> str:
        if not isinstance(value, str):
            self.not_text(at, f"argument {i}", value)
            return ""
        if i == 0 and not value:
            self.wrong("E201", at, f"argument 0 is {quoted(value)}", "write the program's name there")
        return self.passed(at, value)

    def environment(self, at: Path, row: Key, value: object) -> dict[str, str | Secret] | None:
        found: dict[str, str | Secret] = {}
        if isinstance(value, list):  # as Compose takes it; what may be a secret is not shown
            pairs = [item for item in value if isinstance(item, str) and re.match(r"(?a)[A-Za-z_]\w*=", item)]
            is_clear = len({pair.partition("=")[0] for pair in pairs}) == len(value)
            edits = self.edit.assigned(at, pairs) if is_clear else ()
            self.wrong("E105", at, f"{row.name} is a list, not a table", 'write { NAME = "value" }', edits=edits)
            return None
        for name, text in (self.table(at, row.name, value, 'write { NAME = "value" }') or {}).items():
            here = (*at, name)
            if not name or "=" in name or "\0" in name:
                message, (begin, sign, rest) = (
                    f"environment contains {quoted(name)}, which is not a name of a variable",
                    name.partition("="),
                )
                edits = self.edit.statement(here, f"{begin} = {written(rest)}") if sign and text == "" else ()
                self.wrong("E212", here, message, "use letters, digits and _", at_key=True, edits=edits, safe=False)
            elif isinstance(text, dict) and text:
                secret = self._secret(here, name, text)
                found.update({} if secret is None else {name: secret})
            elif not isinstance(text, str):
                is_one = not isinstance(text, dict | list)
                fix, edits = ("put it in quotes", self.edit.quoted(here)) if is_one else ("write one string", ())
                message = f"{quoted(name)[1:-1]} is {a_kind(text, is_secret=True)}, not a string"
                self.wrong("E105", here, message, fix, edits=edits)
            else:
                self._expandable(here, name, text)
                found[name] = self.passed(here, text, name)
        return found

    def _secret(self, at: Path, name: str, table: Table) -> Secret | None:
        """A variable whose value is in a file."""
        label = quoted(name)[1:-1]
        for key in table.keys() - {"file"}:
            fix = 'write { file = "/run/secrets/..." }, or a string'
            self.wrong("E102", (*at, key), f"{label} has the unknown key {quoted(key)}", fix, at_key=True)
        if "file" not in table:
            return None
        path = self.path((*at, "file"), _SECRET_FILE, table["file"])
        return None if path is None else Secret(path)

    def _expandable(self, at: Path, name: str, text: str) -> None:
        """A value of `environment`: variables, but nothing else of what a shell expands."""
        label = quoted(name)[1:-1]
        try:
            interpolation.check(text)
        except interpolation.ExpansionError as error:
            self._dollar(at, f"{label} contains", error, text, name)  # the rest may be a secret
        if "`" in text and intent().is_run_elsewhere(text):
            message = f"{label} is a command in backticks, which is not run"
            self.wrong("W202", at, message, intent().run_elsewhere(name), edits=self.edit.removed(at), safe=False)

    def _dollar(self, at: Path, begun: str, error: ValueError, text: str, name: str) -> None:
        """A dollar sign that begins no variable: a sign, or something of the shell."""
        fix, dollar = intent().dollar(text, name), interpolation.stray(text) or 0
        edits = () if fix else self.edit.within(at, dollar, dollar + 1, "$$")
        self.because("E213", at, begun, error, fix, edits=edits, within=(dollar, dollar + 1))

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
                self.wrong("E105", (*at, i), f"{row.name} contains {a_kind(item)}, not a target", "put it in quotes")
        return tuple(found)

    def target(self, at: Path, row: Key, text: str) -> str:
        """A target as it is written. With a variable in it, it is known only when it runs."""
        if len(text) > _LONGEST_TARGET:
            message = f"{row.name} contains a target of {len(text)} characters"
            self.wrong("E214", at, message, f"write one of at most {_LONGEST_TARGET}")
            return text
        from lifeinit.probes import targets  # noqa: PLC0415  # 3 ms that only a target has to pay

        begun = f"{row.name} contains {quoted(targets.hidden(text))},"
        try:
            interpolation.check(text)
            if "$" not in text:
                targets.parse(text)
        except interpolation.ExpansionError as error:
            self._dollar(at, f"{begun} which contains", error, text, "")
        except ValueError as error:
            meant, scheme = re.search(r'unknown: did you mean "(\w+)"', str(error)), text.partition(":")[0]
            edits = self.edit.within(at, 0, len(scheme), meant[1]) if meant else ()
            self.because("E214", at, begun, error, intent().url(text), edits=edits)
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
            fix, edits = f'begin it with "{kind}://"', self.edit.within(at, 0, scheme.end(), f"{kind}://")
            self.wrong("E214", at, f"{kind} is {shown(text)}, a URL of another kind", fix, edits=edits, safe=False)
        else:
            return self.target(at, row, text if scheme or kind == "http" else f"{kind}://{text}")
        return None
