"""What the engine asks of the kernel: one function for each idea, without policy."""

import os
import time

from lifeinit.engine import signals
from lifeinit.engine.events import Ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Collection, Iterable
    from collections.abc import Set as AbstractSet
    from typing import NoReturn
else:
    import _signal

SOCKET_SIGNAL = signals.RTMAX  # a realtime signal of the same number that a process sends is still the app's

# Those that may be of lifeinit's own: a child's end, a socket of ours, a log line that met a closed pipe.
OWN = frozenset((_signal.SIGCHLD, SOCKET_SIGNAL, _signal.SIGIO, _signal.SIGPIPE, _signal.SIGXFSZ))

_STDIN = 0
IGNORED_BY_PYTHON = (int(_signal.SIGPIPE), int(_signal.SIGXFSZ))  # from its start; what was there before is forgotten
_INT, _QUIT = (int(signo) for signo in (_signal.SIGINT, _signal.SIGQUIT))
_DEATH = 1.0  # seconds that SIGKILL may take
_MOST_REAPED = 512  # children at once, which takes 5 ms
DEFAULT_PATH = b"/bin:/usr/bin"  # what execvp(3) searches where PATH is unset

# By their numbers, which are the same on every machine: the module `errno` takes 16 kB. errno(3)
NO_ENTRY, NO_PROCESS, IO_ERROR, NO_EXEC, NO_ACCESS, INVALID, NO_KEY = 2, 3, 5, 8, 13, 22, 126
_P_PIDFD = 3  # os has it only where the C library knew it when Python was built. waitid(2)


def block_signals() -> tuple[int, ...]:
    """Block every signal and return the mask that was there. sigprocmask(2)

    A blocked signal is kept, even one whose default action PID 1 would never see; the wait takes it from there.
    """
    return tuple(sorted(int(signo) for signo in _signal.pthread_sigmask(_signal.SIG_BLOCK, signals.VALID)))


def default_sigchld() -> bool:
    """Make SIGCHLD default and return whether it was ignored, which makes waitpid(2) lose every status."""
    return _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL) == _signal.SIG_IGN


def ignored_signals() -> tuple[int, ...]:
    """Those of SIGINT and SIGQUIT that are ignored since our exec. A blocked one is kept all the same. signal(7)"""
    return tuple(signo for signo in (_INT, _QUIT) if _signal.getsignal(signo) == _signal.SIG_IGN)


def drop_python_handlers() -> None:
    """CPython's SIGINT handler would run in a forked child between the mask and the exec, and lose the signal."""
    if _signal.getsignal(_signal.SIGINT) not in {_signal.SIG_IGN, _signal.SIG_DFL}:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def restore_signals(mask: tuple[int, ...], sigchld_ignored: bool) -> None:
    """In a child: give back the dispositions and the mask that lifeinit was started with."""
    for signo in IGNORED_BY_PYTHON:
        _signal.signal(signo, _signal.SIG_DFL)
    if sigchld_ignored:
        _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def wait(deadline: float | None, among: "Iterable[int]" = tuple(signals.VALID)) -> "_signal.struct_siginfo | None":
    """The next of these signals, or None once the deadline (of the monotonic clock) has passed. sigtimedwait(2)

    Why not a handler, a self-pipe or signalfd: each needs a second thing to wait for, and none is faster.
    """
    if deadline is None:
        return _signal.sigwaitinfo(among)
    came = _signal.sigtimedwait(among, deadline and max(0.0, deadline - time.monotonic()))
    # Stopped or frozen until after the deadline, the call ends with EINTR, and CPython 3.11 to 3.13 hands out a record
    # that nobody has filled in.
    return came if came is not None and came.si_signo in signals.VALID else None


def pending() -> "AbstractSet[int]":
    """What a wait would return at once. sigpending(2), which takes half the time of a wait for nothing"""
    found: AbstractSet[int] = _signal.sigpending()
    return found


def is_of_socket(came: "_signal.struct_siginfo") -> bool:
    """Whether the kernel, not a process, sent this signal, for a socket of ours. sigaction(2), si_code

    SIGIO is what it sends where the other one's queue is full. fcntl(2), F_SETSIG
    """
    return came.si_code > 0 and came.si_signo in {SOCKET_SIGNAL, _signal.SIGIO}


def is_of_own_write(came: "_signal.struct_siginfo") -> bool:
    """Whether a log line met a closed pipe or a file at its limit: blocked, the signal is kept even though ignored."""
    return came.si_signo in {_signal.SIGPIPE, _signal.SIGXFSZ} and came.si_pid == os.getpid()


def reap(wanted: "Collection[int] | None") -> "tuple[list[tuple[int, Ending | int]], bool]":
    """Reap the children that are dead, and say whether there may be more: who forks a storm of orphans has an end.

    Tells of these alone, with None of every one: its Ending, or the signal that has stopped it. SIGCHLDs coalesce, one
    may stand for many deaths. signal(7)
    """
    waitpid, options = os.waitpid, os.WNOHANG | os.WUNTRACED  # names that a storm of orphans need not look up
    news: list[tuple[int, Ending | int]] = []
    try:
        for _ in range(_MOST_REAPED):
            pid, wait_status = waitpid(-1, options)
            if pid == 0:
                return news, False
            if wanted is None or pid in wanted:
                news.append((pid, _news(wait_status)))
    except ChildProcessError:
        return news, False  # no child at all
    return news, True


