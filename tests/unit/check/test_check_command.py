"""Problems of the app's command on the command line, which no hook file is to be blamed for.

They were shown at the file's [app] table, or at its first character.
"""

import json

import pytest

from lifeinit.check.output.colours import Paint
from lifeinit.check.output.formats import as_github, as_json, as_sarif
from lifeinit.check.output.report import Report
from lifeinit.check.output.snippet import problems
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.spans import Places


@pytest.fixture
def report() -> Report:
    """One problem of the command, one of the file."""
    text = '[app]\nworking_dir = "/no-such-directory"\n'
    places = Places(text)
    of_command = Diagnostic("E301", places.span(("--",)), "program not found", "install it", of_command=True)
    of_file = Diagnostic("E314", places.span(("app", "working_dir")), "does not exist", "create it")
    return Report("hooks.toml", text, [of_command, of_file])


def test_for_people(report: Report) -> None:
    command, file = problems(report, 80, Paint(wanted=False)).split("\n\n", 1)
    where, way_out = command.splitlines()[1:]
    assert where == " --> the command line, after --"
    assert way_out.startswith("  = help: ")
    assert file.splitlines()[1] == " --> hooks.toml:2:15"


def test_for_programs(report: Report) -> None:
    first, second = json.loads(as_json([report]))["problems"]
    assert [first[key] for key in ("file", "line", "column", "end_line", "end_column")] == [None] * 5
    assert [second[key] for key in ("file", "line", "column", "end_line", "end_column")] == ["hooks.toml", 2, 15, 2, 35]


def test_for_github(report: Report) -> None:
    first, second = as_github([report]).splitlines()
    assert first.startswith("::error title=lifeinit E301::")
    assert second.startswith("::error file=hooks.toml,line=2,col=15,endLine=2,endColumn=35,title=lifeinit E314::")


def test_for_code_scanning(report: Report) -> None:
    first, second = json.loads(as_sarif([report]))["runs"][0]["results"]
    file = {"artifactLocation": {"uri": "hooks.toml"}}
    assert first["locations"] == [{"physicalLocation": file, "message": {"text": "The command line, after --."}}]
    assert second["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
