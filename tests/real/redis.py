"""A Redis for the tests, and what lies in it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")

Broker = dict[str, str]  # the variables that name it


def redis(directory: Path, *command: str) -> str:
    socket = str(directory / "redis" / "socket")
    done = subprocess.run(["redis-cli", "-s", socket, *command], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def result(directory: Path, task: str) -> tuple[str, object]:
    """The status and the result that Celery has stored for the task."""
    stored = json.loads(redis(directory, "GET", f"celery-task-meta-{task}"))
    return stored["status"], stored["result"]
