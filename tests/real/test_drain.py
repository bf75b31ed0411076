"""A drain under load: clients that keep their connections lose no request, and the stop is short all the same."""

import http.client
import re
import signal
import threading
from pathlib import Path

import pytest

from tests.integration.harness import PATIENCE
from tests.real.conftest import Run
from tests.real.tools import Gate, answer, ask, serving, until

FLASK = """
import os
from flask import Flask

app = Flask(__name__)

@app.get("/")
def front():
    return "open"
"""
FASTAPI = """
import os
from fastapi import FastAPI

app = FastAPI()

@app.get("/")
def front():
    return "open"
"""
ORDER = """
@app.get("/order")
def order():
    os.write(1, b"ordering\\n")
    with open("gate") as gate:
        gate.readline()
    return "ordered"
"""
SERVERS = {
    "gunicorn": (FLASK, ["--threads", "8", "--keep-alive", "60", "--bind", "127.0.0.1:{port}"]),
    "uvicorn": (FASTAPI, ["--timeout-keep-alive", "60", "--port", "{port}"]),
}
FIXED = 5.0  # seconds that a fixed sleep in its place would take, and usually does
HOOKS = """
[[pre_stop]]
command = "echo leaving the load balancer"
[[pre_stop]]
name = "drain"
drain = {{ port = {port}, quiet = "300ms", at_least = "300ms" }}
timeout = "20s"
[app]
success_exit_codes = ["SIGTERM"]
"""


class Client(threading.Thread):
    """Sends one request after the other on one connection, until the load balancer sends no more to this server."""

    def __init__(self, port: int, deregistered: threading.Event) -> None:
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.deregistered = deregistered
        self.answered = 0
        self.lost: list[Exception] = []
        self.start()

    def run(self) -> None:
        try:
            while not self.deregistered.is_set():
                self.connection.request("GET", "/")
                response = self.connection.getresponse()
                assert (response.status, len(response.read()) > 3) == (200, True)
                self.answered += 1
        except Exception as error:  # noqa: BLE001  # each is a request that is lost
            self.lost.append(error)


@pytest.mark.parametrize("server", SERVERS)
def test_no_request_is_lost(  # noqa: PLR0917  # what a server, its clients and its load balancer need
    run: Run, applications: Path, gate: Gate, tmp_path: Path, port: int, server: str
) -> None:
    """What was sent before the load balancer knew is answered, on kept connections too. Those are idle afterwards."""
    text, options = SERVERS[server]
    (tmp_path / "shop.py").write_text(text + ORDER)
    command = [str(applications / server), *(option.format(port=port) for option in options), "shop:app"]
    running = run(*command, hooks=HOOKS.format(port=port))
    assert serving(running) == port
    deregistered = threading.Event()
    clients = [Client(port, deregistered) for _ in range(4)]
    order = ask(port, "/order")
    until(running, "ordering")
    running.send(signal.SIGTERM)
    until(running, "leaving the load balancer")
    before = [client.answered for client in clients]
    while any(client.answered < some + 5 and not client.lost for client, some in zip(clients, before, strict=True)):
        assert answer(ask(port))[0] == 200  # the load balancer does not know yet
    deregistered.set()
    for client in clients:
        client.join(PATIENCE)
    gate.open()
    assert answer(order)[1].strip('"') == "ordered"
    said = running.rest()
    for client in clients:
        client.connection.close()
    assert running.status() == 0, said
    assert [client.lost for client in clients] == [[], [], [], []]
    (took,) = (float(found[1]) for line in said if (found := re.search(r"pre_stop drain: ok in ([\d.]+) s", line)))
    assert took < FIXED
