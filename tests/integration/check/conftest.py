"""A machine for the host checks: the files of the samples, and a process that inspects hook files there."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.integration.check import host_samples

Case = dict[str, object]


class Inspect(Protocol):
    """Inspects hook files; for each the code, the place, the message and the help of each diagnostic."""

    def __call__(
        self, cases: Sequence[Case], directory: Path | None = None, python_path: str | None = None
    ) -> list[list[list[str]]]: ...


@pytest.fixture(scope="session")
def machine() -> Iterator[Path]:
    """The samples and the odd files, in a directory with a short name that every user can reach."""
    root = Path(tempfile.mkdtemp(dir="/tmp"))
    host_samples.make(root)
    host_samples.make_odd(root)
    if found := shutil.which("shellcheck"):
        (root / "bin/shellcheck").symlink_to(found)
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def inspected(machine: Path) -> Inspect:
    """All of the hook files in one process, by default in the directory of the samples."""
    by_a_shell = dict.fromkeys(("PWD", "OLDPWD", "SHLVL", "_"), "/")  # as the shell of a RUN line has them
    environment = {"PATH": f"/usr/local/bin:/usr/bin:/bin:{machine}/bin", "HOME": "/", "TOOLONG": "x" * 200}
    environment |= {**by_a_shell, "LC_ALL": "C.UTF-8"}

    def run(
        cases: Sequence[Case], directory: Path | None = None, python_path: str | None = None
    ) -> list[list[list[str]]]:
        done = subprocess.run(
            [sys.executable, "-P", Path(__file__).with_name("inspect_many.py")],
            input=json.dumps(list(cases)),
            check=False,
            capture_output=True,
            text=True,
            cwd=directory or machine,
            env=environment | ({"PYTHONPATH": python_path} if python_path else {}),
            timeout=120,
        )
        assert (done.stderr, done.returncode) == ("", 0)
        answer: list[list[list[str]]] = json.loads(done.stdout)
        return answer

    return run
