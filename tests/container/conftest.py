"""Fixtures: the image of Dockerfile.example, built from it as it is, and containers of that image."""

import fcntl
import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import pytest

from tests.container.docker import ROOT, Container, docker, why_not

IMAGE = "lifeinit-test"


class Run(Protocol):
    def __call__(self, *command: str, options: Sequence[str] = (), hooks: str | None = None) -> Container:
        """Run the image: `options` are docker's, `hooks` is the text of another hook file."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


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
def image(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, with the wheel of this checkout. The first of a run's workers builds it for all."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _build(wheel)
        return IMAGE
    of_all_workers = tmp_path_factory.getbasetemp().parent
    with (of_all_workers / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (of_all_workers / "image").exists():
            _build(wheel)
            (of_all_workers / "image").touch()
    return IMAGE


def _build(wheel: Path) -> None:
    """pip inside gets the wheel from a server of our own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(wheel.parent)))
    threading.Thread(target=server.serve_forever).start()
    try:
        where = f"http://127.0.0.1:{server.server_port}/{wheel.name}"
        dockerfile = str(ROOT / "Dockerfile.example")
        build_args = ["--build-arg", f"LIFEINIT={where}"]
        docker("build", "-q", "--network", "host", *build_args, "-t", IMAGE, "-f", dockerfile, str(ROOT))
    finally:
        server.shutdown()
        server.server_close()


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
