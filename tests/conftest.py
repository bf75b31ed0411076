"""Fixtures for tests of every kind."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests import bundle, leftovers
from tests.applications import NotInstalledError, application_python
from tests.integration.harness import as_in_the_foreground

# Without a deadline: a busy machine is slow now and then.
settings.register_profile(
    "same", deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


# The markers of the tests in each directory; `pytest -m "not docker and not slow"` is the quick choice.
MARKERS = {
    "integration": ("process",),
    "docs": ("process",),
    "fuzz": ("fuzz",),
    "faults": ("process", "slow"),
    "chaos": ("process", "slow"),
    "real": ("process", "slow"),
    "container": ("docker", "slow"),
    "docker_sdk": ("docker", "slow"),
}
TESTS = Path(__file__).parent
FILES_BEFORE = pytest.StashKey[frozenset[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS):
            for marker in MARKERS.get(item.path.relative_to(TESTS).parts[0], ()):
                item.add_marker(marker)


class OneWorkerAtTheEngine(LoadScopeScheduling):  # type: ignore[misc]
    """One worker has all tests that need a Docker engine, while the others run the rest."""

    def _split_scope(self, nodeid: str) -> str:
        return "docker" if "docker" in MARKERS.get(nodeid.split("/")[1], ()) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneWorkerAtTheEngine:
    return OneWorkerAtTheEngine(config, log)


@pytest.fixture(autouse=True)
def _one_at_the_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that need a Docker engine run one after the other, whatever run they are in: they share its images."""
    if request.node.get_closest_marker("docker") is None:
        yield
        return
    lock = os.open(tempfile.gettempdir(), os.O_RDONLY)  # a directory can be locked, and is no file to leave behind
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _leaves_nothing(config: pytest.Config) -> bool:
    """Whether this process judges what the run leaves behind: not on a machine where others work, too."""
    return "CI" in os.environ and not hasattr(config, "workerinput")


def pytest_sessionstart(session: pytest.Session) -> None:
    if _leaves_nothing(session.config):
        session.config.stash[FILES_BEFORE] = leftovers.files()
        leftovers.adopt_orphans()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Once the workers have ended."""
    if not _leaves_nothing(session.config):
        return
    processes = leftovers.terminate_children()
    before = session.config.stash[FILES_BEFORE]
    files = leftovers.files() - before
    for what in sorted(processes) + sorted(files):
        print(f"\nleft behind by the tests: {what}", end="")
    if processes or files:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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


@pytest.fixture(scope="session", name="bundle")
def _bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m tools.bundle` makes: the folder `lifeinit`, and the archives and images beside it."""
    return bundle.built(tmp_path_factory)


def pytest_configure() -> None:
    as_in_the_foreground()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-faults", action="store_true", help="let every system call fail at every place")
    parser.addoption("--storm", type=int, default=60, metavar="RUNS", help="how many runs of the storm (60)")
    parser.addoption("--storm-seed", type=int, default=7, metavar="SEED", help="which ones (7)")
    parser.addoption("--stories", type=int, metavar="COUNT", help="how many random lives of the machine (the same 40)")
