"""From the user's program to the init: a zygote keeps the program, and this process becomes the bare engine.

Linux only: imported when a container is started.
"""

import _socket
import contextlib
import os
import posix
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from lifeinit.api import guards
from lifeinit.api.invoke import Function
from lifeinit.api.settings import refuse
from lifeinit.api.zygote import SignalsFound, Zygote
from lifeinit.callbacks.errors import LifeinitError, UsageError, quoted
from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.plan import Inherited, Plan
from lifeinit.engine.plan_wire import to_wire
from lifeinit.startup import from_program
from lifeinit.startup.inherited import capture_inherited

Functions = Sequence[Function]
Planner = Callable[[Inherited, int], tuple[Plan, Functions, bool]]
"""From what was inherited and the parent's pid to a plan, the functions that it calls, and whether the app is one."""

_MEMORY_FILE = "lifeinit-plan"
_TIMERS = (
    (signal.ITIMER_REAL, signal.SIGALRM),
    (signal.ITIMER_VIRTUAL, signal.SIGVTALRM),
    (signal.ITIMER_PROF, signal.SIGPROF),
)


def become_init(planner: Planner) -> NoReturn:
    """Run the container in place of this program."""
    parent = os.getppid()
    mask = syscalls.block_signals()
    _disarm_timers()
    _hand_over(planner, mask, parent)


def _disarm_timers() -> None:
    """Those of the program would stay PID 1's, which would forward SIGALRM to the app. execve(2), setitimer(2)"""
    for timer, signo in _TIMERS:
        if signal.setitimer(timer, 0) != (0.0, 0.0):
            signal.sigtimedwait({signo}, 0)


def run_init(planner: Planner) -> int:
    """Run the container as a child, and return its exit status. SIGINT and SIGTERM to this process are passed on."""
    _flush()
    parent = os.getpid()
    mask = syscalls.block_signals()
    try:
        pid = _fork()
        if pid == 0:
            _run_child(planner, mask, parent)
        handlers = _forward(pid)
    except OSError as error:
        raise LifeinitError(f"run() cannot start the init: {error.strerror}") from None
    finally:
        if os.getpid() == parent:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        return _status(pid)
    except ChildProcessError:
        how = "SIGCHLD is ignored, or another thread waits for every child"
        raise UsageError(f"run() lost the exit status of the container: {how}") from None
    except BaseException:  # of a signal handler of the program's: nobody waits for the container any more
        os.kill(pid, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            _status(pid)
        raise
    finally:
        for signo, handler in handlers.items():  # before it is reaped: later its pid may be another's
            signal.signal(signo, handler)
        with contextlib.suppress(ChildProcessError):
            posix.waitpid(pid, 0)


def _status(pid: int) -> int:
    """Wait for the end of a child, before a SIGCHLD handler of the program's can reap it. It is not reaped yet."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    if ended is None:  # only WNOHANG returns it
        raise AssertionError
    return ended.si_status if ended.si_code == os.CLD_EXITED else exit_status.of_signal(ended.si_status)


def _run_child(planner: Planner, mask: Sequence[int], parent: int) -> NoReturn:
    """In a session of its own: Ctrl-C reaches the caller alone, which passes it on once."""
    try:
        os.setsid()

        def with_parent(inherited: Inherited, _parent: int) -> tuple[Plan, Functions, bool]:
            plan, functions, app_is_function = planner(inherited, parent)
            return plan.replaced(parent_death_signal=int(signal.SIGTERM)), functions, app_is_function

        _hand_over(with_parent, mask, parent)
    except BaseException as error:  # noqa: BLE001  # it must not unwind into the caller's program
        log.report(error)
    finally:
        os._exit(exit_status.SOFTWARE)


def _forward(pid: int) -> dict[int, Callable[[int, FrameType | None], object] | int | None]:
    """Only the main thread may handle signals: from another one nothing is passed on."""

    def forward(signo: int, _frame: FrameType | None) -> None:
        os.kill(pid, signo)

    handlers = {}
    try:
        for signo in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(signo) is not None:  # else not Python's, which could not be restored
                handlers[int(signo)] = signal.signal(signo, forward)
        if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:  # no status would be left to wait for
            handlers[int(signal.SIGCHLD)] = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    except ValueError:
        pass
    return handlers


def _hand_over(planner: Planner, mask: Sequence[int], parent: int) -> NoReturn:
    """Every signal is blocked; `mask` is the one from before."""
    found = SignalsFound(mask, signal.getsignal(signal.SIGCHLD))
    plan, functions, app_is_function = planner(capture_inherited(mask), parent)
    guards.mark_program()
    _flush()  # each child would write what is in a buffer once more
    descriptors.fill_stdio()  # no socket of ours may become the app's stdin
    try:
        memory = _memory_file(to_wire(plan))
        zygote = _fork_zygote(functions, found, app_is_function, memory) if functions else None
    except OSError as error:
        refuse(f"cannot become the init: {error.strerror}", exit_status.SOFTWARE)
    if plan.inherited.lc_ctype_added:
        os.unsetenv("LC_CTYPE")  # the engine's interpreter would take it for an inherited variable
    try:
        from_program.exec_engine(memory, zygote)
    except (OSError, ValueError) as error:
        if zygote is not None:
            os.kill(zygote[0], signal.SIGKILL)
        why = error.strerror if isinstance(error, OSError) else error
        refuse(f"cannot start the interpreter {quoted(sys.executable)}: {why}", exit_status.SOFTWARE)


def _memory_file(wire: bytes) -> int:
    memory = os.memfd_create(_MEMORY_FILE)
    with open(memory, "wb", closefd=False) as file:
        file.write(wire)
    return memory


def _fork_zygote(functions: Functions, found: SignalsFound, app_is_function: bool, memory: int) -> tuple[int, int]:
    """Its pid, and the descriptor of the socket to it."""
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    engine = os.getpid()
    pid = _fork()
    if pid == 0:
        try:
            ours.close()
            os.close(memory)
            Zygote(theirs, functions, found, engine).run(app_is_function=app_is_function)
        finally:
            os._exit(exit_status.SOFTWARE)
    theirs.close()
    return pid, ours.detach()


def _fork() -> int:
    """Python 3.12 warns of other threads in a process that forks. Here they are known: see `start` and `run`.

    Why `posix`: gevent and eventlet put functions of their own into `os`, which wait for their loop and for SIGCHLD.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return posix.fork()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # closed, or its reader is gone
