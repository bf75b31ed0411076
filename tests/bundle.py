"""The bundle of this checkout, which the first test that needs it builds for all of a run."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 600.0  # seconds; Debian's packages may come slowly


def built(temporary: pytest.TempPathFactory) -> Path:
    """The directory that `python -m tools.bundle` has filled; skips the test where it cannot be built."""
    base = temporary.getbasetemp()
    output = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "bundle"
    output.mkdir(exist_ok=True)
    with (output / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (output / "log").exists():
            command = [sys.executable, "-m", "tools.bundle", "-o", str(output)]
            done = subprocess.run(
                command,
                cwd=ROOT,
                check=False,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                stdin=subprocess.DEVNULL,
            )
            (output / "log").write_text(f"{done.returncode} {done.stdout}{done.stderr}")
    status, _, said = (output / "log").read_text().partition(" ")
    if status == "2":
        pytest.skip(f"the bundle cannot be built here: {said}")
    assert status == "0", said
    return output
