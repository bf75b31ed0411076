"""The app's command on the command line: whether it can be a program, and what may be meant where it cannot."""

import os

from lifeinit.engine.syscalls import DEFAULT_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def may_be_found(program: str) -> bool:
    """Whether execvp(3) may find it in PATH: in doubt it may."""
    if not program or "/" in program:
        return bool(program)  # no PATH is searched for it
    return any(_may_exist(os.path.join(directory, program)) for directory in search_directories())


def search_directories() -> list[str]:
    """Those of PATH; an empty one is the current directory."""
    path = os.environ.get("PATH", os.fsdecode(DEFAULT_PATH))
    return [directory or "." for directory in path.split(":")]


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
