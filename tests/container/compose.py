"""Docker Compose on a copy of an example, with what it needs to run beside others on any machine put over its file."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from tests.container import stand_ins
from tests.container.docker import BUILD_PATIENCE, PATIENCE, ROOT, Life, docker

_SOCKET = "/var/run/docker.sock"


class _Reset:
    """Compose's word for a key that is to be as if it were not there."""


yaml.add_representer(_Reset, lambda dumper, _: dumper.represent_sequence("!reset", []))


class Project:
    """One example under Compose, under a name of its own.

    `variables` is what its .env holds, `environment` is added to that of the services, by their names.
    """

    def __init__(
        self,
        directory: Path,
        network: str,
        *,
        variables: Mapping[str, str] | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._directory = directory
        self._name = f"lifeinit-test-{secrets.token_hex(4)}"
        self._command = [*_compose(directory), "-p", self._name, "-f", "compose.yaml", "-f", "test.yaml"]
        (directory / ".env").write_text("".join(f"{name}={value}\n" for name, value in (variables or {}).items()))
        services = yaml.safe_load((directory / "compose.yaml").read_text())["services"]
        override = {
            name: _changed(f"lifeinit-test-{directory.name}-{name}", service, network, (environment or {}).get(name))
            for name, service in services.items()
        }
        (directory / "test.yaml").write_text(yaml.dump({"services": override}))
        self._lives: list[Life] = []

    def built(self) -> Iterator["Project"]:
        """For a fixture: its images are built before the test, and after it nothing of it is left but those."""
        self.run("build")
        try:
            yield self
        finally:
            for life in self._lives:
                life.close()
            self.run("down", "-v", "--timeout", "0", "--remove-orphans")

    def run(self, *arguments: str) -> str:
        """What `docker compose ARGUMENTS` prints to stdout."""
        process = self.start(*arguments)
        said, complaints = process.communicate(timeout=BUILD_PATIENCE if arguments[0] == "build" else PATIENCE)
        assert process.returncode == 0, f"docker compose {' '.join(arguments)}: {said}{complaints}"
        return said

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`docker compose ARGUMENTS`, not waited for."""
        return subprocess.Popen(
            [*self._command, *arguments],
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def life(self, service: str) -> Life:
        """The container of a service, followed from its first line of this start on."""
        container = self._containers()[service]
        self._lives.append(Life(container, since=docker("inspect", "-f", "{{.State.StartedAt}}", container).strip()))
        return self._lives[-1]

    def statuses(self) -> dict[str, int]:
        """The exit status of each service. Waits for their ends."""
        return {service: int(docker("wait", container)) for service, container in self._containers().items()}

    def _containers(self) -> dict[str, str]:
        ours = f"label=com.docker.compose.project={self._name}"
        told = docker("ps", "-a", "--filter", ours, "--format", '{{.Label "com.docker.compose.service"}} {{.ID}}')
        return dict(line.split() for line in told.splitlines())


def copy(example: str, directory: Path, wheel: Path) -> Path:
    """A copy of the example with the wheel where its README says it is put."""
    copied = directory / example
    shutil.copytree(ROOT / "examples" / example, copied, ignore=shutil.ignore_patterns("*.whl", ".env", "__pycache__"))
    shutil.copy(wheel, copied / "wheels")
    return copied


def _changed(
    image: str, service: Mapping[str, object], network: str, environment: Mapping[str, str] | None
) -> dict[str, object]:
    """What is put over a service: the network is the surroundings', so no port is published; probes hurry."""
    changed: dict[str, object] = {"network_mode": network}
    if environment is not None:
        changed["environment"] = dict(environment)
    if "ports" in service:
        changed["ports"] = _Reset()
    if "build" in service:
        changed |= {"image": image, "build": {"network": "host"}, "healthcheck": {"interval": "1s"}}
    return changed


def _compose(directory: Path) -> Sequence[str]:
    """This machine's Compose, else one in a container that has the engine's socket."""
    if subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode == 0:
        return ["docker", "compose"]
    where = os.environ.get("DOCKER_HOST", f"unix://{_SOCKET}").removeprefix("unix://")
    mounts = ["-v", f"{where}:{_SOCKET}", "-v", f"{directory}:{directory}", "-w", str(directory)]
    return ["docker", "run", "--rm", "--network", "none", *mounts, stand_ins.tool("compose")]
