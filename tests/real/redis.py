"""A Redis for the tests, and what lies in it."""

import json
import subprocess
from pathlib import Path

from tests import needs

needs_redis = needs.program("redis-server")

Broker = dict[str, str]  # the variables that name it


def redis(directory: Path, *command: str) -> str:
    socket = str(directory / "redis" / "socket")
    done = subprocess.run(["redis-cli", "-s", socket, *command], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def result(directory: Path, task: str) -> tuple[str, object]:
    """The status and the result that Celery has stored for the task."""
    stored = json.loads(redis(directory, "GET", f"celery-task-meta-{task}"))
    return stored["status"], stored["result"]
