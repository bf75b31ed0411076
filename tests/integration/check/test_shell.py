"""Lines for the shell as `check` reads them, held against the shell itself."""

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.host import shell_lexer, shell_syntax
from tests.unit.check.test_shell_lexer import LINES


def refused(script: str) -> bool:
    """What the shell says of it alone."""
    done = subprocess.run(["/bin/sh", "-n"], input=script.encode(), capture_output=True, check=False, timeout=10)
    return done.returncode != 0


@given(LINES)
def test_no_line_that_is_called_sure_is_refused_by_the_shell(line: str) -> None:
    assert not (shell_lexer.read(line).sure and refused(line))


@given(st.lists(LINES, min_size=1, max_size=12))
def test_many_lines_at_once_are_refused_as_each_is_alone(lines: list[str]) -> None:
    assert set(shell_syntax.complaints(lines)) == {line for line in lines if refused(line)}


def test_some_line_is_refused_and_some_line_is_sure() -> None:
    """The control of the two above."""
    assert refused("if a; then")
    assert not refused("a")
    assert shell_lexer.read("a && b").sure
