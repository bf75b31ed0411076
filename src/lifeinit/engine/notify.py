"""The sockets on which the app's processes say that they are ready, or work, and what is believed. sd_notify(3)

A message is judged by the sender's pid, which the kernel gives, before a word of it is parsed: the main process of the
app and its descendants are believed, whatever their user, as with systemd's NotifyAccess=. What they say is folded
together message by message, so a flood costs no memory.
"""

import os

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine import log, proc_stat
from lifeinit.engine.plan import Plan, Process
from lifeinit.engine.record import Record
from lifeinit.engine.roots import Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifeinit.engine.app import RunningApp

_LONGEST_MESSAGE = 4096  # bytes
# Messages for one wake-up. No less than wait on the socket (net.unix.max_dgram_qlen: 10, systemd sets 512): each that
# comes later brings a signal of its own. unix(7)
_MOST_AT_ONCE = 1024
# Readings of /proc for one wake-up, plus those for one sender. The other messages wait for the next turn of the loop,
# which handles a stop request first.
_MOST_READS = 256
_LONGEST = 365 * 86400.0  # seconds
_LONGEST_STATUS = 200
_KNOWN = frozenset(
    {b"READY", b"STOPPING", b"STATUS", b"MAINPID", b"EXTEND_TIMEOUT_USEC", b"WATCHDOG", b"WATCHDOG_USEC"}
)


class News(Record):
    """What the messages of one wake-up mean: events for the state machine, and what the supervisor keeps of them."""

    events: "tuple[ev.Event, ...]"
    main_pid: int | None
    status: str | None


class Notifications:
    """The sockets of those processes whose `ready` is "notify", or that have a watchdog."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._sockets: dict[int, NotifySocket] = {}
        self.unread = False  # whether messages wait for which no signal will come
        # lifeinit itself notifies its supervisor then: two that say READY would be one too many.
        self._hides = notifies(plan)
        self._supervisor = os.environb.get(b"NOTIFY_SOCKET") if self._hides else None
        if self._supervisor:
            import _socket  # noqa: F401, PLC0415  # for `send`, before the app lives
        if any(map(_watchdog, plan.processes)):
            from lifeinit.engine import watchdog  # noqa: F401, PLC0415  # before the app lives

    def prepare(self, process: int) -> "tuple[tuple[bytes, bytes | None], ...]":
        """Open the process's socket, if it is to have one; the variables that it gets. Raises OSError."""
        its = self._plan.processes[process]
        interval = _watchdog(its)
        if interval is None and not _reports_ready(its):
            return self.hidden()
        self.close(process)
        self._sockets[process] = socket = NotifySocket()
        address = ((b"NOTIFY_SOCKET", socket.address),)
        if interval is None:
            return address
        from lifeinit.engine import watchdog  # noqa: PLC0415

        return (*address, *watchdog.variables(interval))

    def hidden(self) -> "tuple[tuple[bytes, bytes | None], ...]":
        """The variables of hooks and probes: the socket of whatever supervises lifeinit is not theirs."""
        return ((b"NOTIFY_SOCKET", None),) if self._hides else ()

    def read(self, apps: "Mapping[int, RunningApp]") -> "list[tuple[int, News]]":
        """What the processes that live have said: of each word the last."""
        news = []
        self.unread = False
        for process, socket in self._sockets.items():
            words = self._believed(socket, apps.get(process))
            if words:
                news.append((process, _news(process, self._plan.processes[process], words)))
        return news

    def _believed(self, socket: "NotifySocket", app: "RunningApp | None") -> "dict[bytes, bytes]":
        """The words of those who may speak for the process."""
        words: dict[bytes, bytes] = {}
        judged: dict[int, bool] = {}  # one who floods us is looked up once
        lookup = Lookup()
        for _ in range(_MOST_AT_ONCE):
            if lookup.reads >= _MOST_READS:
                self.unread = True
                break
            message = socket.receive()
            if message is None:
                break
            sender, text = message
            if sender not in judged:
                judged[sender] = app is not None and self._is_of(app, sender, socket, lookup)
            if judged[sender]:
                _fold(words, _words(text))
        return words

    def _is_of(self, app: "RunningApp", sender: int, socket: "NotifySocket", lookup: Lookup) -> bool:
        """Whether the sender is a process of the app. Pid 0 is one of another PID namespace.

        One that has ended before its message is read cannot be looked up any more. systemd ignores it too; of its own
        tools systemd-notify(1) waits for its message to be read.
        """
        belongs = sender > 0 and app.owns(sender, lookup)
        if not belongs and sender > 0 and not socket.has_warned:
            socket.has_warned = True
            why = "is not a process of the app"
            if proc_stat.read(sender) is None:
                why = (
                    "exited before it could be identified; send it from a process that lives on, or with"
                    " systemd-notify, which waits"
                )
            log.say(f"a notification is ignored: its sender, pid {sender}, {why}")
        return belongs

    def close(self, process: int) -> None:
        """The process is gone."""
        if process in self._sockets:
            self._sockets.pop(process).close()

    def tell_supervisor(self, text: bytes) -> None:
        """Tell whatever supervises lifeinit, if it is to know. sd_notify(3)"""
        if self._supervisor:
            send(self._supervisor, text)

    def descriptors(self) -> tuple[int, ...]:
        """The descriptors that stay open while the app runs."""
        return tuple(socket.descriptor for socket in self._sockets.values())


