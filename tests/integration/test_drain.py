"""`drain`: a pre_stop hook that waits until nobody uses a port of the app any more."""

import socket
from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM

import pytest

from lifeinit.probes.drain import Connections, by_proc, by_sock_diag
from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import Running, children, listener, python
from tests.integration.test_lifecycle import said

Look = Callable[[int], Connections]


def hooks(port: int, timeout: str = "30s") -> str:
    drain = f'{{ port = {port}, quiet = "100ms", at_least = "50ms" }}'
    return f'[[pre_stop]]\nname = "drain"\ndrain = {drain}\ntimeout = "{timeout}"\n'


def connected(running: Running, port: int, *lines: str) -> socket.socket:
    """A client that has sent these lines, and read the answers to those that are answered."""
    client = socket.create_connection(("127.0.0.1", port))
    for line in lines:
        client.sendall(f"{line}\n".encode())
        if line == "ask":
            assert client.recv(10) == b"ok\n"
        running.expect(line)
    return client


def test_a_kept_connection_does_not_hold_the_stop_up(init: Start, port: int) -> None:
    """Its last data was an answer. The client still has it when the app gets its signal."""
    running = init(*python("lines", str(port)), hooks=hooks(port))
    running.expect("ready")
    with connected(running, port, "ask"):
        running.send(SIGTERM)
        running.expect("TERM")
        assert running.status() == 0
    assert "lifeinit: pre_stop drain: ok in 0.0 s" in [line.replace(" 0.1 s", " 0.0 s") for line in said(running)]


def test_a_request_is_waited_for_until_it_is_answered(init: Start, port: int) -> None:
    running = init(*python("lines", str(port)), hooks=hooks(port))
    running.expect("ready")
    with connected(running, port, "slow") as client:
        running.send(SIGTERM)
        while not running.stderr():
            assert running.process.poll() is None
        client.sendall(b"ask\n")
        running.expect("ask", "TERM")
    assert running.status() == 0


def test_at_the_timeout_the_stop_goes_on_with_a_line(init: Start, port: int) -> None:
    running = init(*python("lines", str(port)), hooks=hooks(port, "300ms"))
    running.expect("ready")
    with connected(running, port, "slow"), connected(running, port, "slow"), connected(running, port):
        running.send(SIGTERM)
        running.expect("TERM")
    assert running.status() == 0
    assert f"lifeinit: pre_stop drain: 2 connections to port {port} still busy" in said(running)
    assert "lifeinit: pre_stop drain: timed out after 0.0 s; continuing" in said(running)


def test_a_port_that_nobody_listens_on_is_told(init: Start, port: int) -> None:
    running = init(*listener("TERM=0"), hooks=hooks(port))
    running.expect("ready")
    running.send(SIGTERM)
    assert running.status() == 0
    assert f"lifeinit: pre_stop drain: nothing listens on port {port}" in said(running)


@needs.ROOT
def test_it_runs_as_the_app(init: Start, port: int) -> None:
    """With no right that the app does not have, and nothing of its own environment."""
    running = init("sh", "-c", "echo ready; exec sleep 60", hooks=hooks(port) + '[app]\nuser = "nobody"\n')
    running.expect("ready")
    with socket.create_server(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"never read\n")
        running.send(SIGTERM)
        while not (probe := named(running.pid, "lifeinit-probe")):
            assert running.process.poll() is None
        while Path(f"/proc/{probe}").owner() != "nobody":
            assert running.process.poll() is None
    assert running.status() == 143


def named(parent: int, name: str) -> int:
    """The child of this name; 0 if there is none."""
    return next((pid for pid in children(parent) if Path(f"/proc/{pid}/comm").read_text().strip() == name), 0)


@pytest.mark.parametrize("look", [by_sock_diag, by_proc], ids=["sock_diag", "proc"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_what_the_kernel_knows_of_connections(look: Look, host: str) -> None:
    """/proc does not tell when an open connection was used: each is busy there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.bind((host, 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert look(port) == Connections(0, 60.0, listens=True)
        client = socket.create_connection((host, port))
        server, _ = listening.accept()
        is_told = look is by_sock_diag
        assert look(port).busy == (0 if is_told else 1)
        client.sendall(b"ask")
        assert look(port).busy == 1
        assert server.recv(10) == b"ask"
        assert look(port).busy == 1
        server.sendall(b"ok")
        assert client.recv(10) == b"ok"
        while look(port).busy != (0 if is_told else 1):
            pass  # the answer is acknowledged a moment later
        server.close()
        client.close()
        seen = look(port)
        while seen.busy:
            seen = look(port)
        assert 0 < seen.used < 30
    assert not look(port).listens
