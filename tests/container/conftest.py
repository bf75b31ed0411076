"""Fixtures: the image of Dockerfile.example, built from it as it is, and containers of that image."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.container.docker import ROOT, Container, docker, why_not
from tests.docs.blocks import blocks_of

IMAGE = "lifeinit-test"


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
    """The image, with this checkout. The first of a run's workers builds it for all."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _build()
        return IMAGE
    of_all_workers = tmp_path_factory.getbasetemp().parent
    with (of_all_workers / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (of_all_workers / "image").exists():
            _build()
            (of_all_workers / "image").touch()
    return IMAGE


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
