"""Which lifeinit is meant, and whether its state file may be believed."""

import os
import stat

from lifeinit.engine import state
from lifeinit.engine.printable import quote
from lifeinit.engine.record import Record
from lifeinit.status import proc
from lifeinit.status.state_reader import State, StateError, parse

_LARGEST = 1 << 20  # bytes; a real one has a few thousand


class NotRunningError(Exception):
    """There is no such lifeinit; the text is a sentence."""


class UnusableError(Exception):
    """There may be one, but what can be read is not to be believed, or it is not clear which is meant."""


class Found(Record):
    """A live lifeinit. `state` is None for one that keeps none; `hidden` is whether /proc shows nothing of it."""

    pid: int
    state: State | None
    hidden: bool = False


def choose(pid: int | None) -> Found:
    """The lifeinit of this pid; for None PID 1, else the only one that has a state file, else what PID 1 runs."""
    return _first() if pid is None else _named(pid)


def _named(pid: int) -> Found:
    found = _with_state(pid) or _plain(pid)
    if found is not None:
        return found
    process = proc.look(pid)
    if process is None:
        raise NotRunningError(f"no process has the pid {pid}")
    raise NotRunningError(f"{_described(process)}, and {_place()} holds no state of it")


def _first() -> Found:
    found = _with_state(1)
    if found is not None:
        return found
    others, unusable = _others()
    if len(others) > 1:
        *first, last = [str(other.pid) for other in others]
        raise UnusableError(
            f"several lifeinits run here, with the pids {', '.join(first)} and {last}: choose one with --pid"
        )
    if others:
        return others[0]
    if unusable is not None:
        raise unusable
    found = _plain(1) or _below_another_init()
    if found is not None:
        return found
    process = proc.look(1)
    about = "there is no process 1" if process is None else _described(process)
    raise NotRunningError(f"no lifeinit runs here: {_place()} holds no state of a live one, and {about}")


def _others() -> tuple[list[Found], UnusableError | None]:
    """The live ones beside PID 1, and the first mistake met among their files: one bad file hides no good one."""
    found: list[Found] = []
    unusable: UnusableError | None = None
    for pid in _pids():
        try:
            other = _with_state(pid)
        except UnusableError as error:
            unusable = unusable or error
        else:
            found.extend([] if other is None else [other])
    return found, unusable


def _pids() -> list[int]:
    try:
        entries = os.listdir(state.directory())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UnusableError(f"cannot read the directory {_place()}: {error.strerror}") from None
    stems = [entry.removesuffix(b".json") for entry in entries if entry.endswith(b".json")]
    return sorted(int(stem) for stem in stems if stem.isdigit() and len(stem) < 10 and int(stem) > 1)


def _with_state(pid: int) -> Found | None:
    """The live lifeinit that wrote the state file of this pid. None if there is no file, or a dead one left it."""
    process = proc.look(pid)
    if process is None:
        return None
    path = os.path.join(state.directory(), state.name(pid))
    try:
        said = parse(_read(path, process))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except StateError as error:
        raise UnusableError(f"cannot use the state file {quote(path)}: {error}") from None
    except OSError as error:
        raise UnusableError(f"cannot read the state file {quote(path)}: {error.strerror}") from None
    hidden = process.name is None
    if said.pid != pid or (not hidden and said.starttime not in {None, process.starttime}):
        return None  # the pid is another process's by now
    return Found(pid, said, hidden)


def _read(path: bytes, process: proc.Process) -> bytes:
    """What the file holds, if it is one that this process can have written. Never waits, as for a fifo's writer."""
    if os.path.islink(path):
        raise StateError("it is a symbolic link; remove it")
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _distrust(os.fstat(fd), process)
        text = os.read(fd, _LARGEST + 1)
    finally:
        os.close(fd)
    if len(text) > _LARGEST:
        raise StateError("it is larger than 1 MiB; remove it")
    return text


def _distrust(facts: os.stat_result, process: proc.Process) -> None:
    """Refuse what another user may have planted. Of a hidden process only what this user or root wrote is believed."""
    if not stat.S_ISREG(facts.st_mode):
        raise StateError("it is no regular file; remove it")
    owner = facts.st_uid
    if process.name is None and owner not in {0, os.geteuid()}:
        raise StateError(f"it belongs to uid {owner}, and /proc does not show to this user whether lifeinit does")
    if process.name is not None and owner not in {0, process.uid}:
        raise StateError(f"it belongs to uid {owner}, which is neither root nor uid {process.uid}; remove it")
    if facts.st_mode & 0o022:
        raise StateError("others than its owner may write to it; remove it")


def _plain(pid: int) -> Found | None:
    """A lifeinit by its name alone: a plain init keeps no state, and neither does one that can write nowhere."""
    process = proc.look(pid)
    return Found(pid, None) if process is not None and process.name == "lifeinit" and pid != os.getpid() else None


def _below_another_init() -> Found | None:
    """What PID 1 runs, where that is another init, as with `docker run --init`.

    A command that was sent into the container from outside bears our name too, but has no parent in there.
    """
    try:
        return next((Found(child.pid, None) for child in proc.living_children(1) if child.name == "lifeinit"), None)
    except OSError:
        return None  # no /proc


def _described(process: proc.Process) -> str:
    if process.name is None:
        return f"/proc does not show process {process.pid} to this user (is it mounted with hidepid?)"
    if process.pid == os.getpid():
        return f"process {process.pid} is this command itself"
    return f"process {process.pid} is {quote(os.fsencode(process.name))}"


def _place() -> str:
    return quote(state.directory())
