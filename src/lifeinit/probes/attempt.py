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
from lifeinit.probes.exec_program import become

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable
    from typing import NoReturn

    from lifeinit.probes.targets import Place
else:
    import _signal

LONGEST = 1024  # bytes of a reason; what fits into a pipe at once

_ANSWERS, _DOES_NOT = 0, 1
_OUTPUTS = (1, 2)
_GRACE = 2.0  # seconds after its limit that a try ends by itself


class Command(Record):
    """A program that is to exit with 0."""

    argv: tuple[bytes, ...]


class Terms(Record):
    """How a place is tried. `limit` is the seconds that one try may take.

    `inherited` are what a command finds; its output is thrown away if it is to be `silent`.
    """

    limit: float = 5.0
    insecure: bool = False
    silent: bool = False
    inherited: Inherited = Inherited((), False, False, None)


class Try:
    """One try, which has begun. Raises OSError where the kernel has no process left for it.

    SIGCHLD is blocked, and who waits for it asks for the verdict then.
    """

    def __init__(self, ask: "Callable[[], str | None]", limit: float, is_command: bool = False) -> None:
        """The child calls `ask`, whose result is the reason, None if the place answers. `is_command`: or it execs."""
        self._is_command, self._limit, self._ended = is_command, limit, False
        self.deadline = time.monotonic() + limit
        self._pid, self._report = fork_with_report()
        if self._pid == 0:
            _carry_out(ask, is_command, limit, self._report)

    def verdict(self) -> str | None:
        """Why the place does not answer, "" if it does; None while the try still runs."""
        pid, wait_status = (0, 0) if self._ended else os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            if time.monotonic() < self.deadline:
                return None
            self.end()
            return _no_answer(self._limit)
        self._pid = 0
        reason = os.read(self._report, LONGEST).decode("utf-8", "replace")
        os.close(self._report)
        if os.WIFSIGNALED(wait_status):
            return f"died of SIG{name_of(os.WTERMSIG(wait_status))}"
        code = os.WEXITSTATUS(wait_status)
        return "" if code == _ANSWERS else reason or f"exited {code}"

    def end(self) -> None:
        """Kill it: a command with its session and all its descendants. What does not die of it is not waited for."""
        if self._ended or not self._pid:
            return  # once it is reaped its pid is another's, and 0 would be our own process group: kill(2)
        self._ended = True
        if self._is_command:
            _kill_tree(self._pid)
        syscalls.end_child(self._pid)
        os.close(self._report)

    def is_gone(self) -> bool:
        """Whether it is dead after its end: one that is stuck in the kernel, or that became another user, lives on."""
        try:
            return not self._pid or os.waitpid(self._pid, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True


def begin(place: "Place | Command", terms: Terms) -> Try:
    """Begin a try of this place. Raises OSError."""
    if isinstance(place, Command):
        command = place
        return Try(lambda: _command(command, terms), terms.limit, is_command=True)
    from lifeinit.probes import probe  # noqa: PLC0415  # 0.5 MB that no command needs

    quiet = place
    return Try(lambda: probe.attempt(quiet, terms.limit, terms.insecure), terms.limit)


class _TimeOver(BaseException):
    """The time of a try in this process is over: no `except OSError` of a try may take it for an answer."""


def without_process(place: "Place | Command", terms: Terms, why_not: str) -> str:
    """The verdict of a try that this process makes itself. For a command it takes another one: it fails, with why.

    A stop request waits for it. Why not always: nothing interrupts getaddrinfo(3).
    """
    if isinstance(place, Command):
        return why_not
    from lifeinit.probes import probe  # noqa: PLC0415  # as for `begin`

    def end(*_: object) -> None:
        raise _TimeOver

    _signal.signal(_signal.SIGALRM, end)
    try:
        _signal.setitimer(_signal.ITIMER_REAL, terms.limit)
        reason = probe.attempt(place, terms.limit, terms.insecure) or ""
        _signal.setitimer(_signal.ITIMER_REAL, 0)
    except _TimeOver:
        reason = _no_answer(terms.limit)
    _signal.signal(_signal.SIGALRM, _signal.SIG_DFL)
    return reason


def _no_answer(limit: float) -> str:
    return f"no answer within {limit:g} s"


def _kill_tree(root: int) -> None:
    """Kill a command and all that descends from it, with their sessions; without /proc its process group."""
    known = {root}
    try:
        rounds.signal_each(lambda: proc_stat.tree(known), _signal.SIGKILL)
    except OSError:
        syscalls.signal_group(root, _signal.SIGKILL)


def _carry_out(ask: "Callable[[], str | None]", is_command: bool, limit: float, report: int) -> "NoReturn":
    """In the child, which ends here, whatever happens."""
    try:
        if not is_command:
            _answer_to_signals(limit)
        reason = ask()
        if reason is None:
            os._exit(_ANSWERS)
        os.write(report, reason.encode("utf-8", "replace")[:LONGEST])
    except BaseException as error:  # noqa: BLE001
        os.write(report, f"internal error: {error!r}".encode("utf-8", "replace")[:LONGEST])
    finally:
        os._exit(_DOES_NOT)


def _answer_to_signals(limit: float) -> None:
    """Die of any, and of an alarm soon after the limit: whoever was to end us may have been killed."""
    for signo in (_signal.SIGINT, _signal.SIGALRM):
        _signal.signal(signo, _signal.SIG_DFL)
    _signal.setitimer(_signal.ITIMER_REAL, limit + _GRACE)
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
