"""The manual pages as man(1) shows them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.unit.docs.test_reference import KEYS, options
from tools.reference import documents

ROOT = Path(__file__).parents[2]
PAGES = [path for path in documents.DOCUMENTS if path.startswith("man/")]
LINTERS = [("mandoc", "-T", "lint", "-W", "warning"), ("groff", "-ww", "-man", "-T", "utf8")]
with_mandoc = needs.program("mandoc")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("program", LINTERS, ids=lambda program: program[0])
def test_a_manual_page_has_no_warnings(program: tuple[str, ...], path: str) -> None:
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not installed")
    done = subprocess.run([*program, ROOT / path], check=False, capture_output=True, text=True)
    shown = done.stdout if program[0] == "mandoc" else ""
    assert (done.returncode, shown, done.stderr) == (0, "", "")


@with_mandoc
def test_the_manual_shows_every_option_and_key() -> None:
    for path, words in {
        "man/lifeinit.1": [name for _, option in options() for name in option.opts if name.startswith("-")],
        "man/lifeinit-hooks.5": [key.name for _, key in KEYS],
    }.items():
        page = shown(path)
        assert [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", page)] == []


@with_mandoc
def test_an_example_in_the_manual_stands_as_it_was_written() -> None:
    """Neither wrapped nor hyphenated nor with typographic quotes: it is there to be copied."""
    lines = [line.strip() for line in shown("man/lifeinit-hooks.5").splitlines()]
    wanted = (ROOT / "hooks.example.toml").read_text().splitlines()
    begin = lines.index(wanted[0])
    assert lines[begin : begin + len(wanted)] == wanted


def shown(path: str) -> str:
    """A manual page as a terminal shows it, without the overstriking that makes letters bold."""
    done = subprocess.run(["mandoc", "-T", "utf8", ROOT / path], check=True, capture_output=True, text=True)
    return re.sub(".\b", "", done.stdout)
