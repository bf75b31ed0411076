"""Writes a word to FIFO; at each SIGUSR1 makes COUNT orphans that are dead already, and writes another word.

A child makes a hundred of them and exits, so that they go to the init.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal

_signal.pthread_sigmask(_signal.SIG_BLOCK, [_signal.SIGUSR1])
answers = os.open(sys.argv[1], os.O_WRONLY)
os.write(answers, b"ready\n")
while True:
    _signal.sigwait([_signal.SIGUSR1])
    for _ in range(int(sys.argv[2]) // 100):
        child = os.fork()
        if child == 0:
            for _ in range(100):
                if os.fork() == 0:
                    os._exit(0)
            os._exit(0)
        os.waitpid(child, 0)
    os.write(answers, b"made\n")
