"""The app: writes a word to FIFO when it is there, then a byte for each SIGUSR1; exits at once on SIGTERM.

It tells whoever listens on NOTIFY_SOCKET that it is ready. sd_notify(3)
"""

import os
import sys

# Why not `signal`: its enums would make the app slower than what is measured.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal

_signal.pthread_sigmask(_signal.SIG_BLOCK, [_signal.SIGUSR1, _signal.SIGTERM])
if "NOTIFY_SOCKET" in os.environ:
    import _socket

    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
    listener.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
    listener.close()
answers = os.open(sys.argv[1], os.O_WRONLY)
os.write(answers, b"ready\n")
while _signal.sigwait([_signal.SIGUSR1, _signal.SIGTERM]) == _signal.SIGUSR1:
    os.write(answers, b"x")
os._exit(0)
