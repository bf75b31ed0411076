"""A new, bare interpreter for the engine, where this one is not."""

import errno
import os
import sys

from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.plan import Plan, to_wire
from lifeinit.engine.printable import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_PIPE_HOLDS = 4096  # bytes at least, also where the user's other pipes are many. pipe(7), pipe-user-pages-soft


def change_interpreter(plan: Plan) -> "NoReturn":
    """Exec a bare interpreter that runs the engine: the pid and the pending signals stay, click's memory goes."""
    try:
        descriptors.fill_stdio()
        order = _written_down(to_wire(plan))
        script = os.path.join(os.path.dirname(os.path.abspath(descriptors.__file__)), "main.py")
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", script, str(order)])
    except OSError as error:
        text = f"internal error: cannot start {quote(os.fsencode(sys.executable))}: {error.strerror}"
        log.say(text, "internal_error", "error")
    syscalls.leave(exit_status.SOFTWARE)


def _written_down(wire: bytes) -> int:
    """A descriptor that survives the exec, to read this from."""
    try:
        order = os.memfd_create("lifeinit-plan")
    except (OSError, AttributeError):  # a seccomp profile forbids it, or Python was built for an older C library
        return _piped(wire)
    try:
        with open(order, "wb", closefd=False) as file:
            file.write(wire)
    except OSError:  # RLIMIT_FSIZE counts it too
        os.close(order)
        return _piped(wire)
    os.lseek(order, 0, os.SEEK_SET)
    os.set_inheritable(order, True)
    return order


def _piped(wire: bytes) -> int:
    """The same as a pipe with room for it all: nobody reads it before the exec. pipe(7)"""
    order, end = os.pipe()
    if len(wire) > _PIPE_HOLDS:
        import fcntl  # noqa: PLC0415

        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, len(wire))
    os.set_blocking(end, False)
    if os.write(end, wire) < len(wire):
        raise OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))
    os.close(end)
    os.set_inheritable(order, True)
    return order


def refuse_archive() -> "NoReturn":
    """Leave, as there is no file to give to a bare interpreter; nor could psutil's extension be loaded. zipapp"""
    place = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(descriptors.__file__))))
    way_out = "install it, or make the archive with shiv, which unpacks itself"
    log.say(f"cannot run out of the archive {quote(os.fsencode(place))}: {way_out}; nothing was started")
    syscalls.leave(exit_status.SOFTWARE)
