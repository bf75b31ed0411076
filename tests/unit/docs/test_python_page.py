"""The page about Python code: its blocks hold what mypy --strict asks for, and bad use gets its sentence."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lifeinit import UseError
from lifeinit.api.flask_celery import FlaskCeleryContainer

PAGE = Path(__file__).parents[3] / "docs/reference/python.md"
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


@pytest.mark.skipif(find_spec("gunicorn") is not None, reason="gunicorn is installed here")
def test_the_extra_is_missing() -> None:
    celery: object = None
    container = FlaskCeleryContainer(lambda *_: [], celery)  # type: ignore[arg-type]
    with pytest.raises(UseError, match=r'needs gunicorn and celery: pip install "lifeinit\[flask-celery\]"'):
        container.start()


def test_nothing_to_run() -> None:
    celery: object = None
    container = FlaskCeleryContainer(lambda *_: [], celery, web=False, worker=False)  # type: ignore[arg-type]
    with pytest.raises(UseError, match="nothing to run: leave one of web, worker and beat on"):
        container.start()
