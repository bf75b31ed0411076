"""nginx, whose images stop with QUIT: a graceful stop, as TERM is not."""

import os
import shutil
import signal
import socket
from pathlib import Path

import pytest

from tests.integration.harness import PATIENCE, Running
from tests.real.conftest import Run
from tests.real.tools import until

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

SIZE = 8 * 2**20  # far more than a socket holds
CONFIGURATION = """
daemon off;
user root root;  # who may read this directory
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
events {}
http {
    access_log off;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    server {
        listen unix:socket;
        root files;
    }
}
"""


def download(run: Run, directory: Path, hooks: str) -> tuple[Running, socket.socket, int]:
    """nginx, a client that has begun to read a file and reads on slowly, and how much it has read."""
    (directory / "nginx.conf").write_text(CONFIGURATION)
    (directory / "files").mkdir()
    with (directory / "files" / "film").open("wb") as film:
        film.truncate(SIZE)
    running = run(str(NGINX), "-e", "stderr", "-p", str(directory), "-c", "nginx.conf", hooks=hooks)
    until(running, "start worker process ")
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE)
    client.connect(str(directory / "socket"))
    client.sendall(b"GET /film HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
    head, _, body = client.recv(4096).partition(b"\r\n\r\n")
    assert f"Content-Length: {SIZE}".encode() in head
    return running, client, len(body)


def read_on(client: socket.socket) -> int:
    with client:
        return sum(len(part) for part in iter(lambda: client.recv(65536), b""))


@pytest.mark.parametrize("name", ["QUIT", "TERM"])
def test_a_slow_download_completes(run: Run, tmp_path: Path, name: str) -> None:
    """Whether the runtime sends the image's QUIT or its own TERM, nginx gets QUIT and waits for its client."""
    hooks = 'stop_on = ["QUIT", "TERM"]\n[app]\nstop_signal = "QUIT"\n'
    running, client, already = download(run, tmp_path, hooks)
    running.send(signal.Signals[f"SIG{name}"])
    until(running, "gracefully shutting down")
    assert already + read_on(client) == SIZE
    assert "lifeinit: app exited 0" in running.rest()
    assert running.status() == 0


def test_a_slow_download_is_cut_by_term(run: Run, tmp_path: Path) -> None:
    """The control."""
    running, client, already = download(run, tmp_path, "")
    running.send(signal.SIGTERM)
    assert running.status() == 0
    assert already + read_on(client) < SIZE
