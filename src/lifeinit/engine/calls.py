"""The calls of a Python program's functions: asks the zygote for a process of each, and learns its pid.

The zygote is a child that keeps the user's program and forks for each call (api/zygote.py). PID 1 does not wait for it:
the answer comes over a socket of the call's own, whose readiness is a signal, and a call that is not answered in time
has failed.

    engine to zygote   the descriptors of a call: its socket, the request, and 0, 1 and 2
    zygote to child    it forks twice, so that the child is handed to lifeinit
    child to engine    its pid, by the kernel's word, or why it cannot run
    engine to child    the gate opens: lifeinit knows the pid now, and takes its end for no orphan's
"""

import _socket
import marshal
import os
import time

from lifeinit.engine import exit_status, sockets, syscalls
from lifeinit.engine.plan_wire import flatten, restored
from lifeinit.engine.printable import escaped
from lifeinit.engine.signals import name_of, number_of
from lifeinit.engine.spawn import Child, SpawnError, given_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

    from lifeinit.engine.events import Ending

OPEN: "Final" = b"open"  # what opens the gate
READY: "Final" = b"0 "  # what a child says that waits there; else a number of errno(3) and why it cannot run
LONGEST: "Final" = 4096  # bytes of an answer
DESCRIPTORS: "Final" = 5

_REQUEST = "lifeinit-call"
_CALLED_FROM = ("/lifeinit/callbacks/registrar.py", "/lifeinit/api/invoke.py")
_PATIENCE = 10.0  # seconds for the zygote's answer
_OF_TIME = 0.75  # of the time of a hook: then it has not timed out, but was never started
_CONT = number_of("CONT") or 0


class Call:
    """One call that is not answered yet."""

    def __init__(self, wire: bytes, limit: float | None) -> None:
        """`limit` is when the time of what is called will be over. Monotonic clock. Raises OSError."""
        now = time.monotonic()
        self._length = len(wire)
        self.until = now + (_PATIENCE if limit is None else min(_PATIENCE, max(0.0, limit - now) * _OF_TIME))
        self._socket, self.other = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC)
        self.request: int | None = None
        try:
            sockets.tell_senders(self._socket)
            sockets.signal_when_ready(self._socket)
            self.request = _memory_file(wire)
        except OSError:
            self.close()
            raise

    @property
    def descriptor(self) -> int:
        return self._socket.fileno()

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() >= self.until

    def answer(self) -> int:
        """The pid of its process, a child of ours that waits at the gate; 0: no answer yet. Raises SpawnError."""
        try:
            text, ancillary, _, _ = self._socket.recvmsg(LONGEST, sockets.ROOM)
        except BlockingIOError:
            return 0
        except OSError as error:
            text, ancillary = b"", []
            why = str(error.strerror)
        else:
            why = "its process exited before it could run"
        code, _, problem = text.partition(b" ")
        pid = sockets.sender_of(ancillary)
        if text[: len(READY)] == READY and pid and syscalls.is_child(pid):
            return pid
        if text[: len(READY)] == READY:
            why = f"its process, pid {pid}, is not lifeinit's child"
        elif code.isdigit():
            why = problem.decode("utf-8", "replace")
        raise SpawnError(exit_status.NOT_EXECUTABLE, why)

    def open(self) -> None:
        """Let it run: its pid is known."""
        try:
            self._socket.send(OPEN)
        except OSError:
            pass  # it is dead already
        self._socket.close()

    def close(self) -> None:
        """A process that still waits at the gate, or comes there later, exits."""
        self._socket.close()
        self.other.close()
        if self.request is not None:
            os.close(self.request)
            self.request = None

    def traceback(self) -> list[str]:
        """Where it was when it got SIGTERM, the innermost line first: it has written that behind the request."""
        if self.request is None:
            return []
        text = os.pread(self.request, LONGEST, self._length)
        lines = text.decode("utf-8", "replace").splitlines()[1:]
        ours = next((at for at, line in enumerate(lines) if any(file in line for file in _CALLED_FROM)), len(lines))
        while ours > 1 and "/asyncio/" in lines[ours - 1]:
            ours -= 1  # its loop, which runs the callback
        return [escaped(line) for line in lines[:ours]]


