"""The engine itself reads every Dockerfile of the pages: it parses the whole file before it looks for the target."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.container.docker import why_not
from tests.docs.blocks import Block, all_blocks

DOCKERFILES = [block for block in all_blocks() if block.language == "dockerfile"]
NO_TARGET = "failed to reach build target no-such-stage in Dockerfile"


def said_of(text: str, directory: Path) -> str:
    (directory / "Dockerfile").write_text(text)
    command = ["docker", "build", "--target", "no-such-stage", str(directory)]
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True).stderr


@pytest.fixture(scope="module", autouse=True)
def _engine() -> None:
    if reason := why_not():
        pytest.skip(reason)


def test_every_dockerfile_of_the_pages(tmp_path: Path) -> None:
    def wrong(block: Block) -> str:
        part = "" if "FROM " in block.text else "FROM debian\n"
        said = said_of(part + block.text, tmp_path)
        return "" if NO_TARGET in said else f"{block}: {said}"

    assert len(DOCKERFILES) > 20
    assert not [found for block in DOCKERFILES if (found := wrong(block))]


@pytest.mark.parametrize("text", ["FROM debian\nRUUN true\n", "FROM debian\nCOPY only-one\n", "RUN true\n"])
def test_a_wrong_one_is_found(text: str, tmp_path: Path) -> None:
    """The control."""
    assert NO_TARGET not in said_of(text, tmp_path)
