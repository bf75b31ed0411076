"""Where the URL of a database, cache or broker says that it listens, as the usual drivers read it."""

import os

from lifeinit.probes.targets.addresses import encoded, host_and_port, port_of, socket_at, unquoted
from lifeinit.probes.targets.target import Tcp, Unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

PORTS: "Final" = {
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "redis": 6379,
    "rediss": 6379,
    "amqp": 5672,
    "amqps": 5671,
    "mongodb": 27017,
    "kafka": 9092,
    "memcached": 11211,
    "nats": 4222,
    "mqtt": 1883,
}
OPTIONS: "Final" = {"host", "port", "unix_socket"}  # those that say where it listens
_POSTGRES, _MYSQL = {"postgres", "postgresql"}, {"mysql", "mariadb"}


def places(kind: str, authority: str, query: str) -> tuple[Tcp | Unix, ...]:
    """The places of which one is enough. Raises ValueError with the end of a sentence."""
    hosts = authority.rpartition("@")[2]
    options = _options(query)
    if kind in _POSTGRES:
        return _postgres(hosts, options)
    if kind in _MYSQL and "unix_socket" in options:
        return (socket_at(encoded(options["unix_socket"][0])),)
    return tuple(_mongodb(item) if kind == "mongodb" else host_and_port(item, PORTS[kind]) for item in hosts.split(","))


def _options(query: str) -> dict[str, list[str]]:
    """What a query says, without what it leaves empty."""
    options: dict[str, list[str]] = {}
    for option in query.split("&"):
        name, _, value = option.partition("=")
        if value:
            options.setdefault(_unquoted(name), []).append(_unquoted(value.replace("+", " ")))
    return options


def _unquoted(text: str) -> str:
    return os.fsdecode(unquoted(encoded(text)))


def _mongodb(item: str) -> Tcp | Unix:
    """A host may be the percent-encoded path of a socket."""
    path = _unquoted(item)
    return socket_at(encoded(path)) if path.startswith("/") else host_and_port(item, PORTS["mongodb"])


def _postgres(hosts: str, options: dict[str, list[str]]) -> tuple[Tcp | Unix, ...]:
    """`?host=` goes before the authority. Both are lists; so is `?port=`, or it is one for all. libpq, SQLAlchemy"""
    if "host" not in options:
        if not hosts.partition(":")[0]:
            raise ValueError('which names no host: write it after "://", or "?host=/var/run/postgresql" for a socket')
        return tuple(_postgres_place(item, "") for item in hosts.split(","))
    names = ",".join(options["host"]).split(",")
    ports = ",".join(options.get("port", [hosts.partition(":")[2]])).split(",")
    if len(ports) != len(names):
        ports = ports[:1] * len(names)
    return tuple(_postgres_place(name, port) for name, port in zip(names, ports, strict=True))


def _postgres_place(item: str, port: str) -> Tcp | Unix:
    """A host that begins with a slash, percent-encoded or not, is the directory of the socket. libpq, 34.1.1.3"""
    default = port_of(port, PORTS["postgres"])
    name, _, own_port = item.partition(":")
    directory = _unquoted(name)
    if not directory.startswith("/"):
        return host_and_port(item, default)
    return socket_at(encoded(f"{directory.rstrip('/')}/.s.PGSQL.{port_of(own_port, default)}"))
