"""One line to stderr. Never raises and never blocks: PID 1 outlives its stderr, and a reader that stopped reading."""

import os

_STDERR = 2

_opened: list[int] = []


def say(text: str) -> None:
    """`lifeinit: TEXT`."""
    tell(f"lifeinit: {text}")


def tell(line: str) -> None:
    """A line as it is. What a full pipe does not take at once is lost."""
    try:
        os.write(_descriptor(), f"{line}\n".encode("utf-8", "backslashreplace"))
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
    return tuple(fd for fd in _opened if fd > _STDERR)


def _descriptor() -> int:
    """stderr, or for a pipe or a terminal one of our own that does not block.

    Why not O_NONBLOCK on stderr itself: it is a flag of the open file, which the app has too. To open it once more
    makes another open file. A regular file never blocks, and a second one would have a position of its own.
    """
    if not _opened:
        _opened.append(_reopened() or _STDERR)
    return _opened[0]


def _reopened() -> int | None:
    try:
        mode = os.fstat(_STDERR).st_mode & 0o170000
        if mode not in {0o010000, 0o020000}:  # a FIFO, a character device. inode(7)
            return None
        fd = os.open("/proc/self/fd/2", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None  # no /proc, or another user's pipe: then at the risk of blocking
    if fd <= _STDERR:  # one of the three was closed: not a place for us
        os.close(fd)
        return None
    return fd
