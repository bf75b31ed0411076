"""The front desk as a child of PID 1, and the way of its plan to PID 1: what it imports goes with it."""

import os

from lifeinit.engine import kernel, log
from lifeinit.engine.machine import EX_SOFTWARE
from lifeinit.engine.plan import Plan, from_wire, to_wire
from lifeinit.engine.signals import name_of, number_of
from lifeinit.surroundings import forget_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    Engage = Callable[[Plan], NoReturn]
    FrontDesk = Callable[[Engage], int]

_LENGTH = 8  # bytes before the plan, which say how long it is
_AT_ONCE = 65536
_TICK_MS = 50
_MOST_STOPS = 20  # a second in all for one that is stopped again and again
_PATIENCE = 40  # ticks until a stop request ends it
_ASKS = tuple(number_of(name) or 0 for name in ("TERM", "INT"))


def plan_or_status(front_desk: "FrontDesk") -> Plan | int | None:
    """The plan, or the exit status with which the front desk refuses; None where no child can be had for it."""
    try:
        reader, writer = os.pipe()
    except OSError:
        return None
    try:
        child = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if child == 0:
        os.close(reader)  # or nobody would tell it that PID 1 is gone
        _hand_over(writer, front_desk)
    os.close(writer)
    forget_script()
    try:
        from lifeinit.engine import pid1  # noqa: F401, PLC0415  # while the child works

        return _Receiver(reader, child).plan_or_status()
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it
        log.report(error)
        return EX_SOFTWARE


def _hand_over(writer: int, front_desk: "FrontDesk") -> "NoReturn":
    """In the child. Whatever happens, it ends here."""

    def engage(plan: Plan) -> "NoReturn":
        wire = to_wire(plan)
        try:
            with open(writer, "wb") as pipe:
                pipe.write(len(wire).to_bytes(_LENGTH, "little") + wire)
        except OSError:
            kernel.leave(EX_SOFTWARE)  # PID 1 is gone, and nobody is left to be told
        kernel.leave(0)

    import gc  # noqa: PLC0415

    gc.disable()  # it would look through 60 modules' objects, and copy the pages that are shared with PID 1: 3 ms
    status = EX_SOFTWARE
    try:
        status = front_desk(engage)
    except BaseException as error:  # noqa: BLE001
        log.report(error)
    finally:
        kernel.leave(status)


class _Receiver:
    """Waits for the plan, or for the child's end.

    Why not for the end of file alone: a program that the child has started (an NSS module may) can hold the pipe open.
    Why a tick: the child may be stopped, or wait for a hook file that never comes, and nothing else would wake us.
    """

    def __init__(self, reader: int, child: int) -> None:
        import select  # noqa: PLC0415

        self._reader, self._child, self._stops = reader, child, 0
        self._poll = select.poll()
        self._poll.register(reader, select.POLLIN)
        self._received = bytearray()

    def plan_or_status(self) -> Plan | int:
        ticks, status = 0, None
        while not self._is_whole() and status is None:
            if self._poll.poll(_TICK_MS):
                part = os.read(self._reader, _AT_ONCE)
                self._received += part
                if not part:
                    status = self._ended(0)
                continue
            ticks += 1
            status = self._look_after(ticks)
        while not self._is_whole() and self._poll.poll(0) and (part := os.read(self._reader, _AT_ONCE)):
            self._received += part
        os.close(self._reader)
        if self._is_whole():
            if status is None:
                self._end()
            return from_wire(bytes(self._received[_LENGTH:]))
        return EX_SOFTWARE if status is None else status

    def _is_whole(self) -> bool:
        return len(self._received) >= _LENGTH + int.from_bytes(self._received[:_LENGTH], "little") > _LENGTH

    def _look_after(self, ticks: int) -> int | None:
        """At each tick: the status to leave with, once there is one."""
        if kernel.is_stopped(self._child):
            self._stops += 1
            if self._stops > _MOST_STOPS:
                self._end()
                return self._failed("what reads the options and the hook file is stopped again and again")
            kernel.signal_process(self._child, number_of("CONT") or 0)
        asked = kernel.pending(_ASKS) if ticks > _PATIENCE else None
        if asked is not None:
            self._end()
            log.say(f"stop requested by SIG{name_of(asked)} before the hook file was read", "stop_requested", "error")
            return 128 + asked
        return self._ended(os.WNOHANG)

    def _ended(self, options: int) -> int | None:
        pid, how = os.waitpid(self._child, options)
        if not pid:
            return None
        status = os.waitstatus_to_exitcode(how)
        if status < 0:
            return self._failed(f"SIG{name_of(-status)} ended what reads the options and the hook file")
        return status

    def _end(self) -> None:
        """It has nothing more to do, and is not waited for longer than SIGKILL takes."""
        kernel.signal_process(self._child, number_of("KILL") or 0)
        os.waitpid(self._child, 0)

    def _failed(self, why: str) -> int:
        log.say(f"internal error: {why}", "internal_error", "error")
        return EX_SOFTWARE
