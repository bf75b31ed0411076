"""The sign of life that gunicorn and Celery send: to whom, how often, and when not at all."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifeinit.api.watchdog import Watchdog


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def watchdog(supervisor: socket.socket, microseconds: bytes = b"60000000") -> Watchdog:
    return Watchdog({b"NOTIFY_SOCKET": supervisor.getsockname().encode(), b"WATCHDOG_USEC": microseconds})


def heard(supervisor: socket.socket) -> list[bytes]:
    messages = []
    try:
        while True:
            messages.append(supervisor.recv(100))
    except BlockingIOError:
        return messages


def test_a_full_socket_is_waited_for(supervisor: socket.socket) -> None:
    """Anybody in the network namespace can fill it. A sign of life that found it full was lost once."""
    watched = watchdog(supervisor)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                other.sendto(b"flood", supervisor.getsockname())
        beat = threading.Thread(target=watched.beat)
        beat.start()
        beat.join(0.01)  # it may have begun: it ends no sooner for that
        messages = heard(supervisor)
        beat.join()
    assert b"WATCHDOG=1" in messages + heard(supervisor)


def test_of_many_signs_of_life_one_is_sent(supervisor: socket.socket) -> None:
    """The next is due after a quarter of the time, which has not passed."""
    watched = watchdog(supervisor)
    for _ in range(100):
        watched.beat()
    assert heard(supervisor) == [b"WATCHDOG=1"]


def test_the_next_one_is_sent_when_it_is_due(supervisor: socket.socket) -> None:
    """A quarter of a microsecond has always passed."""
    watched = watchdog(supervisor, b"1")
    for _ in range(3):
        watched.beat()
    assert heard(supervisor) == 3 * [b"WATCHDOG=1"]


@pytest.mark.parametrize("missing", [b"NOTIFY_SOCKET", b"WATCHDOG_USEC"])
def test_without_its_variables_nothing_is_sent(supervisor: socket.socket, missing: bytes) -> None:
    environment = {b"NOTIFY_SOCKET": supervisor.getsockname().encode(), b"WATCHDOG_USEC": b"60000000"}
    del environment[missing]
    watched = Watchdog(environment)
    watched.beat()
    assert not watched.is_due
    assert heard(supervisor) == []


def test_a_line_in_the_log_is_a_sign_of_life(supervisor: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """Celery logs each failed try to reach its broker: it works, only the broker does not. The line stays."""
    watchdog(supervisor).beat_when_logged("tests.celery")
    logging.getLogger("tests.celery").error("Cannot connect")
    assert heard(supervisor) == [b"WATCHDOG=1"]
    assert caplog.messages == ["Cannot connect"]
