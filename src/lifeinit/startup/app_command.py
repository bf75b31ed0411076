"""The app's command on the command line: whether it can be a program, and what may be meant where it cannot."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_PATH = "/bin:/usr/bin"  # where execvp(3) looks if PATH is unset


def may_be_found(program: str, path: str | None = None) -> bool:
    """Whether execvp(3) may find it: in doubt it may. `path` is PATH, where it is not that of our environment."""
    if "/" in program:
        return True  # no PATH is searched for it
    if path is None:
        path = os.environ.get("PATH", DEFAULT_PATH)
    return any(map(_may_exist, (os.path.join(directory or ".", program) for directory in path.split(":"))))


def _may_exist(file: str) -> bool:
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True  # its user may be allowed to look where we are not
    return True


def is_marked(arguments: "Sequence[str]", command: "Sequence[str]") -> bool:
    """Whether the command, which ends the arguments, stands after `--`."""
    before = len(arguments) - len(command) - 1
    return before >= 0 and arguments[before] == "--"
