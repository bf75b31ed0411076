"""The servers of a Compose file that the app waits for. Read line by line: it needs no YAML library."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lifeinit.project.findings import Hook
from lifeinit.project.folder import Folder
from lifeinit.values import duration

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
# What the name of an image says of its server.
_SERVERS: Final = {
    "postgres": ("PostgreSQL", "postgres"), "postgis": ("PostgreSQL", "postgres"),
    "pgvector": ("PostgreSQL", "postgres"),
    "mysql": ("MySQL", "mysql"), "mariadb": ("MariaDB", "mariadb"), "redis": ("Redis", "redis"),
    "valkey": ("Valkey", "redis"), "rabbitmq": ("RabbitMQ", "amqp"), "mongo": ("MongoDB", "mongodb"),
    "memcached": ("Memcached", "memcached"), "nats": ("NATS", "nats"),
}  # fmt: skip
_KEY: Final = re.compile(r"""( *)["']?([\w.-]+)["']?:(?:\s+(.*?))?\s*(?:#.*)?""", re.ASCII)


class Service(NamedTuple):
    """One service: its own keys that are scalars, and its lines."""

    name: str
    keys: dict[str, str]
    text: str


class Composed(NamedTuple):
    """The hooks that wait for servers, the servers' names, and the grace period of the service that is built."""

    hooks: tuple[Hook, ...] = ()
    kinds: tuple[str, ...] = ()
    grace: float | None = None
    source: str = ""


def composed(folder: Folder) -> Composed:
    """What the folder's Compose file says."""
    source = next(filter(folder.has, NAMES), "")
    services = list(_services(folder.text(source))) if source else []
    built = [service for service in services if "build" in service.keys]
    environment = "\n".join(service.text for service in built)
    hooks, kinds = list[Hook](), list[str]()
    for service in services:
        server = _server(service)
        if server is not None:
            kinds.append(server[0])
            target = _variable(environment, service.name) or f"{server[1]}://{service.name}"
            hooks.append(Hook(service.name, "wait_for", target, f"wait for {server[0]}, a service of {source}", "60s"))
    return Composed(tuple(hooks), tuple(dict.fromkeys(kinds)), _grace(built), source)


def _services(text: str) -> Iterator[Service]:
    """Each service: its key is the first below `services:`, or has the same margin."""
    lines = text.splitlines()
    start = next((at for at, line in enumerate(lines) if re.fullmatch(r"services:\s*(#.*)?", line)), len(lines))
    body = [line for line in lines[start + 1 :] if line.strip() and not line.lstrip().startswith("#")]
    end = next((at for at, line in enumerate(body) if not line.startswith(" ")), len(body))
    blocks: list[list[str]] = []
    margin = len(body[0]) - len(body[0].lstrip()) if end else 0
    for line in body[:end]:
        if len(line) - len(line.lstrip()) <= margin:
            blocks.append([])
        blocks[-1].append(line)
    for head, *rest in blocks:
        name = _KEY.fullmatch(head)
        if name:
            yield Service(name[2], _scalars(rest), "\n".join(rest))


def _scalars(lines: list[str]) -> dict[str, str]:
    """The keys of the first level, with the text behind each."""
    found = [match for line in lines if (match := _KEY.fullmatch(line))]
    margin = min((len(match[1]) for match in found), default=0)
    return {match[2]: (match[3] or "").strip("\"'") for match in found if len(match[1]) == margin}


def _server(service: Service) -> tuple[str, str] | None:
    """What the service's image is known for: `docker.io/library/postgres:17` is PostgreSQL."""
    image = service.keys.get("image", "").partition("@")[0]
    return _SERVERS.get(image.rpartition("/")[2].partition(":")[0])


def _variable(environment: str, host: str) -> str:
    """The variable that holds this server's URL, as `$DATABASE_URL`; empty where there is none."""
    url = rf"([A-Z][A-Z0-9_]*)\s*[:=]\s*[\"']?[a-z]+(?:\+[a-z0-9]+)?://(?:[^\s/@]*@)?{re.escape(host)}(?![\w.-])"
    found = re.search(url, environment)
    return f"${found[1]}" if found else ""


def _grace(built: list[Service]) -> float | None:
    for service in built:
        try:
            return duration.parse_variable(service.keys["stop_grace_period"])
        except (KeyError, ValueError):
            continue
    return None
