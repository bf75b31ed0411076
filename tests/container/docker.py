"""The docker command line, as far as the tests need it."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = next(
    line.split()[1] for line in (ROOT / "Dockerfile.example").read_text().splitlines() if line.startswith("FROM")
)
PATIENCE = 120.0


def docker(*arguments: str, check: bool = True) -> str:
    """What `docker ARGUMENTS` prints to stdout."""
    done = subprocess.run(
        ["docker", *arguments], check=False, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL
    )
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}{done.stdout}"
    return done.stdout


def why_not() -> str:
    """Why no container test can run here; empty where they can."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    if subprocess.run(["docker", "version"], check=False, capture_output=True).returncode != 0:
        return "no Docker engine answers"
    if subprocess.run(["docker", "image", "inspect", BASE], check=False, capture_output=True).returncode != 0:
        pulled = subprocess.run(["docker", "pull", BASE], check=False, capture_output=True, text=True)
        if pulled.returncode != 0:
            return f"there is no image {BASE}, and it cannot be pulled"
    return ""


class Container:
    """One container, without a network; removed at the end of the test."""

    def __init__(self, image: str, command: Sequence[str], options: Sequence[str]) -> None:
        self.id = docker("run", "-d", "--network", "none", *options, image, *command).strip()
        self._follower = subprocess.Popen(
            ["docker", "logs", "-f", self.id], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def lines(self) -> Iterator[str]:
        """What it prints, to stdout and stderr, as it comes; ends when the container does."""
        assert self._follower.stdout is not None
        for line in self._follower.stdout:
            yield line.rstrip("\r\n")

    def until(self, text: str) -> list[str]:
        """The lines up to the first one that holds this text."""
        seen = []
        for line in self.lines():
            seen.append(line)
            if text in line:
                return seen
        raise AssertionError(f"it ended before it printed {text!r}: {seen}")

    def status(self) -> int:
        """The exit status that the engine has of it. Waits for its end."""
        return int(docker("wait", self.id))

    def state(self) -> dict[str, object]:
        state = json.loads(docker("inspect", "-f", "{{json .State}}", self.id))
        assert isinstance(state, dict)
        return state

    def remove(self) -> None:
        docker("rm", "-f", self.id, check=False)
        self._follower.wait()
        assert self._follower.stdout is not None
        self._follower.stdout.close()
