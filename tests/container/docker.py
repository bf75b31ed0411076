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
BUILD_PATIENCE = 600.0  # for what it fetches, on a slow line


def docker(*arguments: str, check: bool = True, cwd: Path | None = None) -> str:
    """What `docker ARGUMENTS` prints to stdout."""
    patience = BUILD_PATIENCE if arguments[0] == "build" else PATIENCE
    done = subprocess.run(
        ["docker", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=patience,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
    )
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}{done.stdout}"
    return done.stdout


def why_not() -> str:
    """Why no container test can run here; empty where they can."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    if subprocess.run(["docker", "version"], check=False, capture_output=True).returncode != 0:
        return "no Docker engine answers"
    if not there_is(BASE):
        return f"there is no image {BASE}, and it cannot be pulled"
    return ""


def there_is(image: str) -> bool:
    """Whether the engine has this image, or can pull it."""
    for look in ("image inspect", "pull"):
        if subprocess.run(["docker", *look.split(), image], check=False, capture_output=True).returncode == 0:
            return True
    return False


class Life:
    """A container that was started, as its engine tells of it: what it says, its state, its end."""

    def __init__(self, id: str, since: str = "0") -> None:  # noqa: A002
        self.id = id
        self._follower = subprocess.Popen(
            ["docker", "logs", "-f", "--since", since, id], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def lines(self) -> Iterator[str]:
        """What it prints, to stdout and stderr, as it comes; ends when the container does."""
        assert self._follower.stdout is not None
        for line in self._follower.stdout:
            yield line.rstrip("\r\n")

    def until(self, *texts: str) -> list[str]:
        """The lines up to the one with which each of these texts has been said, in whatever order."""
        seen: list[str] = []
        missing = set(texts)
        for line in self.lines():
            seen.append(line)
            missing = {text for text in missing if text not in line}
            if not missing:
                return seen
        raise AssertionError(f"it ended before it said {missing}: {seen}")

    def status(self) -> int:
        """The exit status that the engine has of it. Waits for its end."""
        return int(docker("wait", self.id))

    def state(self) -> dict[str, object]:
        state = json.loads(docker("inspect", "-f", "{{json .State}}", self.id))
        assert isinstance(state, dict)
        return state

    def close(self) -> None:
        """No longer follow what it says."""
        self._follower.kill()
        self._follower.wait()
        assert self._follower.stdout is not None
        self._follower.stdout.close()


class Container(Life):
    """One container, without a network of its own unless one is named; removed at the end of the test."""

    def __init__(self, image: str, command: Sequence[str], options: Sequence[str], network: str = "none") -> None:
        super().__init__(docker("run", "-d", "--network", network, *options, image, *command).strip())

    def remove(self) -> None:
        docker("rm", "-f", "-v", self.id, check=False)
        self.close()
