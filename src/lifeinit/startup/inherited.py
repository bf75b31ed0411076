"""What lifeinit was started with and has to change for itself, as the app is to find it again."""

import os

from lifeinit.engine import syscalls
from lifeinit.engine.plan import Inherited
from lifeinit.startup.clean_interpreter import is_lc_ctype_added

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def capture_inherited(mask: "Iterable[int]") -> Inherited:
    """What the app is to find as lifeinit found it. `mask` is the signal mask that lifeinit was started with."""
    try:
        directory = os.getcwdb()
    except OSError:
        directory = None  # it was removed
    return Inherited(
        mask=tuple(sorted(int(signo) for signo in mask)),
        sigchld_ignored=syscalls.default_sigchld(),
        lc_ctype_added=is_lc_ctype_added(),
        directory=directory,
        ignored=syscalls.ignored_signals(),
    )
