"""What the notify sockets and those of the calls have in common: senders named by the kernel, readiness as a signal."""

import _socket
import fcntl
import os
import sys

from lifeinit.engine import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

_CREDENTIALS_SIZE = 12  # pid, uid, gid. unix(7)
ROOM: "Final" = _socket.CMSG_SPACE(_CREDENTIALS_SIZE)  # and for no descriptor that somebody sends along


def tell_senders(socket: "_socket.socket") -> None:
    """Have the kernel say with each message who sent it. unix(7), SO_PASSCRED"""
    socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_PASSCRED, 1)


def sender_of(ancillary: "list[tuple[int, int, bytes]]") -> int:
    """The pid of the credentials: nothing else of their size fits there. 0 where there are none. unix(7)"""
    for _level, _kind, data in ancillary:
        if len(data) == _CREDENTIALS_SIZE:
            return int.from_bytes(data[:4], sys.byteorder)
    return 0


def signal_when_ready(socket: "_socket.socket") -> None:
    """Its readiness comes as the highest realtime signal, from the kernel: the wait for signals stays the only one.

    Where that signal's queue is full, or no signal can be chosen, the kernel sends SIGIO instead. fcntl(2), F_SETSIG
    """
    fd = socket.fileno()
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
    try:
        fcntl.fcntl(fd, fcntl.F_SETSIG, syscalls.SOCKET_SIGNAL)
    except OSError:
        pass  # a seccomp profile forbids it
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)


def send_descriptors(socket: "_socket.socket", descriptors: "Sequence[int]") -> None:
    """Send a message with descriptors. Raises OSError. unix(7), SCM_RIGHTS"""
    data = b"".join(fd.to_bytes(4, sys.byteorder) for fd in descriptors)
    socket.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, data)])