class NotifySocket:
    """An abstract socket, which needs no writable file system, of one process of the app."""

    def __init__(self) -> None:
        import _socket  # noqa: PLC0415  # 1 ms, for those only who use it

        from lifeinit.engine import sockets  # noqa: PLC0415

        self.socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC)
        name = f"lifeinit-{os.getpid()}-{os.urandom(8).hex()}"
        self.address = f"@{name}".encode()
        self.has_warned = False
        self._cut, self._room, self._sender_of = _socket.MSG_TRUNC, sockets.ROOM, sockets.sender_of
        sockets.tell_senders(self.socket)
        self.socket.bind(f"\0{name}")
        sockets.signal_when_ready(self.socket)

    @property
    def descriptor(self) -> int:
        return self.socket.fileno()

    def receive(self) -> "tuple[int, bytes] | None":
        """The sender's pid and the text of the next message; None where none waits. Never waits or raises.

        A pid of 0 stands for a sender of another PID namespace, and for one that the kernel does not name.
        """
        try:
            text, ancillary, flags, _sender = self.socket.recvmsg(_LONGEST_MESSAGE, self._room)
        except OSError:
            return None
        if flags & self._cut:
            text = text[: text.rfind(b"\n") + 1]  # of a number that is not whole the half would be believed
        return self._sender_of(ancillary), text

    def close(self) -> None:
        self.socket.close()


def notifies(plan: Plan) -> bool:
    """Whether lifeinit itself tells its supervisor when the app is ready: then the app is not to do it too."""
    return any(process.ready is not None or _watchdog(process) is not None for process in plan.processes)


def _reports_ready(process: "Process") -> bool:
    return process.ready is not None and process.ready.notify


def _watchdog(process: "Process") -> float | None:
    """The seconds of its watchdog, if it has one."""
    return None if process.alive is None else process.alive.watchdog


def _news(process: int, its: "Process", words: "dict[bytes, bytes]") -> News:
    """Why EXTEND_TIMEOUT_USEC counts for the start alone: stop_timeout is the runtime's, and will not wait longer.

    Of a process whose `ready` is something else READY=1 means nothing.
    """
    events: list[ev.Event] = []
    if _reports_ready(its):
        if words.get(b"READY") == b"1":
            events.append(h.became_ready(process))
        more = _number(words.get(b"EXTEND_TIMEOUT_USEC"))
        if more is not None:
            events.append(h.more_time(process, min(more / 1e6, _LONGEST)))
    if _watchdog(its) is not None:
        from lifeinit.engine import watchdog  # noqa: PLC0415

        events += watchdog.events_of(process, words)
    if words.get(b"STOPPING") == b"1":
        events.append(h.app_leaving())
    status = words.get(b"STATUS")
    text = None if status is None else status.decode("utf-8", "replace")[:_LONGEST_STATUS]
    return News(tuple(events), _number(words.get(b"MAINPID")), text)


def _number(text: bytes | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and len(text) <= 18 else None


def send(address: bytes, text: bytes, patience: float = 0.0) -> None:
    """Notify whatever supervises this process. A missing socket, or one that stays full, loses the message."""
    import _socket  # noqa: PLC0415

    target = b"\0" + address[1:] if address.startswith(b"@") else address
    try:
        sender = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    except OSError:
        return  # no descriptor left
    try:
        sender.settimeout(patience)
        sender.sendto(text, target)
    except OSError:
        pass
    finally:
        sender.close()


def _words(text: bytes) -> "dict[bytes, bytes]":
    """The assignments that lifeinit knows; of one that comes twice the last."""
    lines = (line.partition(b"=") for line in text.split(b"\n"))
    return {name: value for name, equals, value in lines if equals and name in _KNOWN}


def _fold(words: "dict[bytes, bytes]", later: "dict[bytes, bytes]") -> None:
    """Of each word the last, but no beat takes a WATCHDOG=trigger back."""
    if words.get(b"WATCHDOG") == b"trigger":
        later.pop(b"WATCHDOG", None)
    words.update(later)
