"""Flask with Celery in one container, under `docker stop` while a task runs and a request is open."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.docker import BASE, Container, docker

IMAGE = "lifeinit-test-flask-celery"
ARGUMENTS = ["--read-only", "--user", "0:0", "--cap-drop=ALL", "--cap-add=SETUID", "--cap-add=SETGID", "--cap-add=KILL"]
# What does not depend on lifeinit is made once, in stages of its own.
DOCKERFILE = f"""
FROM {BASE} AS broker
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server
RUN mkdir /broker && cp /usr/bin/redis-server /broker/ \\
    && ldd /usr/bin/redis-server | awk '$3 ~ "^/" {{print $3}}' | xargs -I lib cp lib /broker/
FROM {BASE} AS packages
RUN python -m venv /tmp/venv && /tmp/venv/bin/pip install -q --target /opt/packages flask 'celery[redis]' gunicorn
FROM {{image}}
COPY --from=broker /broker /broker
COPY --from=packages /opt/packages /opt/packages
ENV PYTHONPATH=/opt/packages PYTHONUNBUFFERED=1
COPY app.py ./
ENTRYPOINT ["python", "app.py"]
CMD []
"""
APP = """
import os
from flask import Flask
from celery import Celery
from lifeinit import FlaskCeleryContainer

app = Flask(__name__)
celery = Celery(__name__, broker="redis://redis:6379/0")
container = FlaskCeleryContainer(app, celery, user="nobody")

@container.pre_start
def pre_start_callback():
    print("pre_start")

@container.post_start
def post_start_callback():
    print("post_start")

@container.pre_stop
def pre_stop_callback():
    print("pre_stop")

@container.post_stop
def post_stop_callback():
    print("post_stop")


def wait_at(gate):
    with open(gate) as fifo:
        fifo.readline()


@celery.task
def pack():
    print("packing")
    wait_at("/dev/shm/task")


@app.route("/order")
def order():
    pack.delay()
    return f"ordered as {os.getuid()}"


@app.route("/slow")
def slow():
    print("asked")
    wait_at("/dev/shm/request")
    return "answered"


if __name__ == "__main__":
    container.start()
"""


@pytest.fixture
def shop(image: str, tmp_path: Path) -> Iterator[Container]:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.replace("{image}", image))
    docker("build", "-q", "--network", "host", "-t", IMAGE, str(tmp_path))
    container = Container(IMAGE, [], [*ARGUMENTS, "--add-host", "redis:127.0.0.1", "--stop-timeout", "60"])
    try:
        inside(container, "mkfifo /dev/shm/task /dev/shm/request; chmod 666 /dev/shm/task /dev/shm/request")
        broker = "LD_LIBRARY_PATH=/broker exec /broker/redis-server --save ''"
        docker("exec", "-d", "-w", "/dev/shm", container.id, "sh", "-c", broker)
        yield container
    finally:
        container.remove()


def inside(container: Container, line: str) -> str:
    return docker("exec", container.id, "sh", "-c", line)


def request_of(container: Container, path: str) -> subprocess.Popen[str]:
    ask = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000{path}').read().decode())"
    return subprocess.Popen(
        ["docker", "exec", container.id, "python", "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_nothing_is_lost(shop: Container) -> None:
    """The callbacks run in their order; the task is finished and the request answered after the stop has begun.

    The parts need neither root nor a file system that can be written to: Celery's pool did not start without /tmp.
    """
    lines = shop.until("post_start")
    while "post_start" not in lines:  # the log line about the hook may come first
        lines += shop.until("post_start")
    assert lines.index("pre_start") < lines.index("post_start")
    assert request_of(shop, "/order").communicate()[0] == "ordered as 65534\n"
    shop.until("packing")
    assert {"lifeinit", "web", "worker"} <= set(inside(shop, "cat /proc/[0-9]*/comm").split())
    request = request_of(shop, "/slow")
    shop.until("asked")
    for name in ("HUP", "USR1", "USR2", "TTIN", "TTOU"):  # gunicorn's: none reaches Celery, and nothing is lost by them
        docker("kill", "--signal", name, shop.id)
        shop.until("SIGUSR2 is ignored" if name == "USR2" else f"Handling signal: {name.lower()}")
    began = time.monotonic()
    stop = subprocess.Popen(["docker", "stop", shop.id], stdout=subprocess.DEVNULL)
    shop.until("pre_stop")
    shop.until("Warm shutdown")
    inside(shop, "echo > /dev/shm/task; echo > /dev/shm/request")
    assert request.communicate()[0] == "answered\n"
    assert stop.wait() == 0
    assert time.monotonic() - began < 55, "the engine had to kill it"
    rest = list(shop.lines())
    assert any("pack" in line and "succeeded" in line for line in rest)
    assert "post_stop" in rest
    assert shop.status() == 0
