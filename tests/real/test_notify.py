"""gunicorn tells when it is ready, and the post_start hooks run then and not before."""

import signal
from pathlib import Path

from tests.integration.harness import Running
from tests.real.conftest import Run
from tests.real.tools import Gate, until

SHOP = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"open"]
"""
CONFIGURATION = """
import os

bind = "127.0.0.1:0"
graceful_timeout = 1  # a worker that the TERM meets before it has its handlers


def on_starting(server):
    os.write(1, b"starting\\n")
    with open("gate") as gate:
        gate.readline()
"""


def serve(run: Run, applications: Path, directory: Path, hooks: str) -> Running:
    """gunicorn, which waits at the gate before it opens its socket."""
    (directory / "shop.py").write_text(SHOP)
    (directory / "gunicorn.conf.py").write_text(CONFIGURATION)
    return run(str(applications / "gunicorn"), "shop:app", hooks=hooks)


def test_post_start_runs_when_gunicorn_is_ready(run: Run, applications: Path, gate: Gate, tmp_path: Path) -> None:
    """Not while it is still starting, although its exec has succeeded long ago."""
    running = serve(run, applications, tmp_path, 'ready = "notify"\npost_start = "echo announced"\n')
    said = until(running, "starting")
    assert "announced" not in said
    gate.open()
    assert any("Listening at" in line for line in until(running, "announced"))
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0


def test_without_ready_post_start_runs_at_once(run: Run, applications: Path, gate: Gate, tmp_path: Path) -> None:
    """The control: gunicorn cannot have opened its socket."""
    running = serve(run, applications, tmp_path, 'post_start = "echo announced"\n')
    assert not any("Listening at" in line for line in until(running, "announced"))
    gate.open()
    until(running, "Listening at")
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0
