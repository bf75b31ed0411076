"""The services of a Compose file, as written or as `docker compose config --format json` prints it."""

from collections.abc import Iterator

from lifeinit.check.manifest.container import Container
from lifeinit.check.manifest.nodes import Node


def containers(document: Node) -> Iterator[tuple[str, Node]]:
    """The name and the node of each service."""
    yield from document["services"].pairs()


def read(name: str, service: Node) -> Container:
    """One service."""
    health, limits = service["healthcheck"], service["deploy"]["resources"]["limits"]
    memory = limits["memory"] if "memory" in limits else service["mem_limit"]
    return Container(
        "compose",
        name,
        "stop_grace_period",
        service["stop_grace_period"].time(),
        stop_signal=service["stop_signal"].text(),
        user=service["user"].text(),
        read_only=service["read_only"].flag(),
        writable=tuple(_writable(service)),
        memory=memory.size() or None,
        environment=environment(service["environment"]),
        entrypoint=service["entrypoint"].words(),
        command=service["command"].words(),
        probes=health["test"].words() or (),
    )


def environment(node: Node) -> dict[str, str]:
    """A mapping, or a list of NAME=VALUE."""
    if isinstance(node.value, list):
        pairs = (str(item.text()).partition("=") for item in node.items())
        return {name: value for name, _, value in pairs}
    return {
        name: str(value.value if isinstance(value.value, bool) else value.text() or "") for name, value in node.pairs()
    }


def _writable(service: Node) -> Iterator[str]:
    tmpfs = service["tmpfs"]
    for path in [tmpfs.text()] if isinstance(tmpfs.value, str) else [item.text() for item in tmpfs.items()]:
        yield str(path).partition(":")[0]
    for volume in service["volumes"].items():
        if isinstance(volume.value, dict):
            if not volume["read_only"].flag():
                yield volume["target"].text() or "/"
            continue
        _, *target = str(volume.text()).split(":")
        if "ro" not in (target[1].split(",") if len(target) > 1 else ()):
            yield target[0] if target else str(volume.text())
