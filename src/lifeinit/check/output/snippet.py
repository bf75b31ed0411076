"""Diagnostics for people: the message, the line of source with a mark under the span, and the help."""

from lifeinit.check.output.colours import Paint
from lifeinit.check.output.excerpt import excerpt
from lifeinit.check.output.report import Report
from lifeinit.check.output.secrets import masked
from lifeinit.config.diagnostic import Diagnostic, Place
from lifeinit.config.reporter import MOST_PROBLEMS
from lifeinit.engine.printable import escaped

_NARROWEST = 40
_WHOLE_FILE = Place(1, 1)  # the end of an empty span
_COMMAND_LINE = "the command line, behind --"


def problems(report: Report, columns: int, paint: Paint) -> str:
    """Every problem of the file, each with an empty line after it."""
    lines = report.text.split("\n") if report.text else []
    return "".join(f"{_problem(problem, report.path, lines, columns, paint)}\n" for problem in report.problems)


def verdict(report: Report, paint: Paint) -> str:
    """One line: how many errors and warnings, or ok."""
    path, counts = escaped(report.path), _counts(report)
    if report.errors >= MOST_PROBLEMS:
        return f"{path}: {paint('error', f'{counts}, the most that are shown')}\n"
    if report.errors:
        return f"{path}: {paint('error', counts)}\n"
    result = f"{paint('ok', 'ok')}{paint('warning', f' with {counts}') if counts else ''}"
    return f"{path}: {result}: {report.summary}\n"


def _counts(report: Report) -> str:
    kinds = (("error", report.errors), ("warning", report.warnings))
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds if number)


def _problem(problem: Diagnostic, path: str, lines: list[str], columns: int, paint: Paint) -> str:
    line, column = problem.span.start
    code = f"[{problem.code}]" if problem.code else ""
    gap = " " * len(str(line))
    bar = paint("frame", f"{gap} |")
    rows = [
        f"{paint(problem.severity, problem.severity + code)}{paint('strong', f': {problem.message}')}",
        f"{paint('frame', f'{gap}-->')} {_COMMAND_LINE if problem.of_command else f'{escaped(path)}:{line}:{column}'}",
    ]
    has_source = line <= len(lines) and problem.span.end != _WHOLE_FILE and not problem.of_command
    if has_source:
        shown = excerpt(*_marked(problem, masked(lines, line - 1)), max(columns, _NARROWEST) - len(gap) - 3)
        rows += [
            bar,
            f"{paint('frame', f'{line} |')} {shown.text}".rstrip(),
            f"{bar} {' ' * shown.column}{paint(problem.severity, '^' * shown.width)}",
        ]
    if problem.help:
        rows += [
            *([bar] if has_source else []),
            f"{paint('frame', f'{gap} =')} {paint('help', 'help')}: {problem.help}",
        ]
    return "\n".join(rows) + "\n"


def _marked(problem: Diagnostic, line: str) -> tuple[str, int, int]:
    """The line without its end, and from where to where it is marked: of several lines the first one, to its end."""
    line = line.removesuffix("\r")
    (number, column), end = problem.span
    start = min(column - 1, len(line))
    return line, start, end.column - 1 if end.line == number else len(line.rstrip())
