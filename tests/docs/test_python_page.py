"""The blocks of the page about Python code are fully typed."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/reference/python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


def test_the_blocks_are_fully_typed(tmp_path: Path) -> None:
    assert len(BLOCKS) == 2
    files = []
    for number, block in enumerate(BLOCKS):
        files.append(tmp_path / f"block{number}.py")
        files[-1].write_text(block)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--allow-untyped-decorators"]
    cache = ["--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run([*mypy, *cache, *files], check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
