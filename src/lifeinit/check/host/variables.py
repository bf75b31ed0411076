"""The variables that a table of the hook file can use, as far as they are known before it runs."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lifeinit.check.host.accounts import Person
from lifeinit.config.spans import Path
from lifeinit.values import interpolation

_DEFAULT_PATH = "/bin:/usr/bin"  # what the engine searches where PATH is unset. execvp(3)
_PATH = re.compile(r"\bPATH\b")

# What every runtime sets, though the environment of a build may lack it.
ALWAYS = frozenset({"HOME", "HOSTNAME", "PATH"})

# What a shell sets for itself: the shell that starts this check has them, an ENTRYPOINT in exec form has not.
OF_A_SHELL = frozenset({"PWD", "OLDPWD", "SHLVL", "_"})


@dataclass(frozen=True)
class Exports:
    """What earlier pre_start hooks are seen to export through LIFEINIT_ENV."""

    something: bool = False
    path: bool = False

    def after(self, texts: Iterable[str]) -> "Exports":
        """The same once a hook has run, by its words and the scripts that it names.

        A program that reads LIFEINIT_ENV itself cannot be seen to do so.
        """
        exporting = [text for text in texts if "LIFEINIT_ENV" in text]
        return Exports(self.something or bool(exporting), self.path or any(map(_PATH.search, exporting)))


@dataclass(frozen=True)
class Setting:
    """The variables of one table: its own `environment` over the user's and the inherited ones."""

    path: Path
    person: Person | None
    environment: Mapping[str, str]
    exports: Exports
    secrets: frozenset[str] = frozenset()  # variables whose values files hold

    def value(self, text: str) -> str | None:
        """A text of `environment` expanded; None where a variable is not known."""
        return _expanded(text, self._inherited)

    def target(self, text: str) -> str | None:
        """A target expanded, which sees the variables of the table as well."""
        inherited = self._inherited
        own = {name: _expanded(raw, inherited) for name, raw in self.environment.items()}
        return _expanded(text, inherited | {name: value for name, value in own.items() if value is not None})

    def unset(self, text: str, own: bool = False) -> tuple[str, ...]:
        """The variables in the text that nothing is seen to set. With `own`, as a target sees them."""
        if self.exports.something:
            return ()
        known = ALWAYS | self.secrets | self._inherited.keys() | (self.environment.keys() if own else set())
        by_lifeinit = "LIFEINIT_" if own else "="  # set for programs; not yet when their environment is made
        found = (name for name in names(text) if name not in known and not name.startswith(by_lifeinit))
        return tuple(dict.fromkeys(found))

    @property
    def search(self) -> str | None:
        """PATH; None where it cannot be known."""
        if self.exports.path:
            return None
        if "PATH" in self.environment:
            return self.value(self.environment["PATH"])
        return os.environ.get("PATH", _DEFAULT_PATH)

    @cached_property
    def _inherited(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in OF_A_SHELL}
        return {**inherited, **(self.person.variables if self.person else {})}


def names(text: str) -> tuple[str, ...]:
    """The variables in a text."""
    try:
        return interpolation.pieces(text)[1::2]
    except interpolation.ExpansionError:
        return ()  # not in a hook file that was read: the parser refuses it


def _expanded(text: str, variables: Mapping[str, str]) -> str | None:
    try:
        return interpolation.expand(text, variables)
    except interpolation.ExpansionError:
        return None
