"""Which container of a manifest the hook file is for: the one that is named, the only one, or the one of lifeinit."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from lifeinit.check.manifest import compose, docker, ecs, kubernetes
from lifeinit.check.manifest.container import Container
from lifeinit.check.manifest.documents import documents
from lifeinit.check.manifest.nodes import ManifestError, Node
from lifeinit.config.diagnostic import quoted

Reader = Callable[[], Container]

_MOST_NAMES: Final = 10  # that a sentence lists
_KNOWN: Final = "a Compose file, Kubernetes objects, the output of docker inspect or an ECS task definition"


def container(name: str, raw: bytes, wanted: str | None) -> Container:
    """The container of this name in a manifest; `name` is the file's. Raises ManifestError."""
    found = [one for document in documents(name, raw) for one in _containers(Node("", document))]
    if not found:
        raise ManifestError(f"{name} is not {_KNOWN}, or has no container")
    names = ", ".join(one for one, _ in found[:_MOST_NAMES]) + (", ..." if len(found) > _MOST_NAMES else "")
    if wanted is not None:
        named = [read for one, read in found if wanted in {one, one.rpartition("/")[2]}]
        named = named or [read for one, read in found if one.startswith(f"{wanted}/")]
        if len(named) == 1:
            return named[0]()
        what = "several containers" if named else "no container"
        raise ManifestError(f"{name} has {what} with the name {quoted(wanted)}: it has {names}")
    if len(found) == 1:
        return found[0][1]()
    of_lifeinit = [one for one in (read() for _, read in found) if one.mentions_lifeinit]
    if len(of_lifeinit) == 1:
        return of_lifeinit[0]
    raise ManifestError(
        f"{name} has several containers: name one, for example --for {name}:{found[0][0]} (it has {names})"
    )


def _containers(document: Node) -> Iterator[tuple[str, Reader]]:
    """The name of each container, and what reads it."""
    if isinstance(document.value, list):
        for name, node in docker.containers(document):
            yield name, partial(docker.read, name, node)
    elif not isinstance(document.value, dict):
        return
    elif "services" in document:
        for name, node in compose.containers(document):
            yield name, partial(compose.read, name, node)
    elif "containerDefinitions" in document or "taskDefinition" in document:
        for name, node in ecs.containers(document):
            yield name, partial(ecs.read, name, node)
    elif "kind" in document or "items" in document:
        for name, found in kubernetes.containers(document):
            yield name, partial(kubernetes.read, name, found)
    elif "Config" in document:
        yield from _containers(Node("", [document.value]))
