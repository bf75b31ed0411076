"""Diagnostics for people: the message, the line of source with a mark under the span, and the help."""

from lifeinit.check.output.colours import Paint
from lifeinit.check.output.excerpt import excerpt
from lifeinit.check.output.report import Report
from lifeinit.check.output.secrets import masked
from lifeinit.check.output.text_width import wrapped
from lifeinit.config.diagnostic import Diagnostic, Place
from lifeinit.config.reporter import MOST_PROBLEMS
from lifeinit.engine.printable import escaped

_NARROWEST = 40
_WHOLE_FILE = Place(1, 1)  # the end of an empty span
_COMMAND_LINE = "the command line, after --"


def problems(report: Report, columns: int, paint: Paint) -> str:
    """Every problem of the file, each with an empty line after it."""
    lines = report.text.split("\n") if report.text else []
    return "".join(f"{_problem(problem, report.path, lines, columns, paint)}\n" for problem in report.problems)


def verdict(report: Report, columns: int, paint: Paint) -> str:
    """One sentence: how many errors and warnings, or ok."""
    path, counts = escaped(report.path), _counts(report)
    fixed = f"{report.fixed} fixed, " if report.fixed else ""
    if report.errors:
        most = ", the most that are shown" if report.errors >= MOST_PROBLEMS else ""
        kind, result, rest = "error", f"{fixed}{counts}{most}", ""
    else:
        kind = "warning" if counts else "ok"
        result, rest = (
            f"{fixed}ok{f' with {counts}' if counts else ''}",
            f": {report.summary}" if report.summary else "",
        )
    first, *lines = wrapped(f"{path}: {result}{rest}", columns, "  ")
    if first.startswith(f"{path}: {result}"):
        first = first.replace(f": {result}", f": {paint(kind, result)}", 1)
    return "".join(f"{line}\n" for line in (first, *lines))


def _counts(report: Report) -> str:
    kinds = (("error", report.errors), ("warning", report.warnings), ("note", report.notes))
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds if number)


def _problem(problem: Diagnostic, path: str, lines: list[str], columns: int, paint: Paint) -> str:
    line, column = problem.span.start
    code = f"[{problem.code}]" if problem.code else ""
    gap = " " * len(str(line))
    bar, columns = paint("frame", f"{gap} |"), max(columns, _NARROWEST)
    head = f"{problem.severity}{code}"
    first, *others = wrapped(f"{head}: {problem.message}", columns, "  ")
    where = _COMMAND_LINE if problem.of_command else f"{escaped(path)}:{line}:{column}"
    place, *rest = wrapped(f"{gap}--> {where}", columns, f"{gap}    ")
    rows = [
        paint(problem.severity, head) + paint("strong", first[len(head) :]),
        *(paint("strong", other) for other in others),
        paint("frame", place[: len(gap) + 3]) + place[len(gap) + 3 :],
        *rest,
    ]
    has_source = line <= len(lines) and problem.span.end != _WHOLE_FILE and not problem.of_command
    if has_source:
        shown = excerpt(*_marked(problem, masked(lines, line - 1)), columns - len(gap) - 3)
        rows += [
            bar,
            f"{paint('frame', f'{line} |')} {shown.text}".rstrip(),
            f"{bar} {' ' * shown.column}{paint(problem.severity, '^' * shown.width)}",
        ]
    if problem.help:
        first, *others = wrapped(f"{gap} = help: {problem.help}", columns, f"{gap}         ")
        begin = f"{paint('frame', f'{gap} =')} {paint('help', 'help')}"
        rows += [*([bar] if has_source else []), begin + first[len(gap) + 7 :], *others]
    return "\n".join(rows) + "\n"


def _marked(problem: Diagnostic, line: str) -> tuple[str, int, int]:
    """The line without its end, and from where to where it is marked: of several lines the first one, to its end."""
    line = line.removesuffix("\r")
    (number, column), end = problem.span
    start = min(column - 1, len(line))
    return line, start, end.column - 1 if end.line == number else len(line.rstrip())
