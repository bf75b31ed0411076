"""Lines for the shell as `check` asks about them, held against the shell itself."""

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.host import shell_syntax
from tests.unit.check.test_shell_line import LINES


def refused(line: str) -> bool:
    """The answer of the shell about this line alone."""
    done = subprocess.run(["/bin/sh", "-n"], input=line.encode(), capture_output=True, check=False, timeout=10)
    return done.returncode != 0


@given(st.lists(LINES, min_size=1, max_size=12))
def test_many_lines_at_once_are_refused_as_each_is_alone(lines: list[str]) -> None:
    assert set(shell_syntax.refused(lines)) == {line for line in lines if refused(line)}


def test_some_line_is_refused() -> None:
    """The control of the one above."""
    assert set(shell_syntax.refused(["if a; then", "a"])) == {"if a; then"}
