"""Starts a daemon, names it as MAINPID with READY=1, and exits with 5 once it may read a line of the fifo `go`.

The daemon becomes another user, prints `daemon` at USR1 and exits with 6. With the argument `parent` the process that
started it lives on, between the two.
"""

import os
import signal
import socket
import sys

reader, writer = os.pipe()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
if os.fork() == 0:
    if "parent" in sys.argv and os.fork():
        signal.pause()
    os.setresgid(4711, 4711, 4711)
    os.setresuid(4711, 4711, 4711)
    os.write(writer, b"%d" % os.getpid())
    signal.sigwait([signal.SIGUSR1])
    os.write(1, b"daemon\n")
    os._exit(6)
pid = os.read(reader, 20)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
    sender.sendto(b"READY=1\nMAINPID=%s" % pid, "\0" + os.environ["NOTIFY_SOCKET"][1:])
with open("go") as go:
    go.readline()
os._exit(5)
