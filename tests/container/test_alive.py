"""`alive` in a Docker engine: a hung app ends its container or is started again, and the engine's health follows.

Each container has a read-only root, an unprivileged user and no capabilities.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.container.conftest import Run
from tests.container.docker import PATIENCE, Container, docker
from tests.container.test_flask_celery import DOCKERFILE, inside

IMAGE = "lifeinit-test-alive"
CONFINED = "--read-only --tmpfs /tmp --user 10001:10001 --cap-drop ALL --security-opt no-new-privileges".split()
# It answers 200 and 503 by turns, from one SIGUSR1 to the next; a new life begins with 200.
SICK = """
import signal
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    status = 200
    def do_GET(self):
        self.send_response(Handler.status)
        self.end_headers()
    def log_message(self, *_):
        pass

def turn(*_):
    Handler.status = 703 - Handler.status
    print("answers", Handler.status, flush=True)

signal.signal(signal.SIGUSR1, turn)
signal.signal(signal.SIGTERM, lambda *_: exit(0))
HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"""
ALIVE = """
stop_timeout = "3s"
pre_stop = "echo pre_stop $LIFEINIT_REASON >&2"
post_stop = "echo post_stop $LIFEINIT_REASON $LIFEINIT_EXIT_CODE >&2"
ready = "http://127.0.0.1:8000/healthz"
[alive]
http = "http://127.0.0.1:8000/healthz"
interval = "500ms"
timeout = "500ms"
failures = 2
"""
UNHEALTHY = "lifeinit: app is unhealthy: answered 503 (http://127.0.0.1:8000/healthz, 2 times in a row)"


def test_the_engine_starts_a_container_again_that_has_stopped_unhealthy(run: Run) -> None:
    """Its exit status is 1, because the app's is 0: with 0 --restart on-failure would leave it stopped."""
    container = run("python", "-c", SICK, options=[*CONFINED, "--restart", "on-failure"], hooks=ALIVE)
    container.until("app is ready")
    turn(container)
    said = container.until("exit status 1")
    assert [line for line in said if line.startswith(("p", UNHEALTHY))] == [
        f"{UNHEALTHY}; the app is stopped",
        "pre_stop unhealthy",
        "post_stop unhealthy 1",
    ]
    wait_for(container, "{{.RestartCount}} {{.State.Running}}", "1 true")


def test_lifeinit_starts_it_again_in_the_same_container(run: Run) -> None:
    hooks = f'{ALIVE}on_failure = "restart"\n'
    container = run("python", "-c", SICK, options=CONFINED, hooks=hooks)
    container.until("app is ready")
    turn(container)
    said = container.until("app is ready")
    assert f"{UNHEALTHY}; the app is restarted" in said
    docker("stop", container.id)
    assert container.status() == 0


@pytest.mark.parametrize("how", ["alive", "a new try of ready"])
def test_the_health_of_the_engine_follows_the_app(run: Run, how: str) -> None:
    """With `lifeinit health` as HEALTHCHECK the container is unhealthy while the app is, and healthy again."""
    hooks = ALIVE.partition("[alive]")[0] if how != "alive" else f'{ALIVE}on_failure = "warn"\n'
    check = ["--health-cmd", "lifeinit health", "--health-interval", "1s", "--health-retries", "1"]
    container = run("python", "-c", SICK, options=[*CONFINED, *check], hooks=hooks)
    for health in ("healthy", "unhealthy", "healthy"):
        wait_for(container, "{{.State.Health.Status}}", health)
        turn(container)
    log = json.loads(docker("inspect", "-f", "{{json .State.Health.Log}}", container.id))
    assert any("503" in probe["Output"] for probe in log), log


def turn(container: Container) -> None:
    """Not by `docker kill`: after that, whatever the signal, the engine follows no restart policy any more."""
    inside(container, "kill -USR1 1")


