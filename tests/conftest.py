"""Fixtures for tests of every kind."""

import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.applications import NotInstalledError, application_python
from tests.integration.harness import as_in_the_foreground

# Without a deadline: a busy machine is slow now and then.
settings.register_profile(
    "same", deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _one_at_the_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that need a Docker engine run one after the other, whatever worker they are in: they share its images."""
    if not {"container", "docker_sdk"} & set(request.path.parts):
        yield
        return
    with (Path(tempfile.gettempdir()) / "lifeinit-tests-docker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class ApplicationPython(Protocol):
    def __call__(self, *requirements: str) -> Path:
        """The interpreter of an environment with these packages; skips the test where pip cannot get them."""


@pytest.fixture(scope="session", name="application_python")
def _application_python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ApplicationPython:
    """Kept in pytest's cache; without that, for this run."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    directory = tmp_path_factory.mktemp("applications") if cache is None else cache.mkdir("applications")

    def python(*requirements: str) -> Path:
        try:
            return application_python(directory, *requirements)
        except NotInstalledError as error:
            pytest.skip(f"pip cannot install {' '.join(requirements)}: {error}")

    return python


def pytest_configure() -> None:
    as_in_the_foreground()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-faults", action="store_true", help="let every system call fail at every place")
    parser.addoption("--storm", type=int, default=60, metavar="RUNS", help="how many runs of the storm (60)")
    parser.addoption("--storm-seed", type=int, default=7, metavar="SEED", help="which ones (7)")
    parser.addoption("--stories", type=int, metavar="COUNT", help="how many random lives of the machine (the same 40)")
