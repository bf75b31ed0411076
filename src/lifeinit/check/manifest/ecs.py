"""The containers of an ECS task definition."""

from collections.abc import Iterator

from lifeinit.check.manifest.container import Container
from lifeinit.check.manifest.nodes import Node


def containers(document: Node) -> Iterator[tuple[str, Node]]:
    """The name and the node of each container; `aws ecs describe-task-definition` wraps it all."""
    for one in document["taskDefinition"]["containerDefinitions"].items() or document["containerDefinitions"].items():
        yield one["name"].text() or "container", one


def read(name: str, node: Node) -> Container:
    """One container. Memory is in MiB."""
    memory, health = node["memory"].number(), node["healthCheck"]
    interval, retries = health["interval"].number() or 30.0, health["retries"].number() or 3.0
    tmpfs = (one["containerPath"].text() or "/" for one in node["linuxParameters"]["tmpfs"].items())
    mounts = (one["containerPath"].text() or "/" for one in node["mountPoints"].items() if not one["readOnly"].flag())
    return Container(
        "ecs",
        name,
        "stopTimeout",
        node["stopTimeout"].number(),
        user=node["user"].text(),
        read_only=node["readonlyRootFilesystem"].flag(),
        writable=(*tmpfs, *mounts),
        memory=int(memory) << 20 if memory else None,
        start_check="" if health.is_missing else "healthCheck",
        start_limit=None if health.is_missing else (health["startPeriod"].number() or 0.0) + interval * retries,
        environment={str(one["name"].text()): one["value"].text() or "" for one in node["environment"].items()},
        entrypoint=node["entryPoint"].words(),
        command=node["command"].words(),
        probes=health["command"].words() or (),
    )
