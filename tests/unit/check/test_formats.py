"""Problems for programs: JSON, GitHub's commands, SARIF."""

import json
from urllib.parse import unquote

import pytest

from lifeinit import __version__
from lifeinit.check import timeline
from lifeinit.check.output.formats import as_github, as_json, as_sarif
from lifeinit.check.output.report import Report
from lifeinit.check.rules.registry import RULES
from lifeinit.config.diagnostic import Diagnostic, Edit, Place, Span
from lifeinit.config.parser import examine, parse
from lifeinit.config.spans import Places

TEXT = '[[pre_start]]\ncommand = "x"\nretry_delay = "3s"\n[app]\nuser = "a\\u0000b"\nuses = """\na"""\n'


def report(path: str = "hooks.toml", text: str = TEXT) -> Report:
    examined = examine(text.encode())
    return Report(path, examined.text, examined.problems)


def test_no_edit_carries_a_secret_into_a_report() -> None:
    """They are uploaded and kept. The control is a fix of the same kind without one."""
    texts = ('"mysql", "--port=3306"', '"mysql", "--password=hunter2"', '\n[app]\nenvironment = { A = "hunter2" }')
    for text, is_kept in zip(texts, (True, False, False), strict=True):
        span = Span(Place(1, 1), Place(1, 2))
        problem = Diagnostic("W310", span, "it is one word", edits=(Edit(span, text),), safe=True)
        one = Report("hooks.toml", "x = 1", [problem])
        assert bool(json.loads(as_json([one]))["problems"][0]["edits"]) is is_kept
        assert not any("hunter2" in text for text in (as_json([one]), as_sarif([one])))
        assert ("fixes" in as_sarif([one])) is is_kept


def test_json() -> None:
    assert as_json([report(text='pre_strat = "x"\n')]) == (
        """\
{
  "problems": [
    {
      "file": "hooks.toml",
      "line": 1,
      "column": 1,
      "end_line": 1,
      "end_column": 10,
      "severity": "error",
      "code": "E102",
      "rule": "unknown-key",
      "message": "unknown key \\"pre_strat\\"",
      "help": "did you mean \\"pre_start\\"?",
      "edits": [
        {
          "line": 1,
          "column": 1,
          "end_line": 1,
          "end_column": 10,
          "text": "pre_start"
        }
      ],
      "safe": true
    }
  ],
  "errors": 1,
  "warnings": 0,
  "notes": 0,
  "plans": []
}
"""
    )


def test_json_of_several_files() -> None:
    answer = json.loads(as_json([report("a.toml"), report("b.toml", ""), report("ä\n.toml")]))
    assert [(problem["file"], problem["line"], problem["code"]) for problem in answer["problems"]] == [
        (path, line, code) for path in ("a.toml", "ä\n.toml") for line, code in ((3, "W201"), (5, "E215"), (6, "E102"))
    ]
    assert (answer["errors"], answer["warnings"]) == (4, 2)


def test_json_has_the_plan_of_each_valid_file() -> None:
    """In seconds; what has no limit is null."""
    text = 'stop_timeout = 9\nalive = { watchdog = 5 }\npre_start = "x"\n'
    plan = timeline.data(parse(text.encode()))
    answer = json.loads(as_json([Report("a", text, [], plan=plan), report("b")]))
    (found,) = answer["plans"]
    assert (found["file"], found["stop_timeout"]) == ("a", 9.0)
    assert [tuple(stage.values()) for half in ("start", "hang", "stop") for stage in found[half]] == [
        ("pre_start", "[0]", "x", None, None, None, None),
        ("start", "app", "ready as soon as it runs", 0.0, 0.0, None, None),
        ("alive", "app", "the app sends WATCHDOG=1", 5.0, None, 5.0, None),
        ("stop", "app", "the whole stop", 9.0, None, 14.0, None),
        ("stop", "app", "the stop signal, then SIGKILL", 8.0, None, 8.0, None),
        ("cleanup", "", "SIGTERM, then SIGKILL", 1.0, None, 9.0, None),
    ]
    assert list(found["hang"][0]) == ["phase", "name", "does", "at_most", "known", "done_by", "file"]


def test_json_of_a_problem_without_a_rule() -> None:
    plain = Report("f", "", [Diagnostic("", Span(Place(1, 2), Place(1, 3)), "sentence: way out")])
    (problem,) = json.loads(as_json([plain]))["problems"]
    assert (problem["code"], problem["rule"], problem["help"], problem["end_column"]) == (None, None, None, 3)


