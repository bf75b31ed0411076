"""Every block of docs/reference/docker-sdk.md runs as it stands, and prints what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docker import DockerClient

from tests.container.docker import BASE, ROOT
from tests.docker_sdk.conftest import clear

PAGE = (ROOT / "docs/reference/docker-sdk.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```\n(?:\nprints\n\n```\n(.*?)^```\n)?", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_blocks() -> None:
    assert len(BLOCKS) == PAGE.count("```python") == 3
    assert BLOCKS[0][1].startswith("the container does not exist yet\n")


@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_a_block_of_the_page(client: DockerClient, block: int) -> None:
    text, prints = BLOCKS[block]
    assert BASE in text
    clear(client, "^/shop$")
    done = subprocess.run([sys.executable, "-W", "error", "-c", text], check=False, capture_output=True, text=True)
    clear(client, "^/shop$")
    assert (done.stderr, done.returncode) == ("", 0)
    assert not prints or done.stdout == prints


def test_the_blocks_have_types(tmp_path: Path) -> None:
    for number, (text, _) in enumerate(BLOCKS):
        (tmp_path / f"block{number}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT / "src",
    )
    assert done.returncode == 0, done.stdout
