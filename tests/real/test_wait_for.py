"""An app that starts once its database does."""

import contextlib
import socket
from collections.abc import Iterator

from tests.integration.harness import Running, base_environment
from tests.real.conftest import Run
from tests.real.postgres import USER, Cluster, needs_postgres, program
from tests.real.tools import until

pytestmark = needs_postgres

PASSWORD = "correct-horse"


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """A port that refuses connections, and that none but a server with SO_REUSEADDR can take, as PostgreSQL does."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextlib.contextmanager
def started(cluster: Cluster, port: int) -> Iterator[None]:
    """The database in a container of its own."""
    as_its_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    server = cluster.server("-c", "listen_addresses=127.0.0.1", "-c", f"port={port}")
    running = Running([*as_its_user, *server], cluster.directory, base_environment())
    try:
        yield
    finally:
        running.end()


def client(port: int) -> list[str]:
    """An app that asks the database once. `asked 2`: nobody answered; 0 or 1: it is there, or nearly. pg_isready(1)"""
    return ["sh", "-c", f"{program('pg_isready')} -h 127.0.0.1 -p {port}; echo asked $?"]


def test_the_app_starts_when_its_database_does(cluster: Cluster, run: Run) -> None:
    """lifeinit says what it waits for, and never the password."""
    with reserved_port() as port:
        url = f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{port}/shop"
        running = run(*client(port), hooks='[[pre_start]]\nwait_for = "$DATABASE_URL"\n', env={"DATABASE_URL": url})
        said = until(running, "waiting for")
        assert said[-1].startswith("lifeinit: pre_start")
        with started(cluster, port):
            said += running.rest()
            assert running.status() == 0
    assert said[-2:-1] in (["asked 0"], ["asked 1"])
    assert not any(PASSWORD in line for line in said)


def test_an_app_that_does_not_wait_finds_no_database(run: Run) -> None:
    """The control."""
    with reserved_port() as port:
        assert "asked 2" in run(*client(port)).rest()