def test_github() -> None:
    sentence = "retry_delay has no effect without retries: add retries, or remove it"
    nul = '"a\\x00b" contains a NUL character, which no command line can contain: remove it'
    unknown = 'unknown key "uses": did you mean "user"?'
    assert as_github([report("a,b:c%.toml")]).splitlines() == [
        f"::warning file=a%2Cb%3Ac%25.toml,line=3,col=1,endLine=3,endColumn=12,title=lifeinit W201::{sentence}",
        f"::error file=a%2Cb%3Ac%25.toml,line=5,col=10,endLine=5,endColumn=16,title=lifeinit E215::{nul}",
        f"::error file=a%2Cb%3Ac%25.toml,line=6,col=1,endLine=6,endColumn=5,title=lifeinit E102::{unknown}",
    ]


def test_github_gets_no_control_characters() -> None:
    problem = Diagnostic("E105", Span(Place(1, 5), Place(1, 6)), "it")
    assert as_github([Report("a\x1b[31m\n", "", [problem])]).startswith("::error file=a\\x1b[31m%0A,line=1,")


def test_github_gets_no_columns_of_a_problem_of_several_lines() -> None:
    several = Diagnostic("E105", Span(Place(1, 5), Place(2, 3)), "50 % of\r\nit")
    assert as_github([Report("f", "", [several])]) == (
        "::error file=f,line=1,endLine=2,title=lifeinit E105::50 %25 of%0D%0Ait\n"
    )


def test_a_word_of_a_script_has_its_line_and_column_in_every_format() -> None:
    text = 'pre_start = """\nset -e\nsleep 5"""\n'
    one = Diagnostic("W311", Places(text).within(("pre_start",), 7, 14), "sleeps", "wait")
    found = [Report("f", text, [one])]
    assert as_github(found) == "::warning file=f,line=3,col=1,endLine=3,endColumn=8,title=lifeinit W311::sleeps: wait\n"
    (problem,) = json.loads(as_json(found))["problems"]
    assert [problem[key] for key in ("line", "column", "end_line", "end_column")] == [3, 1, 3, 8]
    (result,) = json.loads(as_sarif(found))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 8
    }  # fmt: skip


def test_nothing_wrong() -> None:
    assert as_github([report(text="")]) == ""
    assert json.loads(as_json([report(text="")])) == {
        "problems": [], "errors": 0, "warnings": 0, "notes": 0, "plans": []
    }  # fmt: skip
    assert json.loads(as_sarif([report(text="")]))["runs"][0]["results"] == []


def test_sarif_has_what_the_standard_asks_for() -> None:
    """The required properties of SARIF 2.1.0 (3.13, 3.14, 3.18, 3.19, 3.27, 3.30, 3.49), and its bounds."""
    log = json.loads(as_sarif([report()]))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("lifeinit", __version__)
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule in driver["rules"]:
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
        assert all(rule[text]["text"] for text in ("shortDescription", "fullDescription", "help"))
    assert len(run["results"]) == 3
    for result, problem in zip(run["results"], report().problems, strict=True):
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == problem.code
        assert result["level"] == problem.severity
        assert result["message"] == {"text": problem.sentence}
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"] == {"uri": "hooks.toml"}
        region = location["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == problem.span.start
        assert (region["endLine"], region["endColumn"]) == problem.span.end
        assert region["startColumn"] >= 1


def test_sarif_of_a_problem_without_a_rule() -> None:
    log = json.loads(as_sarif([Report("f", "", [Diagnostic("", Span(Place(1, 2), Place(1, 3)), "sentence")])]))
    assert not {"ruleId", "ruleIndex"} & set(log["runs"][0]["results"][0])


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("hooks.toml", "hooks.toml"),
        ("dir with space/ä.toml", "dir%20with%20space/%C3%A4.toml"),
        ("/etc/hooks.toml", "file:///etc/hooks.toml"),
        ("a:b.toml", "a%3Ab.toml"),
        ("\udcff.toml", "%FF.toml"),
    ],
)
def test_the_uri_of_a_path(path: str, uri: str) -> None:
    log = json.loads(as_sarif([report(path)]))
    found = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert found == uri
    assert unquote(found, errors="surrogateescape").removeprefix("file://") == path
