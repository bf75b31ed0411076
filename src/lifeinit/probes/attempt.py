"""One try in a process of its own, so that nothing outlasts its time: no resolver, and no server that drips.

Why not a thread: getaddrinfo(3) cannot be interrupted, and a thread that hangs in it cannot be ended. Why not timeouts
on a socket: each of them begins anew with every byte that comes.
"""

import os
import time

from lifeinit.engine import proc_stat, rounds, syscalls
from lifeinit.engine.plan import Inherited
from lifeinit.engine.record import Record
from lifeinit.engine.signals import name_of
from lifeinit.engine.spawn import fork_with_report
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
        self._is_command = isinstance(place, Command)
        self._limit = terms.command_limit if self._is_command else terms.limit
        self.deadline = time.monotonic() + self._limit
        self._pid, self._report = fork_with_report()
        if self._pid == 0:
            _carry_out(place, terms, self._report)

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
        """Kill it: a command with its session and all its descendants. One that has become another user may live on."""
        if self._is_command:
            _kill_tree(self._pid)
        if syscalls.signal_process(self._pid, _signal.SIGKILL):
            os.waitpid(self._pid, 0)
        os.close(self._report)


def _kill_tree(root: int) -> None:
    """Kill the processes of a command's session, and those that descend from it; without /proc its process group."""
    try:
        rounds.signal_each(lambda: proc_stat.tree(root), _signal.SIGKILL)
    except OSError:
        syscalls.signal_group(root, _signal.SIGKILL)


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
    os.setsid()
    if terms.silent:
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in _OUTPUTS:
            os.dup2(null, fd)
    try:
        become(command.argv, terms.inherited)
    except OSError as error:
        return f"cannot be run: {error.strerror}"
