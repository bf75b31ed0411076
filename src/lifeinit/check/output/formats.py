"""Diagnostics for programs: JSON, the commands of GitHub Actions, and SARIF 2.1.0."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from lifeinit import __version__
from lifeinit.check.output.report import Report
from lifeinit.check.output.secrets import masked
from lifeinit.check.rules.registry import RULES
from lifeinit.config.diagnostic import Diagnostic, Edits, Span
from lifeinit.engine.printable import escaped

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = ("line", "column", "end_line", "end_column")


def as_json(reports: Sequence[Report]) -> str:
    """One object: every problem, how many of each severity there are, and the plan of each valid file.

    A problem about the command has null places.
    """
    answer = {
        "problems": [_entry(report.path, problem) for report in reports for problem in report.problems],
        "errors": sum(report.errors for report in reports),
        "warnings": sum(report.warnings for report in reports),
        "notes": sum(report.notes for report in reports),
        "plans": [{"file": report.path, **report.plan} for report in reports if report.plan is not None],
    }
    return f"{json.dumps(answer, indent=2)}\n"


def as_github(reports: Sequence[Report]) -> str:
    """One line for each problem, which GitHub shows beside the changed line."""
    return "".join(_annotation(report.path, problem) for report in reports for problem in report.problems)


def as_sarif(reports: Sequence[Report]) -> str:
    """One run with every rule and every result. docs.oasis-open.org, SARIF 2.1.0"""
    rules = [
        {
            "id": rule.code,
            "name": rule.name,
            "shortDescription": {"text": rule.summary},
            "fullDescription": {"text": f"{rule.summary} {rule.reason}"},
            "help": {"text": f"{rule.reason}\n\nWrong:\n{rule.wrong}\n\nRight:\n{rule.right}"},
            "defaultConfiguration": {"level": rule.severity},
        }
        for rule in RULES.values()
    ]
    run = {
        "tool": {"driver": {"name": "lifeinit", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report.path, problem) for report in reports for problem in report.problems],
    }
    return f"{json.dumps({'$schema': _SCHEMA, 'version': '2.1.0', 'runs': [run]}, indent=2)}\n"


def _entry(path: str, problem: Diagnostic) -> dict[str, object]:
    rule = RULES.get(problem.code)
    place = dict.fromkeys(("file", *_PLACE)) if problem.of_command else {"file": path, **_place(problem.span)}
    edits = _edits(problem)
    return {
        **place,
        "severity": problem.severity,
        "code": problem.code or None,
        "rule": rule.name if rule else None,
        "message": problem.message,
        "help": problem.help or None,
        "edits": [{**_place(span), "text": text} for span, text in edits],
        "safe": problem.safe if edits else None,
    }


def _edits(problem: Diagnostic) -> Edits:
    """None where they hold what may be a secret: reports are uploaded and kept."""
    lines = [text.split("\n") for _, text in problem.edits]
    return () if any(masked(part, i) != line for part in lines for i, line in enumerate(part)) else problem.edits


def _place(span: Span) -> dict[str, object]:
    return dict(zip(_PLACE, (*span.start, *span.end), strict=True))


def _annotation(path: str, problem: Diagnostic) -> str:
    (line, column), end = problem.span
    is_one_line = end.line == line  # columns are refused where a problem goes over several lines
    place = {
        "file": path,
        "line": line,
        **({"col": column} if is_one_line else {}),
        "endLine": end.line,
        **({"endColumn": end.column} if is_one_line else {}),
    }
    properties = {**({} if problem.of_command else place), "title": f"lifeinit {problem.code}".rstrip()}
    written = ",".join(f"{name}={_escaped(str(value), in_property=True)}" for name, value in properties.items())
    command = "notice" if problem.severity == "note" else problem.severity
    return f"::{command} {written}::{_escaped(problem.sentence)}\n"


def _escaped(text: str, *, in_property: bool = False) -> str:
    text = "".join(char if char in "\r\n" else escaped(char) for char in text)
    for char in "%\r\n:," if in_property else "%\r\n":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _result(path: str, problem: Diagnostic) -> dict[str, object]:
    file = {"artifactLocation": {"uri": _uri(path)}}  # GitHub shows no result without one
    location: dict[str, object] = {"physicalLocation": {**file, "region": _region(problem.span)}}
    if problem.of_command:
        location = {"physicalLocation": file, "message": {"text": "The command line, after --."}}
    result: dict[str, object] = {"level": problem.severity, "message": {"text": problem.sentence}}
    if problem.code in RULES:
        result = {"ruleId": problem.code, "ruleIndex": list(RULES).index(problem.code), **result}
    if edits := _edits(problem):
        replacements = [{"deletedRegion": _region(span), "insertedContent": {"text": text}} for span, text in edits]
        fix = {"artifactChanges": [{**file, "replacements": replacements}]}
        result["fixes"] = [{"description": {"text": problem.help}, **fix} if problem.help else fix]
    return {**result, "locations": [location]}


def _region(span: Span) -> dict[str, object]:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), (*span.start, *span.end), strict=True))


def _uri(path: str) -> str:
    """A relative reference, or a file's URI for a path from the root. RFC 3986, 4.2: no colon before a slash."""
    quoted = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return f"file://{quoted}" if path.startswith("/") else quoted
