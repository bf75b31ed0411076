"""Prints a line, then a byte for each SIGUSR1 that it gets."""

import os

# Why not `signal`: its enums would make the app slower than what is measured.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal

_signal.pthread_sigmask(_signal.SIG_BLOCK, [_signal.SIGUSR1])
os.write(1, b"ready\n")
while True:
    _signal.sigwait([_signal.SIGUSR1])
    os.write(1, b"x")
