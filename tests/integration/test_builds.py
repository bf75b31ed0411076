"""Pythons that were built with less: against an old C library, with an old kernel's headers, without ctypes."""

import sys
from pathlib import Path

import pytest

from tests.integration.harness import LEAVES_AN_ORPHAN, Running, base_environment, python

pytestmark = pytest.mark.usefixtures("namespaces")

# What such a build does not have, and then what the script `lifeinit` does.
WITHOUT = """
import os, sys
for name in ("memfd_create", "pidfd_open", "P_PIDFD", "getxattr"):
    vars(os).pop(name, None)
if sys.argv[1] == "no ctypes":
    class NoCtypes:
        def find_spec(name, path=None, target=None):
            if name == "_ctypes":
                raise ImportError("no _ctypes in this build")
    sys.meta_path.insert(0, NoCtypes)
sys.argv[:2] = ["lifeinit"]
sys.modules.pop("linecache", None)  # which -c brings from 3.13 on, and a script does not
from lifeinit.__main__ import main
main()
"""


def run(directory: Path, which: str, *arguments: str, hooks: str | None = None) -> Running:
    """As a subreaper below another PID 1, which tells what is left behind."""
    environment = base_environment()
    if hooks is not None:
        (directory / "hooks.toml").write_text(hooks)
    command = [*python("outer"), sys.executable, "-c", WITHOUT, which, *arguments]
    return Running(command, directory, environment)


@pytest.mark.parametrize(("hooks", "said"), [(None, []), ("post_stop = 'echo over'", ["over"])], ids=["plain", "hooks"])
def test_the_plan_and_the_leftovers(tmp_path: Path, hooks: str | None, said: list[str]) -> None:
    """Without memfds and pidfds."""
    running = run(tmp_path, "plain", "--", sys.executable, "-c", LEAVES_AN_ORPHAN, hooks=hooks)
    assert running.rest() == ["the orphan: TERM", *said, "nothing left"], running.stderr()
    assert running.status() == 5
    running.end()


def test_the_check_without_extended_attributes(tmp_path: Path) -> None:
    """With musl os.getxattr is missing up to Python 3.11 at least; the check asked it whether a file has an ACL."""
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "program").symlink_to("/bin/true")
    hooks = f'[[post_stop]]\ncommand = ["{tmp_path}/closed/program"]\nuser = "4711"\n'
    running = run(tmp_path, "plain", "check", "--format=json", hooks=hooks)
    said = "\n".join(running.rest())
    assert running.status() == 1
    assert "E304" in said
    assert not [line for line in running.stderr() if "Error" in line]
    running.end()


def test_without_ctypes_there_is_no_subreaper(tmp_path: Path) -> None:
    running = run(tmp_path, "no ctypes", "--", "sh", "-c", "exit 5")
    assert running.rest() == ["nothing left"]
    assert running.status() == 5
    why = "this Python cannot call prctl: no _ctypes in this build"
    assert running.stderr() == [f"lifeinit: cannot become a subreaper, so orphans go to PID 1: {why}"]
    running.end()
