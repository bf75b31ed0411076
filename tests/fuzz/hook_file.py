"""Coverage-guided fuzzing of a hook file's bytes: `python tests/fuzz/hook_file.py CORPUS -max_total_time=60`.

Needs atheris, which is no dependency of the tests: hypothesis holds the same rules in each run of them. Whatever the
bytes are, there is no exception, and every problem's place lies inside the file.
"""

import sys

import atheris

with atheris.instrument_imports(include=["lifeinit"]):
    from lifeinit import timeline
    from lifeinit.diagnostics import screen
    from lifeinit.diagnostics.colours import Paint
    from lifeinit.diagnostics.report import Report
    from lifeinit.hookfile import reader


def look(raw: bytes) -> None:
    examined = reader.examine(raw)
    lines = examined.text.split("\n")
    for problem in examined.problems:
        line, column = problem.place
        if examined.text and not (1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1):
            raise AssertionError(f"{problem} lies outside")
    screen.problems(Report("fuzz", examined.text, examined.problems), 80, Paint(wanted=False))
    if examined.hook_file is not None:
        timeline.findings(examined.hook_file, 30.0, None)
        timeline.table(examined.hook_file, 30.0)


if __name__ == "__main__":
    atheris.Setup(sys.argv, look)
    atheris.Fuzz()
