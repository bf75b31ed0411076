"""Several mistakes of TOML at once, and what can be read of the rest. Nothing is told that is not true."""

import sys

import pytest

from lifeinit.check.fixing import applied, fixed
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.parser import examine


def found(text: str) -> list[Diagnostic]:
    return examine(text.encode()).problems


def told(text: str) -> list[str]:
    return [f"{one.code} {one.span.start.line}" for one in found(text)]


SEVERAL = """\
stop_timeout = 9s
pre_strat = "x"
[[pre_start]]
command = "a", timeout = "5s"
retris = 3
environment = { A = "b",
[[pre_stop]]
command: "b"
timeout = "5"
[app]
user = 7
working_dir = "/srv
stop_on = "TERM"
"""


def test_each_statement_is_judged_by_itself() -> None:
    """A hook whose command could not be read has not too little to do."""
    assert told(SEVERAL) == [
        "E101 1", "E102 2", "E101 4", "E102 5", "E101 6", "E101 8", "E202 9", "E105 11", "E101 12", "E104 13"
    ]  # fmt: skip
    assert told(SEVERAL.replace("\n", "\r\n")) == told(SEVERAL)


def test_every_fix_at_once() -> None:
    """The key that is there already, and the value that has two answers, are left."""
    assert (
        fixed(SEVERAL, found)[0]
        == """\
stop_timeout = "9s"
pre_strat = "x"
stop_on = ["TERM"]
[[pre_start]]
command = "a"
timeout = "5s"
retries = 3
environment = { A = "b" }
[[pre_stop]]
command = "b"
timeout = "5"
[app]
user = "7"
working_dir = "/srv"
"""
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[[pre_start]\ncommnd = 1\n[ap]\n", ["E101 1", "E102 3"]),  # whose keys these are is not known
        ("a = 1 1\nb = 2 2\n" * 3, ["E101 1", "E101 2", "E101 3", "E101 4", "E101 5", "E101 6"]),
        ("kill_after = 1\nkill_after = 2\nkil_after = 3\n", ["E101 2", "E102 3"]),
        ("[app]\nuser = 'a'\n[app]\nusr = 1\n[proces]\n", ["E101 3", "E102 5"]),
        ("pre_start = 'a'\n[[pre_start]]\ncommand = 'b'\n[[pre_start]]\ncomand = 'c'\n", ["E101 2", "E101 4"]),
        ("pre_start = [\n  'a',\n  b,\n]\nstop_timeot = 1\n", ["E101 3", "E102 5"]),
        ("pre_start = [\n  'a'\n[app]\nusr = 1\n", ["E101 2", "E102 4"]),
        ("x = {\n b = 1\n}\n[ap]\n", ["E101 1", "E102 4"]),
        ('pre_start = """\nusr = 1\n[ap]\n', ["E101 1"]),  # no line is known to be outside of the string
        ("[app]\nuser = a b\n[app.environment]\nA = 1\n", ["E101 2", "E105 4"]),
        ("# x\n\n\x01\n[ap]\n", ["E101 3", "E102 4"]),
    ],
)
def test_what_is_told_after_a_mistake(text: str, lines: list[str]) -> None:
    assert told(text) == lines


def test_a_text_with_a_hundred_mistakes_has_no_more() -> None:
    assert told("a = b\n" * 200) == [f"E101 {line}" for line in range(1, 101)]


def test_what_stands_before_a_mistake_is_not_gone_through_again_for_each() -> None:
    def calls(lines: int) -> int:
        number = 0

        def count(*_: object) -> None:
            nonlocal number
            number += 1

        sys.setprofile(count)
        try:
            found("# x\n" * lines + "a: b\n" * 100)
        finally:
            sys.setprofile(None)
        return number

    assert calls(2000) - calls(1000) < 50_000


