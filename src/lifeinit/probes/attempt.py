"""One try in a process of its own, so that nothing outlasts its time: no resolver, and no server that drips.

Why not a thread: getaddrinfo(3) cannot be interrupted, and a thread that hangs in it cannot be ended. Why not timeouts
on a socket: each of them begins anew with every byte that comes.
"""

import os
import time

from lifeinit.engine import syscalls
from lifeinit.engine.plan import Inherited
from lifeinit.engine.record import Record
from lifeinit.engine.signals import name_of
from lifeinit.probes import probe
from lifeinit.probes.exec_program import become
from lifeinit.probes.targets import Command, Http, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn
else:
    import _signal

_ANSWERS, _DOES_NOT = 0, 1
_OUTPUTS = (1, 2)
_LONGEST = 1024  # bytes of a reason; what fits into a pipe at once


class Terms(Record):
    """How a place is tried. `limit` and `command_limit` are the seconds that one try may take.

    `inherited` are what a command finds; its output is thrown away if it is to be `silent`.
    """

    limit: float = 5.0
    command_limit: float = 30.0
    insecure: bool = False
    silent: bool = False
    inherited: Inherited = Inherited((), False, False, None)


class Try:
    """One try, which has begun. Raises OSError where the kernel has no process left for it."""

    def __init__(self, place: Place, terms: Terms) -> None:
        if isinstance(place, Http) and place.secure:
            probe.tls_context(terms.insecure)  # here, so that every child finds it made
        self._has_group = isinstance(place, Command)
        self._limit = terms.command_limit if self._has_group else terms.limit
        self.deadline = time.monotonic() + self._limit
        self._report, report_end = os.pipe()  # close-on-exec: a command cannot write to it
        try:
            self._pid = os.fork()
        except OSError:
            os.close(self._report)
            os.close(report_end)
            raise
        if self._pid == 0:
            _carry_out(place, terms, report_end)
        os.close(report_end)
        if self._has_group:
            try:
                os.setpgid(self._pid, self._pid)  # here and in the child: whoever is later finds it done
            except OSError:
                pass  # EACCES: it has exec'ed already

    def verdict(self) -> str | None:
        """Why the place does not answer, "" if it does; None while the try still runs."""
        pid, wait_status = os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            if time.monotonic() < self.deadline:
                return None
            self.end()
            return f"no answer within {self._limit:g} s"
        reason = os.read(self._report, _LONGEST).decode("utf-8", "replace")
        os.close(self._report)
        if os.WIFSIGNALED(wait_status):
            return f"died of SIG{name_of(os.WTERMSIG(wait_status))}"
        code = os.WEXITSTATUS(wait_status)
        return "" if code == _ANSWERS else reason or f"exited {code}"

    def end(self) -> None:
        """Kill it: a command with its whole process group. One that has become another user we may have to let live."""
        if self._has_group:
            syscalls.signal_group(self._pid, _signal.SIGKILL)
        if syscalls.signal_process(self._pid, _signal.SIGKILL):
            os.waitpid(self._pid, 0)
        os.close(self._report)


def _carry_out(place: Place, terms: Terms, report: int) -> "NoReturn":
    """In the child, which ends here, whatever happens."""
    try:
        if isinstance(place, Command):
            reason: str | None = _command(place, terms)
        else:
            _answer_to_signals(terms.limit)
            reason = probe.attempt(place, terms.limit, terms.insecure)
        if reason is None:
            os._exit(_ANSWERS)
        os.write(report, reason.encode("utf-8", "replace")[:_LONGEST])
    except BaseException as error:  # noqa: BLE001
        os.write(report, f"internal error: {error!r}".encode("utf-8", "replace")[:_LONGEST])
    finally:
        os._exit(_DOES_NOT)


def _answer_to_signals(limit: float) -> None:
    """Die of any, and of an alarm soon after the limit: whoever was to end us may have been killed."""
    for signo in (_signal.SIGINT, _signal.SIGALRM):
        _signal.signal(signo, _signal.SIG_DFL)
    _signal.setitimer(_signal.ITIMER_REAL, limit + 1.0)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())


def _command(command: Command, terms: Terms) -> str:
    os.setpgid(0, 0)
    if terms.silent:
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in _OUTPUTS:
            os.dup2(null, fd)
    try:
        become(command.argv, terms.inherited)
    except OSError as error:
        return f"cannot be run: {error.strerror}"
