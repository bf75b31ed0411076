"""A post_stop hook that uploads what a hung app has left, inside the budget of the stop."""

import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.integration.harness import PATIENCE
from tests.real.conftest import Run
from tests.real.tools import ask, serving, until

STOP_TIMEOUT = 2.0
SHOP = """
import os


def app(environ, start_response):
    with open("crash.log", "w") as log:
        print("order 7 hangs", file=log)
    os.write(1, b"ordering\\n")
    with open("gate") as gate:
        gate.readline()
"""
UPLOAD = """
import http.client
import os
import sys

with open("crash.log") as log:
    report = log.read() + os.environ["LIFEINIT_CHILD_EXIT_SIGNAL"]
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("PUT", "/crash.log", report.encode())
sys.exit(connection.getresponse().status != 201)
"""


class Storage(HTTPServer):
    """Keeps what is put into it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Put)
        self.kept: queue.Queue[tuple[str, str]] = queue.Queue()


class _Put(BaseHTTPRequestHandler):
    server: Storage

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.put((self.path, body.decode()))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def storage() -> Iterator[Storage]:
    with Storage() as storage:
        thread = threading.Thread(target=storage.serve_forever, args=(0.01,))
        thread.start()
        yield storage
        storage.shutdown()
        thread.join()


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize("pre_stop", ["", 'pre_stop = "sleep 60"'], ids=["hung app", "hung app and pre_stop hook"])
def test_the_upload_runs_and_lifeinit_is_out_in_time(
    run: Run, applications: Path, storage: Storage, tmp_path: Path, pre_stop: str
) -> None:
    """gunicorn gives a request that hangs 30 s, Docker gives the container 10 s, and stop_timeout is below both."""
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "upload.py").write_text(UPLOAD)
    hooks = f"""
        stop_timeout = "{STOP_TIMEOUT:g}s"
        post_stop = ["{sys.executable}", "-I", "-S", "upload.py", "{storage.server_port}"]
        {pre_stop}
    """
    running = run(str(applications / "gunicorn"), "--bind", "127.0.0.1:0", "shop:app", hooks=hooks)
    order = ask(serving(running))
    until(running, "ordering")
    began = time.monotonic()
    running.send(signal.SIGTERM)
    status = running.status()
    took = time.monotonic() - began
    assert storage.kept.get(timeout=PATIENCE) == ("/crash.log", "order 7 hangs\nKILL")
    assert took <= STOP_TIMEOUT
    assert status == 137
    assert any(line.startswith("lifeinit: post_stop[0]: ok") for line in running.rest())
    order.close()
