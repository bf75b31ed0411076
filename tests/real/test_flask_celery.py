"""FlaskCeleryContainer: gunicorn and a Celery worker in one container, with callbacks around both."""

import os
import shelve
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

import lifeinit
from tests.integration.harness import Running, base_environment
from tests.real.conftest import ONE_STREAM
from tests.real.redis import Broker, needs_redis, result
from tests.real.tools import Gate, answer, ask, until

pytestmark = needs_redis

SHOP = """
import os

from celery import Celery
from celery.signals import worker_ready
from flask import Flask
from lifeinit import FlaskCeleryContainer

app = Flask(__name__)
asked = []
celery = Celery(__name__, broker=os.environ["BROKER"], backend=os.environ["BROKER"])
container = FlaskCeleryContainer(app, celery, bind="127.0.0.1:" + os.environ["PORT"], concurrency=1)


@container.pre_start
def pre_start_callback():
    print("pre_start_callback")


@container.post_start
def post_start_callback():
    print("post_start_callback")


@container.pre_stop
def pre_stop_callback(event):
    print("pre_stop_callback", event.signal)


@container.post_stop
def post_stop_callback(event):
    print("post_stop_callback", event.reason, event.exit_code)


@worker_ready.connect
def worker_is_ready(**_):
    os.write(1, f"watchdog {os.environ.get('WATCHDOG_USEC')}\\n".encode())


@celery.task
def pack():
    os.write(1, b"packing\\n")
    with open("gate") as gate:
        gate.readline()
    return "packed"


@celery.task
def tick():
    os.write(1, b"beat works\\n")


if "TICKS" in os.environ:
    celery.conf.beat_schedule = {"tick": {"task": tick.name, "schedule": 0.2}}


@app.route("/order")
def order():
    return pack.delay().id


@app.route("/healthz")
def healthz():
    os.write(1, b"health\\n")
    asked.append(1)
    return "", 503 if len(asked) == 1 else 200


@app.route("/slow")
def slow():
    os.write(1, b"asked\\n")
    with open("door") as gate:
        gate.readline()
    return "slow"


if __name__ == "__main__":
    container.start()
"""


class Shop(Protocol):
    def __call__(self, **env: str) -> Running:
        """Start the program above as PID 1, with these variables."""


@pytest.fixture
def shop(applications: Path, broker: Broker, port: int, tmp_path: Path) -> Iterator[Shop]:
    started = []
    (tmp_path / "shop.py").write_text(SHOP)

    def start(**env: str) -> Running:
        command = [*ONE_STREAM, str(applications / "python"), "-u", "shop.py"]
        package = {"PYTHONPATH": str(Path(lifeinit.__file__).parents[1])}
        variables = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PORT": str(port), **package, **broker, **env}
        started.append(Running(command, tmp_path, base_environment() | variables))
        return started[-1]

    yield start
    for running in started:
        running.end()


def test_an_open_request_is_answered_and_a_running_task_finished(
    shop: Shop, port: int, gate: Gate, tmp_path: Path
) -> None:
    """The stop comes while both are under way; the callbacks run in their order, the status is 0."""
    door = Gate(tmp_path / "door")
    running = shop()
    until(running, "post_start_callback")
    status, task = answer(ask(port, "/order"))
    assert status == 200
    until(running, "packing")
    request = ask(port, "/slow")
    until(running, "asked")
    running.send(signal.SIGTERM)
    until(running, "pre_stop_callback TERM", "Warm shutdown", "Handling signal: term")
    gate.open()
    door.open()
    assert answer(request) == (200, "slow")
    door.close()
    lines = running.rest()
    assert "post_stop_callback signal 0" in lines
    assert running.status() == 0
    assert result(tmp_path, task) == ("SUCCESS", "packed")


def test_the_order_of_the_start(shop: Shop) -> None:
    """pre_start before either exists, post_start when both are ready."""
    running = shop()
    lines = until(running, "post_start_callback")
    positions = [
        next(i for i, line in enumerate(lines) if text in line)
        for text in ("pre_start_callback", "Listening at", "Booting worker", "web is ready", "post_start_callback")
    ]
    assert positions == sorted(positions)
    assert any("worker is ready after" in line for line in lines)
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0


def test_the_first_exit_ends_the_other_and_keeps_its_status(shop: Shop) -> None:
    running = shop()
    until(running, "post_start_callback")
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    worker = next(pid for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "worker")
    os.kill(int(worker), signal.SIGKILL)
    lines = running.rest()
    assert "lifeinit: worker exited 137 (SIGKILL)" in lines
    assert any("Handling signal: term" in line for line in lines)
    assert "post_stop_callback exited 137" in lines
    assert running.status() == 137


@pytest.mark.parametrize(
    ("variable", "expected", "missing"), [("WORKER", "Listening at", "celery@"), ("WEB", "celery@", "Listening at")]
)
def test_one_part_alone(shop: Shop, variable: str, expected: str, missing: str) -> None:
    running = shop(**{f"LIFEINIT_{variable}": "0"})
    lines = until(running, "post_start_callback")
    running.send(signal.SIGTERM)
    lines += running.rest()
    assert running.status() == 0
    assert any(expected in line for line in lines)
    assert not any(missing in line for line in lines)


def test_a_health_path_has_to_answer_well(shop: Shop) -> None:
    """The first answer is 503, so the container is not ready yet."""
    running = shop(LIFEINIT_HEALTH="/healthz", LIFEINIT_WORKERS="1", LIFEINIT_WORKER="0")
    assert until(running, "post_start_callback").count("health") == 2
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0


def test_beat_and_numbers_from_the_environment(shop: Shop) -> None:
    running = shop(LIFEINIT_BEAT="yes", LIFEINIT_CONCURRENCY="2", LIFEINIT_QUEUES="a, b", LIFEINIT_LOG_LEVEL="DEBUG")
    lines = until(running, "post_start_callback", "beat: Starting...")
    assert any("concurrency: 2" in line for line in lines)
    assert [line.split()[1] for line in lines if ".> " in line and "exchange=" in line] == ["a", "b"]
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0


class Planted:
    """Runs a command when it is unpickled."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return os.mkdir, (self.directory,)


def test_beat_runs_no_schedule_that_was_planted(shop: Shop, tmp_path: Path) -> None:
    """Celery's own default opens the file below, and whoever may write expected becomes the container's user."""
    with shelve.open(tmp_path / "celerybeat-schedule") as schedule:
        schedule["entries"] = Planted(tmp_path / "attacked")
    running = shop(LIFEINIT_BEAT="1", LIFEINIT_WEB="0", TICKS="1")
    until(running, "beat works")
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0
    assert not (tmp_path / "attacked").exists()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("THREADS", "many", '"many": write a whole number from 1 to 1000'),
        ("THREADS", "9" * 5000, f'"{"9" * 57}...": write a whole number from 1 to 1000'),
        ("BEAT", "maybe", '"maybe": write 1 or 0'),
    ],
)
def test_a_wrong_variable(shop: Shop, variable: str, value: str, sentence: str) -> None:
    running = shop(**{f"LIFEINIT_{variable}": value})
    assert running.rest() == [f"lifeinit: LIFEINIT_{variable} is {sentence}; nothing was started"]
    assert running.status() == 78
