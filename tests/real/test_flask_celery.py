"""FlaskCeleryContainer: gunicorn and a Celery worker in one container, with callbacks around both."""

import http.server
import os
import shelve
import signal
import threading
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

if "NUMPY" in os.environ:
    import numpy  # with two CPUs it starts threads of its own

from celery import Celery
from celery.signals import worker_ready
from flask import Flask
from lifeinit import FlaskCeleryContainer

app = Flask(__name__)
asked = []
celery = Celery(__name__, broker=os.environ["BROKER"], backend=os.environ["BROKER"])


def report(server):
    print(f"gunicorn waits {server.cfg.timeout} s, keeps alive {server.cfg.keepalive} s")


container = FlaskCeleryContainer(
    app,
    celery,
    bind="127.0.0.1:" + os.environ["PORT"],
    concurrency=1,
    gunicorn={"keepalive": 7, "timeout": 50, "when_ready": report},
)


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
        program = ["-m", "shop"] if "AS_MODULE" in env else ["shop.py"]
        command = [*ONE_STREAM, str(applications / "python"), "-u", *program]
        package = {"PYTHONPATH": str(Path(lifeinit.__file__).parents[1])}
        variables = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PORT": str(port), **package, **broker, **env}
        started.append(Running(command, tmp_path, base_environment() | variables))
        return started[-1]

    yield start
    for running in started:
        running.end()


def worker_of(running: Running) -> int:
    """The pid of the Celery worker's main process."""
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    return int(next(pid for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "worker"))


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT], ids=lambda stop: str(stop.name))
def test_an_open_request_is_answered_and_a_running_task_finished(
    shop: Shop, port: int, gate: Gate, tmp_path: Path, stop: signal.Signals
) -> None:
    """Whatever the stop signal is, and whatever came before: Celery executed the whole program again after a HUP, TTIN
    stopped it, INT made it exit with 1 and QUIT lost the task.
    """
    door = Gate(tmp_path / "door")
    running = shop(NUMPY="1")
    lines = until(running, "post_start_callback")
    status, task = answer(ask(port, "/order"))
    assert status == 200
    lines += until(running, "packing")
    request = ask(port, "/slow")
    lines += until(running, "asked")
    os.kill(worker_of(running), signal.SIGHUP)  # as from a shell in the container
    for signo in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTTIN, signal.SIGTTOU):
        running.send(signo)
        of_gunicorn = "SIGUSR2 is ignored" if signo is signal.SIGUSR2 else f"Handling signal: {signo.name[3:].lower()}"
        lines += until(running, of_gunicorn)
    running.send(stop)
    lines += until(running, f"pre_stop_callback {stop.name[3:]}", "Warm shutdown", "Handling signal: term")
    gate.open()
    door.open()
    assert answer(request) == (200, "slow")
    door.close()
    lines += running.rest()
    assert "post_stop_callback signal 0" in lines
    assert lines.count("pre_start_callback") == 1, "the program ran a second time"
    assert running.status() == 0
    assert result(tmp_path, task) == ("SUCCESS", "packed")


def test_the_order_of_the_start(shop: Shop) -> None:
    """pre_start before either exists, post_start when both are ready."""
    running = shop(AS_MODULE="1")
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
    os.kill(worker_of(running), signal.SIGKILL)
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


def test_readiness_is_that_of_our_own_gunicorn(shop: Shop, port: int) -> None:
    """Another server at the port answered the probe, and the container was ready while gunicorn could not start."""
    with http.server.HTTPServer(("127.0.0.1", port), Good) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        running = shop(LIFEINIT_HEALTH="/healthz", LIFEINIT_WORKER="0", LIFEINIT_STOP_TIMEOUT="200ms")
        lines = until(running, "Connection in use")
        lines += until(running, "Connection in use")  # a second later
        running.send(signal.SIGTERM)
        lines += running.rest()
        other.shutdown()
        thread.join()
    assert not any("is ready" in line for line in lines)
    assert "post_start_callback" not in lines


