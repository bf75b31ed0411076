"""The Dockerfiles of the pages are built as printed, with the page's files; only the index has this clone's wheel.

Those with packages of others beside lifeinit are left to test_dockerfiles.py, which has the engine read them: their
hook files and commands run in tests/docs/test_recipes.py, around the real servers.
"""

import re
from pathlib import Path

import pytest

from tests.container.docker import BASE, docker
from tests.docs.blocks import ROOT, Block, all_blocks, blocks_of
from tests.docs.sessions import files_of

_INSTALL = re.compile(r"pip install(?: --no-cache-dir)? lifeinit(?= *(?:&&|\n))")
_COPY = re.compile(r"^COPY (?!--from)(.*) \S+$", re.MULTILINE)


# A distribution's packages; the whole project of a reader; what only BuildKit knows.
_OTHERS = ("apt-get", "COPY . .", "--chmod")
NAME = "lifeinit-test-pages"
_ANY_HOOK_FILE = 'pre_start = "true"\n'


def _is_whole_and_simple(block: Block) -> bool:
    text = block.text
    is_dockerfile = block.language == "dockerfile" and text.startswith("FROM ")
    return is_dockerfile and bool(_INSTALL.search(text)) and not any(it in text for it in _OTHERS)


BLOCKS = [block for block in all_blocks() if _is_whole_and_simple(block)]


def _files(block: Block, directory: Path) -> None:
    """Those of the page, among them its first hook file; and an app, which the page leaves to its reader."""
    files_of(block.page, directory)
    tomls = (one.text for one in blocks_of(ROOT / block.page) if one.language == "toml")
    hooks = next(tomls, _ANY_HOOK_FILE)
    names = [name for copied in _COPY.finditer(block.text) for name in copied[1].split()]
    for path in (directory / name for name in names):
        if not path.exists():
            path.write_text(hooks if path.suffix == ".toml" else "import time\n\ntime.sleep(9)\n")
            path.chmod(0o755)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_dockerfile(block: Block, index: str, tmp_path: Path) -> None:
    _files(block, tmp_path)
    (tmp_path / "Dockerfile").write_text(block.text.replace(BASE, index))
    docker("build", "-q", "--network", "host", str(tmp_path))


def test_most_of_them_are_built() -> None:
    assert len(BLOCKS) > 10


def test_the_quick_start(index: str, tmp_path: Path) -> None:
    """Its commands with a name of the test's own, and those that docs/how-to/docker.md has for such a container."""
    page = [block for block in blocks_of(ROOT / "docs/quick-start.md") if block.line > 40]
    (dockerfile,) = (block.text for block in page if block.language == "dockerfile")
    (commands,) = (block.text.splitlines() for block in page if block.language == "sh")
    files_of("docs/quick-start.md", tmp_path)
    (tmp_path / "Dockerfile").write_text(dockerfile.replace(BASE, index))
    try:
        build, start, status, stop, logs = (typed(line) for line in commands)
        docker(*build[:-1], "-q", "--network", "host", ".", cwd=tmp_path)
        docker(*start)
        assert "running for" in docker(*status)
        for line in ("docker exec shop lifeinit health", "docker run --rm --entrypoint lifeinit shop check"):
            assert line in (ROOT / "docs/how-to/docker.md").read_text()
            docker(*typed(line))
        docker(*stop)
        said = docker(*logs)
        assert "preparing" in said
        assert "cleaning up after status" in said
    finally:
        docker("rm", "-f", NAME, check=False)


def typed(line: str) -> list[str]:
    """The arguments of a docker command of a page, with a name that is the test's own."""
    program, *arguments = line.split()
    assert program == "docker"
    return [NAME if argument == "shop" else argument for argument in arguments]
