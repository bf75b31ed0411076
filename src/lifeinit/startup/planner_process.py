"""The planner: a child of PID 1, which reads options and hook file. What it imports goes with it, its plan comes back.

The plan comes through a pipe and counts once the planner is dead. PID 1 does not wait for the pipe's end of file: a
program that the planner has started, as a module of the name service may, could hold it open for ever.
"""

import os
import sys
import time

from lifeinit.engine import exit_status, log, proc_stat, syscalls
from lifeinit.engine.plan import Plan
from lifeinit.engine.plan_wire import from_wire, to_wire
from lifeinit.engine.signals import NUMBERS, STOP_SIGNALS, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

LOG_FORMAT = "--log-format"

_CHUNK = 1 << 16  # bytes; a pipe holds as many. pipe(7)
_MOST_STOPS = 20
_PATIENCE = 2.0  # seconds until a stop request ends it, where it waits for something
_LONGEST_PATIENCE = 10.0  # and where it only needs the processor, which many may want
_CHLD, _CONT = NUMBERS["CHLD"], NUMBERS["CONT"]


def plan_in_child(plan: "Callable[[], Plan | int]", meanwhile: "Callable[[], None]") -> Plan | int:
    """What `plan` returns in a child: the plan, or the exit status of a refusal. PID 1 does `meanwhile` meanwhile."""
    failed = "no pipe"
    try:
        reader, writer = os.pipe()
        failed = "fork failed"
        engine = os.getpid()
        child = os.fork()
    except OSError as error:
        text = f"cannot run the planner: {failed}: {error.strerror}; nothing was started"
        log.say(text, "start_failed", "error")
        return exit_status.NOT_EXECUTABLE
    if child == 0:
        _run_planner(plan, writer, engine)
    try:
        os.close(writer)
        os.set_blocking(reader, False)
        meanwhile()
        return _Planner(child, reader).outcome()
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it
        log.report(error)
        return exit_status.SOFTWARE
    finally:
        os.close(reader)


# In the child.


def _run_planner(plan: "Callable[[], Plan | int]", writer: int, engine: int) -> "NoReturn":
    """Whatever happens, it ends here: an exception that left would run the parent's life twice."""
    import gc  # noqa: PLC0415

    gc.disable()  # it would look through 60 modules' objects, and copy the pages that are shared with PID 1: 3 ms
    status = exit_status.SOFTWARE
    try:
        answer = plan()
        if isinstance(answer, Plan):
            _send(to_wire(answer), writer, engine)
            answer = 0
        status = answer
    except BrokenPipeError:
        pass  # PID 1 is dead
    except BaseException as error:  # noqa: BLE001
        log.report(error)
    finally:
        syscalls.leave(status)


def _send(wire: bytes, writer: int, engine: int) -> None:
    """Write it all. PID 1 is not woken by a pipe, but by SIGCHLD: it gets one whenever the pipe is full."""
    os.set_blocking(writer, False)
    while wire:
        try:
            wire = wire[os.write(writer, wire) :]
        except BlockingIOError:
            os.kill(engine, _CHLD)
            _wait_for_room(writer)


def _wait_for_room(writer: int) -> None:
    import select  # noqa: PLC0415  # a library to be loaded, and nearly every plan fits the pipe

    poll = select.poll()
    poll.register(writer, select.POLLOUT)
    poll.poll()


# In PID 1.


class _Planner:
    """The child as PID 1 sees it. It may be stopped, or wait for a hook file that never comes: neither is for ever."""

    def __init__(self, pid: int, reader: int) -> None:
        self._pid = pid
        self._reader = reader
        self._wire = b""
        self._stops = 0

    def outcome(self) -> Plan | int:
        """Its plan, or the status to exit with."""
        began, awaited = time.monotonic(), {_CHLD}
        deadline = began + _PATIENCE
        while True:
            pid, wait_status = os.waitpid(self._pid, os.WNOHANG)
            self._read()
            if pid:
                return self._answer(os.waitstatus_to_exitcode(wait_status))
            if syscalls.is_stopped(self._pid) and not self._wake():
                return _fail("the planner was stopped too often")
            came = syscalls.wait(deadline if awaited == {_CHLD} else None, awaited)
            if came is None and self._is_busy() and deadline < began + _LONGEST_PATIENCE:
                deadline += _PATIENCE
            elif came is None:
                awaited = {_CHLD, *STOP_SIGNALS}  # whatever stop_on says: nobody has read it yet
            elif came.si_signo != _CHLD:
                return self._stop(came.si_signo)

    def _is_busy(self) -> bool:
        """Whether it runs, or waits for the processor alone: a loaded machine is no reason to end it."""
        process = proc_stat.read(self._pid)
        return process is not None and process.is_running

    def _read(self) -> None:
        try:
            while chunk := os.read(self._reader, _CHUNK):
                self._wire += chunk
        except BlockingIOError:
            pass  # the rest is not written yet

    def _answer(self, status: int) -> Plan | int:
        os.kill(os.getpid(), _CHLD)  # the one that was taken may have stood for other children too
        if status < 0:
            return _fail(f"the planner was killed by SIG{name_of(-status)}")
        return from_wire(self._wire) if status == 0 and self._wire else status

    def _wake(self) -> bool:
        """Let it run on, unless it was stopped too often."""
        self._stops += 1
        if self._stops > _MOST_STOPS:
            syscalls.end_child(self._pid)
            return False
        return syscalls.signal_process(self._pid, _CONT)

    def _stop(self, signo: int) -> int:
        syscalls.end_child(self._pid)
        _configure_log()
        log.say(f"stop requested by SIG{name_of(signo)} before the hook file was read", "stop_requested", "error")
        return exit_status.of_signal(signo)


def _fail(why: str) -> int:
    _configure_log()
    log.say(f"internal error: {why}", "internal_error", "error")
    return exit_status.SOFTWARE


def _configure_log() -> None:
    """Text or JSON. Nobody has read the options, so this one is looked for by its name."""
    words = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    log_format = os.environ.get("LIFEINIT_LOG_FORMAT", "text")
    for place, word in enumerate(words):
        if word == LOG_FORMAT:
            log_format = "".join(words[place + 1 : place + 2])
        elif word.startswith(f"{LOG_FORMAT}="):
            log_format = word.partition("=")[2]
    log.configure(log_format, quiet=False)
