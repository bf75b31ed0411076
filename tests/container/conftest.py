"""Fixtures: the image of Dockerfile.example, built from it as it is, and containers of that image."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.container.docker import BASE, ROOT, Container, docker, why_not
from tests.docs.blocks import blocks_of

IMAGE, INDEX = "lifeinit-test", "lifeinit-test-index"
_INDEX = f"""\
FROM {BASE}
# A base image without pip, as made of a distribution's packages, gets one.
RUN command -v pip || python -m venv /usr/local/venv
ENV PATH=/usr/local/venv/bin:$PATH PIP_FIND_LINKS=/wheels
COPY *.whl /wheels/
"""


class Run(Protocol):
    def __call__(self, *command: str, options: Sequence[str] = (), hooks: str | None = None) -> Container:
        """Run the image: `options` are docker's, `hooks` is the text of another hook file."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    wheels = tmp_path_factory.mktemp("wheels")
    # Without isolation hatchling is the one of the test dependencies: nothing has to be fetched.
    options = ["-q", "--no-deps", "--no-build-isolation", "-w", str(wheels)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    (wheel,) = wheels.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, with this checkout."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    _once("image", tmp_path_factory, _build)
    return IMAGE


@pytest.fixture(scope="session")
def index(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The pages' base image, in which pip finds the wheel of this checkout as it would find a release."""

    def build() -> None:
        (wheel.parent / "Dockerfile").write_text(_INDEX)
        docker("build", "-q", "-t", INDEX, str(wheel.parent))

    _once("index", tmp_path_factory, build)
    return INDEX


def _once(name: str, factory: pytest.TempPathFactory, build: Callable[[], None]) -> None:
    """The first of a run's workers builds it for all."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        build()
        return
    of_all_workers = factory.getbasetemp().parent
    with (of_all_workers / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (of_all_workers / name).exists():
            build()
            (of_all_workers / name).touch()


def _build() -> None:
    """With the command of docs/how-to/install.md; the engine of a test may have no network of its own."""
    blocks = blocks_of(ROOT / "docs/how-to/install.md")
    (build,) = (block.text.split() for block in blocks if block.text.startswith("docker build"))
    assert (build[0], build[-1]) == ("docker", ".")
    docker(*build[1:-1], "-q", "--network", "host", "-t", IMAGE, ".", cwd=ROOT)


@pytest.fixture
def run(image: str, tmp_path: Path) -> Iterator[Run]:
    containers: list[Container] = []

    def start(*command: str, options: Sequence[str] = (), hooks: str | None = None) -> Container:
        mounted: list[str] = []
        if hooks is not None:
            tmp_path.chmod(0o755)
            (tmp_path / "hooks.toml").write_text(hooks)
            mounted = ["-v", f"{tmp_path}/hooks.toml:/etc/lifeinit/hooks.toml:ro"]
        containers.append(Container(image, command, [*mounted, *options]))
        return containers[-1]

    yield start
    for container in containers:
        container.remove()
