"""From the front desk to the engine: a bare interpreter for the plan."""

import errno
import os
import sys

from lifeinit.engine import descriptors, kernel, log, pid1
from lifeinit.engine.machine import EX_SOFTWARE
from lifeinit.engine.plan import Plan, Process, Program, to_wire
from lifeinit.engine.signals import number_of
from lifeinit.surroundings import surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import NoReturn

# What an interpreter's own start leaves in sys.modules. Anything more came from a .pth file, a sitecustomize or
# PYTHONPATH: it may hold threads and megabytes, and is not to live in PID 1.
_INTERPRETERS_OWN = frozenset(
    "__main__ _abc _codecs _collections_abc _distutils_hack _frozen_importlib _frozen_importlib_external _imp _io"
    " _signal _sitebuiltins _stat _thread _warnings _weakref abc builtins codecs encodings errno genericpath io"
    " lifeinit marshal os posix posixpath site stat sys time zipimport".split()
)
# Variables that images set for every Python, and that change nothing in ours.
_HARMLESS = frozenset(
    "PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 PYTHONNOUSERSITE".split()
)
_PIPE_HOLDS = 4096  # bytes at least, also where the user's other pipes are many. pipe(7), pipe-user-pages-soft
_STOP_ON = tuple(number_of(name) or 0 for name in ("TERM", "INT", "QUIT"))


def plain_plan(command: "Sequence[str]", mask: "Iterable[int]") -> Plan:
    """The plan of a plain init around the command, without any option."""
    app = Process("app", Program(tuple(map(os.fsencode, command))))
    return Plan((app,), surroundings(mask), _STOP_ON)


def launch(plan: Plan) -> "NoReturn":
    """Become the init that carries out the plan."""
    if _is_clean():
        pid1.ignite(plan)
    try:
        _change_interpreter(plan)
    except OSError as error:
        log.say(f"internal error: cannot start {log.quote(os.fsencode(sys.executable))}: {error.strerror}")
    kernel.leave(EX_SOFTWARE)


def _is_clean() -> bool:
    """Whether this interpreter is as bare as a new one: then the exec, 6 ms, is saved."""
    variables = {name for name in os.environ if name.startswith("PYTHON") and not name.startswith("PYTHON_")}
    return variables <= _HARMLESS and all(name.partition(".")[0] in _INTERPRETERS_OWN for name in sys.modules)


def _change_interpreter(plan: Plan) -> "NoReturn":
    """Exec a bare interpreter that runs the engine: the pid and the pending signals stay, click's memory goes."""
    descriptors.fill_stdio()
    order = _written_down(to_wire(plan))
    script = os.path.abspath(pid1.__file__)
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", script, str(order)])


def _written_down(wire: bytes) -> int:
    """A descriptor that survives the exec, to read this from."""
    try:
        order = os.memfd_create("lifeinit-plan", 0)
    except (OSError, AttributeError):  # a seccomp profile forbids it, or Python was built for an older C library
        return _piped(wire)
    with open(order, "wb", closefd=False) as file:
        file.write(wire)
    os.lseek(order, 0, os.SEEK_SET)
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
