"""Containers as `docker inspect` and `podman inspect` print them."""

from collections.abc import Iterator

from lifeinit.check.manifest.compose import environment
from lifeinit.check.manifest.container import Container
from lifeinit.check.manifest.nodes import Node
from lifeinit.engine.signals import name_of


def containers(document: Node) -> Iterator[tuple[str, Node]]:
    """The name and the node of each container, or of an image."""
    for i, one in enumerate(document.items()):
        yield (one["Name"].text() or (one["Id"].text() or str(i))[:12]).lstrip("/"), one


def read(name: str, node: Node) -> Container:
    """One container, or what an image says of it."""
    config, host = node["Config"], node["HostConfig"]
    is_podman = "OCIRuntime" in node
    return Container(
        "podman" if is_podman else "docker",
        name,
        "StopTimeout",
        config["StopTimeout"].number(),
        stop_signal=_signal(config["StopSignal"]),
        user=config["User"].text(),
        read_only=host["ReadonlyRootfs"].flag(),
        writable=(
            *(path for path, _ in host["Tmpfs"].pairs()),
            *(mount["Destination"].text() or "/" for mount in node["Mounts"].items() if mount["RW"].flag()),
        ),
        memory=host["Memory"].size() or None,
        environment=environment(config["Env"]),
        entrypoint=config["Entrypoint"].words(),
        command=config["Cmd"].words(),
        probes=config["Healthcheck"]["Test"].words() or (),
    )


def _signal(node: Node) -> str | None:
    """Podman has numbers."""
    number = node.number() if isinstance(node.value, int) else None
    return node.text() if number is None else name_of(int(min(number, 64)))
