"""A bare interpreter for PID 1: whether this one is, and the exec of one where it is not."""

import os
import sys

from lifeinit.engine import exit_status, log, syscalls
from lifeinit.engine.printable import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

# What an interpreter's own start leaves in sys.modules. Anything more came from a .pth file, a sitecustomize or
# PYTHONPATH: it may hold threads and megabytes, and is not to live in PID 1.
_OWN_MODULES = frozenset(
    "__main__ _abc _codecs _collections_abc _distutils_hack _frozen_importlib _frozen_importlib_external _imp _io"
    " _signal _sitebuiltins _stat _thread _warnings _weakref abc builtins codecs encodings errno genericpath io"
    " lifeinit marshal os posix posixpath site stat sys time zipimport".split()
)
# Variables that images set for every Python, and that change nothing in ours.
_HARMLESS = frozenset(
    "PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 PYTHONNOUSERSITE".split()
)


def is_clean() -> bool:
    """Whether this interpreter is as bare as a new one. Where it is, the start of a second one is saved."""
    if sys.flags.isolated and sys.flags.no_site:
        return True
    variables = {name for name in os.environ if name.startswith("PYTHON") and not name.startswith("PYTHON_")}
    own = _OWN_MODULES | {"sitecustomize"} if _has_distributions_sitecustomize() else _OWN_MODULES
    return variables <= _HARMLESS and all(name.partition(".")[0] in own for name in sys.modules)


def exec_clean(script: str, arguments: "Iterable[str]") -> "NoReturn":
    """Run `script` in a bare interpreter. The pid, the blocked signals and the pending ones stay. execve(2)"""
    try:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", script, *arguments])
    except OSError as error:
        text = f"internal error: cannot start {quote(os.fsencode(sys.executable))}: {error.strerror}"
        log.say(text, "internal_error", "error")
    except ValueError as error:  # no path of an interpreter is known: it was embedded
        log.report(error)
    syscalls.leave(exit_status.SOFTWARE)


def refuse_archive() -> "NoReturn":
    """Exit, as there is no file to give to a bare interpreter; nor could psutil's extension be loaded. zipapp"""
    archive = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    fix = "install it, or make the archive with shiv, which unpacks itself"
    log.say(f"cannot run from the archive {quote(os.fsencode(archive))}: {fix}; nothing was started")
    syscalls.leave(exit_status.SOFTWARE)


def _has_distributions_sitecustomize() -> bool:
    """Whether it lies in the standard library, where Debian puts one that does nothing, and not in a search path."""
    file = getattr(sys.modules.get("sitecustomize"), "__file__", None)
    return isinstance(file, str) and os.path.dirname(file) == os.path.dirname(os.__file__)
