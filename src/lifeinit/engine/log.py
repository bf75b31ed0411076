"""One line to stderr. Never raises and never blocks: PID 1 outlives its stderr, and a reader that stopped reading."""

import os

_STDERR = 2

_FILE_TYPE, _FIFO, _CHARACTER_DEVICE, _SOCKET = 0o170000, 0o010000, 0o020000, 0o140000  # inode(7)

_opened: list[int] = []


def say(text: str) -> None:
    """`lifeinit: TEXT`."""
    tell(f"lifeinit: {text}")


def tell(line: str) -> None:
    """A line as it is. What a full pipe does not take at once is lost."""
    try:
        _write(f"{line}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # closed, full, or read by nobody: there is no one left to tell


def report(error: Exception) -> None:
    """An error of lifeinit's own, in one line, with the place it came from."""
    place, at = "?", 0
    trace = error.__traceback__
    while trace is not None:
        place, at = os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno
        trace = trace.tb_next
    say(f"internal error: {type(error).__name__}: {error} ({place}:{at}); please report this")


def quote(text: bytes) -> str:
    """The text in double quotes, fit for a terminal: what cannot be printed is escaped."""
    printable = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in os.fsdecode(text)
    )
    return f'"{printable}"'


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
