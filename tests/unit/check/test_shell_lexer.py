"""Lines for the shell as the inspector reads them, held against the shell itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.host import shell_lexer, shell_syntax

PIECES = st.sampled_from(
    [
        *(
            "a",
            "b c",
            " ",
            "\n",
            ";",
            "&",
            "|",
            "&&",
            "||",
            ";;",
            "(",
            ")",
            "{",
            "}",
            "'",
            '"',
            "\\",
            "$",
            "`",
            "#",
            "<",
            ">",
        ),
        *(
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
            "f()",
        ),
        *(
            "if",
            "then",
            "else",
            "fi",
            "for",
            "in",
            "do",
            "done",
            "while",
            "case",
            "esac",
            "!",
            "exec",
            "[[",
            "]]",
            "function",
        ),
        *(
            "if a; then b; fi",
            "for i in 1 2; do a; done",
            "while a; do b; done",
            "f() { a; }",
            "$((1 + 2))",
            "\t",
            "\\\n",
        ),
    ]
)
LINES = st.lists(PIECES, max_size=8).map(" ".join) | st.lists(PIECES, max_size=8).map("".join)


@given(st.text(max_size=60) | LINES)
def test_every_text_can_be_read(line: str) -> None:
    script = shell_lexer.read(line)
    assert all(simple.words for simple in script.commands)
    assert not script.sure or script.whole


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("python app.py", [("python", "app.py")]),
        ("a 'b c' \"d e\" f\\ g", [("a", "b c", "d e", "f g")]),
        ("A=1 a $B ${C}d", [("a", None, None)]),
        ("a > b 2>&1 # c", [("a",)]),
        ('x "$(date "+%s")" y', [("x", None, "y")]),
        ("cd /x && ./y || z; w &", [("cd", "/x"), ("./y",), ("z",), ("w",)]),
        ("if a; then b; fi\nc", [("a",), ("b",), ("c",)]),
        ("until nc -z db 5432; do sleep 1; done", [("nc", "-z", "db", "5432"), ("sleep", "1")]),
        ("f() { a; }; f", [("a",), ("f",)]),
        ("for i in 1 2; do a $i; done", [("a", None)]),
        ("cat <<E\nx\nE", [("cat",)]),
        ("[[ -f a ]] && b", [("[[",)]),
    ],
)
def test_the_commands_of_a_line(line: str, commands: list[tuple[str | None, ...]]) -> None:
    assert [simple.plain for simple in shell_lexer.read(line).commands] == commands


def test_a_hostile_line_is_read_in_no_time() -> None:
    """Patterns that backtrack would take for ever here."""
    for line in ('"' + "${a}" * 20_000, '"' + "$(" * 20_000, "$(" * 20_000, "`" * 20_001, "\\" * 50_001, "((" * 30_000):
        shell_lexer.read(line)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ('sh: 2: Syntax error: "(" unexpected', (2, 'Syntax error: "(" unexpected')),
        (
            "/bin/sh: line 1: unexpected EOF while looking for matching `\"'",
            (1, "unexpected EOF while looking for matching `\"'"),
        ),
        ('sh: syntax error: unexpected ")"', (None, 'syntax error: unexpected ")"')),
        ("", (None, "no message")),
    ],
)
def test_the_message_of_dash_bash_and_busybox(said: str, read: tuple[int | None, str]) -> None:
    assert shell_syntax._read(said) == read
