"""Starts its arguments in surroundings that few programs are started in.

SIGUSR1 and SIGTERM blocked, SIGHUP and SIGCHLD ignored, descriptor 9 open on /etc/passwd, stdin closed, an environment
with a malformed and a doubled entry and no locale.
"""

import ctypes
import os
import signal
import sys

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
os.dup2(os.open("/etc/passwd", os.O_RDONLY), 9)
os.close(0)
environment = [b"PATH=" + os.environb[b"PATH"], b"MALFORMED", b"TWICE=1", b"TWICE=2", b"RAW=\xff\xfe", b"EMPTY="]


def vector(items: list[bytes]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * (len(items) + 1))(*items, None)


program = os.fsencode(sys.argv[1])
ctypes.CDLL(None).execve(program, vector([os.fsencode(word) for word in sys.argv[1:]]), vector(environment))
sys.exit("exec failed")
