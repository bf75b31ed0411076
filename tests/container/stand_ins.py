"""Images that a test needs and no registry gives here: made from the base image and Debian's and PyPI's packages."""

import subprocess
from pathlib import Path

import pytest

from tests.container.docker import BASE, BUILD_PATIENCE, docker, there_is

_DOCKERFILES = Path(__file__).parent / "dockerfiles"
_LABEL = "lifeinit-stand-in"


def official(name: str, stand_in: str) -> None:
    """See to it that there is an image of this name: the official one, else our stand-in for it."""
    if _is_ours(name) or not there_is(name):
        _build(stand_in, name)


def tool(stand_in: str) -> str:
    """The name of an image with this tool as its entrypoint."""
    name = f"lifeinit-test-{stand_in}"
    _build(stand_in, name)
    return name


def _is_ours(name: str) -> bool:
    return docker("image", "ls", "-q", "--filter", f"label={_LABEL}", name) != ""


def _build(stand_in: str, name: str) -> None:
    """The engine keeps the layers: only the first build takes its time."""
    options = ["-q", "--network", "host", "--build-arg", f"BASE={BASE}", "--label", _LABEL, "-t", name]
    built = subprocess.run(
        ["docker", "build", *options, str(_DOCKERFILES / stand_in)],
        check=False,
        capture_output=True,
        text=True,
        timeout=BUILD_PATIENCE,
    )
    if built.returncode != 0:
        pytest.skip(f"there is no image {name}, it cannot be pulled, and not be made: {built.stderr or built.stdout}")
