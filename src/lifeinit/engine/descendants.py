"""Everything that lives below lifeinit, be it child or orphan."""

import os

from lifeinit.engine import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal


def signal_all_below(signo: int) -> None:
    """Signal every process that lives below this one."""
    if os.getpid() == 1:
        try:
            os.kill(-1, signo)  # for PID 1 this is its own PID namespace, itself left out. kill(2)
        except ProcessLookupError:
            pass  # nobody is left
        return
    signalled: set[int] = set()
    while new := [pid for pid in _descendants(os.getpid()) if pid not in signalled]:
        for pid in new:
            _signal_descendant(pid, signo)
        signalled.update(new)  # once more, for those that were forked meanwhile


def _signal_descendant(pid: int, signo: int) -> None:
    """Signal it through a descriptor, so that a pid that was reused since we looked is not hit. pidfd_open(2)"""
    try:
        process = syscalls.open_process(pid)
    except ProcessLookupError:
        return
    except OSError:
        process = None  # an old kernel, a seccomp profile, or no descriptor left
    try:
        if process is None:
            os.kill(pid, signo)
        elif lives_below(pid):
            _signal_open(process, pid, signo)
    except (ProcessLookupError, PermissionError):
        pass  # it died since we looked, or it is a set-user-ID program
    finally:
        if process is not None:
            os.close(process)


def _signal_open(process: int, pid: int, signo: int) -> None:
    try:
        _signal.pidfd_send_signal(process, signo)
    except ProcessLookupError:
        raise
    except OSError:
        os.kill(pid, signo)  # a seccomp profile may forbid the one and allow the other


def _descendants(root: int) -> list[int]:
    """Every process below `root`, parents first, from /proc; without /proc none. proc(5)"""
    children: dict[int, list[int]] = {}
    try:
        entries = os.listdir("/proc")
    except OSError:
        return []
    for entry in entries:
        if entry.isdecimal():
            children.setdefault(parent_of(int(entry)), []).append(int(entry))
    found = list(children.get(root, ()))
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def lives_below(pid: int) -> bool:
    """Whether this process is a child of ours, or a child's child."""
    return pid in _descendants(os.getpid())


_DEEPEST = 1000  # generations: no app is that deep, and a walk has to end


def descends_from(pid: int, ancestor: int) -> bool:
    """Whether the process is below that other one. Who has lost a parent in between is not: it is an orphan of ours."""
    for _ in range(_DEEPEST):
        pid = parent_of(pid)
        if pid == ancestor:
            return True
        if pid <= 1 or pid == os.getpid():
            break
    return False


def exists(pid: int) -> bool:
    """Whether there is such a process, if only as a zombie."""
    return os.path.exists(f"/proc/{pid}")


def parent_of(pid: int) -> int:
    """The parent's pid; 0 where there is none in our namespace, or nothing can be known. proc(5)"""
    return int(_stat(pid)[1])


def group_lives(pgid: int) -> bool:
    """Whether the process group has a member that is not dead.

    A zombie counts for nothing: it may be another process's child, and of its end nobody would tell us.
    """
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it has members, of another user
    try:
        members = [
            fields
            for entry in os.listdir("/proc")
            if entry.isdecimal() and int((fields := _stat(int(entry)))[2]) == pgid
        ]
    except OSError:
        return True  # no /proc to look closer
    return not members or any(fields[0] not in {b"Z", b"X"} for fields in members)


def _stat(pid: int) -> list[bytes]:
    """State, parent and process group, and what follows them; all 0 for a process that is gone. proc(5)"""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # The command's name stands in brackets and may hold anything, brackets too.
            return stat.read().rpartition(b")")[2].split()
    except OSError:
        return [b"X", b"0", b"0"]