def _news(wait_status: int) -> Ending | int:
    if os.WIFSTOPPED(wait_status):
        return os.WSTOPSIG(wait_status)
    if os.WIFSIGNALED(wait_status):
        return Ending(signo=os.WTERMSIG(wait_status))
    return Ending(code=os.WEXITSTATUS(wait_status))


def has_children() -> bool:
    """Whether anything lives, or lies unreaped, below us. waitid(2)"""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def signal_process(pid: int, signo: int) -> bool:
    """Whether we may: not where it has another user and we lack CAP_KILL. kill(2)"""
    try:
        os.kill(pid, signo)
    except ProcessLookupError:
        pass  # it is dead and was reaped by nobody but us: the caller asks only for what it has not reaped
    except PermissionError:
        return False
    return True


def end_child(pid: int) -> None:
    """SIGKILL, and a moment for its death: what is stuck in the kernel does not die, and is left to be an orphan."""
    signal_process(pid, _signal.SIGKILL)
    deadline = time.monotonic() + _DEATH
    while not os.waitpid(pid, os.WNOHANG)[0] and wait(deadline, {_signal.SIGCHLD}) is not None:
        pass
    os.kill(os.getpid(), _signal.SIGCHLD)  # one that was taken may have stood for other children too


def open_process(pid: int) -> int:
    """A descriptor of the process, which no reuse of its pid deceives. Raises OSError. pidfd_open(2)"""
    try:
        return os.pidfd_open(pid)
    except AttributeError:  # Python was built with the headers of a kernel before 5.3
        import errno  # noqa: PLC0415

        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None


def signal_descriptor(process: int, signo: int) -> bool:
    """Whether the process behind a pidfd lives, and we may signal it. pidfd_send_signal(2)"""
    try:
        _signal.pidfd_send_signal(process, signo)
    except OSError:
        return False
    return True


def is_living_child(process: int) -> bool:
    """Whether the one behind a pidfd is a child of ours, by birth or as an orphan, and not dead. waitid(2), P_PIDFD"""
    try:
        return os.waitid(_P_PIDFD, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except OSError:
        return False


def is_child(pid: int) -> bool:
    """Whether it is a child of ours, alive or not reaped yet. waitid(2)"""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return True


def is_stopped(pid: int) -> bool:
    """Whether a child of ours is stopped. waitid(2)"""
    try:
        return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
    except OSError:
        return False


def group_of(pid: int) -> int:
    """The process group; 0 for a process that is gone."""
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def signal_group(pgid: int, signo: int) -> bool:
    """Whether we may signal at least one of its members. kill(2)"""
    try:
        os.killpg(pgid, signo)
    except ProcessLookupError:
        pass  # the group emptied before we got here
    except PermissionError:
        return False
    return True


def group_exists(pgid: int) -> bool:
    """Whether the process group has a member, a dead one perhaps. kill(2)"""
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it has members, of another user
    return True


def leave_directory(directory: bytes | None, has_hooks: bool) -> None:
    """Let go of the directory, unless later hooks could not get back into it.

    Hooks need no fork as long as lifeinit is there (posix_spawn.py). On the file system of `/`, which nobody unmounts,
    it can stay.
    """
    try:
        if has_hooks and os.stat(".").st_dev == os.stat("/").st_dev:
            return
        if directory is None or os.access(directory, os.X_OK):
            os.chdir("/")
    except OSError:
        pass  # then it stays pinned, which harms nobody who could still unmount it


def foreground() -> int | None:
    """The foreground process group of the terminal on stdin; None where there is none of our session. tcgetpgrp(3)"""
    try:
        return os.tcgetpgrp(_STDIN)
    except OSError:
        return None


def owns_terminal() -> bool:
    """Whether stdin is our terminal and we are in its foreground."""
    return foreground() == os.getpgrp()


def give_terminal(pgid: int) -> None:
    """Make a process group the terminal's foreground. SIGTTOU is blocked, so this works from the background too."""
    try:
        os.tcsetpgrp(_STDIN, pgid)
    except OSError:
        pass  # no terminal, or another session's: whoever is in its foreground stays there


def name_process(name: bytes = b"lifeinit") -> None:
    """Be called so in top and ps, where every interpreter is called python. proc(5)"""
    try:
        comm = os.open("/proc/self/comm", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return  # no /proc here
    try:
        os.write(comm, name[:15])
    except OSError:
        pass  # a name is no reason to fail
    finally:
        os.close(comm)


def leave(status: int) -> "NoReturn":
    """Exit at once. Why not sys.exit: with a broken stdout the interpreter turns 3 into 120 on its way out."""
    os._exit(status)
