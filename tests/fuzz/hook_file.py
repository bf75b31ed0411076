"""A hook file's bytes: whatever they are, there is no exception, and every problem's place lies inside the file."""

from lifeinit import timeline
from lifeinit.diagnostics import screen
from lifeinit.diagnostics.colours import Paint
from lifeinit.diagnostics.report import Report
from lifeinit.hookfile import reader
from tests.unit import test_check_hostile as hostile

SEEDS = [text.encode() for text in hostile.SEEDS]
PIECES = [text.encode("utf-8", "surrogatepass") for text in hostile.PIECES]


def look(data: bytes) -> None:
    examined = reader.examine(data)
    lines = examined.text.split("\n")
    for problem in examined.problems:
        line, column = problem.place
        if examined.text and not (1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1):
            raise AssertionError(f"{problem} lies outside")
    screen.problems(Report("fuzz", examined.text, examined.problems), 80, Paint(wanted=False))
    if examined.hook_file is not None:
        timeline.findings(examined.hook_file, 30.0, None)
        timeline.table(examined.hook_file, 30.0)
