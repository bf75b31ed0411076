"""The beginning of a file, read without any effect on what is no file."""

import os
import stat


def beginning(path: str, size: int) -> bytes:
    """The first bytes of a regular file; none of anything else, or of what we may not read.

    It is asked for its kind before it is opened: to open a device may already do something.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        return os.pread(fd, size, 0) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(fd)