def wait_for(container: Container, template: str, value: str) -> None:
    """Until the engine says this of the container."""
    end = time.monotonic() + PATIENCE
    while docker("inspect", "-f", template, container.id).strip() != value:
        assert time.monotonic() < end, container.state()


SHOP = """
import os
import threading

from celery import Celery
from celery.signals import heartbeat_sent, worker_ready
from flask import Flask

app = Flask(__name__)
lock = threading.Lock()


@app.get("/healthz")
def healthz():
    return "ok"


@app.get("/hang")
def hang():
    print("hanging", flush=True)
    with lock, lock:
        return "never"


def notify(message):
    import socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(message, os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))


celery = Celery("app", broker="redis://127.0.0.1:6379/0")
worker_ready.connect(lambda **_: notify(b"READY=1"), weak=False)
heartbeat_sent.connect(lambda **_: notify(b"WATCHDOG=1"), weak=False)
"""
GUNICORN = ("python", "-m", "gunicorn", "--workers", "1", "--worker-tmp-dir", "/dev/shm", "app:app")
WORKER = ("python", "-m", "celery", "-A", "app.celery", "worker", "--concurrency", "1")


class Serve(Protocol):
    def __call__(self, *command: str, hooks: str) -> Container:
        """Run a server with a hook file of this text."""


@pytest.fixture
def servers(image: str, tmp_path: Path) -> Iterator[Serve]:
    """Of an image with Flask, gunicorn, Celery and Redis."""
    (tmp_path / "app.py").write_text(SHOP)
    dockerfile = DOCKERFILE.replace("{image}", image).replace('["python", "app.py"]', '["lifeinit", "--"]')
    (tmp_path / "Dockerfile").write_text(f"{dockerfile}ENV HOME=/tmp\n")
    docker("build", "-q", "--network", "host", "-t", IMAGE, str(tmp_path))
    tmp_path.chmod(0o755)
    containers: list[Container] = []

    def start(*command: str, hooks: str) -> Container:
        (tmp_path / "hooks.toml").write_text(hooks)
        mounted = ["-v", f"{tmp_path}/hooks.toml:/etc/lifeinit/hooks.toml:ro"]
        containers.append(Container(IMAGE, command, [*mounted, *CONFINED]))
        return containers[-1]

    yield start
    for container in containers:
        container.remove()


def test_a_deadlocked_sync_worker(servers: Serve) -> None:
    """It is the only one, so nobody is served."""
    container = servers(*GUNICORN, hooks=ALIVE)
    container.until("app is ready")
    ask = "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/hang')"
    docker("exec", "-d", container.id, "python", "-c", ask)
    assert any("app is unhealthy: no answer within 0.5 s" in line for line in container.until("post_stop unhealthy"))
    assert container.status() == 137


def test_a_stopped_gunicorn(servers: Serve) -> None:
    """SIGSTOP for arbiter and worker: the kernel still takes connections for them."""
    container = servers(*GUNICORN, hooks=ALIVE)
    container.until("app is ready")
    inside(container, "kill -STOP $(grep -l '^python' /proc/[0-9]*/comm | cut -d/ -f3)")
    assert any("app is unhealthy: no answer within 0.5 s" in line for line in container.until("post_stop unhealthy"))
    assert container.status() != 0


def test_a_celery_worker_whose_broker_hangs(servers: Serve) -> None:
    hooks = 'stop_timeout = "3s"\nready = "notify"\nalive = { watchdog = "5s" }\n'
    container = servers(*WORKER, hooks=hooks)
    broker = "LD_LIBRARY_PATH=/broker exec /broker/redis-server --save ''"
    docker("exec", "-d", "-w", "/tmp", container.id, "sh", "-c", broker)
    container.until("app is ready")
    inside(container, "kill -STOP $(grep -l '[r]edis-server' /proc/[0-9]*/comm | cut -d/ -f3)")
    assert any("app is unhealthy: no WATCHDOG=1 for 5 s; the app is stopped" in line for line in container.lines())
    assert container.status() == 137