class Good(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def test_what_the_environment_says(shop: Shop) -> None:
    running = shop(
        LIFEINIT_BEAT="yes",
        LIFEINIT_CONCURRENCY="2",
        LIFEINIT_QUEUES="a, b",
        LIFEINIT_LOG_LEVEL="DEBUG",
        LIFEINIT_WORKER_ARGS="-n 'named@here'",
        LIFEINIT_BEAT_ARGS="--max-interval 3",
        GUNICORN_CMD_ARGS="--timeout 77",
    )
    lines = until(running, "post_start_callback", "beat: Starting...")
    assert any("concurrency: 2" in line for line in lines)
    assert [line.split()[1] for line in lines if ".> " in line and "exchange=" in line] == ["a", "b"]
    assert any("named@here" in line for line in lines)
    assert "gunicorn waits 77 s, keeps alive 7 s" in lines
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0


REFUSED = """
from celery import Celery
from lifeinit import FlaskCeleryContainer, UsageError

def app(environ, start_response): ...

for arguments, options in [
    ((app, "shop"), {}),
    ((app, Celery()), {"gunicorn": {"timout": 5}}),
    ((app, Celery()), {"gunicorn": {"bind": ":80"}}),
    ((app, Celery()), {"gunicorn": {"daemon": True}}),
    ((app, Celery()), {"gunicorn": {"timeout": "long"}}),
    ((app, Celery()), {"gunicorn": ["--timeout", "5"]}),
    ((app, Celery()), {"worker_args": ["--frob"]}),
    ((app, Celery()), {"worker_args": ["--pool", "swimming"]}),
    ((app, Celery()), {"worker_args": ["-B"]}),
    ((app, Celery()), {"beat_args": ["--detach"]}),
    ((app, Celery()), {"beat_args": ["--help"]}),
    ((app, Celery()), {"bind": "localhost:99999"}),
    ((app, Celery()), {"bind": "8000"}),
]:
    try:
        FlaskCeleryContainer(*arguments, **options).start()
    except UsageError as error:
        print(error)
"""


def test_what_gunicorn_or_celery_would_refuse(shop: Shop, tmp_path: Path) -> None:
    """It is said in one sentence, before anything is started."""
    (tmp_path / "shop.py").write_text(REFUSED)
    beginnings = [
        'celery is "shop" (str): pass the Celery application',
        'gunicorn holds "timout", which is not a setting of it: did you mean "timeout"?',
        'gunicorn holds "bind", which has an option of its own: write bind=...',
        'gunicorn holds "daemon", which is not allowed here, as the container would lose it: leave it out',
        'gunicorn holds timeout = "long", which it rejects: ',
        """gunicorn is "['--timeout', '5']" (list): write a dict such as {"timeout": 60}""",
        "worker_args is invalid: no such option",
        "worker_args is invalid: invalid value for '-P' / '--pool': 'swimming' is not one of",
        "worker_args is invalid: --beat is not allowed here: beat=True runs it, with a schedule that no other user can",
        "beat_args is invalid: --detach is not allowed here: the container would lose the process",
        "beat_args is invalid: --help starts nothing",
        'bind is invalid: "localhost:99999" is not an address: write HOST:PORT or unix:PATH',
        'bind is invalid: "8000" is not an address: write HOST:PORT or unix:PATH',
    ]
    options = ("celery ", "gunicorn ", "worker_args ", "beat_args ", "bind ")
    lines = [line for line in shop().rest() if line.startswith(options)]
    assert len(lines) == len(beginnings)
    for line, beginning in zip(lines, beginnings, strict=True):
        assert line.startswith(beginning)


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("LIFEINIT_BIND", "shop:http:80", '"shop:http:80" is not an address: write HOST:PORT or unix:PATH'),
        ("LIFEINIT_BIND", "127.0.0.1", '"127.0.0.1" is not an address: write HOST:PORT or unix:PATH'),
        ("LIFEINIT_WORKER_ARGS", "--frob", "no such option"),
        ("LIFEINIT_WORKER_ARGS", "-D", "--detach is not allowed here: the container would lose the process"),
        ("GUNICORN_CMD_ARGS", "'--timeout", "which gunicorn rejects"),
        ("GUNICORN_CMD_ARGS", "--daemon", "sets daemon, which is not allowed here, as the container would lose it"),
    ],
)
def test_a_variable_that_gunicorn_or_celery_would_refuse(shop: Shop, variable: str, value: str, why: str) -> None:
    """It is said in one sentence, and no hook has run."""
    running = shop(**{variable: value})
    lines = running.rest()
    assert running.status() == 78
    assert len(lines) == 1
    assert lines[0].startswith(f"lifeinit: {variable} ")
    assert why in lines[0]


def test_a_schedule_that_others_can_write_is_refused(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    running = shop(LIFEINIT_BEAT="1", LIFEINIT_WEB="0", LIFEINIT_WORKER="0", LIFEINIT_BEAT_ARGS="-s open/schedule")
    lines = running.rest()
    assert (
        """lifeinit: Celery runs what is in beat's schedule "open/schedule", and its directory can be written by """
        "others: choose a directory that only the app's user can write to"
    ) in lines
    assert running.status() == 78


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
    running = shop(LIFEINIT_BEAT="1", LIFEINIT_WEB="0", LIFEINIT_WORKER="0", TICKS="1")
    until(running, "Sending due task tick")
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
        ("QUEUES", ",,", '",,": write names with commas between them, for example "mail,video"'),
    ],
)
def test_a_wrong_variable(shop: Shop, variable: str, value: str, sentence: str) -> None:
    running = shop(**{f"LIFEINIT_{variable}": value})
    assert running.rest() == [f"lifeinit: LIFEINIT_{variable} is {sentence}; nothing was started"]
    assert running.status() == 78
