"""What lifeinit was started with and has to change for itself, as the app is to find it again."""

import os

from lifeinit.engine import syscalls
from lifeinit.engine.plan import Inherited

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
        lc_ctype_added=_lc_ctype_added(),
        directory=directory,
        ignored=syscalls.ignored_signals(),
    )


def unset_added_lc_ctype() -> None:
    """Before an exec of another interpreter, which would else take CPython's addition for an inherited variable."""
    if _lc_ctype_added():
        os.unsetenv("LC_CTYPE")


def _lc_ctype_added() -> bool:
    """Whether LC_CTYPE is CPython's own addition: in the C locale it sets one, and keeps no note of it. PEP 538"""
    if b"LC_CTYPE" not in os.environb:
        return False
    try:
        with open("/proc/self/environ", "rb") as environ:
            return not any(entry.startswith(b"LC_CTYPE=") for entry in environ.read().split(b"\0"))
    except OSError:  # no /proc: then by what CPython would have done
        values = {os.environb.get(name, b"") for name in (b"LC_ALL", b"LANG")}
        added = {b"C.UTF-8", b"C.utf8", b"UTF-8"}
        return values <= {b"", b"C", b"POSIX"} and os.environb[b"LC_CTYPE"] in added
