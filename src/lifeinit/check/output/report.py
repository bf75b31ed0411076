"""The report on one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import HookFile


@dataclass(frozen=True)
class Report:
    """One file: its text (empty if it cannot be shown), its diagnostics, and what it holds and its plan if it is valid.

    `fixed` is how many fixes were made before.
    """

    path: str
    text: str
    problems: Sequence[Diagnostic]
    summary: str = ""
    hook_file: HookFile | None = None
    plan: Mapping[str, object] | None = None
    fixed: int = 0

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
