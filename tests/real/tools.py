"""What a test does with a running application: read what it says, send it requests, hold up its work."""

import http.client
import os
import re
import time
from pathlib import Path

from tests.integration.harness import PATIENCE, Running

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_MOST_BLANK_LINES = 1000  # at the end of file Running.line() gives one for ever


class Gate:
    """A fifo that work waits at, by reading a line from it, until the test opens the gate."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._fd = os.open(path, os.O_RDWR)  # not for writing alone: that would wait for a reader. fifo(7)

    def open(self) -> None:
        os.write(self._fd, b"go\n")

    def close(self) -> None:
        os.close(self._fd)


def until(running: Running, *texts: str) -> list[str]:
    """What it says next, up to the line with which each of these texts has been said, in whatever order."""
    seen: list[str] = []
    blank = 0
    end = time.monotonic() + 2 * PATIENCE  # one that says something else for ever is as hung as a silent one
    while missing := [text for text in texts if not any(text in line for line in seen)]:
        seen.append(running.line())
        assert time.monotonic() < end, f"it has not said {missing}, but {seen[-20:]}"
        blank = 0 if seen[-1] else blank + 1
        assert blank < _MOST_BLANK_LINES, f"it ended before it said {missing}: {[line for line in seen if line]}"
    return seen


def serving(running: Running) -> int:
    """The port that the application says it serves at, once it says so. From then on a connection is not refused."""
    found = _ADDRESS.search(until(running, "http://127.0.0.1:")[-1])
    assert found is not None
    return int(found[1])


def ask(port: int, path: str = "/") -> http.client.HTTPConnection:
    """Send a request and do not wait for its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    return connection


def answer(connection: http.client.HTTPConnection) -> tuple[int, str]:
    """The status and the body of the answer."""
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body
