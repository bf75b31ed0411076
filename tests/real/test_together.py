"""PostgreSQL, a worker and a web app in one container: each starts after what it needs, and stops before it."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.harness import PATIENCE
from tests.real.conftest import Run
from tests.real.postgres import READY, USER, Cluster, needs_postgres, program
from tests.real.tools import answer, ask, serving, until

pytestmark = needs_postgres

# Both write by one psql that stays connected; an acknowledged row is a line.
DATABASE = """
import subprocess, sys

def connected(client):
    while subprocess.run([*client, "-c", "SELECT 1"], capture_output=True).returncode:
        pass
    return subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

def insert(psql, table):
    psql.stdin.write(f"INSERT INTO {table} DEFAULT VALUES;\\n")
    psql.stdin.flush()
    return psql.stdout.readline() == "INSERT 0 1\\n"
"""
SHOP = """
import os, threading
from flask import Flask
from database import connected, insert

app, psql, lock = Flask(__name__), connected(os.environ["CLIENT"].split()), threading.Lock()

@app.get("/")
def order():
    with lock:
        return ("ordered", 200) if insert(psql, "orders") else ("lost", 500)
"""
WORKER = """
import os, signal
from database import connected, insert

asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
psql, done = connected(os.environ["CLIENT"].split()), 0
while not asked:
    assert insert(psql, "work"), "the database is gone"
    done += 1
    if done == 1:
        print("working", flush=True)
psql.stdin.close()
print(f"worker: {done} done", flush=True)
"""
HOOKS = """
[app]
success_exit_codes = ["SIGTERM"]
environment = {{ CLIENT = "{client}", PYTHONPATH = "{here}" }}
[process.db]
command = {server}
user = "{user}"
working_dir = "{directory}"
stop_signal = "INT"
ready = {{ command = ["{isready}", "-q", "-h", "{directory}"], interval = "50ms" }}
{of_db}
[process.worker]
command = ["{python}", "{here}/worker.py"]
{of_worker}
[process.web]
command = "exec {gunicorn} --threads 4 --graceful-timeout 2 --chdir {here} --bind 127.0.0.1:0 shop:app"
{of_web}
"""


class Load(threading.Thread):
    """Orders until the shop is closed."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.answers = port, list[tuple[int, str]]()
        self.some = threading.Event()
        self.start()

    def run(self) -> None:
        try:
            while True:
                self.answers.append(answer(ask(self.port)))
                if len(self.answers) == 20:
                    self.some.set()
        except OSError:
            pass  # it is closed


@pytest.fixture
def hooks(cluster: Cluster, applications: Path, tmp_path: Path) -> Callable[[bool], str]:
    for name, text in {"database": DATABASE, "shop": SHOP, "worker": WORKER}.items():
        (tmp_path / f"{name}.py").write_text(text)

    def written(in_order: bool) -> str:
        return HOOKS.format(
            client=" ".join(cluster.client()),
            here=tmp_path,
            server=cluster.server(),
            user=USER,
            directory=cluster.directory,
            isready=program("pg_isready"),
            python=applications / "python",
            gunicorn=applications / "gunicorn",
            of_db="" if in_order else 'after = ["worker", "web"]',
            of_worker='after = ["db"]' if in_order else "",
            of_web='after = ["worker"]' if in_order else "",
        )

    return written


def tables(cluster: Cluster, run: Run) -> None:
    """The tables are there before anything is started that needs them."""
    alone = run(*cluster.server(), hooks=f'[app]\nuser = "{USER}"\nworking_dir = "{cluster.directory}"\n')
    until(alone, READY)
    cluster.ask("CREATE TABLE orders (id serial); CREATE TABLE work (id serial)")
    alone.send(signal.SIGINT)
    alone.rest()


def test_they_stop_in_reverse_under_load_and_nothing_is_lost(
    cluster: Cluster, run: Run, hooks: Callable[[bool], str]
) -> None:
    """The web app answers its last order, then the worker does its last piece, then the database is shut down."""
    tables(cluster, run)
    running = run(hooks=hooks(True))
    started = until(running, "working")
    assert any(READY in line for line in started)
    load = Load(serving(running))
    assert load.some.wait(PATIENCE)
    running.send(signal.SIGTERM)
    said = running.rest()
    assert running.status() == 0, said
    load.join(PATIENCE)
    order = [
        next(i for i, line in enumerate(said) if text in line) for text in (*CLOSING, "database system is shut down")
    ]
    assert order == sorted(order)
    assert not any("administrator command" in line for line in said)
    assert {status for status, _ in load.answers} == {200}
    done = int(said[order[1]].split()[1])
    again = run(*cluster.server(), hooks=f'[app]\nuser = "{USER}"\nworking_dir = "{cluster.directory}"\n')
    until(again, READY)
    assert int(cluster.ask("SELECT count(*) FROM work")) == done
    assert int(cluster.ask("SELECT count(*) FROM orders")) >= len(load.answers)


CLOSING = ("Shutting down: Master", " done", "received fast shutdown request")


def test_in_the_other_order_the_database_leaves_the_others(
    cluster: Cluster, run: Run, hooks: Callable[[bool], str]
) -> None:
    """The control: the database stops first, and ends the connections of those that still work."""
    tables(cluster, run)
    running = run(hooks=hooks(False))
    said = until(running, "working", "http://127.0.0.1:")
    running.send(signal.SIGTERM)
    said += running.rest()
    assert any("terminating connection due to administrator command" in line for line in said)
