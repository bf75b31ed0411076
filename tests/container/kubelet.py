"""The pod of a Deployment in a Docker engine, run as a kubelet would. A key that is not heeded here is an error."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.container.docker import Container

_Keys = Mapping[str, Any]
PORT = 8000  # at which the surroundings' clients ask


class Pod:
    """Its only container. The network is the surroundings', as that of a pod is the sandbox's."""

    def __init__(self, manifests: Path, image: str, network: str, directory: Path) -> None:
        kinds = {one["kind"]: one for one in (yaml.safe_load(path.read_text()) for path in manifests.glob("*.yaml"))}
        options: list[str] = []
        with _all_of(kinds["Deployment"]["spec"]["template"]["spec"]) as pod:
            pod.pop("automountServiceAccountToken")  # there are no accounts here
            self.grace = int(pod.pop("terminationGracePeriodSeconds"))
            options += _whose(pod.pop("securityContext"))
            volumes = {volume["name"]: volume for volume in pod.pop("volumes")}
            (only,) = pod.pop("containers")
        with _all_of(only) as container:
            for key in ("name", "image", "imagePullPolicy"):
                container.pop(key)
            (port,) = container.pop("ports")
            assert port["containerPort"] == PORT
            self._probes = {name: container.pop(f"{name}Probe") for name in ("startup", "readiness", "liveness")}
            assert self._probes["liveness"]["httpGet"]["port"] == port["name"]
            options += _rights(container.pop("securityContext"))
            options += ["--memory", container.pop("resources")["limits"]["memory"].replace("Mi", "m")]
            options += [f"--env={one['name']}={one['value']}" for one in container.pop("env", [])]
            for mount in container.pop("volumeMounts"):
                options += _volume(volumes.pop(mount["name"]), mount, kinds["ConfigMap"], directory)
        assert not volumes
        self.container = Container(image, [], options, network)

    def passes(self, probe: str) -> bool:
        """Whether this exec probe passes now."""
        command = self._probes[probe]["exec"]["command"]
        done = subprocess.run(["docker", "exec", self.container.id, *command], check=False, capture_output=True)
        return done.returncode == 0

    def path_of(self, probe: str) -> str:
        """The path that this HTTP probe asks for."""
        return str(self._probes[probe]["httpGet"]["path"])

    def delete(self) -> "subprocess.Popen[bytes]":
        """Begin to delete the pod: SIGTERM, and SIGKILL at the end of its grace period."""
        command = ["docker", "stop", "-t", str(self.grace), self.container.id]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)


@contextmanager
def _all_of(keys: _Keys) -> Iterator[dict[str, Any]]:
    """A copy of it, of which every key has to be taken out."""
    left = dict(keys)
    yield left
    assert not left, f"not heeded: {left}"


def _whose(context: _Keys) -> list[str]:
    with _all_of(context) as keys:
        user, group = keys.pop("runAsUser"), keys.pop("runAsGroup")
        assert keys.pop("runAsNonRoot") is True
        assert user != 0
        assert keys.pop("seccompProfile") == {"type": "RuntimeDefault"}  # as the engine does it by itself
    return ["--user", f"{user}:{group}"]


def _rights(context: _Keys) -> list[str]:
    with _all_of(context) as keys:
        assert keys.pop("allowPrivilegeEscalation") is False
        assert keys.pop("readOnlyRootFilesystem") is True
        dropped = keys.pop("capabilities")["drop"]
    return ["--security-opt", "no-new-privileges", "--read-only", *(f"--cap-drop={one}" for one in dropped)]


def _volume(volume: _Keys, mount: _Keys, config: _Keys, directory: Path) -> list[str]:
    path = mount["mountPath"]
    with _all_of(volume) as keys:
        name = keys.pop("name")
        if "emptyDir" in keys:
            keys.pop("emptyDir")
            return ["--tmpfs", f"{path}:mode=0777"]
        assert keys.pop("configMap")["name"] == config["metadata"]["name"]
    write(config["data"], directory / name)
    return ["-v", f"{directory / name}:{path}:ro"]


def write(data: Mapping[str, str], volume: Path) -> None:
    """The data of a ConfigMap as a kubelet lays it out, so that it can be changed at once, and with the same modes."""
    (volume / "..1").mkdir(parents=True)
    volume.chmod(0o777)
    (volume / "..data").symlink_to("..1")
    for name, text in data.items():
        (volume / "..1" / name).write_text(text)
        (volume / name).symlink_to(f"..data/{name}")
