"""The front desk as a child of PID 1, and the way of its plan to PID 1: what it imports goes with it."""

import os
import sys
import time

from lifeinit.config import discovery
from lifeinit.engine import exit_status, log, syscalls
from lifeinit.engine.plan import Plan, from_wire, to_wire
from lifeinit.engine.signals import name_of, number_of
from lifeinit.startup.inherited import forget_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    Engage = Callable[[Plan], NoReturn]
    FrontDesk = Callable[[Engage], int]

_ROOM = 1 << 20  # bytes: far more than any plan
_MOST_STOPS = 20
_PATIENCE = 2.0  # seconds until a stop request ends it
_CHLD, _CONT = (number_of(name) or 0 for name in ("CHLD", "CONT"))
_ASKS = {number_of(name) or 0 for name in ("TERM", "INT", "QUIT")}  # nobody knows a stop_on yet


def plan_or_status(front_desk: "FrontDesk") -> Plan | int | None:
    """The plan, or the exit status with which the front desk refuses; None where no child can be had for it.

    The plan comes in a memory file, and is whole once the child is dead. Why not a pipe: somebody would have to read
    from it in time, and a program that the child has started (an NSS module may) could hold it open for ever.
    """
    paper = _paper()
    if paper is None:
        return None
    try:
        child = os.fork()
    except OSError:
        os.close(paper)
        return None
    if child == 0:
        _write_down(paper, front_desk)
    forget_script()
    try:
        _get_ready()
        return _outcome(_status_of(child), paper)
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it
        log.report(error)
        return exit_status.SOFTWARE


def _get_ready() -> None:
    """While the child works: import what is needed next, the services too where there is a hook file for them."""
    from lifeinit.engine import main  # noqa: F401, PLC0415

    if discovery.found(None) is not None:
        from lifeinit.engine import services  # noqa: F401, PLC0415


def _paper() -> int | None:
    try:
        paper = os.memfd_create("lifeinit-plan")
    except (OSError, AttributeError):  # a seccomp profile forbids it, or Python was built for an older C library
        return None
    try:
        os.ftruncate(paper, _ROOM)  # RLIMIT_FSIZE counts it too, and a hook file may be a pipe, which is read once only
        os.ftruncate(paper, 0)
    except OSError:
        os.close(paper)
        return None
    return paper


def _outcome(status: int, paper: int) -> Plan | int:
    os.kill(os.getpid(), _CHLD)  # the one that was taken may have stood for other children too
    with open(paper, "rb") as file:
        file.seek(0)
        wire = file.read()
    return from_wire(wire) if status == 0 and wire else status


def _write_down(paper: int, front_desk: "FrontDesk") -> "NoReturn":
    """In the child. Whatever happens, it ends here."""

    def engage(plan: Plan) -> "NoReturn":
        with open(paper, "wb") as file:
            file.write(to_wire(plan))
        syscalls.leave(0)

    import gc  # noqa: PLC0415

    gc.disable()  # it would look through 60 modules' objects, and copy the pages that are shared with PID 1: 3 ms
    status = exit_status.SOFTWARE
    try:
        status = front_desk(engage)
    except BaseException as error:  # noqa: BLE001
        log.report(error)
    finally:
        syscalls.leave(status)


def _status_of(child: int) -> int:
    """What it ended with. It may be stopped, or wait for a hook file that never comes: neither keeps PID 1 for ever."""
    stops, deadline, awaited = 0, time.monotonic() + _PATIENCE, {_CHLD}
    while True:
        pid, how = os.waitpid(child, os.WNOHANG)
        if pid:
            return _told(os.waitstatus_to_exitcode(how))
        if syscalls.is_stopped(child):
            stops += 1
            if stops > _MOST_STOPS:
                syscalls.end_child(child)
                return _failed("what reads the options and the hook file is stopped again and again")
            syscalls.signal_process(child, _CONT)
        came = syscalls.wait(deadline if _ASKS.isdisjoint(awaited) else None, awaited)
        if came is None:
            awaited = {_CHLD, *_ASKS}
        elif came.si_signo != _CHLD:
            syscalls.end_child(child)
            _speak_as_asked()
            text = f"stop requested by SIG{name_of(came.si_signo)} before the hook file was read"
            log.say(text, "stop_requested", "error")
            return exit_status.of_signal(came.si_signo)


def _told(status: int) -> int:
    if status < 0:
        return _failed(f"SIG{name_of(-status)} ended what reads the options and the hook file")
    return status


def _failed(why: str) -> int:
    _speak_as_asked()
    log.say(f"internal error: {why}", "internal_error", "error")
    return exit_status.SOFTWARE


def _speak_as_asked() -> None:
    """As text or as JSON: nobody has read the options, so this one is looked for by its name."""
    words = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    asked = os.environ.get("LIFEINIT_LOG_FORMAT", "text")
    for place, word in enumerate(words):
        if word == "--log-format":
            asked = "".join(words[place + 1 : place + 2])
        elif word.startswith("--log-format="):
            asked = word.partition("=")[2]
    log.configure(asked, quiet=False)
