"""`alive` and real servers: what hangs is noticed, and the recipes of "A hung app" print where it hangs."""

import os
import signal
from pathlib import Path

import pytest

from tests.docs.sessions import files_of
from tests.integration.harness import Running
from tests.real.conftest import Run
from tests.real.redis import Broker, needs_redis, redis
from tests.real.tools import ask, until

SHOP = """
import os
import threading

from flask import Flask

app = Flask(__name__)
lock = threading.Lock()


@app.get("/healthz")
def healthz():
    return "ok"


@app.get("/hang")
def hang():
    os.write(1, b"hanging\\n")
    with lock:
        with lock:
            return "never"
"""
WORKERS = "$(cat /proc/$LIFEINIT_CHILD_PID/task/$LIFEINIT_CHILD_PID/children)"
ALIVE = """
stop_timeout = "3s"
ready = "http://127.0.0.1:{port}/healthz"
[alive]
http = "http://127.0.0.1:{port}/healthz"
interval = "500ms"
timeout = "500ms"
failures = 2
"""
STACKS = """
[[pre_stop]]
name = "stacks"
command = '''test "$LIFEINIT_REASON" != unhealthy || {{ {kill}; sleep 3; }}'''
"""


def serve(run: Run, applications: Path, directory: Path, port: int, *options: str, hooks: str = "") -> Running:
    files_of("docs/how-to/hung-app.md", directory)
    (directory / "shop.py").write_text(SHOP)
    command = [str(applications / "gunicorn"), "--bind", f"127.0.0.1:{port}", *options, "shop:app"]
    running = run(*command, hooks=ALIVE.format(port=port) + hooks)
    until(running, "app is ready")
    return running


@pytest.mark.parametrize("options", [(), ("--preload",), ("--threads", "2")])
def test_a_gunicorn_whose_workers_all_hang_is_unhealthy(
    run: Run, applications: Path, port: int, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """One sync worker, or one with two threads, of which each waits for a lock. A worker prints where it hangs."""
    running = serve(run, applications, tmp_path, port, *options, hooks=STACKS.format(kill=f"kill -USR2 {WORKERS}"))
    requests = 2 if "--threads" in options else 1
    connections = [ask(port, "/hang") for _ in range(requests)]
    for _ in range(requests):
        until(running, "hanging")
    said = running.rest()
    assert any("lifeinit: app is unhealthy: no answer within 0.5 s" in line for line in said)
    assert any(line.endswith(" in hang") for line in said)
    assert running.status() == 137
    for connection in connections:
        connection.close()


def test_a_stopped_gunicorn_is_unhealthy(run: Run, applications: Path, port: int, tmp_path: Path) -> None:
    """SIGSTOP for arbiter and worker: the kernel still takes connections for them."""
    running = serve(run, applications, tmp_path, port)
    arbiter = int(Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()[0])
    for pid in (*map(int, Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()), arbiter):
        os.kill(pid, signal.SIGSTOP)
    assert any("lifeinit: app is unhealthy: no answer within 0.5 s" in line for line in running.rest())
    assert running.status() != 0


@needs_redis
@pytest.mark.parametrize("reason", ["hangs", "is down"])
def test_the_worker_of_the_page(run: Run, applications: Path, broker: Broker, tmp_path: Path, reason: str) -> None:
    """It is unhealthy when its broker hangs, and prints where; not while it tries to reach one that is down."""
    files_of("docs/how-to/hung-app.md", tmp_path)
    hooks = (tmp_path / "hooks.toml").read_text().replace("2m", "5s").replace("110s", "4s")
    hooks += STACKS.format(kill='kill -USR1 "$LIFEINIT_CHILD_PID"')
    running = run(str(applications / "celery"), "-A", "shop", "worker", "--concurrency", "1", hooks=hooks, env=broker)
    until(running, "app is ready")
    if reason == "hangs":
        redis(tmp_path, "CLIENT", "PAUSE", "600000", "ALL")
        said = running.rest()
        assert "lifeinit: app is unhealthy: no WATCHDOG=1 for 5 s; the app is stopped" in said
        assert any("/redis/" in line for line in said)  # in the heartbeat, or in whatever else came first
        assert running.status() == 137
    else:
        redis(tmp_path, "SHUTDOWN", "NOSAVE")
        assert not any("unhealthy" in line for line in until(running, "(3/100)"))
