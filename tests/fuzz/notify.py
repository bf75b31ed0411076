"""Datagrams on the notify socket, through a real one: nothing raises, and what is made of them keeps its limits."""

import json
import os
import signal
import socket

from lifeinit.engine import events as ev
from lifeinit.engine import json_text, syscalls
from lifeinit.engine.app import RunningApp
from lifeinit.engine.notify import Notifications
from lifeinit.engine.plan import Identity, Inherited, Plan, Process, Program, Ready
from lifeinit.engine.printable import shortened

# Every assignment that sd_notify(3) knows, the well-formed first.
SEEDS = [
    b"READY=1\nSTATUS=serving\nMAINPID=4711\n",
    b"RELOADING=1\nMONOTONIC_USEC=123456789\nREADY=1",
    b"STOPPING=1\nERRNO=2\nBUSERROR=org.freedesktop.DBus.Error.TimedOut\nVARLINKERROR=x\nEXIT_STATUS=3",
    b"WATCHDOG=1\nWATCHDOG=trigger\nWATCHDOG_USEC=20000000\nEXTEND_TIMEOUT_USEC=20000000",
    b"FDSTORE=1\nFDNAME=x\nFDSTOREREMOVE=1\nFDPOLL=0\nBARRIER=1",
    b"NOTIFYACCESS=all\nMAINPIDFDID=1\nMAINPIDFD=1\nX_MINE=1\nMEMORYPRESSURE=1",
    b"STATUS=" + "値\u202eé\x1b[31m".encode() + b"\xff\xfe\xc3\nREADY=1",
    b"MAINPID=99999999999999999999\nEXTEND_TIMEOUT_USEC=999999999999999999\nREADY=1\nREADY=0",
]
PIECES = [
    *(b"=", b"\n", b"\0", b"\r", b"1", b"0", b"-1", b"9" * 30, b"\xff", "²１".encode(), b"READY=1\n", b"READY", b" "),
    *(b"MAINPID=", b"STATUS=", b"EXTEND_TIMEOUT_USEC=", b"STOPPING=1", b"WATCHDOG=1", b"1e5", b"0x1", b"\xed\xa0\x80"),
    *(b"\x1b]0;x\x07", b"%s", b"MAINPID=1\n", b"MAINPID=2147483648\n", b"\xf4\x90\x80\x80"),
]
LONGEST_STATUS, LONGEST_TIME = 200, 365 * 86400.0
LONGEST = 65_536  # bytes: the kernel's usual buffer takes that much


_PLAN = Plan(
    (Process("app", Program((b"app",), Identity()), ready=Ready(notify=True)),),
    Inherited((), sigchld_ignored=False, lc_ctype_added=False, directory=None),
    (signal.SIGTERM,),
)


class Listener:
    """The socket of an app that is this process. The kernel tells of each datagram by a signal, which is of no use."""

    def __init__(self) -> None:
        self._before = {signo: signal.signal(signo, signal.SIG_IGN) for signo in (syscalls.SOCKET_SIGNAL, signal.SIGIO)}
        self._notifications = Notifications(_PLAN)
        address = dict(self._notifications.prepare(0))[b"NOTIFY_SOCKET"]
        assert address is not None
        self._address = "\0" + address.decode()[1:]
        self._sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._app = RunningApp(os.getpid(), lambda pid, _: pid == os.getpid())

    def close(self) -> None:
        self._sender.close()
        self._notifications.close(0)
        for signo, handler in self._before.items():
            signal.signal(signo, handler)

    def hear(self, data: bytes) -> None:
        """One datagram, with a descriptor sent along where its first byte is odd."""
        before = _descriptors()
        extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\0\0\0\0")] if data and data[0] % 2 else []
        self._sender.sendmsg([data[:LONGEST]], extra, 0, self._address)
        for process, news in self._notifications.read({0: self._app}):
            assert process == 0
            for event in news.events:
                _hold(event, data)
            if news.main_pid is not None and news.main_pid != os.getpid():
                assert self._app.main_is(news.main_pid, ())  # a reason: there is no child of ours
            if news.status is not None:
                assert len(news.status) <= LONGEST_STATUS
                assert json.loads(json_text.dumps(news.status)) == news.status
                assert shortened(news.status).isprintable()
        assert _descriptors() <= before  # fewer once a descriptor of another test's is collected


def _descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def _hold(event: ev.Event, data: bytes) -> None:
    match event:
        case ("became_ready", process):
            assert process == 0
            assert b"READY=1" in data
        case ("app_leaving",):
            assert b"STOPPING=1" in data
        case ("more_time", process, seconds):
            assert process == 0
            assert 0 <= seconds <= LONGEST_TIME
        case _:
            raise AssertionError(f"{event} of a datagram")


_listener: list[Listener] = []


def look(data: bytes) -> None:
    if not _listener:
        _listener.append(Listener())
    _listener[0].hear(data)
