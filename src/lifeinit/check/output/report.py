"""The report on one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifeinit.config.contents import Sources
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import HookFile


@dataclass(frozen=True)
class Report:
    """One file: its text (empty if it cannot be shown), its diagnostics, and what it holds and its plan if it is valid.

    `fixed` is how many fixes were made before. What it holds is that of its drop-ins too, whose reports it has;
    `sources` are the bytes of all these files.
    """

    path: str
    text: str
    problems: Sequence[Diagnostic]
    summary: str = ""
    hook_file: HookFile | None = None
    plan: Mapping[str, object] | None = None
    fixed: int = 0
    drop_ins: tuple["Report", ...] = ()
    sources: Sources | None = None

    @property
    def files(self) -> tuple["Report", ...]:
        """The reports on each file, its own first."""
        return (self, *self.drop_ins)

    @property
    def is_wrong(self) -> bool:
        """Whether one of the files has errors."""
        return any(report.errors for report in self.files)

    @property
    def errors(self) -> int:
        return self._number("error")

    @property
    def warnings(self) -> int:
        return self._number("warning")

    @property
    def notes(self) -> int:
        return self._number("note")

    @property
    def fixable(self) -> int:
        """How many of the problems have a safe fix."""
        return sum(bool(problem.edits) and problem.safe for problem in self.problems)

    def _number(self, severity: str) -> int:
        return sum(problem.severity == severity for problem in self.problems)
