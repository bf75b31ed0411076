"""Lines for the shell as the host checks split them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.host import shell_line, shell_syntax

_CHARACTERS = [*"ab \n;&|(){}'\"\\$`#<>\t", "&&", "||", ";;", "\\\n"]
_WORDS = [
    "$A",
    "${A}",
    "${A:-b}",
    "$(b)",
    '"$(c "d")"',
    "'e f'",
    '"g h"',
    "2>&1",
    "> f",
    "<<",
    "<<E\nx\nE\n",
    "A=1",
    "';'",
]
_KEYWORDS = "if then else fi for in do done while case esac ! exec [[ ]] function f()".split()
_CLAUSES = ["if a; then b; fi", "for i in 1 2; do a; done", "while a; do b; done", "f() { a; }", "$((1 + 2))"]
PIECES = st.sampled_from([*_CHARACTERS, *_WORDS, *_KEYWORDS, *_CLAUSES])
LINES = st.lists(PIECES, max_size=8).map(" ".join) | st.lists(PIECES, max_size=8).map("".join)


@given(st.text(max_size=60) | LINES)
def test_every_text_can_be_read(text: str) -> None:
    assert all(simple.words for simple in shell_line.read(text).commands)


@pytest.mark.parametrize(
    ("text", "commands", "whole"),
    [
        ("python app.py", [("python", "app.py")], True),
        ("a 'b c' \"d e\" f\\ g", [("a", "b c", "d e", "f g")], True),
        ("A=1 a $B ${C}d", [("a", None, None)], True),
        ("a > b 2>&1 # c; d\ne", [("a",), ("e",)], True),
        ('x "$(date)" y $(a; b) "$(c "d")"', [("x", None, "y", None, None)], True),
        ("a $(b $(c)) ${d:-'}'} e", [("a", None, None, "e")], True),
        ("a $(b", [("a",)], False),
        ("cd /x && ./y || z; w &", [("cd", "/x"), ("./y",), ("z",), ("w",)], True),
        ("a ';' b \\; c", [("a", ";", "b", ";", "c")], True),
        ("if a; then b; fi\nc", [("a",), ("b",), ("c",)], True),
        ("until nc -z db 5432; do sleep 1; done", [("nc", "-z", "db", "5432"), ("sleep", "1")], True),
        ("for i in 1 2; do a $i; done", [("a", None)], True),
        ("[[ -f a ]] && b", [("[[", "-f", "a", "]]"), ("b",)], True),
        ("a; f() { b; }; f", [("a",), ("b",), ("f",)], True),
        ("function f { b; }; f", [("b",), ("f",)], True),
        ("(a; b) > c; d", [("a",), ("b",), ("d",)], True),
        ("cat <<E; b\nx 'y\nE\nc", [("cat",), ("b",), ("c",)], True),
        ("cat <<-'E' | b\n\tx\n\tE\nc", [("cat",), ("b",), ("c",)], True),
        ("a; case b in c|d) e;; (*) f; esac; g", [("a",), ("e",), ("f",), ("g",)], True),
        ("case a in b) c", [("c",)], False),
        ("x=(a b)", [], False),
        ("((a))", [("a",)], True),
        ("a\u2028b \x0c", [("a\u2028b", "\x0c")], True),
        ("a \\\n  b # c 'd\n", [("a", "b")], True),
        ("a 'b", [("a",)], False),
        ('a "b', [("a",)], False),
        ("if a; then b", [("a",), ("b",)], False),
    ],
)
def test_the_commands_of_a_line(text: str, commands: list[tuple[str | None, ...]], whole: bool) -> None:
    read = shell_line.read(text)
    assert ([simple.words for simple in read.commands], read.whole) == (commands, whole)


def test_each_word_has_its_place() -> None:
    text = "A=1 a  'b c' 2>&1 | \\\n  x\\\ny $Z # e\nfoo 2 >f"
    found = [[text[start:end] for start, end in simple.ranges] for simple in shell_line.read(text).commands]
    assert found == [["a", "'b c'"], ["x\\\ny", "$Z"], ["foo", "2"]]


@pytest.mark.parametrize(
    ("line", "number", "reason", "marked"),
    [
        ("a\n  b (\n", 2, 'end of file unexpected (expecting ")")', "b ("),
        ("a\n b fi", 2, '"fi" unexpected', "fi"),
        ("x=(1)", 1, '"(" unexpected', "("),
        ("a && && b", 1, '"&&" unexpected', "a && && b"),
        ("a\nfi", 2, "syntax error near unexpected token `fi'", "fi"),
        ("a\nb\n\n", 4, "unexpected end of file", "b"),
        ("a\n b\n", None, "no message", "b"),
    ],
)
def test_what_the_shell_refuses_is_marked(line: str, number: int | None, reason: str, marked: str) -> None:
    start, end = shell_syntax.located(line, number, reason)
    assert line[start:end] == marked


def test_the_shape_of_a_line() -> None:
    read = shell_line.read("A=1 B=2; while a || b; do c; done")
    assert [(simple.end, simple.nested) for simple in read.commands] == [("||", True), (";", True), (";", True)]
    assert read.assigned == {"A", "B"}
    assert (read.loops, read.straight) == (True, False)
    assert shell_line.read("a && b; c").straight
    assert not shell_line.read("a || b").straight


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("a\nb", ["a"]),
        ("a; b; c", ["a", "b"]),
        ("a && b || c; d", ["c"]),
        ("a && b\nc", ["a", "b"]),
        ("a | b\nc", ["b"]),
        ("a &\nb", []),
        ("! a; b", []),
        ("if a; then b; c; else d; fi\ne", ["b", "c", "d"]),
        ("if a; then b; elif c; then d; fi", []),
        ("{ a; b; } || c", ["a"]),
        ("(a; b); c", ["a", "b"]),
        ("for i in 1 2; do a; done", ["a"]),
        ("until a; do b; done; c", ["b"]),
        ("case x in a) b;; *) c; d;; esac; e", ["c", "b", "d"]),
        ("f() { a; b; }\nf", ["a"]),
        ("a <<E\nx\nE\nb", ["a"]),
        ("A=1\nb", []),
        ("a || { b; }; c", ["b"]),
    ],
)
def test_the_commands_whose_status_is_lost(text: str, lost: list[str]) -> None:
    read = shell_line.read(text)
    assert read.whole
    assert {one.words[0] for one in read.commands if one.lost} == set(lost)


def test_a_line_longer_than_an_argument_is_not_read() -> None:
    read = shell_line.read("a " * 100_000)
    assert (read.commands, read.whole) == ((), False)


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ('sh: 2: Syntax error: "(" unexpected', (2, '"(" unexpected')),
        ("/bin/sh: line 1: unexpected end of file", (1, "unexpected end of file")),
        ('sh: syntax error: unexpected ")"', (None, 'unexpected ")"')),
        ("", (None, "no message")),
    ],
)
def test_the_message_of_dash_bash_and_busybox(answer: str, read: tuple[int | None, str]) -> None:
    assert shell_syntax._read(answer) == read
