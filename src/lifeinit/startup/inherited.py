"""What lifeinit finds at its start: what it has to change for itself, and whether there is a hook file."""

import os

from lifeinit.engine import syscalls
from lifeinit.engine.plan import Inherited
from lifeinit.startup.clean_interpreter import is_lc_ctype_added

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

# Where a hook file is read from that nobody has named.
DIRECTORIES: "Final" = ("", "/etc/lifeinit/")
NAMES: "Final" = ("hooks.toml", "lifeinit.toml")
DROP_INS: "Final" = "/etc/lifeinit/hooks.d"  # also where no hook file is


def capture_inherited(mask: "Iterable[int]") -> Inherited:
    """What the app is to find as lifeinit found it. `mask` is the signal mask that lifeinit was started with."""
    try:
        directory = os.getcwdb()
    except OSError:
        directory = None  # it was removed
    lc_ctype_added = is_lc_ctype_added()
    return Inherited(
        mask=tuple(sorted(int(signo) for signo in mask)),
        sigchld_ignored=syscalls.default_sigchld(),
        lc_ctype_added=lc_ctype_added,
        directory=directory,
        ignored=syscalls.ignored_signals(),
        regular_environment=_is_regular(len(os.environb) - lc_ctype_added),
    )


def _is_regular(variables: int) -> bool:
    """Whether os.environ, which leaves out malformed and doubled entries, has one for each that execve(2) gave us."""
    try:
        with open("/proc/self/environ", "rb", buffering=0) as environ:
            return environ.readall().count(b"\0") == variables
    except OSError:
        return False  # no /proc


def lies_in_a_place() -> bool:
    """Whether one of the usual places holds a hook file or drop-ins, trusted or not."""
    return any(
        os.path.lexists(place)
        for place in (*(directory + name for directory in DIRECTORIES for name in NAMES), DROP_INS)
    )
