"""Comments that ignore warnings: which statement each is about, and what ignores nothing."""

import pytest

from lifeinit.check.fixing import applied
from lifeinit.check.rules.registry import RULES
from lifeinit.check.silence import Silence
from lifeinit.config.diagnostic import Diagnostic, Place, Span
from lifeinit.config.parser import examine

TEXT = """\
pre_start = \"\"\"
sleep 1 # lifeinit: ignore[W311]
sleep 2\"\"\"
stop_timeout = 9
"""


BEFORE = "kill_after = 1 # lifeinit: ignore"


def told(text: str, *found: tuple[str, int], silence: Silence = Silence()) -> list[tuple[str, int]]:  # noqa: B008
    """What is left of problems with these codes on these lines: their codes and lines."""
    return [(one.code, one.span.start.line) for one in left(text, *found, silence=silence)]


def left(text: str, *found: tuple[str, int], silence: Silence) -> list[Diagnostic]:
    problems = [Diagnostic(code, Span(Place(line, 1), Place(line, 2)), "x") for code, line in found]
    return silence.applied(problems, text, examine(text.encode()).hook_file, lambda _: True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("stop_timeout = 9 # lifeinit: ignore[W311]\n", 1),
        ("stop_timeout = 9 # why #lifeinit:ignore[W1,W311]; the app is slow\n".replace("W1,", ""), 1),
        ("# lifeinit: ignore[W311]\n\n# more\nstop_timeout = 9\n", 4),
        ("# lifeinit: ignore[W311]\r\nstop_timeout = 9\r\n", 2),
        (f"# lifeinit: ignore[W311]\n{TEXT}", 4),
        (TEXT.replace(TEXT.split("\n")[2], 'sleep 2""" # lifeinit: ignore[W311 W101]').replace(" W101", ""), 2),
        ("# lifeinit: ignore[W311]", 1),
    ],
)
def test_the_statement_that_a_comment_is_about(text: str, line: int) -> None:
    assert told(text, ("W311", line)) == []
    assert told(text, ("W311", line), ("E301", line), ("W312", line)) == [("E301", line), ("W312", line)]


def test_a_comment_is_about_no_other_statement() -> None:
    text = "stop_timeout = 9 # lifeinit: ignore[W311]\nkill_after = 1\n"
    assert told(text, ("W311", 1), ("W311", 2)) == [("W311", 2)]
    assert told(TEXT, ("W311", 2)) == [("W311", 2)]  # a string is no comment


@pytest.mark.parametrize(
    ("comment", "found", "message", "fixed"),
    [
        ("[W311]", [], "W311 does not occur here", "kill_after = 1"),
        (
            "[W311, W312] x",
            [("W312", 1)],
            "W311 does not occur here",
            f"{BEFORE}[W312] x",
        ),
        ("[W311, W1] x", [("W311", 1)], '"W1" is not the code of a warning', None),
        ("[E301]", [("E301", 1)], "E301 is an error, which cannot be ignored", "kill_after = 1"),
        ("[zzz]", [], '"zzz" is not the code of a warning', "kill_after = 1"),
        ("[W3111]", [], '"W3111" is not the code of a warning', None),
        ("", [], "the comment has no code to ignore", None),
        ("[]", [], "the comment has no code to ignore", None),
    ],
)
def test_a_comment_that_ignores_nothing(
    comment: str, found: list[tuple[str, int]], message: str, fixed: str | None
) -> None:
    """Its fix removes the code, or the comment."""
    text = f"{BEFORE}{comment}"
    idle, *_ = [one for one in left(text, *found, silence=Silence()) if one.code == "W101"]
    assert idle.message == message
    assert (applied(text, [idle.edits])[0] if idle.edits else None) == fixed


def test_what_was_not_looked_for_is_not_missed() -> None:
    text = "kill_after = 1 # lifeinit: ignore[W311]\n"
    hook_file = examine(text.encode()).hook_file
    assert Silence().applied([], text, hook_file, lambda code: code != "W311") == []
    assert Silence().applied([], text, None, lambda _: True) == []


def test_the_samples_of_the_rule() -> None:
    rule = RULES["W101"]
    assert [code for code, _ in told(rule.wrong)] == ["W101"]
    assert told(rule.right) == []


def test_what_the_command_line_leaves_out() -> None:
    found = [("E301", 1), ("N313", 1), ("W201", 1), ("W311", 1)]

    def codes(**options: tuple[str, ...]) -> list[str]:
        return [code for code, _ in told("", *found, silence=Silence(**options))]

    assert codes(ignored=("W2", "N313")) == ["E301", "W311"]
    assert codes(selected=("W31", "N")) == ["E301", "N313", "W311"]
    assert codes(selected=("W",), ignored=("W3",)) == ["E301", "W201"]
