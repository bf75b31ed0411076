"""The lean bytecode that `lifeinit check --compile` makes: what a start takes, and when it does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lifeinit
from lifeinit import bytecode

STARTS = "import sys; sys.path.insert(0, sys.argv.pop(1)); from lifeinit.__main__ import main; main()"
SAYS = (
    "import sys; sys.path.insert(0, sys.argv[1]); from lifeinit import bytecode; bytecode.install()\n"
    "from lifeinit.engine import main, supervisor; print(main.run.__doc__ is None, supervisor.__doc__ is None)"
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of lifeinit that has been compiled both ways."""
    copy = tmp_path / "site" / "lifeinit"
    shutil.copytree(Path(lifeinit.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(copy / "engine"), str(copy / "startup")], check=True)
    compiled(copy)
    return copy


def compiled(package: Path) -> None:
    run(package, "import sys; sys.path.insert(0, sys.argv[1]); from lifeinit.startup.lean import *; compile_lean()")


def run(package: Path, program: str, *arguments: str) -> str:
    command = [sys.executable, "-I", "-B", "-c", program, str(package.parent), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_start_takes_it_and_runs_the_app(package: Path) -> None:
    assert run(package, SAYS) == "True True\n"
    assert run(package, STARTS, "--", "/bin/echo", "hello") == "hello\n"


def test_it_does_not_count_for_a_source_that_has_changed(package: Path) -> None:
    """Until it is made anew; of the others nothing is written."""
    source, other = package / "engine" / "supervisor.py", package / "engine" / "main.py"
    source.write_text(source.read_text() + "\n")
    before = Path(bytecode.path_of(str(other), bytecode.LEAN)).stat()
    assert run(package, SAYS) == "True False\n"
    compiled(package)
    assert run(package, SAYS) == "True True\n"
    after = Path(bytecode.path_of(str(other), bytecode.LEAN)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
