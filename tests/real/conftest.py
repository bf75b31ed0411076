"""Fixtures: the applications, and lifeinit around one of them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import ApplicationPython
from tests.integration.conftest import Start, init, namespaces, port
from tests.integration.harness import Running, base_environment
from tests.real.postgres import Cluster
from tests.real.redis import Broker
from tests.real.tools import Gate, until

__all__ = ["init", "namespaces", "port"]

REQUIREMENTS = tuple(
    "celery[redis]>=5.4,<6 django>=5.1,<7 fastapi>=0.110 flask>=3 gunicorn>=22 numpy>=1.26 uvicorn>=0.30".split()
)

# lifeinit, the app and the hooks write into one pipe: so what each of them says has an order.
ONE_STREAM = ("sh", "-c", 'exec "$@" 2>&1', "sh")


class Run(Protocol):
    def __call__(self, *app: str, hooks: str = "", env: dict[str, str] | None = None) -> Running:
        """Start `lifeinit -- APP` with a hook file of this text; its stdout is stderr too."""


@pytest.fixture(scope="session")
def applications(application_python: ApplicationPython) -> Path:
    """The bin directory of an environment that holds the applications."""
    return application_python(*REQUIREMENTS).parent


@pytest.fixture
def run(init: Start, tmp_path: Path) -> Run:
    def start(*app: str, hooks: str = "", env: dict[str, str] | None = None) -> Running:
        # gunicorn keeps a socket below HOME, and Celery a directory below TMPDIR, which stays where it is killed.
        return init(
            *app, hooks=hooks, env={"HOME": str(tmp_path), "TMPDIR": str(tmp_path), **(env or {})}, through=ONE_STREAM
        )

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


@pytest.fixture
def broker(tmp_path: Path, namespaces: None) -> Iterator[Broker]:  # noqa: ARG001
    """A Redis that keeps nothing on disk, at a socket in tmp_path."""
    directory = tmp_path / "redis"
    directory.mkdir()
    running = Running(
        ["redis-server", "--port", "0", "--unixsocket", "socket", "--save", ""], directory, base_environment()
    )
    try:
        until(running, "ready to accept connections")
        yield {"BROKER": f"redis+socket://{directory}/socket"}
    finally:
        running.end()
