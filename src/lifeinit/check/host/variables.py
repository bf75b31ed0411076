"""The variables that a table of the hook file has at its disposal, as far as they are known before it runs."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lifeinit.check.host.accounts import Person
from lifeinit.check.host.read_head import beginning
from lifeinit.config.model import Command
from lifeinit.config.spans import Path
from lifeinit.values import interpolation

_DEFAULT_PATH = "/bin:/usr/bin"  # what the engine searches where PATH is unset. execvp(3)
_LONGEST_LOOK = 1 << 16  # bytes of a script
_PATH = re.compile(r"\bPATH\b")
_FILE_NAME = re.compile(r"[\w./+-]+")

# What every runtime sets, though the environment of a build may lack it.
ALWAYS = frozenset({"HOME", "HOSTNAME", "PATH"})

# What a shell makes for itself: the one that starts this check has them, the exec form of ENTRYPOINT has not.
OF_A_SHELL = frozenset({"PWD", "OLDPWD", "SHLVL", "_"})


@dataclass(frozen=True)
class Exports:
    """What earlier pre_start hooks are seen to hand on through LIFEINIT_ENV."""

    something: bool = False
    path: bool = False

    def after(self, command: Command, directory: str) -> "Exports":
        """The same once this hook has run: its command may speak of LIFEINIT_ENV, or a script that it names.

        A program that takes the variable from its environment without a script in between cannot be seen to do so.
        """
        exporting = exporting_texts(command, directory)
        return Exports(self.something or bool(exporting), self.path or any(map(_PATH.search, exporting)))


@dataclass(frozen=True)
class Setting:
    """One table's variables: its own `environment` on top of the user's and of those that lifeinit has."""

    at: Path
    person: Person | None
    environment: Mapping[str, str]
    exports: Exports

    def value(self, text: str) -> str | None:
        """A text of `environment` with its variables' values; None where one of them is not known."""
        return _expanded(text, self._inherited())

    def target(self, text: str) -> str | None:
        """The same for a target, which sees the variables of the table as well."""
        inherited = self._inherited()
        own = {name: _expanded(raw, inherited) for name, raw in self.environment.items()}
        return _expanded(text, inherited | {name: value for name, value in own.items() if value is not None})

    def unset(self, text: str, own: bool = False) -> tuple[str, ...]:
        """The variables in the text that nothing sets, as far as can be seen. With `own`, as a target sees them."""
        if self.exports.something:
            return ()
        known = ALWAYS | self._inherited().keys() | (self.environment.keys() if own else set())
        told = "LIFEINIT_" if own else "="  # what lifeinit tells its programs, their environment cannot speak of
        return tuple(dict.fromkeys(name for name in names(text) if name not in known and not name.startswith(told)))

    @property
    def search(self) -> str | None:
        """The PATH; None where it cannot be known."""
        if self.exports.path:
            return None
        if "PATH" in self.environment:
            return self.value(self.environment["PATH"])
        return os.environ.get("PATH", _DEFAULT_PATH)

    def _inherited(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in OF_A_SHELL}
        return {**inherited, **(self.person.variables if self.person else {})}


def exporting_texts(command: Command, directory: str) -> list[str]:
    """What of a command speaks of LIFEINIT_ENV: its words, and the scripts that it names."""
    words = [command] if isinstance(command, str) else list(command)
    names = _FILE_NAME.findall(command) if isinstance(command, str) else words
    scripts = (beginning(os.path.join(directory, name), _LONGEST_LOOK) for name in names[:8])
    texts = [*words, *(script.decode("utf-8", "replace") for script in scripts)]
    return [text for text in texts if "LIFEINIT_ENV" in text]


def names(text: str) -> tuple[str, ...]:
    """The variables that a text speaks of."""
    try:
        return interpolation.pieces(text)[1::2]
    except interpolation.ExpansionError:
        return ()  # not for a hook file that was read: the reader refuses it


def _expanded(text: str, variables: Mapping[str, str]) -> str | None:
    try:
        return interpolation.expand(text, variables)
    except interpolation.ExpansionError:
        return None
