"""The socket on which a process says that it is ready, and what it says there. sd_notify(3)"""

import os
import sys

from lifeinit.engine import events as ev
from lifeinit.engine import syscalls
from lifeinit.engine.plan import Plan
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 4096
_MOST_AT_ONCE = 1024  # more than the kernel queues on such a socket: what comes later wakes us again. unix(7)
_LONGEST = 365 * 86400.0  # seconds
_LONGEST_STATUS = 200
_CREDENTIALS_SIZE = 12  # pid, uid, gid. unix(7)


class Message(Record):
    """One datagram: who sent it, and its assignments."""

    pid: int
    uid: int
    words: "dict[str, str]"


class News(Record):
    """What a message means: events for the machine, and what the supervisor keeps of it."""

    events: "tuple[ev.Event, ...]"
    main_pid: int | None
    status: str | None


class Notifications:
    """The sockets of those processes whose `ready` is "notify"."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._sockets: dict[int, NotifySocket] = {}
        # Whoever supervises lifeinit is told by lifeinit then: two that say READY would be one too many.
        self._hides = any(process.ready is not None for process in plan.processes)

    def prepare(self, process: int) -> "tuple[tuple[bytes, bytes | None], ...]":
        """Open the process's socket, if it is to have one; the variables that tell it. Raises nothing."""
        ready = self._plan.processes[process].ready
        if ready is None or not ready.notify:
            return self.hidden()
        self.close(process)
        self._sockets[process] = socket = NotifySocket()
        return ((b"NOTIFY_SOCKET", socket.address),)

    def hidden(self) -> "tuple[tuple[bytes, bytes | None], ...]":
        """What hooks and probes are told: the socket of whoever supervises lifeinit is not theirs."""
        return ((b"NOTIFY_SOCKET", None),) if self._hides else ()

    def read(self, apps: "Mapping[int, object]") -> "list[tuple[int, News]]":
        """What has been said by those who may speak for a process that lives: of each word only the last."""
        found = []
        for process, socket in self._sockets.items():
            words: dict[str, str] = {}
            for message in socket.read():
                if self._believes(process, message):
                    words.update(message.words)
            if words and process in apps:
                found.append((process, _news(process, words)))
        return found

    def _believes(self, process: int, message: Message) -> bool:
        """The user of the process or root, in our PID namespace; a tool that speaks for it may be gone by now."""
        user = self._plan.processes[process].program.identity.user
        return message.pid > 0 and message.uid in {0, os.geteuid() if user is None else user.uid}

    def close(self, process: int) -> None:
        """The process is gone."""
        if process in self._sockets:
            self._sockets.pop(process).close()

    def descriptors(self) -> tuple[int, ...]:
        return tuple(socket.descriptor for socket in self._sockets.values())


class NotifySocket:
    """An abstract socket, which needs no writable file system, of one process of the app.

    Its readiness comes as the highest realtime signal, from the kernel: the wait for signals stays the only one. Where
    that signal's queue is full, or no signal can be chosen, the kernel sends SIGIO instead. fcntl(2), F_SETSIG
    """

    def __init__(self) -> None:
        import _socket  # noqa: PLC0415  # 1 ms, for those only who use it
        import fcntl  # noqa: PLC0415

        self.socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC)
        name = f"lifeinit-{os.getpid()}-{os.urandom(8).hex()}"
        self.address = f"@{name}".encode()
        self.socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_PASSCRED, 1)
        self._cut = _socket.MSG_TRUNC
        self._room = _socket.CMSG_SPACE(_CREDENTIALS_SIZE)  # and for no descriptor that somebody sends along
        self.socket.bind(f"\0{name}")
        fd = self.socket.fileno()
        fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
        try:
            fcntl.fcntl(fd, fcntl.F_SETSIG, syscalls.SOCKET_SIGNAL)
        except OSError:
            pass  # a seccomp profile forbids it
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)

    @property
    def descriptor(self) -> int:
        return self.socket.fileno()

    def read(self) -> list[Message]:
        """Every message that waits. Nobody's message can make this wait or raise."""
        messages: list[Message] = []
        for _ in range(_MOST_AT_ONCE):
            try:
                text, extra, flags, _sender = self.socket.recvmsg(_LARGEST, self._room)
            except OSError:
                break  # nothing more
            if flags & self._cut:
                text = text[: text.rfind(b"\n") + 1]  # of a number that is not whole the half would be believed
            message = _message(text, extra)
            if message is not None:
                messages.append(message)
        return messages

    def close(self) -> None:
        self.socket.close()


def _news(process: int, words: "dict[str, str]") -> News:
    """Why EXTEND_TIMEOUT_USEC counts for the start alone: stop_timeout is the runtime's, and will not wait longer."""
    events: list[ev.Event] = []
    if words.get("READY") == "1":
        events.append(ev.BecameReady(process))
    if words.get("STOPPING") == "1":
        events.append(ev.Leaving())
    more = _number(words.get("EXTEND_TIMEOUT_USEC"))
    if more is not None:
        events.append(ev.MoreTime(process, min(more / 1e6, _LONGEST)))
    status = words.get("STATUS")
    return News(tuple(events), _number(words.get("MAINPID")), None if status is None else status[:_LONGEST_STATUS])


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) <= 18 else None


def tell(address: bytes, text: bytes) -> None:
    """Say it to whoever supervises lifeinit itself. Nobody there, or a full socket: then nobody is told."""
    import _socket  # noqa: PLC0415

    target = b"\0" + address[1:] if address.startswith(b"@") else address
    kind = _socket.SOCK_DGRAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC
    try:
        sender = _socket.socket(_socket.AF_UNIX, kind)
    except OSError:
        return  # no descriptor left
    try:
        sender.sendto(text, target)
    except OSError:
        pass
    finally:
        sender.close()


def _message(text: bytes, extra: "list[tuple[int, int, bytes]]") -> Message | None:
    """None where the kernel does not say who sent it. Nothing but credentials fits into `extra`."""
    for _level, _kind, data in extra:
        if len(data) == _CREDENTIALS_SIZE:
            pid, uid = (int.from_bytes(data[at : at + 4], sys.byteorder) for at in (0, 4))
            return Message(pid, uid, _words(text))
    return None


def _words(text: bytes) -> "dict[str, str]":
    lines = text.decode("utf-8", "replace").split("\n")
    return {name: value for name, equals, value in (line.partition("=") for line in lines) if equals}
