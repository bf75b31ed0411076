"""Which lifeinit is meant: PID 1, the one with this pid, or the only one of this container."""

import os

from lifeinit.engine.printable import escaped
from lifeinit.engine.record import Record
from lifeinit.status import proc, published_state
from lifeinit.status.state_reader import State, StateError

_NAME = "lifeinit"


class NotRunningError(Exception):
    """There is no such lifeinit; the text is a sentence."""


class UnusableError(Exception):
    """There may be one, but its state cannot be read or believed, or several run; the text is a sentence."""


class RunningInit(Record):
    """A live lifeinit. `state` is None for one that could not make its memory file."""

    pid: int
    state: State | None


def choose(pid: int | None) -> RunningInit:
    """The lifeinit of this pid; for None PID 1, else the only other one of this container.

    What a process says of itself is believed where it is PID 1 or was named, else only of this user and of root:
    another user could pretend to be a lifeinit.
    """
    if not proc.is_own():
        raise UnusableError("/proc is not mounted, or shows another PID namespace: the state is read from /proc")
    return _discovered() if pid is None else _named(pid)


def _named(pid: int) -> RunningInit:
    process = proc.look(pid)
    if process is None:
        raise NotRunningError(f"no process has the pid {pid}")
    running = _running(process)
    if running is None:
        raise NotRunningError(f"{_described(process)}, not lifeinit")
    return running


def _discovered() -> RunningInit:
    first = proc.look(1)
    unusable: UnusableError | None = None
    if first is not None and proc.shares_mounts(first) is not False:
        try:
            running = _running(first)
        except UnusableError as error:
            unusable, running = error, None
        if running is not None:
            return running
    others = _others()
    running = None if not others else _the_only_one(others)
    if running is not None:
        return running
    if unusable is not None:
        raise unusable
    raise NotRunningError(f"no lifeinit is running here{_passed_over()}")


def _passed_over() -> str:
    """What there is instead: the rest of a sentence."""
    pids = [str(process.pid) for process in proc.every() if process.name == _NAME and process.pid != os.getpid()]
    if pids:
        return f"; another user or container may have pid {', '.join(pids[:10])}: choose it with --pid"
    first = proc.look(1)
    return "" if first is None else f": {_described(first)}"


def _the_only_one(others: "list[proc.Process]") -> RunningInit | None:
    """The one that publishes a state, else the one that does not, or may not be asked. Raises UnusableError."""
    running: list[RunningInit] = []
    unusable: UnusableError | None = None
    for process in others:
        try:
            answer = _running(process)
        except UnusableError as error:
            unusable = unusable or error
        else:
            running.extend([] if answer is None else [answer])
    running = [each for each in running if each.state is not None] or running
    if len(running) > 1:
        *most, last = [str(each.pid) for each in running]
        raise UnusableError(
            f"several lifeinits run here, with the pids {', '.join(most)} and {last}: choose one with --pid"
        )
    if not running and unusable is not None:
        raise unusable
    return running[0] if running else None


def _others() -> "list[proc.Process]":
    """The lifeinits beside PID 1 that may be meant: of this user or root, in this mount namespace, the outermost.

    Containers of a pod may share their processes, but not their mounts. Whatever pretends to be a lifeinit below a
    real one is not asked.
    """
    trusted = {0, os.geteuid()}
    named = [process for process in proc.every() if process.name == _NAME and process.pid not in {1, os.getpid()}]
    able = [p for p in named if p.uid in trusted and proc.shares_mounts(p) is not False and _may_be_init(p)]
    pids = {process.pid for process in able}
    first = proc.look(1)
    if first is not None and first.name == _NAME and proc.shares_mounts(first) is not False:
        pids.add(1)  # also where its state may not be read
    return [process for process in able if pids.isdisjoint(proc.ancestors(process))]


def _may_be_init(process: proc.Process) -> bool:
    """A process of this name that publishes no state is a command, such as `lifeinit wait`, unless PID 1 started it."""
    try:
        return published_state.read(process) is not None or process.parent == 1
    except (PermissionError, StateError):
        return True


def _running(process: proc.Process) -> RunningInit | None:
    """None where the process is no lifeinit. Raises UnusableError."""
    if process.pid == os.getpid():
        return None
    if process.name is None:
        raise UnusableError(f"{_described(process)}, so its state cannot be read")
    try:
        state = published_state.read(process)
    except PermissionError:
        if process.name != _NAME:
            return None
        raise UnusableError(
            f"this user may not read the state of lifeinit, pid {process.pid}: run this command as "
            f"{_user(process.uid)}, for example with docker exec --user {max(process.uid, 0)}"
        ) from None
    except StateError as error:
        raise UnusableError(f"cannot use the state of process {process.pid}: {error}") from None
    return RunningInit(process.pid, state) if state is not None or process.name == _NAME else None


def _user(uid: int) -> str:
    return "root" if uid == 0 else f"uid {uid}"


def _described(process: proc.Process) -> str:
    if process.name is None:
        return f"/proc does not show process {process.pid} to this user (is it mounted with hidepid?)"
    if process.pid == os.getpid():
        return f"process {process.pid} is this command itself"
    return f'process {process.pid} is "{escaped(process.name)}"'
