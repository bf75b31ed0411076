"""What an example finds around it: a network namespace where its services have their names, a web site, clients."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.container.docker import BASE, PATIENCE, Container, docker

_PROGRAMS = Path(__file__).parent / "programs"
SITE = "http://127.0.0.1:9000"


class Held:
    """A request that the app has accepted and cannot answer yet: its body is still to come."""

    def __init__(self, container: str, method: str, path: str, body: str) -> None:
        self._client = subprocess.Popen(
            ["docker", "exec", "-i", *_asks(container), "held", method, path, body],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._client.stdout is not None
        said = self._client.stdout.readline()
        assert said == "accepted\n", said + self._client.communicate(timeout=PATIENCE)[0]

    def answer(self) -> tuple[int, str]:
        """Send the body. The status and the body of what comes back."""
        return _status_and_body(self._client.communicate("go on\n", timeout=PATIENCE)[0])


class Surroundings:
    """One network namespace for all, as a pod has it: it needs no bridge, no address and no port of this machine."""

    def __init__(self, names: Sequence[str]) -> None:
        hosts = [option for name in names for option in ("--add-host", f"{name}:127.0.0.1")]
        mounted = ["-v", f"{_PROGRAMS}:/programs:ro"]
        self.site = Container(BASE, ["python", "/programs/site.py"], [*hosts, *mounted])
        self.network = f"container:{self.site.id}"
        self.site.until("open")

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """The status and the body of the example's answer."""
        return _status_and_body(docker("exec", *_asks(self.site.id), method, path, body))

    def hold(self, method: str, path: str, body: str) -> Held:
        return Held(self.site.id, method, path, body)

    def let_go(self) -> None:
        """Answer the request for a path that begins with /held."""
        docker("exec", self.site.id, "sh", "-c", "echo > /tmp/gate")

    def remove(self) -> None:
        self.site.remove()


def _asks(container: str) -> list[str]:
    return [container, "python", "/programs/ask.py"]


def _status_and_body(told: str) -> tuple[int, str]:
    status, _, body = told.partition(" ")
    return int(status), body
