"""Celery: the stop signal goes to the worker's main process, which lets the running task finish."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.real.conftest import Run
from tests.real.redis import Broker, needs_redis, redis, result
from tests.real.tools import Gate, until

pytestmark = needs_redis

# A task runs once its process has begun it and the main process knows of that, which is when it acknowledges the task.
SHOP = """
import os

from celery import Celery, Task
from celery.worker.request import Request

app = Celery("shop", broker=os.environ["BROKER"], backend=os.environ["BROKER"])


class Telling(Request):
    def on_accepted(self, *arguments, **keywords):
        super().on_accepted(*arguments, **keywords)
        os.write(1, b"accepted\\n")  # not print, which Celery turns into a log line


class Told(Task):
    Request = Telling


@app.task(base=Told)
def pack():
    os.write(1, b"packing\\n")
    with open("gate") as gate:
        gate.readline()
    return "packed"
"""
WORKER = "-A shop worker --pool prefork --concurrency 1 --loglevel info --without-mingle --without-gossip".split()
RUNNING = ("accepted", "packing")


def order(applications: Path, directory: Path, broker: Broker) -> str:
    """Put a task into the queue, as a web app does. Returns its id."""
    (directory / "shop.py").write_text(SHOP)
    command = [str(applications / "python"), "-c", "import shop; print(shop.pack.delay().id)"]
    done = subprocess.run(
        command, cwd=directory, env=os.environ | broker, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


def test_a_task_that_runs_when_term_arrives_finishes(
    run: Run, applications: Path, broker: Broker, gate: Gate, tmp_path: Path
) -> None:
    """It ends after the stop has begun, and its result is stored."""
    task = order(applications, tmp_path, broker)
    running = run(str(applications / "celery"), *WORKER, env=broker)
    until(running, *RUNNING)
    running.send(signal.SIGTERM)
    until(running, "Warm shutdown")
    gate.open()
    assert "lifeinit: app exited 0" in running.rest()
    assert running.status() == 0
    assert result(tmp_path, task) == ("SUCCESS", "packed")


@pytest.mark.usefixtures("gate")
def test_the_task_is_lost_where_term_goes_to_the_group(
    run: Run, applications: Path, broker: Broker, tmp_path: Path
) -> None:
    """The control: stop_scope = "group" ends the process that runs the task, and nothing is left in the queue."""
    task = order(applications, tmp_path, broker)
    running = run(str(applications / "celery"), *WORKER, hooks='[app]\nstop_scope = "group"\n', env=broker)
    until(running, *RUNNING)
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0
    status, reason = result(tmp_path, task)
    assert status == "FAILURE"
    assert "WorkerLostError" in str(reason)
    assert (redis(tmp_path, "LLEN", "celery"), redis(tmp_path, "HLEN", "unacked")) == ("0", "0")
