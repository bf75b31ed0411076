"""What `lifeinit check` prints for people: the plan where it is wanted, the findings, and the verdict last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lifeinit.check import timeline
from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.report import Report
from lifeinit.check.output.text_width import wrapped
from lifeinit.engine.printable import escaped

_WIDEST_PLAN = 120
_OF_THE_BUDGET = ("E4", "W4")


@dataclass(frozen=True)
class Screen:
    """`plan`: it is asked for. Otherwise it comes by itself where the budget is the problem."""

    columns: int
    paint: Paint
    unicode: bool
    plan: bool
    grace: timeline.Grace | None

    def text(self, reports: Sequence[Report]) -> str:
        """Everything, the verdict of each file last."""
        plans = [
            self._plan(report, is_one=sum(one.hook_file is not None for one in reports) == 1) for report in reports
        ]
        findings = [snippet.problems(report, self.columns, self.paint) for report in reports]
        verdicts = (snippet.verdict(report, self.columns, self.paint) for report in reports)
        hints = (f"{line}\n" for hint in _hints(reports) for line in wrapped(hint, self.columns, "  "))
        return "".join((*plans, *findings, *hints, *verdicts))

    def _plan(self, report: Report, *, is_one: bool) -> str:
        is_needed = any(problem.code.startswith(_OF_THE_BUDGET) for problem in report.problems)
        if report.hook_file is None or not (self.plan or is_needed):
            return ""
        width = min(self.columns, _WIDEST_PLAN)
        screens = [
            screen(report.hook_file, self.grace, width, self.unicode) for screen in (timeline.table, timeline.drawing)
        ]
        lines = [*([] if is_one else [f"{escaped(report.path)}:", ""]), *"\n\n".join(screens).split("\n"), ""]
        return "".join(f"{part}\n" for line in lines for part in wrapped(line, width, "  "))


def _hints(reports: Sequence[Report]) -> Iterator[str]:
    found = [problem for report in reports for problem in report.problems]
    if fixable := sum(report.fixable for report in reports):
        yield f"{fixable} fixable with `lifeinit check --fix`; `--diff` shows the changes"
    if found:
        yield f"`lifeinit check --explain {found[0].code}` explains the rule"
