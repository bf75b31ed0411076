"""Where `lifeinit check` is read: on a terminal, in a pipe, in a locale without UTF-8, in few columns."""

import os
import pty
import subprocess
from pathlib import Path

from tests.integration.harness import LIFEINIT, base_environment
from tests.integration.test_check import FILE_ALONE, WRONG, check, write


def on_terminal(cwd: Path, env: dict[str, str]) -> str:
    """What it writes to a terminal."""
    master, slave = pty.openpty()
    try:
        subprocess.run(
            [LIFEINIT, "check"],
            check=False,
            cwd=cwd,
            env=base_environment() | FILE_ALONE | env,
            stdout=slave,
            timeout=30,
        )
        os.close(slave)
        found = b""
        try:
            while part := os.read(master, 4096):
                found += part
        except OSError:
            pass  # EIO: the other side is closed, and everything read. pty(7)
    finally:
        os.close(master)
    return found.decode().replace("\r\n", "\n")


def test_colours_on_a_terminal(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    assert on_terminal(tmp_path, {"TERM": "xterm"}).startswith("\x1b[1;31merror[E102]\x1b[0m\x1b[1m: unknown key")
    assert "\x1b" not in on_terminal(tmp_path, {"TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b" not in on_terminal(tmp_path, {"TERM": "dumb"})


def test_colours_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    assert "\x1b" not in check(tmp_path)[1]
    assert check(tmp_path, env={"FORCE_COLOR": "1"})[1].startswith("\x1b[1;31merror[E102]\x1b[0m")
    assert "\x1b" not in check(tmp_path, "--format", "github", env={"FORCE_COLOR": "1"})[1]


def test_a_locale_that_cannot_write_the_source(tmp_path: Path) -> None:
    write(tmp_path, 'pre_strat = "é"\n')
    env = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    status, out, err = check(tmp_path, "-q", env=env)
    assert (status, err) == (1, "")
    assert out.splitlines()[3] in {'1 | pre_strat = "\\xe9"', '1 | pre_strat = "é"'}


def test_columns(tmp_path: Path) -> None:
    write(tmp_path, f'pre_strat = "{"x" * 300}"\n')
    assert max(map(len, check(tmp_path, "-q", env={"COLUMNS": "60"})[1].splitlines())) == 60
    assert max(map(len, check(tmp_path, "-q")[1].splitlines())) == 80
