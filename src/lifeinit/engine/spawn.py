"""Fork one child and wait until it has become its program."""

import os
import time

from lifeinit.engine import exit_status, posix_spawn, signals, syscalls
from lifeinit.engine.plan import Inherited, Program
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import NoReturn

    from lifeinit.engine.plan import Value

_LONGEST_REPORT = 4096  # PIPE_BUF: written in one piece. pipe(7)
_WAKE_AFTER_MS = 50
_MOST_STOPS = 20  # a second in all for one that is stopped again and again
_MOST_ASKED = 40  # two seconds for one that is stuck while a stop request waits

_STATUS = {syscalls.NO_ENTRY: exit_status.NOT_FOUND, syscalls.NO_KEY: exit_status.CONFIG}
_CONT = signals.number_of("CONT") or 0


class Child(Record):
    """What a child gets.

    `exported` is what pre_start hooks have exported; `variables` are lifeinit's own, unset where the value is None.
    A hook (`is_app` false) reads /dev/null and has no descriptor but 0, 1 and 2; the app has all that we inherited.
    `stale_file` is removed before the exec, by the child itself and so with its rights: root must unlink no path that
    another user controls. `report` is the end to write to of a pipe, for a module of lifeinit's own.
    """

    program: Program
    inherited: Inherited
    exported: "Mapping[bytes, bytes]"
    variables: tuple[tuple[bytes, bytes | None], ...]
    is_app: bool
    takes_terminal: bool = False
    stale_file: "Value | None" = None
    report: int | None = None


class SpawnError(Exception):
    """The child never became its program. The text is one sentence.

    `status` is 127 if there is none, 78 if a secret cannot be read, 124 if its time was over before it had begun, else
    126.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def spawn(
    child: Child, asks: "Collection[int] | None" = None, until: float | None = None, is_safe: bool = False
) -> int:
    """The pid of the running program, leader of its own session or process group. Raises SpawnError.

    Until its exec the child is waited for. Where the signals are given that ask us to stop, not for ever, and not past
    `until` (monotonic clock): whoever may signal it could stop it, and it is stuck where its directory is on a file
    system that does not answer. `is_safe`: nothing lives that may signal lifeinit's own user.
    """
    spawned = posix_spawn.spawn(child, anywhere=asks is None) if is_safe else None
    if spawned is not None:
        return spawned
    from lifeinit.engine import become  # noqa: PLC0415  # 20 kB that a plain start does without

    try:
        pid, report = fork_with_report()
    except OSError as error:
        raise SpawnError(exit_status.NOT_EXECUTABLE, str(error.strerror)) from None
    if pid == 0:
        _run_child(become.become, child, report)
    if not child.program.identity.session:  # a group's leader cannot begin a session. setsid(2)
        try:
            os.setpgid(pid, pid)  # here and in the child: whoever is later finds it done
        except OSError:
            pass  # EACCES: it has exec'ed already; ESRCH: it is dead already
    status = 0 if asks is None else given_up(report, pid, asks, until)
    problem = b"" if status else os.read(report, _LONGEST_REPORT)
    os.close(report)
    if problem or status:
        syscalls.end_child(pid)  # it may be stopped even now, on the way to its end
    if status:
        raise SpawnError(status, "its start did not complete")
    if problem:
        code, _, what = problem.partition(b" ")
        raise SpawnError(_STATUS.get(int(code), exit_status.NOT_EXECUTABLE), what.decode("utf-8", "replace"))
    return pid


def _run_child(become: "Callable[[Child, int], NoReturn]", child: Child, report: int) -> "NoReturn":
    """Whatever happens, it ends here: an exception that left would run the parent's life twice."""
    try:
        become(child, report)
    except OSError as error:
        _report(report, error.errno or syscalls.INVALID, str(error.strerror))
    except BaseException as error:  # noqa: BLE001
        _report(report, syscalls.INVALID, repr(error))
    finally:
        os._exit(exit_status.NOT_EXECUTABLE)


def _report(report: int, code: int, why: str) -> None:
    os.write(report, b"%d %s" % (code, why.encode("utf-8", "backslashreplace")[: _LONGEST_REPORT - 10]))


def given_up(report: int, pid: int, asks: "Collection[int]", until: float | None) -> int:
    """0 once the child execs, or says why it cannot; one that is stopped is woken, and given up after a while.

    One that is stuck is given up when a stop request has waited for it long enough, or its time is over.

    Why this tick: it is over with the exec, a millisecond mostly, and there is nothing else to be woken by.
    """
    import select  # noqa: PLC0415

    poll = select.poll()
    poll.register(report, select.POLLIN)
    stops, asked = 0, 0
    while not poll.poll(_WAKE_AFTER_MS):
        stops += syscalls.is_stopped(pid)
        asked += not syscalls.pending().isdisjoint(asks)
        if stops > _MOST_STOPS or asked > _MOST_ASKED:
            return exit_status.NOT_EXECUTABLE
        if until is not None and time.monotonic() > until:
            return exit_status.TIMED_OUT
        syscalls.signal_process(pid, _CONT)
    return 0


def fork_with_report() -> tuple[int, int]:
    """Fork with a pipe from the child: its pid and the end to read from; in the child 0 and the end to write to.

    Both ends are close-on-exec: end of file means that the exec succeeded, or that the child is dead. Raises OSError.
    """
    try:
        reader, writer = os.pipe()
    except OSError as error:
        raise OSError(error.errno, f"no pipe: {error.strerror}") from None
    try:
        pid = os.fork()
    except OSError as error:
        os.close(reader)
        os.close(writer)
        raise OSError(error.errno, f"fork failed: {error.strerror}") from None
    os.close(writer if pid else reader)
    return pid, reader if pid else writer
