"""Waits until a port serves nobody any more: looks at its connections every so often, as the kernel knows them.

A connection is busy while data of it waits to be read or sent, and from the moment that its last data came from the
client until an answer is sent. One whose last data was an answer is idle, however long it is kept alive: the kernel
tells when data last came and went. sock_diag(7) Where it does not, each connection is busy. proc_pid_net(5)

Why a tick: nothing tells of another process's connections. It is in a child that ends with the hook.
"""

import _socket
import os
import sys
import time

from lifeinit.engine import exit_status
from lifeinit.engine.record import Record
from lifeinit.probes.turns import heard_stops, next_signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TICK = 0.05  # seconds; a connection that its client opens and closes between two looks is not seen
_ESTABLISHED, _FIN_WAIT, _CLOSED, _CLOSE_WAIT, _LISTEN = 1, 4, 6, 8, 10  # _CLOSED: TIME_WAIT. net/tcp_states.h
_OPEN = (_ESTABLISHED, _FIN_WAIT, _CLOSE_WAIT)
_TIME_WAIT = 60.0  # seconds that the kernel remembers a connection which the server has closed
_TICKS = 100  # in a second of /proc, on every architecture

_AF_NETLINK, _SOCK_DIAG, _BY_FAMILY = 16, 4, 20
_REQUEST_DUMP, _ERROR, _DONE, _INFO = 0x301, 2, 3, 2  # netlink(7); INET_DIAG_INFO
_ANSWER = 1 << 16  # bytes of one answer; the kernel sends no larger ones
_FAMILIES = (2, 10)  # AF_INET, AF_INET6: the latter has the connections of IPv4 to a socket for both


class Connections(Record):
    """Of one port: how many are busy, the seconds since any other one was used, and whether anybody listens."""

    busy: int
    used: float
    listens: bool


class Calm(Record):
    """The port is to be quiet for so many seconds; the whole takes at least so many."""

    port: int
    quiet: float
    at_least: float


class Drain:
    """One drain, in one process."""

    def __init__(self, calm: Calm, say: "Callable[[str], None]") -> None:
        self._calm, self._say = calm, say
        self._begun = self._last_busy = time.monotonic()
        self._look: Callable[[int], Connections] = by_sock_diag

    def run(self) -> int:
        """0 once the port is quiet, 128+n at once on a stop request."""
        stops, now, seen = heard_stops(), self._begun, self._seen()
        if not seen.listens:
            self._say(f"nothing listens on port {self._calm.port}")
        while not self._is_over(seen, now):
            signo = next_signal(stops, now + _TICK)
            if signo:
                self._tell(seen)
                return exit_status.of_signal(signo)
            seen, now = self._seen(), time.monotonic()
        return 0

    def _is_over(self, seen: Connections, now: float) -> bool:
        """Whether the port has been quiet for long enough, as far as was seen and as the kernel remembers."""
        self._last_busy = max(self._last_busy, now if seen.busy else now - seen.used)
        return now - self._last_busy >= self._calm.quiet and now - self._begun >= self._calm.at_least

    def _seen(self) -> Connections:
        try:
            return self._look(self._calm.port)
        except OSError:
            if self._look is by_proc:
                return Connections(0, _TIME_WAIT, listens=True)  # no /proc: only the time is waited for
            self._look = by_proc
            return self._seen()

    def _tell(self, seen: Connections) -> None:
        if seen.busy:
            them = "1 connection" if seen.busy == 1 else f"{seen.busy} connections"
            self._say(f"{them} to port {self._calm.port} still busy")


def _summed(ages: "Iterator[float | None]") -> Connections:
    """Of the seconds since each connection was used, 0 for a busy one; None is a socket that listens."""
    busy, used, listens = 0, _TIME_WAIT, False
    for age in ages:
        if age is None:
            listens = True
        elif age:
            used = min(used, age)
        else:
            busy += 1
    return Connections(busy, used, listens)


# sock_diag(7)


def by_sock_diag(port: int) -> Connections:
    """Raises OSError where the kernel does not tell."""
    netlink = _socket.socket(_AF_NETLINK, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC, _SOCK_DIAG)
    try:
        return _summed(age for family in _FAMILIES for age in _dump(netlink, family, port))
    finally:
        netlink.close()


def _dump(netlink: _socket.socket, family: int, port: int) -> "Iterator[float | None]":
    states = sum(1 << state for state in (*_OPEN, _CLOSED, _LISTEN))
    request = bytes((family, _socket.IPPROTO_TCP, 1 << (_INFO - 1), 0)) + _native(states)
    request += port.to_bytes(2, "big") + bytes(46)
    header = _native(16 + len(request)) + _native(_BY_FAMILY, 2) + _native(_REQUEST_DUMP, 2) + bytes(8)
    netlink.sendall(header + request)
    while True:
        answer = netlink.recv(_ANSWER)
        while answer:
            length, kind = _number(answer, 0), _number(answer, 4, 2)
            if kind == _DONE:
                return
            if kind == _ERROR:
                code = -int.from_bytes(answer[16:20], sys.byteorder, signed=True)
                raise OSError(code, os.strerror(code))
            yield _age(answer[16:length])
            answer = answer[(length + 3) & ~3 :]


def _age(message: bytes) -> float | None:
    """Of one socket: struct inet_diag_msg, with a struct tcp_info among its attributes."""
    state, unread, unsent = message[1], _number(message, 56), _number(message, 60)
    if state == _LISTEN:
        return None
    if state == _CLOSED:
        return max(0.001, _TIME_WAIT - _number(message, 52) / 1000)
    info, attributes = b"", message[72:]
    while len(attributes) >= 4:
        length = max(4, _number(attributes, 0, 2))
        if _number(attributes, 2, 2) == _INFO:
            info = attributes[4:length]
        attributes = attributes[(length + 3) & ~3 :]
    if unread or unsent or len(info) < 160:
        return 0.0
    sent, received = _number(info, 44), _number(info, 52)  # milliseconds ago
    came, went = _number(info, 152), _number(info, 156)  # segments with data
    is_asked = came and (not went or received < sent)  # both in one clock tick is an answer: mostly it is
    return 0.0 if is_asked else max(0.001, min(sent, received) / 1000)


def _native(number: int, size: int = 4) -> bytes:
    return number.to_bytes(size, sys.byteorder)


def _number(raw: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(raw[at : at + size], sys.byteorder)


# proc_pid_net(5)


def by_proc(port: int) -> Connections:
    """What every kernel tells: no times but of connections that are closed. Raises OSError."""
    return _summed(age for name in ("tcp", "tcp6") for age in _lines(f"/proc/self/net/{name}", port))


def _lines(path: str, port: int) -> "Iterator[float | None]":
    try:
        with open(path, encoding="ascii") as file:
            lines = file.readlines()[1:]
    except FileNotFoundError:
        if path.endswith("6"):
            return  # a kernel without IPv6
        raise
    for line in lines:
        words = line.split()
        state = int(words[3], 16)
        if int(words[1].rpartition(":")[2], 16) != port:
            continue
        if state == _LISTEN:
            yield None
        elif state == _CLOSED:
            left = int(words[5].rpartition(":")[2], 16) / _TICKS
            yield max(0.001, _TIME_WAIT - left)
        elif state in _OPEN:
            yield 0.0
