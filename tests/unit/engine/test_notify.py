"""The notify socket, of which this process is the receiver and the sender."""

import os
import signal
import socket
from collections.abc import Iterator

import pytest

from lifeinit.engine import syscalls
from lifeinit.engine.notify import NotifySocket, _news, _words
from lifeinit.engine.sockets import sender_of
from tests.unit.engine.plans import process, ready

NOTIFIES = process("app", ready=ready(notify=True))


@pytest.fixture
def receiver() -> Iterator[NotifySocket]:
    """The kernel's signals for it, which lifeinit waits for, are of no use here."""
    before = {signo: signal.signal(signo, signal.SIG_IGN) for signo in (syscalls.SOCKET_SIGNAL, signal.SIGIO)}
    receiver = NotifySocket()
    yield receiver
    receiver.close()
    for signo, handler in before.items():
        signal.signal(signo, handler)


def received(receiver: NotifySocket, text: bytes) -> tuple[int, bytes]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(text, "\0" + receiver.address.decode()[1:])
    message = receiver.receive()
    assert message is not None
    assert receiver.receive() is None
    return message


def test_of_a_message_that_is_too_long_the_whole_lines_count(receiver: NotifySocket) -> None:
    """The first digits of a pid were taken for one. The control is one byte shorter than what is cut."""
    before = b"READY=1\nSTATUS="
    rest = 4096 - len(before) - len(b"\nMAINPID=4711")
    whole = before + b"x" * rest + b"\nMAINPID=4711"
    assert received(receiver, whole) == (os.getpid(), whole)
    assert received(receiver, whole + b"22") == (os.getpid(), before + b"x" * rest + b"\n")
    assert received(receiver, b"STATUS=" + b"x" * 60_000) == (os.getpid(), b"")


def test_whom_the_kernel_does_not_name_is_nobody(receiver: NotifySocket) -> None:
    receiver.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    assert received(receiver, b"READY=1") == (0, b"READY=1")
    assert sender_of([(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\0\0\0\0")]) == 0


def test_only_the_words_that_count_are_kept() -> None:
    """A message may hold a thousand others: none of them costs memory for longer than it takes to read it."""
    text = b"\n".join([b"X%d=1" % i for i in range(1000)] + [b"READY=0", b"STATUS=a=b", b"READY=1", b"READY"])
    assert _words(text) == {b"READY": b"1", b"STATUS": b"a=b"}


def test_of_a_status_as_much_is_kept_as_a_line_shows() -> None:
    """`lifeinit status` shows it, and the state is published anew for each."""
    assert _news(0, NOTIFIES, {b"STATUS": b"x" * 200}).status == "x" * 200
    assert _news(0, NOTIFIES, {b"STATUS": b"x" * 4000}).status == "x" * 200
    assert _news(0, NOTIFIES, {b"STATUS": b"\xff"}).status == "\ufffd"
    assert _news(0, NOTIFIES, {}).status is None


@pytest.mark.parametrize("text", [b"", b"x", b"-1", b"1e3", "²".encode(), b"9" * 19])
def test_a_number_that_is_none_counts_for_nothing(text: bytes) -> None:
    assert _news(0, NOTIFIES, {b"MAINPID": text, b"EXTEND_TIMEOUT_USEC": text}) == _news(0, NOTIFIES, {})
