"""PostgreSQL: a fast shutdown under load that needs no recovery."""

import signal
import subprocess

from tests.integration.harness import Running
from tests.real.conftest import Run
from tests.real.postgres import READY, USER, Cluster, needs_postgres
from tests.real.tools import until

pytestmark = needs_postgres

ACKNOWLEDGED = "INSERT 0 1\n"
ORDERS = 500_000  # more than any client gets done here
SOME = 200


def serve(run: Run, cluster: Cluster) -> tuple[Running, list[str]]:
    """A server that runs, and what was said on the way there."""
    hooks = f"""
        [app]
        user = "{USER}"
        working_dir = "{cluster.directory}"
        stop_signal = "INT"
    """
    running = run(*cluster.server(), hooks=hooks)
    return running, until(running, READY)


def orders_until(cluster: Cluster, running: Running, signo: int) -> int:
    """Insert row after row, and meanwhile send the signal. Returns how many rows the server has acknowledged."""
    cluster.ask("CREATE TABLE orders (id serial)")
    work = cluster.directory / "orders.sql"
    work.write_text("INSERT INTO orders DEFAULT VALUES;\n" * ORDERS)
    command = cluster.client("--file", str(work))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert client.stderr is not None
        for _ in range(SOME):
            assert client.stdout.readline() == ACKNOWLEDGED
        running.send(signo)
        rest = client.stdout.readlines()
        assert "connection to server was lost" in client.stderr.read()  # it was still at work
    assert set(rest) <= {ACKNOWLEDGED}
    return SOME + len(rest)


def rows_that_are_left(cluster: Cluster) -> int:
    return int(cluster.ask("SELECT count(*) FROM orders"))


def test_a_fast_shutdown_under_load_needs_no_recovery(cluster: Cluster, run: Run) -> None:
    """TERM for lifeinit is INT for the server. Each acknowledged row is there after the next start."""
    running, _ = serve(run, cluster)
    acknowledged = orders_until(cluster, running, signal.SIGTERM)
    until(running, "received fast shutdown request")
    until(running, "database system is shut down")
    assert "lifeinit: app exited 0" in running.rest()
    assert running.status() == 0

    again, said = serve(run, cluster)
    assert any("database system was shut down at" in line for line in said)
    assert not any("not properly shut down" in line for line in said)
    assert acknowledged <= rows_that_are_left(cluster) <= acknowledged + 1  # the last answer may be under way
    again.send(signal.SIGTERM)
    assert again.rest()[-1] == "lifeinit: app exited 0"


def test_a_container_that_is_killed_under_load_needs_recovery(cluster: Cluster, run: Run) -> None:
    """The control: what the runtime does when nobody passes the stop signal on."""
    running, _ = serve(run, cluster)
    acknowledged = orders_until(cluster, running, signal.SIGKILL)
    assert not any("shut down" in line or "app exited" in line for line in running.rest())

    _, said = serve(run, cluster)
    assert any("was not properly shut down; automatic recovery in progress" in line for line in said)
    assert acknowledged <= rows_that_are_left(cluster) <= acknowledged + 1
