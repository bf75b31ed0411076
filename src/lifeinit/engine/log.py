"""One line to stderr. Never raises and never blocks: PID 1 outlives its stderr, and a reader that stopped reading."""

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from lifeinit.engine.json_text import Json

    Level = Literal["debug", "info", "warning", "error"]

KEYS = ("phase", "hook", "process", "pid", "code", "signal", "seconds")
NO_FACTS: "Mapping[str, Json]" = {}

_STDERR = 2
_FILE_TYPE = 0o170000  # inode(7)
_FIFO, _CHARACTER_DEVICE, _REGULAR, _SOCKET = 0o010000, 0o020000, 0o100000, 0o140000
_PIECE = 64
_LONGEST_WORD = 4096  # what the kubelet reads of it

_opened: list[int] = []
_settings = {"json": False, "quiet": False}


def configure(log_format: str, quiet: bool) -> None:
    """From here on lines are text or JSON objects; `quiet` leaves only the errors."""
    _settings.update(json=log_format == "json", quiet=quiet)
    _import_early()


def _import_early() -> None:
    """Have what a line may need later: once the app lives PID 1 imports nothing from a disk that could stall."""
    try:
        kind = os.fstat(_STDERR).st_mode & _FILE_TYPE
    except OSError:
        return  # it is closed
    if kind == _SOCKET:
        import _socket  # noqa: F401, PLC0415
    elif kind == _CHARACTER_DEVICE and not _reopened():
        import select  # noqa: F401, PLC0415
    if _settings["json"]:
        from lifeinit.engine import json_text  # noqa: F401, PLC0415


def say(text: str, event: str = "note", level: "Level" = "warning", facts: "Mapping[str, Json]" = NO_FACTS) -> None:
    """`lifeinit: TEXT`, or a JSON object with always the same keys."""
    if _settings["quiet"] and level != "error":
        return
    if not _settings["json"]:
        tell(f"lifeinit: {text}")
        return
    from lifeinit.engine.json_text import dumps  # noqa: PLC0415

    always: dict[str, Json] = {"ts": round(time.time(), 3), "level": level, "event": event, "message": text}
    tell(dumps({**always, **{key: facts.get(key) for key in KEYS}}))


def tell(line: str) -> None:
    """A line as it is. What a full pipe does not take at once is lost."""
    try:
        _write(f"{line}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # closed, full, or read by nobody: there is no one left to tell


def refuse(line: str) -> None:
    """A problem, which begins with its own place instead of our name."""
    if _settings["json"]:
        say(line, "problem", "error")
    else:
        tell(line)


def leave_word(text: str) -> None:
    """The last sentence, where `kubectl describe pod` finds it, unless the app has left one there itself."""
    try:
        fd = os.open("/dev/termination-log", os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return  # not below Kubernetes
    try:
        found = os.fstat(fd)
        if found.st_mode & _FILE_TYPE == _REGULAR and found.st_size == 0:
            os.write(fd, f"lifeinit: {text}\n".encode("utf-8", "backslashreplace")[:_LONGEST_WORD])
    except OSError:
        pass  # the disk is full
    finally:
        os.close(fd)


def report(error: BaseException) -> None:
    """An error of lifeinit's own, in one line."""
    say(described(error), "internal_error", "error")


def described(error: BaseException) -> str:
    """The same as text, with the place it came from."""
    place, at = "?", 0
    trace = error.__traceback__
    while trace is not None:
        place, at = os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno
        trace = trace.tb_next
    return f"internal error: {type(error).__name__}: {error} ({place}:{at}); please report this"


def descriptors() -> tuple[int, ...]:
    """The descriptors above 2 that the log holds."""
    return tuple(_opened)


def _write(line: bytes) -> None:
    """To stderr, in the way that does not block for what it is.

    Why not O_NONBLOCK on stderr itself: it is a flag of the open file, which the app has too.
    """
    kind = os.fstat(_STDERR).st_mode & _FILE_TYPE
    if kind == _SOCKET:
        _send(line)
    elif kind in {_FIFO, _CHARACTER_DEVICE} and _reopened():
        os.write(_opened[0], line)
    elif kind == _FIFO:
        _splice(line)  # another user's, or there is no /proc
    elif kind == _CHARACTER_DEVICE and not _reopened():
        _write_piecemeal(line)
    else:
        os.write(_STDERR, line)  # a regular file never blocks, and a second open file would have its own position


def _reopened() -> bool:
    """Whether there is another open file of the same pipe or terminal, which is ours and does not block."""
    if not _opened:
        try:
            fd = os.open("/proc/self/fd/2", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:
            return False
        if fd <= _STDERR:  # one of the three was closed: not a place for us
            os.close(fd)
            return False
        _opened.append(fd)
    return True


def _write_piecemeal(line: bytes) -> None:
    """To a terminal that we may not open again, as long as it takes more: what poll(2) says is good for a few bytes."""
    import select  # noqa: PLC0415

    poll = select.poll()
    poll.register(_STDERR, select.POLLOUT)
    for start in range(0, len(line), _PIECE):
        if not any(event & select.POLLOUT for _, event in poll.poll(0)):
            return
        os.write(_STDERR, line[start : start + _PIECE])


def _splice(line: bytes) -> None:
    """Move the line over from a pipe of our own: splice(2) takes its not blocking from the call alone."""
    source, sink = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.splice(source, _STDERR, os.write(sink, line), flags=os.SPLICE_F_NONBLOCK)
    finally:
        os.close(source)
        os.close(sink)


def _send(line: bytes) -> None:
    """To a socket, as inetd and systemd give one. send(2)"""
    import _socket  # noqa: PLC0415

    stream = _socket.socket(fileno=os.dup(_STDERR))
    try:
        stream.send(line, _socket.MSG_DONTWAIT)
    finally:
        stream.close()
