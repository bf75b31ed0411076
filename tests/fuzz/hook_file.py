"""A hook file's bytes: whatever they are, there is no exception, and every problem's place lies inside the file."""

from lifeinit.check import timeline
from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.result import Report
from lifeinit.config import parser
from tests.unit.check import test_hostile as hostile

SEEDS = [text.encode() for text in hostile.SEEDS]
PIECES = [text.encode("utf-8", "surrogatepass") for text in hostile.PIECES]


def look(data: bytes) -> None:
    examined = parser.examine(data)
    lines = examined.text.split("\n")
    for problem in examined.problems:
        line, column = problem.span.start
        if examined.text and not (1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1):
            raise AssertionError(f"{problem} lies outside")
    snippet.problems(Report("fuzz", examined.text, examined.problems), 80, Paint(wanted=False))
    if examined.hook_file is not None:
        timeline.findings(examined.hook_file, 30.0, None)
        timeline.table(examined.hook_file, 30.0)
