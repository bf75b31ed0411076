"""Become another program, with exactly what lifeinit was started with; or end as a signal asks."""

import os

from lifeinit.engine import exit_status, syscalls

# execvp(3) as the engine does it: with scripts that have no shebang, and with EACCES remembered.
from lifeinit.engine.become import execute
from lifeinit.engine.syscalls import DEFAULT_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Sequence
    from typing import NoReturn

    from lifeinit.engine.plan import Inherited
else:
    import _signal


def become(argv: "Sequence[bytes]", inherited: "Inherited") -> "NoReturn":
    """Exec a program. Raises OSError where it cannot be: ENOENT where it is not found."""
    if inherited.lc_ctype_added:
        os.unsetenv(b"LC_CTYPE")  # CPython put it there. PEP 538
    syscalls.restore_signals(inherited.mask, inherited.sigchld_ignored)
    execute(tuple(argv), os.environb.get(b"PATH", DEFAULT_PATH))


def die(signo: int) -> "NoReturn":
    """End as the signal's default action does, so that a shell sees why; PID 1, which has none, with its status."""
    _signal.signal(signo, _signal.SIG_DFL)
    os.kill(os.getpid(), signo)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (signo,))
    syscalls.leave(exit_status.of_signal(signo))