# What a fix makes of each slip. The first eleven had a help that was wrong or not enough.
SLIPS = [
    ("[[pre_start]\ncommand = 'a'\n", "[[pre_start]]\ncommand = 'a'\n"),
    ("pre_start = ['a', 'b'\n[app]\nuser = 'x'\n", "pre_start = ['a', 'b']\n[app]\nuser = 'x'\n"),
    ("pre_start = ['a',\n  'b' # x\nkill_after = 1\n", "pre_start = ['a',\n  'b'] # x\nkill_after = 1\n"),
    (
        "pre_start = 'a'\n[[pre_start]]\ncommand = 'b'\n",
        "[[pre_start]]\ncommand = 'a'\n\n[[pre_start]]\ncommand = 'b'\n",
    ),
    ("[[pre_start]]\ncommand = 'a', timeout = 5\n", "[[pre_start]]\ncommand = 'a'\ntimeout = 5\n"),
    ("[pre_start.migrate]\ncommand = 'a'\n", "[[pre_start]]\nname = \"migrate\"\ncommand = 'a'\n"),
    ("pre_start = [['a'], ['b']]\n", "pre_start = [{ command = ['a'] }, { command = ['b'] }]\n"),
    ("restart = no\n", 'restart = "no"\n'),
    ("kill_after = 08\n", "kill_after = 8\n"),
    ("pre_start = 'it's'\n", 'pre_start = "it\'s"\n'),
    ("kill_after = 1 stop_timeout = 2\n", "kill_after = 1\nstop_timeout = 2\n"),
    (
        "[pre_start]\ncommand = 'a'\n[pre_start]\ncommand = 'b'\n",
        "[[pre_start]]\ncommand = 'a'\n[[pre_start]]\ncommand = 'b'\n",
    ),
    ("pre_start = ['a' 'b']\n", "pre_start = ['a', 'b']\n"),
    ("pre_start = ['a',\n b]\n", "pre_start = ['a',\n \"b\"]\n"),
    ("pre_start = [\n 'a' # x\n 'b']\n", "pre_start = [\n 'a', # x\n 'b']\n"),
    ("kill_after = 1,\n", "kill_after = 1\n"),
    ("pre_start = 'a'; # x\n", "pre_start = 'a' # x\n"),
    ("kill_after: 1s\n", 'kill_after = "1s"\n'),
    ("pre_start 'a'\n", "pre_start = 'a'\n"),
    ("pre start = 'a'\n", "pre_start = 'a'\n"),
    ("[app]]\n", "[app]\n"),
    ("[[pre_stop]]]\nsleep = 1\n", "[[pre_stop]]\nsleep = 1\n"),
    ("[process:web]\ncommand = 'a'\n", "[process.web]\ncommand = 'a'\n"),
    ("pre_stop = {\n sleep = 1, # x\n}\n", "pre_stop = { sleep = 1 }\n"),
    ('pre_stop = { "sleep": 1 }\n', "pre_stop = { sleep = 1 }\n"),
    ("pre_start = “a b”\n", 'pre_start = "a b"\n'),
    ('pre_start = "C:\\dir\\new\\x"\n', 'pre_start = "C:\\\\dir\\new\\\\x"\n'),
    ('pre_start = "a b\nkill_after = 1\n', 'pre_start = "a b"\nkill_after = 1\n'),
    ("[[pre_start]]\ncommand = 'a'\nonce = yes\n", "[[pre_start]]\ncommand = 'a'\nonce = true\n"),
]


@pytest.mark.parametrize(("text", "whole"), SLIPS)
def test_the_fix_of_a_slip(text: str, whole: str) -> None:
    changed = text
    for _ in range(2):  # a colon, and behind it a value without quotes
        problems = [one for one in found(changed) if one.code in {"E101", "E102", "E105"}]
        changed = applied(changed, [problems[0].edits])[0] if problems else changed
    assert changed == whole
    assert "E101" not in {one.code for one in found(changed)}


@pytest.mark.parametrize(
    "text", ["kill_after =\n", "user = null\n", 'pre_start = """a\n', "[a b]\n", "a..b = 1\n", "- a\n"]
)
def test_what_only_its_author_can_fix_is_a_sentence(text: str) -> None:
    problem = next(one for one in found(text) if one.code == "E101")
    assert problem.help
    assert not (problem.edits and problem.safe)
