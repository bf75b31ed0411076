"""docs/tutorial.md, step by step: an app is stopped under load, and no request is lost; without lifeinit some are."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.docker import ROOT, docker, why_not
from tests.docs.blocks import blocks_of
from tests.docs.sessions import files_of, fits, shown_in

NAME = "lifeinit-test-tutorial"
PATIENCE = 180.0
PAGE = blocks_of(ROOT / "docs/tutorial.md")
USUAL, WITH_LIFEINIT, WITHOUT_DRAIN, FAILING = [shown_in(block) for block in PAGE if block.language == "console"]
_COUNTED = re.compile(r"stopped after ([\d.]+) s: (\d+) answered, (\d+) lost")


class Reader:
    """Somebody who follows the page in a directory of their own. No network and no name of theirs is ours."""

    def __init__(self, directory: Path, wheel: Path) -> None:
        self.directory = directory
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = str(free.getsockname()[1])
        files_of("docs/tutorial.md", directory)
        for path in directory.iterdir():
            path.write_text(path.read_text().replace("8000", self._port))
        (directory / "wheels").mkdir()
        shutil.copy(wheel, directory / "wheels")

    def follows(self, session: list[tuple[str, str]]) -> list[tuple[float, int, int]]:
        """Run each command, and see that it prints what the page shows. Returns what load.py has counted."""
        counted = []
        for command, shown in session:
            printed = self._types(command)
            if found := _COUNTED.fullmatch(printed):
                counted.append((float(found[1]), int(found[2]), int(found[3])))
                assert _COUNTED.fullmatch(shown)
            else:
                for of_the_app in (True, False):  # the engine keeps each stream's order, and none between the two
                    assert fits(lines(shown, of_the_app), lines(printed, of_the_app)), f"$ {command}\n{printed}"
        return counted

    def _types(self, command: str) -> str:
        command = re.sub(r"-p \d+:\d+", "--network host", command.replace("build", "build --network host"))
        command = re.sub(r"\bshop\b", NAME, command).replace("python3", sys.executable)
        environment = os.environ | {"DOCKER_BUILDKIT": "0"}
        done = subprocess.run(
            ["sh", "-c", f"{command} 2>&1"],
            cwd=self.directory,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout.strip("\n").replace(NAME, "shop")


def lines(text: str, of_the_app: bool) -> str:
    """What the app and its hooks wrote to stdout, or all the rest."""
    return "\n".join(line for line in text.splitlines() if line.startswith("shop: ") is of_the_app)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if reason := why_not():
        pytest.skip(reason)
    wheels = tmp_path_factory.mktemp("wheels")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT)], check=True)
    return next(wheels.glob("*.whl"))


@pytest.fixture
def reader(tmp_path: Path, wheel: Path) -> Iterator[Reader]:
    yield Reader(tmp_path, wheel)
    docker("rm", "-f", NAME, check=False)


def test_the_usual_way_loses_what_is_open(reader: Reader) -> None:
    """The control: nobody passes the TERM on, so that the engine kills after 10 s."""
    ((seconds, _, lost),) = reader.follows(USUAL)
    assert seconds >= 10
    assert lost > 0


def test_with_lifeinit_nothing_is_lost(reader: Reader) -> None:
    """Then, with the same image: without the drain some are, and a migration that fails keeps the app from starting."""
    ((seconds, answered, lost),) = reader.follows(WITH_LIFEINIT)
    assert seconds < 9, "the engine had to kill it"
    assert answered > 50
    assert lost == 0

    hooks = reader.directory / "hooks.toml"
    with_drain = hooks.read_text()
    hooks.write_text(re.sub(r"\[\[pre_stop\]\]\n.*\n.*\n", "", with_drain))
    assert hooks.read_text().count("\n") == with_drain.count("\n") - 3
    ((seconds, _, lost),) = reader.follows(WITHOUT_DRAIN)
    assert seconds < 9
    assert lost > 0
    reader.follows(FAILING)
