"""The notify socket, of which this process is the receiver and the sender."""

import os
import resource
import signal
import socket
from collections.abc import Iterator

import pytest

from lifeinit.engine import notify, syscalls
from lifeinit.engine.notify import NotifySocket, _message, _news


@pytest.fixture
def receiver() -> Iterator[NotifySocket]:
    """The kernel's signals for it, which lifeinit waits for, are of no use here."""
    before = {signo: signal.signal(signo, signal.SIG_IGN) for signo in (syscalls.SOCKET_SIGNAL, signal.SIGIO)}
    receiver = NotifySocket()
    yield receiver
    receiver.close()
    for signo, handler in before.items():
        signal.signal(signo, handler)


def sent(receiver: NotifySocket, text: bytes) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(text, "\0" + receiver.address.decode()[1:])
    (message,) = receiver.read()
    return message.words


def test_of_a_message_that_is_too_long_the_whole_lines_count(receiver: NotifySocket) -> None:
    """The first digits of a pid were taken for one. The control is one byte shorter than what is cut."""
    before = b"READY=1\nSTATUS="
    rest = 4096 - len(before) - len(b"\nMAINPID=4711")
    whole = before + b"x" * rest + b"\nMAINPID=4711"
    assert sent(receiver, whole) == {"READY": "1", "STATUS": "x" * rest, "MAINPID": "4711"}
    assert sent(receiver, whole + b"22") == {"READY": "1", "STATUS": "x" * rest}
    assert sent(receiver, b"STATUS=" + b"x" * 60_000) == {}


def test_of_whom_the_kernel_says_nothing_is_not_believed(receiver: NotifySocket) -> None:
    receiver.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"READY=1", "\0" + receiver.address.decode()[1:])
    assert receiver.read() == []


def test_what_else_the_kernel_may_say_names_nobody() -> None:
    """Nothing but the credentials is of their size."""
    assert _message(b"READY=1", [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\0\0\0\0")]) is None


def test_of_a_status_as_much_is_kept_as_a_line_shows() -> None:
    """`lifeinit status` shows it, and the state file is written anew for each."""
    assert _news(0, {"STATUS": "x" * 200}).status == "x" * 200
    assert _news(0, {"STATUS": "x" * 4000}).status == "x" * 200
    assert _news(0, {}).status is None


def test_a_lack_of_descriptors_is_no_error_of_the_report() -> None:
    """To tell the supervisor of lifeinit took a socket, and that raised: post_stop was skipped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.close(os.dup(0))
        notify.tell(b"@nobody", b"READY=1")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
