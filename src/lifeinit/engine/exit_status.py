"""The exit statuses that lifeinit gives of its own accord; the app's and the hooks' pass through unchanged."""

USAGE = 2  # the command line is wrong: as bash, click and most programs have it
SOFTWARE = 70  # EX_SOFTWARE, sysexits(3): lifeinit itself failed
CONFIG = 78  # EX_CONFIG, sysexits(3): the hook file is wrong
TIMED_OUT = 124  # timeout(1)
NOT_EXECUTABLE = 126  # the shell's two: the program is there and cannot run, or is not there
NOT_FOUND = 127


def of_signal(signo: int) -> int:
    """The status of a death by this signal, and of a stop that it asked for, as shells have it."""
    return 128 + signo
