"""The containers of Kubernetes' objects: pods, what has a template of one, and the services of Knative (Cloud Run)."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lifeinit.check.manifest.container import Container
from lifeinit.check.manifest.nodes import Node

_SLEEP: Final = re.compile(r"(?:\S*/)?sleep\s+([0-9]{1,6}(?:\.[0-9]{1,3})?)(s|m|)", re.ASCII)
_DEFAULTS: Final = {"initialDelaySeconds": 0.0, "periodSeconds": 10.0, "failureThreshold": 3.0}


class Found(NamedTuple):
    """A container's own name, `object/container`, its node, and that of its pod."""

    name: str
    pod: Node
    node: Node
    runtime: str


def containers(document: Node) -> Iterator[tuple[str, Found]]:
    """The name of each container, below that of its object."""
    if document["kind"].text() == "List" or isinstance(document["items"].value, list):
        for item in document["items"].items():
            yield from containers(item)
        return
    spec = document["spec"]
    if "jobTemplate" in spec:
        spec = spec["jobTemplate"]["spec"]
    pod = spec["template"]["spec"] if "template" in spec else spec
    serverless = (document["apiVersion"].text() or "").startswith("serving.knative.dev/")
    for container in pod["containers"].items() if isinstance(pod["containers"].value, list) else ():
        name, runtime = container["name"].text() or "container", "cloudrun" if serverless else "kubernetes"
        yield f"{document['metadata']['name'].text() or 'pod'}/{name}", Found(name, pod, container, runtime)


def read(name: str, found: Found) -> Container:
    """One container."""
    pod, node = found.pod, found.node
    own, limits = node["securityContext"], node["resources"]["limits"]
    what, seconds = _pre_stop(node["lifecycle"]["preStop"])
    check, limit = _start_limit(node)
    is_kubernetes = found.runtime == "kubernetes"
    return Container(
        found.runtime,
        name,
        "terminationGracePeriodSeconds" if is_kubernetes else "the grace period",
        pod["terminationGracePeriodSeconds"].number() if is_kubernetes else None,
        pre_stop=what,
        pre_stop_time=seconds,
        stop_signal=node["lifecycle"]["stopSignal"].text(),
        user=_user(pod["securityContext"], own),
        read_only=own["readOnlyRootFilesystem"].flag(),
        writable=tuple(
            mount["mountPath"].text() or "/" for mount in node["volumeMounts"].items() if not mount["readOnly"].flag()
        ),
        memory=limits["memory"].size() or None,
        start_check=check,
        start_limit=limit,
        environment={str(one["name"].text()): one["value"].text() or "" for one in node["env"].items()},
        entrypoint=node["command"].words(),
        command=node["args"].words(),
        probes=tuple(_probe_words(node)),
    )


def _user(pod: Node, own: Node) -> str | None:
    uid, gid = (own[key] if key in own else pod[key] for key in ("runAsUser", "runAsGroup"))
    if uid.is_missing:
        return None
    number, group = uid.number(), gid.number()
    return f"{number:.0f}" if group is None else f"{number:.0f}:{group:.0f}"


def _pre_stop(node: Node) -> tuple[str, float | None]:
    """What runs before the signal, and for how long if it is a sleep."""
    if node.is_missing:
        return "", None
    if "sleep" in node:
        return "preStop", node["sleep"]["seconds"].number()
    words = node["exec"]["command"].words() or ()
    line = words[2] if len(words) == 3 and words[1] == "-c" else " ".join(words)
    match = _SLEEP.fullmatch(line.strip())
    return "preStop", float(match[1]) * (60 if match[2] == "m" else 1) if match else None


def _start_limit(node: Node) -> tuple[str, float | None]:
    """A startup probe holds back the others. Without one the liveness probe ends what starts slowly."""
    for key in ("startupProbe", "livenessProbe"):
        probe = node[key]
        if not probe.is_missing:
            delay, period, failures = (
                default if probe[name].is_missing else probe[name].number() or 0.0
                for name, default in _DEFAULTS.items()
            )
            return key, delay + period * max(failures, 1.0)
    return "", None


def _probe_words(node: Node) -> Iterator[str]:
    for key in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield from node[key]["exec"]["command"].words() or ()
