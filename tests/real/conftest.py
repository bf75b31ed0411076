"""Fixtures: the applications, and lifeinit around one of them."""

import fcntl
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.integration.conftest import Start, init, namespaces
from tests.integration.harness import Running
from tests.real.postgres import Cluster
from tests.real.tools import Gate

__all__ = ["init", "namespaces"]

REQUIREMENTS = ("celery[redis]>=5.4,<6", "fastapi>=0.110", "flask>=3", "gunicorn>=22", "uvicorn>=0.30")

# lifeinit, the app and the hooks write into one pipe: so what each of them says has an order.
ONE_STREAM = ("sh", "-c", 'exec "$@" 2>&1', "sh")


class Run(Protocol):
    def __call__(self, *app: str, hooks: str = "", env: dict[str, str] | None = None) -> Running:
        """Start `lifeinit -- APP` with a hook file of this text; its stdout is stderr too."""


@pytest.fixture(scope="session")
def applications(pytestconfig: pytest.Config) -> Path:
    """The bin directory of an environment that holds the applications, kept in pytest's cache for the next run."""
    key = hashlib.sha256(repr((sys.version, sys.base_prefix, REQUIREMENTS)).encode()).hexdigest()[:16]
    home = pytestconfig.cache.mkdir("applications") / key
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run of the tests may be making it
        if not (home / "complete").exists():
            _install(home)
    return home / "bin"


def _install(home: Path) -> None:
    pip = [str(home / "bin" / "pip"), "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", "--clear", str(home)], [*pip, "install", *REQUIREMENTS]):
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            pytest.skip(f"the applications cannot be installed: {done.stdout.strip().splitlines()[-1]}")
    (home / "complete").touch()


@pytest.fixture
def run(init: Start, tmp_path: Path) -> Run:
    def start(*app: str, hooks: str = "", env: dict[str, str] | None = None) -> Running:
        # gunicorn keeps a socket below HOME.
        return init(*app, hooks=hooks, env={"HOME": str(tmp_path), **(env or {})}, through=ONE_STREAM)

    return start


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path / "gate")
    yield gate
    gate.close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that nobody has started yet. tmp_path is no place for it: other users cannot reach that.

    A test asks for it before `run`, so that the server has ended when its directory is removed.
    """
    with tempfile.TemporaryDirectory(prefix="lifeinit-") as directory:
        yield Cluster(Path(directory))
