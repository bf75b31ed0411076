"""Real applications, each with its packages in an environment of its own, so that the project's stays clean."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path


class NotInstalledError(Exception):
    """pip could not get the packages: the text is what it said last."""


def application_python(cache: Path, *requirements: str) -> Path:
    """The interpreter of an environment with these packages, made at the first call and kept in the cache.

    Name the exact versions: the environment is made anew only when the requirements or the interpreter are others.
    """
    key = " ".join([sys.version, *sorted(requirements)])
    directory = cache / hashlib.sha256(key.encode()).hexdigest()[:16]
    python, complete = directory / "bin" / "python", directory / "complete"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run of the tests may be at it
        if not complete.exists():
            shutil.rmtree(directory, ignore_errors=True)
            venv.create(directory, symlinks=True, with_pip=False)
            _install(python, requirements)
            complete.write_text(f"{key}\n")
    return python


def _install(python: Path, requirements: tuple[str, ...]) -> None:
    """With the pip of the environment that the tests run in: to put one into each new environment takes seconds."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *requirements], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotInstalledError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
