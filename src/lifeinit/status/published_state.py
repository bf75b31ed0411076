"""The state that a process publishes, read from its memory file below /proc/PID/fd, and only from there."""

import os

from lifeinit.status.proc import Process
from lifeinit.status.state_reader import State, StateError, parse

NAME = "lifeinit-state"  # as in engine/state.py: to import that takes 5 ms, a third of a health check
_LINK = f"/memfd:{NAME}"  # what the file is called there, with " (deleted)" after it. proc(5)
_LARGEST = 1 << 18  # bytes; a usual one has a few thousand


def read(process: Process) -> State | None:
    """The state of this process; None where it publishes none. Raises PermissionError, StateError.

    The kernel shows the descriptors to root and to the same user, if it has the process's capabilities too, as every
    process of the same container has. ptrace(2), PTRACE_MODE_READ_FSCREDS
    """
    folder = f"/proc/{process.pid}/fd"
    try:
        numbers = sorted(int(name) for name in os.listdir(folder))
    except PermissionError:
        raise
    except OSError:
        return None  # it has ended
    wrong: StateError | None = None
    for number in numbers:
        try:
            text = _content(f"{folder}/{number}")
            found = None if text is None else parse(text)
        except StateError as error:
            wrong = wrong or error
            continue
        # A child that lifeinit has forked, and a program that it has become, may hold a copy of another's state.
        if found is not None and (found.pid, found.starttime) == (process.inner_pid, process.starttime):
            return found
    if wrong is not None:
        raise wrong
    return None


def _content(path: str) -> bytes | None:
    """What the memory file holds; None for any other descriptor. Never waits, whatever is put in its place."""
    try:
        if not os.readlink(path).startswith(_LINK):
            return None
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except PermissionError:
        raise
    except OSError:
        return None  # closed since it was listed
    try:
        text = os.read(fd, _LARGEST + 1)
    except OSError as error:
        raise StateError(f"it cannot be read: {error.strerror}") from None
    finally:
        os.close(fd)
    if len(text) > _LARGEST:
        raise StateError(f"it is larger than {_LARGEST >> 10} KiB")
    return text
