"""The descriptors that lifeinit holds: none but 0, 1 and 2, and of these no more than it needs."""

import os

_STDIN = 0


def fill_stdio() -> None:
    """Put /dev/null in the place of a closed 0, 1 or 2, so that no pipe of ours lands there.

    It is close-on-exec: the app finds the descriptor closed, as lifeinit did.
    """
    try:
        while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(fd)
    except OSError:
        pass  # no /dev/null here: then they stay closed


def numbers() -> list[int]:
    """Those that are open, and some that are not."""
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return list(range(min(os.sysconf("SC_OPEN_MAX"), 4096)))


def close_inherited(keep: "tuple[int | None, ...]") -> None:
    """Close every descriptor that was meant for the app: a copy would keep its files and sockets open."""
    for fd in numbers():
        if fd > 2 and fd not in keep:
            try:
                os.close(fd)
            except OSError:
                pass  # the listing's own descriptor, or a number that was never open


def let_go_of_stdin() -> None:
    """The app's stdin is the app's alone, except for a terminal, which we take back at the end."""
    if not os.isatty(_STDIN):
        null_stdin()


def null_stdin() -> None:
    try:
        null = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return  # no /dev/null here
    os.dup2(null, _STDIN)
    os.close(null)
