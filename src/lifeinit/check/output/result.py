"""What is to be told of one file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lifeinit.check.rules.rule import COMMAND, Finding
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import HookFile
from lifeinit.config.spans import Places


@dataclass(frozen=True)
class Report:
    """One file: its text (empty if it cannot be shown), its problems by their places, what it holds if it is right."""

    path: str
    text: str
    problems: Sequence[Diagnostic]
    summary: str = ""
    hook_file: HookFile | None = None

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


def located(findings: Iterable[Finding], places: Places) -> list[Diagnostic]:
    """Findings as problems: at the key or the value that they are about, or at the nearest one above it."""
    problems = []
    for finding in findings:
        span = places.span(finding.path, of_key=finding.at_key)
        of_command = finding.path == COMMAND
        problems.append(Diagnostic(finding.code, span, finding.sentence, finding.help, of_command=of_command))
    return problems
