"""Collects the diagnostics of one hook file, up to a limit."""

import re

from lifeinit.config.diagnostic import Diagnostic, HookFileError, quoted
from lifeinit.config.spans import Path, Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.config.diagnostic import Edits
    from lifeinit.config.edits import Editor

MOST_PROBLEMS = 1000

_MEANT = r'did you mean ("[^"]*")\?'

Table = dict[str, object]


class Reporter:
    """Takes what is wrong by the path of the value that it is about."""

    def __init__(self, places: Places, most: int = MOST_PROBLEMS) -> None:
        self.places = places
        self._most = most
        self.top: Table = {}  # the whole file
        self.problems: list[Diagnostic] = []
        self.reported: set[Path] = set()
        self._counts = {"E": 0, "W": 0}

    def wrong(  # noqa: PLR0913
        self,
        code: str,
        path: Path,
        message: str,
        fix: str,
        *,
        at_key: bool = False,
        edits: "Edits" = (),
        safe: bool = True,
        within: tuple[int, int] | None = None,
    ) -> None:
        """Report the value, or the key, at `path`, or the characters `within` a string.

        `edits` make the fix; where it only asks for another value, that is the edit. Raises HookFileError at the limit.
        Warnings never end the reading: a file that has nothing else is right at run time.
        """
        severity = code[0]
        self.reported.add(path)
        if self._counts[severity] >= self._most:
            return
        self._counts[severity] += 1
        if not edits and not at_key and (meant := re.fullmatch(_MEANT, fix)):
            edits = self.edit.value(path, meant[1])
        span = self.places.within(path, *within) if within else self.places.span(path, of_key=at_key)
        self.problems.append(Diagnostic(code, span, message, fix, edits, safe))
        if severity == "E" and self._counts[severity] == self._most:
            raise HookFileError(self.problems)

    def because(  # noqa: PLR0913
        self,
        code: str,
        at: Path,
        begun: str,
        error: ValueError,
        better_fix: str = "",
        *,
        edits: "Edits" = (),
        safe: bool = True,
        within: tuple[int, int] | None = None,
    ) -> None:
        """Report what a ValueError says; its text ends the sentence that was begun and brings the fix."""
        end, _, fix = str(error).partition(": ")
        self.wrong(code, at, f"{begun} {end}", better_fix or fix, edits=edits, safe=safe, within=within)

    @property
    def edit(self) -> "Editor":
        """Makes edits: only a mistake pays for the import."""
        from lifeinit.config.edits import Editor  # noqa: PLC0415

        return Editor(self.places)

    def beside(self, path: Path) -> Table:
        """The table that has the `ready` and the `alive` of what stands at the path: a process, or the top."""
        processes = self.top.get("process")
        if path[:1] != ("process",) or not isinstance(processes, dict):
            return self.top
        process = processes.get(path[1]) if len(path) > 1 else None
        return process if isinstance(process, dict) else {}

    def not_a(  # noqa: PLR0913, PLR0917
        self, at: Path, name: str, value: object, kind: str, fix: str, edits: "Edits" = ()
    ) -> None:
        self.wrong("E105", at, f"{name} is {a_kind(value)}, not {kind}", fix, edits=edits)

    def not_text(self, at: Path, name: str, value: object) -> None:
        if isinstance(value, dict | list):
            self.not_a(at, name, value, "a string", "write one string")
        else:
            self.not_a(at, name, value, "a string", "put it in quotes", self.edit.quoted(at))

    def table(self, at: Path, name: str, value: object, fix: str = "") -> Table | None:
        if isinstance(value, dict):
            return value
        self.not_a(at, name, value, "a table", fix or f"write it as [{'.'.join(map(str, at))}]")
        return None


def shown(text: str) -> str:
    """A text in quotes, without the password that it may hold."""
    from lifeinit.probes import targets  # noqa: PLC0415  # only a mistake pays for it

    return quoted(targets.hidden(text) if "@" in text else text)


def a_kind(value: object, *, is_secret: bool = False) -> str:
    """`a number "5"`: what kind of TOML value it is, and which, unless it may be a secret."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "a number"),
        (float, "a number"),
        (str, "a string"),
        (list, "a list"),
        (dict, "a table"),
    )
    kind = next((name for kind, name in kinds if isinstance(value, kind)), "a date or time")
    return kind if isinstance(value, dict) or is_secret else f"{kind} {quoted(value)}"
