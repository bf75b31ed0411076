"""gunicorn with a Flask app: what is in flight completes, and pre_stop keeps serving while a stop is asked for."""

import http.client
import signal
from pathlib import Path

import pytest

from tests.integration.harness import Running
from tests.real.conftest import Run
from tests.real.tools import Gate, answer, ask, serving, until

SHOP = """
import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    return "open"


@app.get("/order")
def order():
    os.write(1, b"ordering\\n")
    with open("gate") as gate:
        gate.readline()
    return "ordered"
"""


def serve(run: Run, applications: Path, directory: Path, hooks: str = "") -> tuple[Running, int]:
    (directory / "shop.py").write_text(SHOP)
    running = run(str(applications / "gunicorn"), "--bind", "127.0.0.1:0", "shop:app", hooks=hooks)
    return running, serving(running)


def outcome(connection: http.client.HTTPConnection) -> tuple[int, str] | None:
    """The answer; None where the connection was cut. Which of them a quick stop gives depends on gunicorn's version."""
    try:
        return answer(connection)
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return None


def test_a_request_in_flight_completes_on_term(run: Run, applications: Path, gate: Gate, tmp_path: Path) -> None:
    """It is answered after gunicorn has begun to stop."""
    running, port = serve(run, applications, tmp_path)
    order = ask(port, "/order")
    until(running, "ordering")
    running.send(signal.SIGTERM)
    until(running, "Handling signal: term")
    gate.open()
    assert answer(order) == (200, "ordered")
    assert "lifeinit: app exited 0" in running.rest()
    assert running.status() == 0


@pytest.mark.usefixtures("gate")
def test_quit_as_stop_signal_waits_for_no_request(run: Run, applications: Path, tmp_path: Path) -> None:
    """The control, and another signal than the one that came: QUIT is gunicorn's quick stop, unlike nginx's."""
    running, port = serve(run, applications, tmp_path, '[app]\nstop_signal = "QUIT"\n')
    order = ask(port, "/order")
    until(running, "ordering")
    running.send(signal.SIGTERM)
    until(running, "Handling signal: quit")
    assert outcome(order) != (200, "ordered")
    assert "lifeinit: app exited 0" in running.rest()
    assert running.status() == 0


def test_pre_stop_keeps_serving_while_a_stop_is_asked_for(run: Run, applications: Path, tmp_path: Path) -> None:
    """A request that is sent after the TERM came is answered, also after a second one. An INT ends the sleep."""
    hooks = '[[pre_stop]]\ncommand = "echo leaving the load balancer"\n[[pre_stop]]\nsleep = "1h"\n'
    running, port = serve(run, applications, tmp_path, hooks)
    running.send(signal.SIGTERM)
    until(running, "leaving the load balancer")
    assert answer(ask(port)) == (200, "open")
    running.send(signal.SIGTERM)
    assert answer(ask(port)) == (200, "open")
    running.send(signal.SIGINT)
    assert not any("Handling signal" in line for line in until(running, "Handling signal: term")[:-1])
    running.rest()
    assert running.status() == 0


def test_without_pre_stop_a_request_after_term_is_refused(run: Run, applications: Path, tmp_path: Path) -> None:
    """The control."""
    running, port = serve(run, applications, tmp_path)
    assert answer(ask(port)) == (200, "open")
    running.send(signal.SIGTERM)
    until(running, "Shutting down: Master")
    with pytest.raises(ConnectionRefusedError):
        ask(port)
    assert running.status() == 0
