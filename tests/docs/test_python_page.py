"""What a type checker says of the blocks of the page about Python code, and of programs that are wrong."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lifeinit
from tests.conftest import ApplicationPython

SOURCE = Path(lifeinit.__file__).parents[1]

PAGE = Path(__file__).parents[2] / "docs/reference/python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
# Each line that is marked is wrong, and no other one.
WRONG = """
from lifeinit import Container, Event

container = Container()
Container(stop_timout=5)  # wrong
Container(restart="allways")  # wrong
Container(ready={"htp": "x"})  # wrong
Container(user=7)  # wrong
container.pre_start(retries="3")  # wrong
container.pre_stop.sleep("1s", user="app")  # wrong
container.pre_stop.command(7)  # wrong
container.process("web")  # wrong
container.process("web", ["serve"], usr="app")  # wrong


@container.pre_start
def migrate(event: Event) -> None:
    event.setenv("A", 1)  # wrong
    print(event.exitcode)  # wrong


@container.pre_start  # wrong
def two(event: Event, other: int) -> None: ...
"""


MYPY = "mypy --strict --ignore-missing-imports --allow-untyped-decorators --cache-dir cache --hide-error-context ."
PYRIGHT = {"extraPaths": [str(SOURCE)], "reportMissingImports": False}


@pytest.fixture(params=["mypy", "pyright"])
def errors(
    request: pytest.FixtureRequest, application_python: ApplicationPython, tmp_path: Path
) -> set[tuple[str, int]]:
    """The file and the line of each error, of all programs in one run."""
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"block{number}.py").write_text(block)
    (tmp_path / "wrong.py").write_text(WRONG)
    if request.param == "mypy":
        command = [sys.executable, "-m", *MYPY.split()]
    else:
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(PYRIGHT))
        python = application_python("pyright[nodejs]==1.1.414")
        command = [str(python), "-m", "pyright", "--pythonpath", str(python)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    found = re.findall(r"(\w+\.py):(\d+)(?::\d+)?(?::| -) error", done.stdout)
    return {(file, int(line)) for file, line in found}


def test_the_blocks_are_typed_and_wrong_programs_are_found(errors: set[tuple[str, int]]) -> None:
    assert len(BLOCKS) == 3
    marked = [number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# wrong")]
    assert sorted(errors) == [("wrong.py", number) for number in marked]
