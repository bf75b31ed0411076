"""What a type checker says of the blocks of the page about Python code, and of programs that are wrong."""

import functools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

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


@functools.cache
def mypy() -> list[tuple[str, int]]:
    """The file and the line of each error, of all programs in one run."""
    with tempfile.TemporaryDirectory() as directory:
        for number, block in enumerate(BLOCKS):
            Path(directory, f"block{number}.py").write_text(block)
        Path(directory, "wrong.py").write_text(WRONG)
        command = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--allow-untyped-decorators"]
        files = sorted(path.name for path in Path(directory).glob("*.py"))
        command += ["--cache-dir", "cache", "--hide-error-context", *files]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=directory)
    found = re.findall(r"^(\w+\.py):(\d+): error", done.stdout, re.MULTILINE)
    return [(file, int(line)) for file, line in found]


def test_the_blocks_are_fully_typed() -> None:
    assert len(BLOCKS) == 3
    assert [error for error in mypy() if error[0] != "wrong.py"] == []


def test_wrong_programs_are_found() -> None:
    marked = [number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# wrong")]
    assert sorted({line for file, line in mypy() if file == "wrong.py"}) == marked
