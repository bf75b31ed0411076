"""The report on one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import HookFile


@dataclass(frozen=True)
class Report:
    """One file: its text (empty if it cannot be shown), its diagnostics, its contents and its plan if it is valid."""

    path: str
    text: str
    problems: Sequence[Diagnostic]
    summary: str = ""
    hook_file: HookFile | None = None
    plan: Mapping[str, object] | None = None

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors
