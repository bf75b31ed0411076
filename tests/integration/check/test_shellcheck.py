"""ShellCheck's findings as diagnostics: the real program where it is installed, and one that answers nonsense."""

import os
import shlex
from pathlib import Path

import pytest

from lifeinit.check.host import shellcheck
from tests import needs

LINE = "echo \u00e9\n\tif [ $A=b ]; then x = 5; fi\nread -a x"


@needs.program("shellcheck")
def test_the_real_one_marks_what_fails_and_no_style() -> None:
    found = shellcheck.findings([LINE, "echo $A", "ls `date` | grep x"], "dash")
    assert [(one.code, LINE[slice(*one.range)]) for one in found[LINE]] == [(2077, "=b"), (2283, "="), (3045, "-a")]
    assert [list(found[line]) for line in found if line != LINE] == [[], []]


@needs.program("shellcheck")
def test_what_only_other_shells_have_is_no_finding_of_an_unknown_shell() -> None:
    """busybox has some of it."""
    assert [one.code for one in shellcheck.findings([LINE], "busybox")[LINE]] == [2077, 2283]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        '{"comments": 5}',
        '{"comments": [1, {}, {"file": 1}]}',
        '{"comments": [{"file": "FILE", "code": 2078, "line": 9, "endLine": 9, "column": 1, "endColumn": 2}]}',
        '{"comments": [{"file": "FILE", "code": 2078, "line": "1", "endLine": [], "column": -1, "endColumn": 2}]}',
    ],
)
def test_one_that_answers_nonsense_finds_nothing(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "shellcheck"
    program.write_text(f"#!/bin/sh\nprintf '%s' {shlex.quote(answer)} | sed \"s,FILE,$4,\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    assert not any(shellcheck.findings([LINE], "dash").values())