class Zygote:
    """The process that forks the calls, as PID 1 sees it. It may be dead, stopped, or hang."""

    def __init__(self, pid: int, control: int) -> None:
        self.pid = pid
        self._control = _socket.socket(fileno=control)
        self._control.setblocking(False)
        os.set_inheritable(control, False)
        self._ended = ""

    @property
    def descriptor(self) -> int:
        return self._control.fileno()

    def call(self, child: Child, mark: int | None, until: float | None) -> Call:
        """Ask for a process. Raises SpawnError."""
        if self._ended:
            raise SpawnError(exit_status.NOT_EXECUTABLE, self._ended)
        self.wake()
        try:
            call = Call(to_wire(child, mark), until)
            try:
                sockets.send_descriptors(self._control, (call.other.fileno(), call.request or 0, 0, 1, 2))
            except OSError:
                call.close()
                raise
            call.other.close()
        except BlockingIOError:
            raise SpawnError(exit_status.NOT_EXECUTABLE, f"{self} does not read its requests") from None
        except (BrokenPipeError, ConnectionError):
            raise SpawnError(exit_status.NOT_EXECUTABLE, f"{self} has ended") from None
        except OSError as error:
            raise SpawnError(exit_status.NOT_EXECUTABLE, f"no socket or memory file: {error.strerror}") from None
        return call

    def wait(self, call: Call, asks: "Collection[int]") -> int:
        """The pid of its process, waited for as for an exec: for the app, without which nothing goes on.

        Raises SpawnError.
        """
        status = given_up(call.descriptor, self.pid, asks, call.until)
        pid = 0 if status else call.answer()
        if not pid:
            raise self.no_answer(status or exit_status.NOT_EXECUTABLE)
        return pid

    def no_answer(self, status: int = exit_status.NOT_EXECUTABLE) -> SpawnError:
        """It did not answer in time."""
        return SpawnError(status, f"{self} does not answer")

    def wake(self) -> None:
        """It may be stopped."""
        if not self._ended:
            syscalls.signal_process(self.pid, _CONT)

    def ended(self, ending: "Ending") -> str:
        """It was reaped. Returns what can be said of it."""
        how = f"was killed by SIG{name_of(ending.signo)}" if ending.signo else f"exited with {ending.code}"
        self._ended = f"{self} {how}"
        return self._ended + self._last_words()

    def _last_words(self) -> str:
        """What it says of its own failure, as it has no stderr."""
        try:
            text = self._control.recv(LONGEST)
        except OSError:
            return ""
        return f" ({escaped(text.decode('utf-8', 'replace'))})" if text else ""

    def __str__(self) -> str:
        return f"the zygote (pid {self.pid}), which forks the Python functions,"


def _memory_file(wire: bytes) -> int:
    """The request: a socket may have no room for it. Raises OSError."""
    file = os.memfd_create(_REQUEST)
    if os.write(file, wire) == len(wire):
        return file
    os.close(file)
    raise OSError(syscalls.IO_ERROR, "it cannot be written")


def to_wire(child: Child, mark: int | None) -> bytes:
    """The request of a call, with the mark that its process puts on."""
    return marshal.dumps(flatten((child.replaced(exported=tuple(child.exported.items())).values(), mark)))


def from_wire(wire: bytes) -> tuple[Child, int | None]:
    """What `to_wire` was given. Raises ValueError, EOFError or TypeError for anything else."""
    match restored(marshal.loads(wire)):  # noqa: S302  # lifeinit's own, through a socket without a name
        case (tuple(values), (int() | None) as mark):
            child = Child.restored(values)
            return child.replaced(exported=dict(child.exported)), mark
        case _:
            raise TypeError("the request holds no call")
